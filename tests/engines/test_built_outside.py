"""Variables that a program reads though its model has them not: callbacks may change them."""

import keras
import numpy as np
import pytest
from keras import layers

from rnnsearch.engines.built import Programs, Request, reads_what_may_change

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
    assert reads_what_may_change(found, [keras.callbacks.EarlyStopping("loss")]) is None
    for callback in (Anneals(), keras.callbacks.LambdaCallback()):
        kind = type(callback).__name__
        reason = f"{kind} may change share, a variable outside of the model"
        assert reason in reads_what_may_change(found, [callback])


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
    assert reads_what_may_change(found, [Anneals()]) is None
