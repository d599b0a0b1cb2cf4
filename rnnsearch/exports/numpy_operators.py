"""The operators in NumPy. Their text goes into exported Python files: it needs NumPy alone.

Arguments and settings are those of ONNX. Recurrent operators have T steps first, then B.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["KINDS"]


def where(condition: Any, one: Any, other: Any) -> Any:
    """One where the condition holds, else the other."""
    return np.where(condition, one, other)


def cast(x: Any, to: str) -> Any:
    """As another type."""
    return x.astype(to)


def transpose(x: Any, perm: Any) -> Any:
    """With axes in another order."""
    return x.transpose(perm)


def reshape(x: Any, shape: Any) -> Any:
    """In another shape, of which 0 keeps an axis."""
    return x.reshape([x.shape[axis] if size == 0 else size for axis, size in enumerate(shape)])


def unsqueeze(x: Any, axes: Any) -> Any:
    """With further axes of size 1."""
    return np.expand_dims(x, tuple(axes))


def squeeze(x: Any, axes: Any) -> Any:
    """Without axes of size 1."""
    return np.squeeze(x, tuple(axes))


def concat(*parts: Any, axis: int) -> Any:
    """Side by side."""
    return np.concatenate(parts, axis=axis)


def split(x: Any, axis: int, num_outputs: int) -> Any:
    """In equal parts."""
    return np.split(x, num_outputs, axis=axis)


def pad(x: Any, widths: Any) -> Any:
    """Zeros around."""
    return np.pad(x, list(zip(widths[: x.ndim], widths[x.ndim :], strict=True)))


def cut(x: Any, starts: Any, ends: Any, axes: Any, steps: Any = None) -> Any:
    """A slice of some axes."""
    keys = [slice(None)] * x.ndim
    for place, axis in enumerate(axes):
        step = 1 if steps is None else steps[place]
        end = None if abs(int(ends[place])) > 1 << 60 else ends[place]
        keys[axis] = slice(starts[place], end, step)
    return x[tuple(keys)]


def gather(x: Any, places: Any, axis: int) -> Any:
    """The rows of a table, or some places along an axis."""
    return np.take(x, places, axis=axis)


def sort(x: Any, axis: int) -> Any:
    """In order."""
    return np.sort(x, axis=axis)


def reduced(function: Any, x: Any, axes: Any, keepdims: int) -> Any:
    """A sum, a mean, the most or the least over some axes."""
    return function(x, axis=tuple(axes), keepdims=bool(keepdims))


def softmax(x: Any, axis: int) -> Any:
    """Numbers to shares of one."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def sigmoid(x: Any) -> Any:
    """Numbers to between 0 and 1, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def conv(x: Any, weights: Any, bias: Any, pads: Any) -> Any:
    """A convolution over the last axis, (B, F, T) to (B, O, T)."""
    padded = np.pad(x, ((0, 0), (0, 0), tuple(pads)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2], axis=2)
    return np.einsum("bftk,ofk->bot", windows, weights) + bias[:, None]


def rnn_step(shared: Any, recurrent: Any, bias: Any, states: Any) -> Any:
    """A step of a simple recurrent network, from its inputs' share and its states."""
    return (np.tanh(shared + states[0] @ recurrent + bias),)


def gru_step(shared: Any, recurrent: Any, bias: Any, states: Any) -> Any:
    """A step of a gated recurrent unit, reset after the product (Cho et al., 2014)."""
    update, reset, new = np.split(shared, 3, axis=-1)
    from_update, from_reset, from_new = np.split(states[0] @ recurrent + bias, 3, axis=-1)
    keep = sigmoid(update + from_update)
    candidate = np.tanh(new + sigmoid(reset + from_reset) * from_new)
    return (keep * states[0] + (1 - keep) * candidate,)


def lstm_step(shared: Any, recurrent: Any, bias: Any, states: Any) -> Any:
    """A step of a long short-term memory (Hochreiter & Schmidhuber, 1997), gates i, o, f, c."""
    hidden, cell = states
    into, out, forget, new = np.split(shared + hidden @ recurrent + bias, 4, axis=-1)
    cell = sigmoid(forget) * cell + sigmoid(into) * np.tanh(new)
    return sigmoid(out) * np.tanh(cell), cell


def recurrent(
    step: Any,
    x: Any,
    weights: Any,
    recurrent_weights: Any,
    biases: Any,
    lengths: Any = None,
    *starts: Any,
    hidden_size: int,
    direction: str,
) -> Any:
    """A recurrent layer over (T, B, F): outputs (T, 1, B, H), and the last states (1, B, H)."""
    steps, batch, _ = x.shape
    of_inputs, of_states = np.split(biases[0], 2)
    shared = x @ weights[0].T + of_inputs
    nothing = np.zeros((batch, hidden_size), x.dtype)
    states = [nothing if one is None else one[0] for one in starts]
    outputs = np.zeros((steps, batch, hidden_size), x.dtype)
    real = np.ones((steps, batch, 1), bool)
    if lengths is not None:
        real = (np.arange(steps)[:, None] < lengths)[..., None]
    for at in range(steps) if direction == "forward" else range(steps - 1, -1, -1):
        after = step(shared[at], recurrent_weights[0].T, of_states, states)
        states = [np.where(real[at], new, old) for new, old in zip(after, states, strict=True)]
        outputs[at] = np.where(real[at], states[0], 0)
    return [outputs[:, None], *(one[None] for one in states)]


def lstm(*given: Any, **settings: Any) -> Any:
    """A layer of long short-term memories."""
    return recurrent(lstm_step, *padded_out(given, 2), **settings)


def gru(*given: Any, linear_before_reset: int, **settings: Any) -> Any:
    """A layer of gated recurrent units."""
    return recurrent(gru_step, *padded_out(given, 1), **settings)


def rnn(*given: Any, **settings: Any) -> Any:
    """A layer of a simple recurrent network."""
    return recurrent(rnn_step, *padded_out(given, 1), **settings)


def padded_out(given: Any, states: int) -> Any:
    """Inputs of a recurrent operator, None for those that are left out at the end."""
    return [*given, *[None] * (5 + states - len(given))]


KINDS = {
    "Abs": "np.abs({0})",
    "Add": "{0} + {1}",
    "And": "{0} & {1}",
    "Cast": cast,
    "Concat": concat,
    "Conv": conv,
    "Div": "{0} / {1}",
    "Equal": "{0} == {1}",
    "Exp": "np.exp({0})",
    "GRU": gru,
    "Gather": gather,
    "Greater": "{0} > {1}",
    "Identity": "{0}",
    "IsNaN": "np.isnan({0})",
    "LSTM": lstm,
    "Log": "np.log({0})",
    "MatMul": "{0} @ {1}",
    "Max": "np.maximum({0}, {1})",
    "Mod": "{0} % {1}",
    "Mul": "{0} * {1}",
    "Not": "~{0}",
    "Pad": pad,
    "RNN": rnn,
    "ReduceMax": "reduced(np.max, {0}, {1}, {keepdims})",
    "ReduceMean": "reduced(np.mean, {0}, {1}, {keepdims})",
    "ReduceMin": "reduced(np.min, {0}, {1}, {keepdims})",
    "ReduceSum": "reduced(np.sum, {0}, {1}, {keepdims})",
    "Relu": "np.maximum({0}, 0)",
    "Reshape": reshape,
    "Sigmoid": sigmoid,
    "Slice": cut,
    "Softmax": softmax,
    "Sort": sort,
    "Split": split,
    "Sqrt": "np.sqrt({0})",
    "Squeeze": squeeze,
    "Sub": "{0} - {1}",
    "Tanh": "np.tanh({0})",
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
    "Where": where,
}
"""Operator → its function, or the expression that it is."""
