"""Callbacks that end a trial or change more of a model than its variables; values met again."""

import keras
import keras_tuner
import numpy as np
import pytest
from keras import layers

import rnnsearch

pytestmark = pytest.mark.filterwarnings("ignore:Skipping variable loading")

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, 0] * 2
FIT = {"epochs": 3, "batch_size": 32, "validation_data": (X, Y), "verbose": 0}


def build(hp):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2), layers.Dropout(0.1)])
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.Adam(hp.Float("rate", 1e-2, 1e-1)), "mse")
    return model


def searched(package, folder, callback, hypermodel=build, **arguments):
    given = {"max_trials": 1, "seed": 1, "directory": folder, "project_name": package.__name__}
    tuner = package.RandomSearch(hypermodel, "val_loss", **(given | arguments))
    keras.utils.set_random_seed(5)
    tuner.search(X, Y, **FIT, callbacks=[callback] if callback else [])
    return tuner


def both(folder, callback):
    return (searched(package, folder, callback) for package in (rnnsearch, keras_tuner))


def require_same_best(ours, theirs):
    models = (tuner.get_best_models()[0].get_weights() for tuner in (ours, theirs))
    for one, other in zip(*models, strict=True):
        np.testing.assert_allclose(one, other, 1e-3, 1e-5)


def test_a_callback_that_trials_share_sees_the_model_of_its_trial(tmp_path):
    class Logs(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

        def on_epoch_end(self, epoch, logs=None):
            optimizer = self.model.optimizer
            self.seen.append((epoch, float(optimizer.learning_rate), int(optimizer.iterations)))

        def __deepcopy__(self, memo):
            return self

    seen = []
    for package in (rnnsearch, keras_tuner):
        logs = Logs()
        searched(package, tmp_path, logs, max_trials=2)
        seen.append(logs.seen)
    assert len({rate for _, rate, _ in seen[0]}) == 2
    assert seen[0] == seen[1]


def test_a_trial_that_a_callback_ends_keeps_its_best_epoch(tmp_path):
    """KerasTuner saves each best epoch when it comes, and offers trials that failed, too."""

    class Ends(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise keras_tuner.errors.FailedTrialError("that will do")

    ours, theirs = both(tmp_path, Ends())
    for tuner in (ours, theirs):
        (trial,) = tuner.oracle.trials.values()
        assert trial.status == "FAILED"
        assert "that will do" in trial.message
    require_same_best(ours, theirs)


def _freeze(model):
    model.layers[0].trainable = False


def _compile(model):
    model.compile("sgd", "mse")


@pytest.mark.parametrize("change", [_freeze, _compile])
def test_a_model_that_a_callback_makes_another_of_ends_its_trial(tmp_path, change):
    class Acts(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                change(self.model)

    ours, theirs = both(tmp_path, Acts())
    assert [t.status for t in theirs.oracle.trials.values()] == ["FAILED"]
    (trial,) = ours.oracle.trials.values()
    assert trial.status == "FAILED"
    assert "Expected callbacks to leave a model as it was compiled" in trial.message
    require_same_best(ours, theirs)


def test_a_model_may_be_compiled_once_it_is_trained(tmp_path):
    class Acts(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            _compile(self.model)

    ours, theirs = both(tmp_path, Acts())
    assert [t.status for t in ours.oracle.trials.values()] == ["COMPLETED"]
    require_same_best(ours, theirs)


class Nothing(keras.callbacks.Callback):
    """A callback that might do anything."""


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The score of a trial whose callback does nothing."""
    folder = tmp_path_factory.mktemp("usual")
    return searched(rnnsearch, folder, Nothing()).oracle.get_best_trials()[0].score


@pytest.mark.parametrize("first", [0, 1])
def test_what_a_callback_sets_before_the_first_batch_is_trained_with(tmp_path, usual, first):
    """Keras traces the first batch; what is set later is of no effect, there and here."""

    class Sets(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch >= first:
                self.model.optimizer.beta_1 = 0.1
                self.model.layers[1].rate = 0.0

    ours, theirs = both(tmp_path, Sets())
    scores = [tuner.oracle.get_best_trials()[0].score for tuner in (ours, theirs)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-4)
    assert (scores[0] == pytest.approx(usual, rel=1e-4)) == (first == 1)
    require_same_best(ours, theirs)


def test_values_are_compared_with_all_that_a_trial_under_way_has(tmp_path):
    """KerasTuner forgets what it drew of a trial once its model has asked for more."""

    def asks_more(hp):
        hp.Int("more", 2, 8)
        hp.Choice("act", [*"ab"])
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    class Builds(keras_tuner.RandomSearch):
        """KerasTuner's, which asks the same of a trial whether or not it trains it."""

        def run_trial(self, trial, *args, **kwargs):
            self.hypermodel.build(trial.hyperparameters)
            return 0.0

    found = []
    for kind in (rnnsearch.RandomSearch, Builds):
        known = keras_tuner.HyperParameters()
        known.Choice("act", [*"ab"])
        arguments = {"hyperparameters": known, "tune_new_entries": False, "max_trials": 4}
        given = {"seed": 7, "directory": tmp_path, "project_name": kind.__name__, **arguments}
        tuner = kind(asks_more, "val_loss", **given)
        tuner.search(X, Y, **FIT)
        found.append([trial.hyperparameters.values for trial in tuner.oracle.trials.values()])
    assert found[0] == found[1]
