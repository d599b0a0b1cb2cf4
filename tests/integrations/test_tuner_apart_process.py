"""The process beside a script, in this one: JAX is the backend here, too."""

import contextlib
import io
import json

import cloudpickle
import jax
import keras
import keras_tuner
import numpy as np
import pandas
import pytest
from keras import layers

from rnnsearch.integrations.keras_tuner.apart import Apart, NotApart
from rnnsearch.integrations.keras_tuner.apart.describing import _plain, description
from rnnsearch.integrations.keras_tuner.apart.exchange import Done, Failed, Fit
from rnnsearch.integrations.keras_tuner.apart.prints import Prints
from rnnsearch.integrations.keras_tuner.apart.process import _Trainer
from rnnsearch.integrations.keras_tuner.apart.sending import _draw, _is_longer
from rnnsearch.integrations.keras_tuner.trial_fitting import build_as_recorded

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 2)).astype("float32")
Y = X.sum(axis=1)


class Said:
    """In place of the pipe's end."""

    def __init__(self):
        self.messages = []

    def send(self, message):
        self.messages.append(message)


def answers(model, build, data, own):
    """What the process says of a model that a function has built in the script."""
    said = Said()
    trainer = _Trainer(said, Prints(io.StringIO()))
    trainer._hypermodel = keras_tuner.HyperModel()
    trainer._hypermodel.build = build
    trainer._data[0] = data
    trial = cloudpickle.dumps((None, [], keras_tuner.Objective("loss", "min"), own))
    trainer._fit(Fit(0, 0, trial, model.get_weights(), description(model), 1, False))
    trainer._executor.shutdown()
    return said.messages


def test_a_normalization_has_what_it_was_adapted_to_in_the_script():
    """A function that adapts it to rows drawn at random draws others there."""

    def build(hp):
        scaled = layers.Normalization()
        scaled.adapt(RNG.normal(size=(9, 2)) * RNG.uniform(1, 9))
        model = keras.Sequential([keras.Input((2,)), scaled, layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    model = build(None)
    (done,) = answers(model, build, {"x": X, "y": Y}, {"epochs": 1, "shuffle": False})
    assert isinstance(done, Done), done
    expected = model.fit(X, Y, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(done.history["loss"], expected, 1e-5)


class Watched(layers.Layer):
    """Adds its mean to a metric of its own, in its `call` or in that of the model's loss."""

    def __init__(self, sets):
        super().__init__()
        self.level = keras.metrics.Mean(name="level")
        self.sets = sets

    def call(self, x):
        if self.sets:
            self.level.update_state(keras.ops.mean(x))
        return x


@pytest.mark.parametrize("sets", [False, True])
def test_a_metric_that_a_call_updates_is_left_to_the_scripts_own_backend(sets):
    """Keras on JAX doesn't keep it: it would be 0 in each epoch, without a word."""

    def build(hp):
        model = keras.Sequential([keras.Input((2,)), Watched(sets), layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        return model

    (said,) = answers(build(None), build, {"x": X, "y": Y}, {"epochs": 1})
    assert isinstance(said, Failed if sets else Done), said
    if sets:
        assert "is set by the model's call" in said.reason


@pytest.mark.parametrize(
    ("labels", "tokens", "reason"),
    [
        ([0, 1, 2], [0, 3], None),
        ([1, 2, 3], [0, 3], "loss is not a number"),
        ([-1, 0, 1], [0, 3], "loss is not a number"),
        ([0, 1, 2], [0, 4], "loss is not a number"),
    ],
)
def test_labels_and_tokens_out_of_range_are_left_to_the_scripts_own_backend(labels, tokens, reason):
    """TensorFlow raises where layers aren't compiled; JAX would count no loss for such a label."""

    def build(hp):
        inputs = keras.Input((2,), dtype="int32")
        hidden = layers.Flatten()(layers.Embedding(4, 2)(inputs))
        model = keras.Model(inputs, layers.Dense(3, "softmax")(hidden))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    x, y = np.resize(tokens, (6, 2)), np.resize(labels, 6)
    model = build(None)
    (said,) = answers(model, build, {"x": x, "y": y}, {"epochs": 1, "shuffle": False})
    assert isinstance(said, Failed if reason else Done), said
    if reason:
        assert said.reason.startswith(reason)
    else:
        history = model.fit(x, y, shuffle=False, verbose=0).history
        np.testing.assert_allclose(said.history["loss"], history["loss"], 1e-5)


@pytest.mark.parametrize(
    ("numbers", "longer"),
    [
        (np.array([2**31 - 1, -(2**31)]), False),
        (np.array([2**31]), True),
        (np.array([-(2**31) - 1]), True),
        (np.array([2**32 - 1], np.uint32), True),
        (np.array([2.0**40]), False),
        (np.array([], int), False),
        (pandas.DataFrame({"a": [1.5], "b": [2**31]}), False),
        (pandas.Series([2**31]), True),
        (None, False),
    ],
)
def test_whole_numbers_of_more_than_32_bits_are_known(numbers, longer):
    """JAX wraps them around: a target of 2**31 would be a negative one."""
    assert _is_longer(numbers) == longer
    apart = Apart(None)
    apart._process = Said()
    told = contextlib.nullcontext()
    if longer:
        told = pytest.raises(NotApart, match="more than the 32 bits of JAX")
    with told:
        apart._data_number({"x": X, "y": numbers})
    assert len(apart._process.messages) == (not longer)


class Projected(layers.Layer):
    """By a matrix that isn't a weight."""

    def __init__(self, matrix):
        super().__init__()
        self.matrix = matrix

    def call(self, x):
        return x @ self.matrix if self.matrix.ndim else x


@pytest.mark.parametrize("kind", [np.asarray, keras.ops.convert_to_tensor])
def test_a_layer_with_other_numbers_is_another_model(kind):
    """One that draws them draws others in the process beside a script."""
    matrix = RNG.normal(size=(2, 30)).astype("float32")

    def said(values):
        keras.utils.clear_session(free_memory=False)
        model = keras.Sequential([keras.Input((2,)), Projected(kind(values)), layers.Dense(1)])
        model.compile("sgd", "mse")
        return description(model)

    assert said(matrix) == said(matrix * (1 + 1e-7))
    assert len({said(matrix), said(matrix[::-1]), said(2 * matrix)}) == 3


def test_what_has_no_numbers_is_no_reason_against():
    """As of a sparse matrix, or of an array that is left over from a trace."""
    left = []
    jax.jit(lambda x: left.append(x) or x)(1.0)
    model = keras.Sequential([keras.Input((2,)), Projected(left[0]), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert description(model)


def test_what_a_model_draws_begins_anew_where_fit_trains_it_after_all():
    """Its weights were drawn by a call, in which a dropout has drawn, too."""

    class Noisy(keras.Model):
        def __init__(self):
            super().__init__()
            self.parts = [layers.GaussianNoise(0.1, seed=3), layers.Dense(1)]

        def call(self, x):
            return self.parts[1](self.parts[0](x, training=True))

    model = Noisy()
    state = model.parts[0].seed_generator.state
    first = np.asarray(state)
    _draw(model, X, 3)
    assert model.built
    np.testing.assert_array_equal(np.asarray(state), first)
    model(X)
    assert not np.array_equal(np.asarray(state), first), "a call draws"


def test_a_sequence_of_layers_without_an_input_takes_batches_of_any_size():
    """What is saved or exported of the best model would take those of its training alone."""
    drawn = []
    for draw in (lambda model: _draw(model, X, 3), lambda model: model(X[:3])):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([layers.Dense(2, "relu"), layers.Dropout(0.1), layers.Dense(1)])
        draw(model)
        drawn.append(model)
    ours, called = drawn
    assert ours.input_shape == (None, 2)
    assert ours.output_shape == (None, 1)
    for one, other in zip(ours.get_weights(), called.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    again = keras.Sequential([layers.Dense(2, "relu"), layers.Dropout(0.1), layers.Dense(1)])
    build_as_recorded(again, json.loads(json.dumps(ours.get_build_config())))
    assert again.output_shape == (None, 1)


def test_a_metric_that_counts_is_the_same_where_it_counts_in_fewer_bits():
    """`MeanIoU` counts in 64 bits on TensorFlow, in 32 on JAX; each value elsewhere counts."""
    mean = {"class_name": "MeanIoU", "config": {"name": "iou", "num_classes": 2}}
    there, here = ([{**mean, "config": mean["config"] | {"dtype": k}}] for k in ("int64", "int32"))
    assert _plain(there) == _plain(here) != _plain([mean])
    assert _plain({"dtype": {"config": "int64"}}) != _plain({"dtype": {"config": "int32"}})
    assert _plain({"dtype": "float32"}) != _plain({"dtype": "float64"})
