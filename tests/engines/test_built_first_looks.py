"""The orders of data in the second `fit` of a model, in one of its kind, and in one by Keras."""

import keras
import numpy as np
import pytest
from keras import layers

from rnnsearch.engines.built import Lane, Programs, Request, leave_to_fit

RNG = np.random.default_rng(0)
X = RNG.normal(size=(21, 3)).astype("float32")
Y = X.sum(axis=1)
FIT = {"epochs": 2, "batch_size": 8, "verbose": 0}


class Last:
    """Keeps every epoch."""

    def keeps(self, logs):
        return True


class Adds(layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.mean(keras.ops.square(x)))
        return x


def model(loss="mse", metrics=("mae",)):
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    made = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    if loss is None:
        made.add(Adds())
    made.compile(keras.optimizers.SGD(0.1), loss, metrics=metrics and list(metrics))
    return made


def lane(programs, made, y=Y):
    request = Request.of((X, y), FIT, {})
    return Lane(made, request, *programs.of(made, request), [], Last())


def by_lanes(programs, made, times, y):
    return [lane(programs, made, y).train().history.history["loss"] for _ in range(times)]


def by_fit(made, times, y):
    return [made.fit(X, y, **FIT).history["loss"] for _ in range(times)]


@pytest.mark.parametrize("before", [[], [0]], ids=["the first", "by another's program"])
def test_a_model_fitted_twice_sees_what_fit_shows_it(before):
    programs = Programs()
    for _ in before:
        lane(programs, model())
    ours = by_lanes(programs, model(), 2, Y)
    assert len(programs) == 1
    np.testing.assert_allclose(ours, by_fit(model(), 2, Y), 1e-5)


def test_a_model_compiled_again_is_looked_at_again():
    def twice(fitted):
        made = model()
        first = fitted(made)
        made.compile(keras.optimizers.SGD(0.05), "mae")
        return [*first, *fitted(made)]

    ours = twice(lambda made: by_lanes(Programs(), made, 1, Y))
    np.testing.assert_allclose(ours, twice(lambda made: by_fit(made, 1, Y)), 1e-5)


def test_a_model_without_a_loss_to_build_is_not_looked_at():
    ours = by_lanes(Programs(), model(None, None), 1, None)
    np.testing.assert_allclose(ours, by_fit(model(None, None), 1, None), 1e-5)


def test_what_was_traced_for_nothing_is_fitted_by_keras_as_ever():
    made = model()
    request = Request.of((X, Y), FIT, {})
    Programs().of(made, request)
    leave_to_fit(made, request)
    np.testing.assert_allclose(by_fit(made, 2, Y), by_fit(model(), 2, Y), 1e-5)
