"""Cross-entropies of a script on TensorFlow, computed by JAX: values and gradients by hand."""

import jax
import keras
import numpy as np
import pytest
from keras import layers, losses
from keras.src import backend

from rnnsearch.integrations.keras_tuner.apart.cross_entropies import cross_entropies_of

SPARSE = losses.sparse_categorical_crossentropy
CATEGORICAL = losses.categorical_crossentropy
BINARY = losses.binary_crossentropy
SOFTMAX, SIGMOID = keras.activations.softmax, keras.activations.sigmoid
FAR = [40.0, 0.0, -1.0]
SHARES = np.exp(FAR) / np.exp(FAR).sum()


def found(name, loss, labels, activation, logits):
    """A loss and its gradient by what the activation is given."""

    def of(logits):
        with cross_entropies_of(name):
            return loss(np.array([labels]), activation(logits)).sum()

    value, gradient = jax.value_and_grad(of)(np.array([logits], np.float32))
    return float(value), np.asarray(gradient)[0]


@pytest.mark.parametrize(
    ("loss", "labels", "activation", "logits", "value", "gradient"),
    [
        (SPARSE, 1, SOFTMAX, FAR, 40.0, SHARES - [0, 1, 0]),
        (CATEGORICAL, [0.0, 1, 0], SOFTMAX, FAR, 40.0, SHARES - [0, 1, 0]),
        # Of the two labels each adds to the loss, but TensorFlow's gradient is as of one.
        (CATEGORICAL, [0.0, 1, 1], SOFTMAX, FAR, 81.0, SHARES - [0, 1, 1]),
        (CATEGORICAL, [0.0, 1, 0], SIGMOID, FAR, 40.0, SHARES - [0, 1, 0]),
        (BINARY, [0.0], SIGMOID, [40.0], 40.0, [1.0]),
        (BINARY, [0.0, 1.0], SOFTMAX, [30.0, -30.0], 30.0, [0.5, -0.5]),
        # What no softmax has given is clipped, and then divided by its sum.
        (SPARSE, 1, lambda x: x, [0.5, 0.25, 0.25], np.log(4), [1.0, -3.0, 1.0]),
        (SPARSE, 0, lambda x: x, [-3.0, 0.5, 0.5], -np.log(1e-7), [0.0, 1.0, 1.0]),
    ],
)
def test_they_are_those_of_tensorflow(loss, labels, activation, logits, value, gradient):
    known, slope = found("tensorflow", loss, labels, activation, logits)
    np.testing.assert_allclose(known, value, 1e-5)
    np.testing.assert_allclose(slope, gradient, 1e-4, 1e-6)


@pytest.mark.parametrize(
    ("loss", "labels", "activation"),
    [(SPARSE, 1, SOFTMAX), (CATEGORICAL, [0.0, 1, 0], SOFTMAX), (BINARY, [0.0, 1, 1], SIGMOID)],
)
def test_another_backend_has_none_of_it(loss, labels, activation):
    usual = backend.nn.softmax
    value, _ = found("torch", loss, labels, activation, FAR)
    logits = np.array([FAR], np.float32)
    expected = float(loss(np.array([labels]), activation(logits)).sum())
    assert value == pytest.approx(expected)
    assert value < 30
    assert backend.nn.softmax is usual


def test_a_models_own_layers_tell_what_a_softmax_was_given():
    """From its last layer to its loss nothing may come between."""
    x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32") * 100
    y = np.arange(8) % 3

    def history(activation, loss, name):
        keras.utils.set_random_seed(1)
        inputs = keras.Input((2,))
        model = keras.Model(inputs, layers.Activation(activation)(layers.Dense(3)(inputs)))
        model.compile("sgd", loss)
        with cross_entropies_of(name):
            return model.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"]

    logits = losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = history("linear", logits, "")
    assert max(expected) > 20
    found = history("softmax", "sparse_categorical_crossentropy", "tensorflow")
    np.testing.assert_allclose(found, expected, 1e-5)
