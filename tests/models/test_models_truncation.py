"""Truncated backpropagation through time is real: gradients with respect to inputs show it."""

from dataclasses import replace

import jax
import keras
import numpy as np
import pytest

from rnnsearch.models import Architecture
from rnnsearch.models.architecture import Recurrent
from rnnsearch.models.build import build, build_standard
from rnnsearch.models.chunked import ChunkedLayers, ChunkedRNN
from rnnsearch.models.gated import GatedLayers, GatedRNN
from rnnsearch.models.layers import StandardLayers
from rnnsearch.models.seeded_weights import initial_weights
from rnnsearch.tasks import Head

T, F = 10, 2
CELLS = ["SimpleRNN", "LSTM", "GRU"]
HEAD = Head(
    steps=T, features=F, repeat=None, sequences=False, width=1, activation="linear", masked=False
)


def architecture(cell, bidirectional=False, **head):
    return Architecture(cell, (3, 3), bidirectional, False, replace(HEAD, **head))


def with_weights(model, cell):
    weights = initial_weights(model.trainable_variables, 0, cell, 1.0)
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)
    return model


def gated(arch, unroll_length):
    layers = GatedLayers(truncates=True, drops=False, drops_recurrent=False)
    model = with_weights(build(arch, layers, blank=True), arch.cell)
    for variable in model.non_trainable_variables:
        variable.assign(unroll_length)
    return model


def chunked(arch, unroll_length):
    layers = ChunkedLayers(unroll_length=unroll_length)
    return with_weights(build(arch, layers, blank=True), arch.cell)


KINDS = {"gated": gated, "chunked": chunked}


def input_gradient(model, at=-1):
    """Norm of the gradient of the output at step `at` with respect to each input step, (T,)."""
    x = np.random.default_rng(0).normal(size=(2, T, F)).astype(np.float32)

    @jax.jit
    def gradient(x):
        def loss(x):
            y = model(x, training=True)
            return (y if y.ndim == 2 else y[:, at]).sum()

        return jax.grad(loss)(x)

    return np.abs(np.asarray(gradient(x))).sum(axis=(0, 2))


@pytest.mark.parametrize(
    ("kind", "cell", "unroll_length"),
    [*(("gated", cell, 4) for cell in CELLS), *((kind, "GRU", 1) for kind in KINDS)],
)
def test_inputs_older_than_k_steps_have_no_gradient(kind, cell, unroll_length):
    """Chunks of four steps have the gradients of gates: the test of that has every cell."""
    gradient = input_gradient(KINDS[kind](architecture(cell), unroll_length))
    assert (gradient[: T - unroll_length] == 0.0).all()
    assert (gradient[T - unroll_length :] > 0.0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_cuts_are_counted_from_the_end_of_the_sequence(kind):
    """k = 4 of T = 10 cuts before steps 2 and 6: step 5's loss reaches back to step 2."""
    gradient = input_gradient(KINDS[kind](architecture("GRU", sequences=True), 4), at=5)
    assert list(np.flatnonzero(gradient)) == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("cell", "bidirectional"), [*((cell, True) for cell in CELLS), ("LSTM", False)]
)
def test_full_is_plain_keras(cell, bidirectional):
    arch = architecture(cell, bidirectional)
    plain = with_weights(build_standard(arch, blank=True), cell)
    np.testing.assert_allclose(
        input_gradient(gated(arch, T)), input_gradient(plain), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("cell", CELLS)
def test_gates_and_chunks_have_the_same_gradients(cell):
    arch = architecture(cell, bidirectional=True, sequences=True)
    one, other = input_gradient(gated(arch, 4), at=7), input_gradient(chunked(arch, 4), at=7)
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_nothing_is_chunked_where_nothing_is_cut():
    wanted = Recurrent("LSTM", 3, "recurrent", steps=T, sequences=False)
    layer = ChunkedLayers(unroll_length=T).recurrent(wanted)
    assert type(layer) is keras.layers.LSTM


def test_the_saved_model_has_no_layer_of_ours(tmp_path):
    arch = replace(architecture("LSTM", bidirectional=True), layer_norm=True)
    model = build_standard(arch, dropout=0.1, recurrent_dropout=0.1)
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    assert not any(isinstance(layer, GatedRNN | ChunkedRNN) for layer in loaded.layers)
    assert all(type(layer).__module__.startswith("keras.") for layer in loaded.layers)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights_follow_keras_rules(cell):
    model = build_standard(architecture(cell))
    mine = initial_weights(model.trainable_variables, 3, cell, forget_bias=1.0)
    for variable, value in zip(model.trainable_variables, mine, strict=True):
        theirs = variable.numpy()
        assert value.shape == theirs.shape
        name = variable.path.rsplit("/", 1)[-1]
        if name == "recurrent_kernel":
            np.testing.assert_allclose(value @ value.T, np.eye(3), atol=1e-5)
        elif name == "kernel":
            limit = np.sqrt(6 / sum(value.shape))
            assert np.abs(value).max() <= limit
        else:
            np.testing.assert_array_equal(value, theirs)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        *(("standard", cell) for cell in ("LSTM", "GRU", "feed_forward")),
        *(("chunked", "LSTM"), ("gated", "LSTM")),
    ],
)
def test_a_blank_model_differs_in_its_weights_only(kind, cell):
    arch = replace(architecture(cell, bidirectional=cell != "feed_forward"), layer_norm=True)

    def model(blank):
        keras.utils.clear_session(free_memory=False)  # for equal names
        return build(arch, LAYERS[kind](), blank=blank)

    blank, usual = model(True), model(False)
    for mine, theirs in zip(blank.weights, usual.weights, strict=True):
        assert (mine.path, mine.shape, mine.dtype) == (theirs.path, theirs.shape, theirs.dtype)
    if kind == "standard":
        assert blank.get_config() == usual.get_config()
        drawn = [v for v in blank.weights if "kernel" in v.path or "gamma" in v.path]
        assert drawn and not any(v.numpy().any() for v in drawn)
    x = np.random.default_rng(0).normal(size=(2, *blank.input_shape[1:])).astype(np.float32)
    with_weights(blank, cell), with_weights(usual, cell)
    np.testing.assert_array_equal(blank(x), usual(x))


LAYERS = {
    "standard": StandardLayers,
    "chunked": lambda: ChunkedLayers(unroll_length=4),
    "gated": lambda: GatedLayers(truncates=False, drops=False, drops_recurrent=False),
}
