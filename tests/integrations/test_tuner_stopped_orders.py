"""Where trials follow each other, what one that stops early has drawn is what `fit` would have."""

import keras
import keras_tuner
import numpy as np
import optuna
import pytest
from keras import callbacks, layers

import rnnsearch

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = X[:, 0] * 2
FIT = {"epochs": 3, "batch_size": 16, "validation_split": 0.25, "verbose": 0}


def linear(hp):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.05, 0.2)), loss="mse")
    return model


class FitsItself(keras_tuner.HyperModel):
    def build(self, hp):
        return linear(hp)

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, **kwargs)


class EndsAt(callbacks.Callback):
    """After the second epoch, for which it has drawn a number of its own."""

    def on_epoch_end(self, epoch, logs=None):
        np.random.random()
        self.model.stop_training = epoch == 1


def histories(package, folder, hypermodel, **arguments):
    given = {"objective": "val_loss", "max_trials": 2, "seed": 1, "directory": folder}
    tuner = package.RandomSearch(hypermodel, project_name=package.__name__, **given, **arguments)
    keras.utils.set_random_seed(5)
    tuner.search(X, Y, **FIT, callbacks=[EndsAt()])
    return [(trial.score, trial.best_step) for trial in tuner.oracle.trials.values()], float(
        np.random.random()
    )


@pytest.mark.parametrize(
    ("hypermodel", "ours"),
    [(FitsItself(), {}), (linear, {"block": 1, "executions_per_trial": 2})],
    ids=["a fit of its own", "one after the other"],
)
def test_the_trial_after_one_that_stops_is_that_of_keras_tuner(tmp_path, hypermodel, ours):
    theirs = {name: value for name, value in ours.items() if name != "block"}
    found, drawn = histories(rnnsearch, tmp_path, hypermodel, **ours)
    expected, drawn_there = histories(keras_tuner, tmp_path, hypermodel, **theirs)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert drawn == drawn_there, "NumPy's generator goes on as after KerasTuner's search"


def test_the_trial_after_one_that_is_pruned_is_that_of_a_script_of_optuna():
    def network(trial):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile(keras.optimizers.SGD(trial.suggest_float("rate", 0.05, 0.2)), loss="mse")
        return model

    def by_hand(trial):
        return min(network(trial).fit(X, Y, **FIT, callbacks=[EndsAt()]).history["val_loss"])

    def values(objective):
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
        keras.utils.set_random_seed(5)
        study.optimize(objective, n_trials=2)
        return [trial.value for trial in study.trials]

    found = values(rnnsearch.optuna.objective(network, X, Y, **FIT, callbacks=lambda _: [EndsAt()]))
    np.testing.assert_allclose(found, values(by_hand), rtol=1e-5)
