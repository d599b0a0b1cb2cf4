"""The tuners, by KerasTuner's names and with its arguments; see docs/tuner.md."""

from __future__ import annotations

from typing import Any

import keras_tuner

from rnnsearch.integrations.keras_tuner.built import LaneTuner
from rnnsearch.integrations.keras_tuner.imported import freeze_imported

__all__ = ["BayesianOptimization", "BuildTuner", "GridSearch", "Hyperband", "RandomSearch"]

_OF_ORACLE = (
    *("objective", "max_trials", "hyperparameters", "tune_new_entries", "allow_new_entries"),
    *("seed", "max_retries_per_trial", "max_consecutive_failed_trials"),
)


class BuildTuner(LaneTuner):
    """`rnnsearch.Tuner` of a build function, and KerasTuner's `Tuner` of an oracle.

    Args:
        oracle: Of KerasTuner's, or the hypermodel, which is then searched at random.
        hypermodel: A function that builds and compiles a model, or a `HyperModel`.
        arguments: Of `keras_tuner.Tuner`.
        named: Alike; without an oracle also its `objective`, `max_trials`, `hyperparameters`,
            `tune_new_entries`, `allow_new_entries`, `seed`, `max_retries_per_trial` and
            `max_consecutive_failed_trials`.
    """

    def __init__(
        self, oracle: Any = None, hypermodel: Any = None, *arguments: Any, **named: Any
    ) -> None:
        if oracle is None or _is_hypermodel(oracle):
            if oracle is not None:
                if hypermodel is not None:  # the second by place is then as elsewhere
                    named["objective"] = hypermodel
                hypermodel = oracle
            given = {name: named.pop(name) for name in _OF_ORACLE if name in named}
            oracle = keras_tuner.oracles.RandomSearchOracle(**given)
        super().__init__(oracle, hypermodel, *arguments, **named)


def _is_hypermodel(given: Any) -> bool:
    return isinstance(given, keras_tuner.HyperModel) or callable(given)


class RandomSearch(LaneTuner, keras_tuner.RandomSearch):
    """Values drawn at random; the arguments are those of `keras_tuner.RandomSearch`.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> def build(hp):
        ...     layers = [keras.Input((5, 2)), keras.layers.GRU(4), keras.layers.Dense(1)]
        ...     model = keras.Sequential(layers)
        ...     rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        ...     model.compile(keras.optimizers.Adam(rate), loss="mse")
        ...     return model
        >>> x = np.random.default_rng(0).normal(size=(60, 5, 2))
        >>> tuner = rnnsearch.RandomSearch(build, "val_loss", max_trials=2, project_name="rates")
        >>> tuner.search(x, x[:, -1, 0], validation_split=0.2, epochs=1, verbose=0)
        >>> [sorted(best.values) for best in tuner.get_best_hyperparameters(2)]
        [['learning_rate'], ['learning_rate']]
    """


class GridSearch(LaneTuner, keras_tuner.GridSearch):
    """Every combination of values; the arguments are those of `keras_tuner.GridSearch`."""


class BayesianOptimization(LaneTuner, keras_tuner.BayesianOptimization):
    """A Gaussian process; the arguments are those of `keras_tuner.BayesianOptimization`."""


class Hyperband(LaneTuner, keras_tuner.Hyperband):
    """Successive halving, bracket by bracket; arguments as `keras_tuner.Hyperband` has them."""

    def _of_trial(self, trial: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
        values = trial.hyperparameters.values
        if "tuner/epochs" not in values:
            return kwargs
        epochs = {"epochs": values["tuner/epochs"], "initial_epoch": values["tuner/initial_epoch"]}
        return {**kwargs, **epochs}


freeze_imported()
