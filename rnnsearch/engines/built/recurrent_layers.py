"""A user's plain LSTM, GRU and SimpleRNN layers, run as those of our own networks are.

The same sums in another order: the input's share of all steps is one product, and gradients are
those of `rnnsearch.models.recurrence`, written by hand. Other layers stay as Keras has them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import keras

from rnnsearch.models.cells import CELLS
from rnnsearch.models.recurrence import Gates, Sweep, Weights, input_share, recur

__all__ = ["by_hand", "is_plain"]

_NAMES = {
    keras.layers.LSTM: "LSTM",
    keras.layers.GRU: "GRU",
    keras.layers.SimpleRNN: "SimpleRNN",
}
_CELLS = (keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.SimpleRNNCell)


@contextlib.contextmanager
def by_hand(model: keras.Model) -> Iterator[None]:
    """While a model is traced in the block its plain recurrent layers are computed by hand.

    Only on a CPU: elsewhere Keras has kernels of the device's for them.
    """
    layers = []
    if jax.default_backend() == "cpu":
        layers = [layer for layer in model._flatten_layers() if is_plain(layer)]
    try:
        for layer in layers:
            object.__setattr__(layer, "inner_loop", _loop(layer))
        yield
    finally:
        for layer in layers:
            object.__delattr__(layer, "inner_loop")


def is_plain(layer: Any) -> bool:
    """Whether a layer computes what the cell of its name does, and nothing else."""
    if type(layer) not in _NAMES or type(layer.cell) not in _CELLS:
        return False
    cell = layer.cell
    gates = getattr(cell, "recurrent_activation", keras.activations.sigmoid)
    usual = cell.activation is keras.activations.tanh and gates is keras.activations.sigmoid
    # Keras's implementation 1 has a mask of dropout for each gate.
    whole = cell.use_bias and getattr(cell, "reset_after", True)
    whole = whole and getattr(cell, "implementation", 2) == 2
    return bool(usual and whole and not layer.unroll and cell.compute_dtype == "float32")


def _loop(layer: Any) -> Callable[..., Any]:
    """In place of the layer's `inner_loop`: the last output, all outputs, and the states."""

    def inner_loop(
        sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> tuple[Any, Any, list[Any]]:
        """Masks, and dropout of the state, are Keras's to compute."""
        masked = any(one is not None for one in keras.tree.flatten(mask))
        drops = training and layer.dropout
        if masked or (training and layer.recurrent_dropout) or (drops and layer.dropout >= 1):
            usual: tuple[Any, Any, list[Any]] = type(layer).inner_loop(
                layer, sequences, initial_state, mask, training
            )
            return usual
        if drops:
            sequences = sequences * layer.cell.get_dropout_mask(sequences[:, 0, :])[:, None, :]
        return _run(layer, sequences, tuple(keras.tree.flatten(initial_state)))

    return inner_loop


def _run(layer: Any, x: Any, initial: tuple[Any, ...]) -> tuple[Any, Any, list[Any]]:
    """Sequences (B, T, F) to outputs (B, H) and (B, T, H), and states of (B, H)."""
    name, cell, backward = _NAMES[type(layer)], layer.cell, layer.go_backwards
    bias = keras.ops.convert_to_tensor(cell.bias)
    input_bias, recurrent_bias = bias, None
    if CELLS[name].recurrent_bias:
        input_bias, recurrent_bias = bias[0], bias[1]
    kernel, recurrent = map(keras.ops.convert_to_tensor, (cell.kernel, cell.recurrent_kernel))
    outputs, last = recur(
        Sweep(name, layer.return_sequences, backward),
        input_share(jnp.swapaxes(x, 0, 1), kernel, input_bias),
        Weights(recurrent, recurrent_bias),
        Gates(None, None, None),
        initial,
    )
    if outputs is None:
        return last[0], last[0][:, None], list(last)
    outputs = jnp.swapaxes(outputs, 0, 1)
    # Keras has them in the order in which they were computed.
    return last[0], outputs[:, ::-1] if backward else outputs, list(last)
