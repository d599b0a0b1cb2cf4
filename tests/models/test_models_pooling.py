"""The mean and the maximum over real steps, against NumPy and Keras, and as they are saved."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from rnnsearch.data import MASK_VALUE
from rnnsearch.models import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.tasks import Head

T, F, N = 5, 2, 4
NUMBERS = Head(T, F, None, False, 2, "linear", True)
HEADS = {
    "numbers": NUMBERS,
    "tokens": replace(NUMBERS, features=1, vocabulary=4),
    "no padding": replace(NUMBERS, masked=False),
}
REDUCED = {"mean": np.mean, "max": np.max}
RNG = np.random.default_rng(5)


def inputs(kind):
    """Sequences of 5, 4, 3 and 2 steps, padded in front; all of 5 where there is no padding."""
    padding = np.arange(T)[None] < np.arange(N)[:, None]
    if kind == "tokens":
        return np.where(padding, 0, RNG.integers(1, 4, (N, T))).astype(np.int32)
    x = RNG.normal(size=(N, T, F)).astype(np.float32)
    if kind == "numbers":
        x[padding] = MASK_VALUE
    return x


def network(kind, pooling):
    """With an offset after the recurrent layers, so that no maximum is that of a zero."""
    model = build_standard(
        Architecture("GRU", (4, 3), True, True, HEADS[kind], 3, "none", pooling), blank=True
    )
    for variable in model.trainable_variables:
        offset = -3.0 if variable.path.endswith("layer_norm_2/beta") else 0.0
        variable.assign(RNG.normal(size=variable.shape) + offset)
    return model


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("pooling", REDUCED)
def test_only_real_steps_are_pooled(kind, pooling):
    model, x = network(kind, pooling), inputs(kind)
    norm, output = model.get_layer("layer_norm_2"), model.get_layer("output")
    steps = keras.Model(model.inputs, norm.output).predict(x, verbose=0)
    lengths = [T] * N if kind == "no padding" else range(T, T - N, -1)
    read = [REDUCED[pooling](s[T - n :], axis=0) for s, n in zip(steps, lengths, strict=True)]
    kernel, bias = output.get_weights()
    found = model.predict(x, verbose=0)
    np.testing.assert_allclose(found, np.array(read) @ kernel + bias, rtol=1e-4, atol=1e-5)
    if pooling == "mean":
        pooled = keras.layers.GlobalAveragePooling1D()(norm.output)
        expected = keras.Model(model.inputs, output(pooled)).predict(x, verbose=0)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", REDUCED)
def test_a_sequence_without_real_steps_is_a_number_still(pooling):
    model = network("tokens", pooling)
    bias = model.get_layer("output").get_weights()[1]
    found = model.predict(np.zeros((2, T), np.int32), verbose=0)
    np.testing.assert_allclose(found, [bias, bias], rtol=1e-6)


@pytest.mark.parametrize("kind", ["numbers", "tokens"])
def test_a_saved_network_needs_nothing_of_ours(kind, tmp_path):
    model, x = network(kind, "max"), inputs(kind)
    assert '"module": "rnnsearch' not in model.to_json()
    model.save(tmp_path / "best.keras")
    loaded = keras.saving.load_model(tmp_path / "best.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_weights_are_those_of_the_last_output():
    last, pooled = (network("tokens", pooling) for pooling in ("last", "max"))
    shapes = [[tuple(v.shape) for v in model.trainable_variables] for model in (last, pooled)]
    assert shapes[0] == shapes[1]
