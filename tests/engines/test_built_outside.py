"""Variables that a program reads though its model has them not: callbacks may change them."""

import keras
import numpy as np
import pytest
from keras import layers

from rnnsearch.engines.built import Programs, Request, reason_against_program

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


class Anneals(keras.callbacks.Callback):
    """As a user's: it changes a weight of the loss from epoch to epoch."""


def program(loss, *parts):
    model = keras.Sequential([keras.Input((3,)), *parts, layers.Dense(1)])
    model.compile("sgd", loss, metrics=["mae"])
    return Programs().of(model, Request.of((X, X[:, :1]), {"validation_split": 0.5}, {}))[0]


def test_a_variable_that_a_loss_reads_may_be_changed_by_a_users_callback():
    share = keras.Variable(0.5, name="share")
    found = program(lambda y, p: share * keras.ops.mean((y - p) ** 2, axis=-1))
    assert found.outside == ("share",)
    assert reason_against_program(found, [keras.callbacks.EarlyStopping("loss")]) is None
    for callback in (Anneals(), keras.callbacks.LambdaCallback()):
        kind = type(callback).__name__
        reason = f"{kind} may change share, a variable outside of the model"
        assert reason in reason_against_program(found, [callback])


@pytest.mark.parametrize(
    "parts",
    [
        [layers.BatchNormalization()],
        [layers.Dropout(0.2), keras.Sequential([layers.GaussianNoise(0.1)])],
        [layers.Normalization()],
    ],
)
def test_a_models_own_variables_are_none(parts):
    found = program(lambda y, p: keras.ops.mean((y - p) ** 2, axis=-1), *parts)
    assert found.outside == ()
    assert reason_against_program(found, [Anneals()]) is None


class Most(keras.metrics.Metric):
    """The largest of all epochs, or, if `anew`, of one."""

    def __init__(self, anew):
        super().__init__(name="most")
        self.anew = anew
        self.most = self.add_weight(name="most", initializer="ones")

    def update_state(self, y, p, sample_weight=None):
        self.most.assign(keras.ops.maximum(self.most, keras.ops.max(p)))

    def result(self):
        return self.most + 0.0

    def reset_state(self):
        self.most.assign(-1.0 if self.anew else self.most * 2.0)


@pytest.mark.parametrize("anew", [True, False])
def test_a_metric_that_lasts_longer_than_an_epoch_is_named_and_left_as_it_was(anew):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    metric = Most(anew)
    model.compile("sgd", "mse", metrics=[metric])
    found = Programs().of(model, Request.of((X, X[:, :1]), {}, {}))[0]
    reason = None if anew else "a metric keeps most/most from epoch to epoch"
    assert reason_against_program(found, ()) == reason
    assert float(metric.most.value) == (-1.0 if anew else 1.0)
