"""The arithmetic of one step of each cell, equal to Keras's, and its gradient, written by hand.

The input's share of a step, ``x @ kernel + bias``, does not depend on the hidden state: it is
computed for all steps at once, before. What is left is one matrix product a step, of the hidden
state, and the element-wise functions here. Their gradients are by hand because automatic ones
keep more arrays a step, and each costs a call of a kernel; `rnnsearch.models.recurrence` joins
the steps, and benchmarks/README.md has the gain.

All arrays of a step are (B, H) or, over all gates, (B, G·H) with the gates in Keras's order. The
functions are element-wise, so they also hold for all steps at once, (T, B, H).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from rnnsearch.vocabulary import CELLS as facts
from rnnsearch.vocabulary import CellFact

__all__ = ["CELLS", "Cell"]

Array = Any
Arrays = tuple[Array, ...]


@dataclass(frozen=True)
class Cell:
    """A recurrent cell.

    Attributes:
        fact: What it is.
        forward: From the input's share, the states and the recurrent share to the new states
            and what `backward` needs.
        backward: From what `forward` kept, the states before the step and the gradient of those
            after it to the gradient of the input's share and of the states before, the latter
            without their part in the recurrent share.
        recurrent_gradient: From the gradient of the input's share and what `forward` kept to
            the gradient of the recurrent share; None where they are the same.
        recurrent_bias: Whether the recurrent share has a bias of its own (GRU).
        shared_dropout: Whether recurrent dropout has one mask for all gates (SimpleRNN).
    """

    fact: CellFact
    forward: Callable[[Array, Arrays, Array], tuple[Arrays, Arrays]]
    backward: Callable[[Arrays, Arrays, Arrays], tuple[Array, Arrays]]
    recurrent_gradient: Callable[[Array, Arrays], Array] | None = None
    recurrent_bias: bool = False
    shared_dropout: bool = False

    @property
    def gates(self) -> int:
        """Blocks of H columns in the weights, one a gate."""
        return self.fact.gates

    @property
    def states(self) -> int:
        """Arrays carried from step to step."""
        return self.fact.states


def _sigmoid(x: Array) -> Array:
    """Of the logistic function's forms the one without an exponential, which is slower on a CPU."""
    return 0.5 * jnp.tanh(0.5 * x) + 0.5


def _simple_rnn(x: Array, states: Arrays, h: Array) -> tuple[Arrays, Arrays]:
    new = jnp.tanh(x + h)
    return (new,), (new,)


def _simple_rnn_gradient(kept: Arrays, states: Arrays, d: Arrays) -> tuple[Array, Arrays]:
    return d[0] * (1 - kept[0] * kept[0]), (jnp.zeros_like(d[0]),)


def _lstm(x: Array, states: Arrays, h: Array) -> tuple[Arrays, Arrays]:
    """Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000)."""
    i, f, g, o = jnp.split(x + h, 4, axis=-1)
    i, f, g, o = _sigmoid(i), _sigmoid(f), jnp.tanh(g), _sigmoid(o)
    c = f * states[1] + i * g
    return (o * jnp.tanh(c), c), (i, f, g, o)


def _lstm_gradient(kept: Arrays, states: Arrays, d: Arrays) -> tuple[Array, Arrays]:
    i, f, g, o = kept
    squashed = jnp.tanh(f * states[1] + i * g)
    d_c = d[1] + d[0] * o * (1 - squashed * squashed)
    gates = [
        d_c * g * i * (1 - i),
        d_c * states[1] * f * (1 - f),
        d_c * i * (1 - g * g),
        d[0] * squashed * o * (1 - o),
    ]
    return jnp.concatenate(gates, axis=-1), (jnp.zeros_like(d[0]), d_c * f)


def _gru(x: Array, states: Arrays, h: Array) -> tuple[Arrays, Arrays]:
    """Cho et al. (2014), the reset gate applied after the matrix product as Keras and cuDNN do."""
    x_z, x_r, x_h = jnp.split(x, 3, axis=-1)
    h_z, h_r, h_h = jnp.split(h, 3, axis=-1)
    z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
    candidate = jnp.tanh(x_h + r * h_h)
    return (z * states[0] + (1 - z) * candidate,), (z, r, candidate, h_h)


def _gru_gradient(kept: Arrays, states: Arrays, d: Arrays) -> tuple[Array, Arrays]:
    z, r, candidate, h_h = kept
    d_candidate = d[0] * (1 - z) * (1 - candidate * candidate)
    gates = [
        d[0] * (states[0] - candidate) * z * (1 - z),
        d_candidate * h_h * r * (1 - r),
        d_candidate,
    ]
    return jnp.concatenate(gates, axis=-1), (d[0] * z,)


def _gru_recurrent_gradient(d: Array, kept: Arrays) -> Array:
    d_z, d_r, d_h = jnp.split(d, 3, axis=-1)
    return jnp.concatenate([d_z, d_r, d_h * kept[1]], axis=-1)


CELLS: dict[str, Cell] = {
    cell.fact.name: cell
    for cell in (
        Cell(facts["SimpleRNN"], _simple_rnn, _simple_rnn_gradient, shared_dropout=True),
        Cell(facts["LSTM"], _lstm, _lstm_gradient),
        Cell(facts["GRU"], _gru, _gru_gradient, _gru_recurrent_gradient, recurrent_bias=True),
    )
}
