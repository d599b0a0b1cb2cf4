"""Which tuner, and with what arguments."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras
import numpy as np
from keras import callbacks, layers

from benchmarks.patterns._base import (
    FIT,
    LABELS,
    X,
    Y,
    classifier,
    dense,
    network,
    pattern,
    printed,
    searched,
)


def _counts(tuner: Any) -> list[Any]:
    """What each trial of a Hyperband is, whatever it scored.

    Not ``tuner/bracket``, which KerasTuner sets to the bracket that was opened last.
    """
    keys = ("tuner/epochs", "tuner/initial_epoch", "tuner/round")
    every = [trial.hyperparameters.values for trial in tuner.oracle.trials.values()]
    return sorted([values.get(key) for key in keys] for values in every)


@pattern
def hyperband(kt: Any, folder: str) -> Any:
    more = {"max_epochs": 4, "factor": 2, "hyperband_iterations": 1}
    return searched(kt, folder, kind="Hyperband", **more)


@pattern(random="order")
def hyperband_that_stops_early(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping("val_accuracy", patience=2)
    goal = kt.Objective("val_accuracy", direction="max")
    tuner = searched(kt, folder, classifier, y=LABELS, kind="Hyperband", objective=goal,
                     max_epochs=3, factor=3, fit={"callbacks": [stop]})  # fmt: skip
    return tuner, _counts(tuner)


@pattern
def bayesian_optimization(kt: Any, folder: str) -> Any:
    more = {"num_initial_points": 2, "alpha": 1e-4, "beta": 2.6}
    return searched(kt, folder, kind="BayesianOptimization", **more)


@pattern(random="order")
def bayesian_optimization_beyond_its_first_points(kt: Any, folder: str) -> Any:
    return searched(kt, folder, kind="BayesianOptimization", num_initial_points=2, max_trials=4)


@pattern
def grid_search(kt: Any, folder: str) -> Any:
    return searched(kt, folder, kind="GridSearch", max_trials=4)


@pattern
def a_whole_grid(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = layers.Dense(hp.Choice("units", [2, 3])), layers.Dense(1)
        model = keras.Sequential([keras.Input((6, 2)), layers.Flatten(), *parts])
        model.compile(keras.optimizers.SGD(hp.Choice("rate", [0.1, 0.01])), "mse")
        return model

    return searched(kt, folder, build, kind="GridSearch", max_trials=None)


@pattern
def several_executions(kt: Any, folder: str) -> Any:
    return searched(kt, folder, executions_per_trial=2)


@pattern
def an_objective_to_maximise(kt: Any, folder: str) -> Any:
    goal = kt.Objective("val_accuracy", "max")
    return searched(kt, folder, classifier, y=LABELS, objective=goal)


@pattern
def several_objectives(kt: Any, folder: str) -> Any:
    goals = [kt.Objective("val_loss", "min"), kt.Objective("val_accuracy", "max")]
    return searched(kt, folder, classifier, y=LABELS, objective=goals)


@pattern
def several_objectives_by_name(kt: Any, folder: str) -> Any:
    return searched(kt, folder, classifier, y=LABELS, objective=["val_loss", "val_accuracy"])


@pattern
def an_objective_that_nobody_knows(kt: Any, folder: str) -> Any:
    found = []
    for objective in ("val_unheard_of", ["val_loss", "val_unheard_of"]):
        try:
            kt.RandomSearch(dense, objective=objective, max_trials=1, directory=folder)
        except ValueError as error:
            found.append(str(error)[:40])
    assert len(found) == 2
    return None, found


@pattern
def an_objective_that_the_model_has_not(kt: Any, folder: str) -> Any:
    try:
        searched(kt, folder, objective="val_accuracy")
    except Exception as error:
        return None, type(error).__name__
    raise AssertionError("found a metric that the model hasn't")


@pattern
def an_oracle_of_its_own_and_a_Tuner(kt: Any, folder: str) -> Any:
    oracle = kt.oracles.RandomSearchOracle(objective="val_loss", max_trials=2, seed=1)
    tuner = kt.Tuner(oracle, dense, directory=folder, project_name="own")
    keras.utils.set_random_seed(3)
    tuner.search(X, Y, **FIT)
    return tuner


@pattern
def an_oracle_of_ones_own(kt: Any, folder: str) -> Any:
    class Halving(kt.Oracle):
        def populate_space(self, trial_id: str) -> Any:
            rate = 0.1 / 2 ** len(self.trials)
            return {"status": "RUNNING", "values": {"learning_rate": rate, "units": 2}}

    tuner = kt.Tuner(Halving("val_loss", max_trials=3), hypermodel=dense, directory=folder)
    keras.utils.set_random_seed(3)
    tuner.search(X, Y, **FIT)
    return tuner


@pattern
def an_oracle_that_prefers_what_was_good(kt: Any, folder: str) -> Any:
    class Greedy(kt.oracles.RandomSearchOracle):
        def populate_space(self, trial_id: str) -> Any:
            found = super().populate_space(trial_id)
            best = self.get_best_trials(1)
            if best and found["values"]:
                found["values"]["units"] = best[0].hyperparameters.get("units")
            return found

    tuner = kt.Tuner(Greedy("val_loss", max_trials=3, seed=1), dense, directory=folder)
    keras.utils.set_random_seed(3)
    tuner.search(X, Y, **FIT)
    return tuner


@pattern
def models_that_are_too_large(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, layers.Dense(hp.Choice("units", [2, 50])))

    tuner = searched(kt, folder, build, max_model_size=200, max_trials=3)
    return tuner, sorted(trial.status for trial in tuner.oracle.trials.values())


@pattern
def builds_that_fail_by_an_error_of_KerasTuner(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        units = hp.Choice("units", [2, 3, 4, 5])
        if units > 3:
            raise kt.errors.FailedTrialError("too wide")
        return dense(hp, layers.Dense(units))

    tuner = searched(kt, folder, build, max_trials=4)
    return tuner, sorted(trial.status for trial in tuner.oracle.trials.values())


@pattern
def builds_that_fail_and_are_tried_again(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        if hp.Choice("units", [2, 3, 4, 5]) > 3:
            raise ValueError("no such network")
        return dense(hp)

    tuner = searched(kt, folder, build, max_trials=4, max_retries_per_trial=1,
                     max_consecutive_failed_trials=9)  # fmt: skip
    return tuner, sorted(trial.status for trial in tuner.oracle.trials.values())


@pattern
def a_search_that_fails_too_often(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = dense(hp)
        model.compile("adam", "unheard_of")
        return model

    try:
        searched(kt, folder, build, max_trials=9, max_consecutive_failed_trials=2)
    except Exception as error:
        return None, type(error).__name__
    raise AssertionError("a loss was found that is not there")


@pattern
def a_fatal_error(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        if hp.Int("units", 2, 4) and hp.Float("learning_rate", 0.001, 0.1) != 0.001:
            raise kt.errors.FatalValueError("stop here")
        return dense(hp)

    try:
        searched(kt, folder, build)
    except kt.errors.FatalValueError as error:
        return None, str(error)
    raise AssertionError("the search went on")


@pattern
def a_build_that_returns_no_model(kt: Any, folder: str) -> Any:
    try:
        searched(kt, folder, lambda hp: hp.Int("units", 1, 2))
    except kt.errors.FatalTypeError as error:
        return None, str(error)[:40]
    raise AssertionError("an int was trained")


@pattern
def losses_that_are_not_numbers(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, optimizer=keras.optimizers.SGD(hp.Choice("rate", [1e-3, 1e30])))

    tuner = searched(kt, folder, build, max_trials=2)
    return tuner, sorted(trial.status for trial in tuner.oracle.trials.values())


@pattern
def the_same_seed_twice(kt: Any, folder: str) -> Any:
    first, second = (searched(kt, f"{folder}/{name}", network) for name in "ab")
    found = [[trial.score for trial in tuner.oracle.trials.values()] for tuner in (first, second)]
    np.testing.assert_allclose(*found, rtol=1e-5)
    return second


@pattern
def no_seed(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, seed=None)
    return None, len(tuner.oracle.get_best_trials(9))


@pattern(backends=("tensorflow",))
def a_distribution_strategy(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    return searched(kt, folder, distribution_strategy=strategy, max_trials=1)


@pattern
def models_of_scikit_learn(kt: Any, folder: str) -> Any:
    from sklearn.linear_model import Ridge

    def build(hp: Any) -> Any:
        return Ridge(hp.Float("alpha", 1e-3, 1, sampling="log"))

    oracle = kt.oracles.BayesianOptimizationOracle(kt.Objective("score", "max"), 3, seed=1)
    tuner = kt.tuners.SklearnTuner(oracle, build, directory=folder)
    tuner.search(X.reshape(48, -1), Y)
    return tuner, None


@pattern
def what_verbose_prints(kt: Any, folder: str) -> Any:
    lines = printed(lambda: searched(kt, folder, fit={"verbose": 2}, max_trials=1))
    return None, [line for line in lines if line.startswith(("Search: ", "Value", "units"))]


@pattern
def names_by_every_import(kt: Any, folder: str) -> Any:
    found = []
    for module, names in (
        ("", "BayesianOptimization GridSearch HyperModel HyperParameters Hyperband Objective "
             "Oracle RandomSearch SklearnTuner Tuner applications engine errors oracles "
             "synchronized tuners"),
        (".tuners", "BayesianOptimization GridSearch Hyperband RandomSearch SklearnTuner Tuner"),
        (".oracles", "BayesianOptimizationOracle GridSearchOracle HyperbandOracle "
                     "RandomSearchOracle"),
        (".engine.base_tuner", "BaseTuner"),
        (".engine.tuner", "Tuner"),
        (".engine.trial", "Trial TrialStatus"),
        (".engine.oracle", "Oracle Objective synchronized"),
        (".engine.hypermodel", "HyperModel"),
        (".engine.hyperparameters", "HyperParameters"),
        (".engine.metrics_tracking", "MetricsTracker"),
        (".applications", "HyperEfficientNet HyperImageAugment HyperResNet HyperXception"),
        (".errors", "FailedTrialError FatalError"),
    ):  # fmt: skip
        home = import_module(kt.__name__ + module)
        found += [f"{module}.{name}" for name in names.split() if not hasattr(home, name)]
    return None, found
