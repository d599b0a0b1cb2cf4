"""Recurrent Keras layers as the operators LSTM, GRU and RNN.

These know padding at the end of a sequence only. Here it stands at the front, so a masked sequence
is turned round and read backwards: its last step first in the array, its padding at the end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnnsearch.exports.operators._base import NoTranslation, Operators, Symbol

__all__ = ["bidirectional", "recurrent"]

_KINDS = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}
_ORDER = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "SimpleRNN": (0,)}
"""Places of the operator's gates among those of Keras."""


def recurrent(
    operators: Operators, layer: Any, x: Symbol, mask: Symbol | None = None, **named: Any
) -> Symbol | list[Symbol]:
    """A layer that reads forwards: its output, and its states where they are asked for."""
    initial = named.get("initial_state")
    mask = x.mask if mask is None else mask
    outputs, states = _one_way(operators, layer, x, mask, initial, backward=False)
    if not layer.return_sequences:
        outputs = states[0]
    else:
        outputs = replace(outputs, mask=mask)
    return [outputs, *states] if layer.return_state else outputs


def bidirectional(
    operators: Operators, layer: Any, x: Symbol, mask: Symbol | None = None, **named: Any
) -> Symbol | list[Symbol]:
    """Both directions side by side; states of one after those of the other."""
    mask = x.mask if mask is None else mask
    initial = named.get("initial_state")
    half = 0 if initial is None else len(initial) // 2
    found, states = [], []
    for backward, one in enumerate((layer.forward_layer, layer.backward_layer)):
        start = None if initial is None else initial[backward * half : (backward + 1) * half]
        outputs, last = _one_way(operators, one, x, mask, start, backward=bool(backward))
        found.append(outputs if layer.return_sequences else last[0])
        states += last
    joined = operators.add("Concat", *found, axis=-1)
    if layer.return_sequences:
        joined = replace(joined, mask=mask)
    return [joined, *states] if layer.return_state else joined


def _one_way(
    operators: Operators,
    layer: Any,
    x: Symbol,
    mask: Symbol | None,
    initial: Any,
    *,
    backward: bool,
) -> tuple[Symbol, list[Symbol]]:
    """Outputs (B, T, H) in the order of the steps, and the last states (B, H)."""
    name = type(layer).__name__
    _must_be_usual(layer, backward=backward)
    steps_first = operators.add("Transpose", x, perm=(1, 0, 2))
    lengths = None
    turned = mask is not None
    if mask is not None:
        counted = operators.cast(mask, "int32")
        lengths = operators.add("ReduceSum", counted, operators.axes(1), keepdims=0)
        steps_first = _turned(operators, steps_first)
    kept = list(initial) if isinstance(initial, (list, tuple)) else [initial]
    starts = [
        None if one is None else operators.add("Unsqueeze", one, operators.axes(0)) for one in kept
    ]
    settings: dict[str, Any] = {"hidden_size": layer.units}
    settings["direction"] = "reverse" if backward != turned else "forward"
    if name == "GRU":
        settings["linear_before_reset"] = 1
    states = 2 if name == "LSTM" else 1
    read = [operators.constant(array) for array in _arranged(layer, name)]
    y, *last = operators.add_several(
        _KINDS[name], 1 + states, steps_first, *read, lengths, *starts, **settings
    )
    outputs = operators.add("Squeeze", y, operators.axes(1))
    if turned:
        outputs = _turned(operators, outputs)
    outputs = operators.add("Transpose", outputs, perm=(1, 0, 2))
    return outputs, [operators.add("Squeeze", one, operators.axes(0)) for one in last]


def _must_be_usual(layer: Any, *, backward: bool) -> None:
    """Refuse what the operators would compute as something else."""
    usual = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        "reset_after": True,
        "go_backwards": backward,
    }
    config = layer.get_config()
    for key, expected in usual.items():
        received = config.get(key, expected)
        if received != expected:
            raise NoTranslation(f"the layer {layer.name} with {key} {received}")


def _turned(operators: Operators, x: Symbol) -> Symbol:
    """(T, B, F) with the last step first."""
    start, end = operators.axes(-1), operators.axes(np.iinfo(np.int64).min + 1)
    return operators.add("Slice", x, start, end, operators.axes(0), operators.axes(-1))


def _arranged(layer: Any, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights as the operator has them: (1, G·H, F), (1, G·H, H), (1, 2·G·H)."""
    kernel, recurrent_kernel, bias = layer.get_weights()
    biases = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    order = _ORDER[name]

    def gates(array: np.ndarray) -> np.ndarray:
        """The gates of the last axis in the order of ONNX."""
        parts = np.split(array, len(order), axis=-1)
        return np.concatenate([parts[place] for place in order], axis=-1)

    both = np.concatenate([gates(biases[0]), gates(biases[1])])
    return gates(kernel).T[None].copy(), gates(recurrent_kernel).T[None].copy(), both[None]
