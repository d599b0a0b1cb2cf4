"""rnnsearch: AutoML for recurrent neural networks, on Keras.

    import rnnsearch
    results = rnnsearch.search("spaces.yaml")
    results.leaderboard

Names are imported when they are first used, so that ``import rnnsearch`` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnsearch.api import CheckReport, Initial, Results, check, init, search
    from rnnsearch.data import Arrays
    from rnnsearch.integrations.keras_tuner import (
        BayesianOptimization,
        GridSearch,
        Hyperband,
        RandomSearch,
        RecurrentHyperModel,
        Tuner,
    )
    from rnnsearch.integrations.scikit_learn import (
        RecurrentClassifier,
        RecurrentForecaster,
        RecurrentRegressor,
    )

__all__ = [
    "Arrays",
    "BayesianOptimization",
    "CheckReport",
    "GridSearch",
    "Hyperband",
    "Initial",
    "RandomSearch",
    "RecurrentClassifier",
    "RecurrentForecaster",
    "RecurrentHyperModel",
    "RecurrentRegressor",
    "Results",
    "Tuner",
    "check",
    "init",
    "search",
]

_TUNERS = ("BayesianOptimization", "GridSearch", "Hyperband", "RandomSearch",
           "RecurrentHyperModel", "Tuner")  # fmt: skip
_ESTIMATORS = ("RecurrentClassifier", "RecurrentForecaster", "RecurrentRegressor")
_KERAS_TUNERS = ("HyperModel", "HyperParameters", "Objective", "Oracle", "SklearnTuner",
                 "synchronized")  # fmt: skip
"""Its own, so that a script of it needs no second import."""

_MODULES = ("applications", "engine", "errors", "optuna", "oracles", "tuners")

_HOMES = {
    "Arrays": "rnnsearch.data",
    **dict.fromkeys(_TUNERS, "rnnsearch.integrations.keras_tuner"),
    **dict.fromkeys(_ESTIMATORS, "rnnsearch.integrations.scikit_learn"),
    **dict.fromkeys(_KERAS_TUNERS, "keras_tuner"),
    "backend": "keras_tuner.src",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":  # scripts of KerasTuner print it
        return _version()
    if name not in (*__all__, *_HOMES, *_MODULES):
        raise AttributeError(f"module 'rnnsearch' has no attribute {name!r}")
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"rnnsearch.{name}")
    return getattr(import_module(_HOMES.get(name, "rnnsearch.api")), name)


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("rnnsearch")
    except metadata.PackageNotFoundError:
        return "(not installed)"
