"""Callbacks of a script on another backend, called once another process has trained its model."""

import contextlib

import keras
import keras_tuner
import numpy as np
import pytest
from keras import layers

from rnnsearch.integrations.keras_tuner.apart import ApartLane, NotApart
from rnnsearch.integrations.keras_tuner.apart.exchange import Done, Epoch
from rnnsearch.integrations.keras_tuner.apart.sending import _place
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch

HISTORY = {"val_loss": [1.0, 1.0]}


def trained(callbacks, rates=((0.25, 0.25), (0.25, 0.25)), monitored=(), states=(None, None)):
    """A model that was trained for two epochs, and its lane."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.25, momentum=0.5), "mse")
    began = model.get_weights()
    epochs = [
        Epoch({"val_loss": 1.0}, [one + k for one in began], rate, 5 * k, state)
        for k, (rate, state) in enumerate(zip(rates, states, strict=True), 1)
    ]
    keeper = BestEpoch(keras_tuner.Objective("val_loss", "min"))
    lane = ApartLane(model, keeper, callbacks, monitored, 2)
    told = {"epochs": 7, "steps": 5, "verbose": "auto"}
    lane.take(Done(0, HISTORY, [0, 1], told, 1.0, began, epochs, ""))
    return model, began, lane


def _slower(model):
    model.optimizer.learning_rate = 0.5


def _other_weights(model):
    model.layers[0].kernel.assign(np.full((2, 1), 9.0))


@pytest.mark.parametrize("change", [_slower, _other_weights])
@pytest.mark.parametrize("place", ["on_train_begin", "on_epoch_begin", "on_epoch_end"])
def test_a_model_that_a_callback_changes_begins_anew_by_fit(place, change):
    """The other process has trained it already: `fit` must not go on from there."""

    class Acts(keras.callbacks.Callback):
        pass

    def act(self, epoch=1, logs=None):
        if epoch != 0:
            change(self.model)

    setattr(Acts, place, act if "epoch" in place else lambda self, logs=None: change(self.model))
    model, began, lane = trained([Acts()])
    with pytest.raises(NotApart, match="a callback changes what is trained"):
        lane.train()
    for weights, first in zip(model.get_weights(), began, strict=True):
        np.testing.assert_array_equal(weights, first)
    assert float(model.optimizer.learning_rate) == 0.25
    assert int(model.optimizer.iterations) == 0


def _freeze(model):
    model.layers[0].trainable = False


def _less_momentum(model):
    model.optimizer.momentum *= 0.5


@pytest.mark.parametrize("change", [_freeze, _less_momentum])
@pytest.mark.parametrize("begun", [0, 1])
def test_what_a_callback_sets_before_the_first_batch_makes_fit_train(begun, change):
    """TensorFlow traces the first batch; what is set later changes nothing, there and here."""

    class Sets(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == begun:
                change(self.model)

    model, _, lane = trained([Sets()])
    if begun:
        assert lane.train().history.history["val_loss"] == [1.0, 1.0]
        return
    with pytest.raises(NotApart, match="a callback sets what layers or the optimizer are"):
        lane.train()
    assert model.layers[0].trainable
    assert model.optimizer.momentum == 0.5


def test_callbacks_see_rates_and_updates_as_they_were():
    seen = []

    class Sees(keras.callbacks.Callback):
        def look(self, epoch, logs=None):
            optimizer = self.model.optimizer
            seen.append((epoch, float(optimizer.learning_rate), int(optimizer.iterations)))

        on_epoch_begin = on_epoch_end = look

        def on_train_end(self, logs=None):
            seen.append(self.params)

    _, _, lane = trained([Sees()], rates=((0.25, 0.125), (0.125, 0.0625)))
    lane.train()
    assert seen[:4] == [(0, 0.25, 0), (0, 0.125, 5), (1, 0.125, 5), (1, 0.0625, 10)]
    assert seen[4] == {"epochs": 7, "steps": 5, "verbose": 2}


@pytest.mark.parametrize("changes", [False, True])
def test_callbacks_see_and_save_what_the_optimizer_keeps(changes):
    states = [[5 * k, 0.25, np.full((2, 1), k), np.full(1, -k)] for k in (1, 2)]
    seen = []

    class Sees(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append([one.numpy().tolist() for one in self.model.optimizer.variables[2:]])
            if changes and epoch == 1:
                _slower(self.model)

    model, _, lane = trained([Sees()], states=states)
    with pytest.raises(NotApart) if changes else contextlib.nullcontext():
        lane.train()
    assert seen == [[[[k], [k]], [-k]] for k in (1, 2)]
    kept = [np.asarray(one).ravel()[0] for one in model.optimizer.variables]
    assert kept == ([0, 0.25, 0, 0] if changes else [10, 0.25, 2, -2])


def test_what_the_model_has_no_metric_of_can_not_be_monitored_apart():
    """A callback of the script's may add it, which those of the other process don't see."""
    _, _, lane = trained([], monitored=["val_loss", "val_f1"])
    with pytest.raises(NotApart, match="monitors val_f1, which the model's metrics are without"):
        lane.future.result()
    _, _, lane = trained([], monitored=["val_loss"])
    assert lane.best is not None


@pytest.mark.parametrize(("kinds", "place"), [("w", 0), ("wo", 0), ("ow", 1), ("woowo", 2)])
def test_epochs_are_seen_where_the_scripts_own_callbacks_stand(kinds, place):
    """What comes before has then changed the learning rate, what comes after hasn't."""
    callbacks = [keras.callbacks.Callback() for _ in kinds]
    watching = [one for one, kind in zip(callbacks, kinds, strict=True) if kind == "w"]
    assert _place(callbacks, watching) == place
