"""One step of each cell on tiles (R, H), a tile a gate: `rnnsearch.models.cells` for a kernel.

A kernel of Triton has no way to split or join an array, so gates are apart here. They are computed
again on the way back, from what the hidden state was: an array a gate less to write and to read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

__all__ = ["STEPS", "Step"]

Array = Any
Tiles = Sequence[Array]


@dataclass(frozen=True)
class Step:
    """A cell's step.

    Attributes:
        gates: G, in Keras's order.
        states: S, carried from step to step; the first is the output.
        forward: From the inputs' shares, the states before and the recurrent shares to the new
            states.
        backward: From the same and the gradients of the new states to those of the inputs' shares,
            of the recurrent shares, and of the states before without what came by the latter.
        biased: Whether the recurrent share has a bias of its own.
        own: Gates whose recurrent share has another gradient than the inputs' share.
    """

    gates: int
    states: int
    forward: Callable[[Tiles, Tiles, Tiles], Tiles]
    backward: Callable[[Tiles, Tiles, Tiles, Tiles], tuple[Tiles, Tiles, Tiles]]
    biased: bool = False
    own: tuple[int, ...] = ()


def _sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + jnp.exp(-x))


def _tanh(x: Array) -> Array:
    """By one exponential: the exact function takes a GPU four times as many instructions."""
    return 1.0 - 2.0 / (1.0 + jnp.exp(2.0 * x))


def _simple(x: Tiles, states: Tiles, h: Tiles) -> Tiles:
    return (_tanh(x[0] + h[0]),)


def _simple_back(x: Tiles, states: Tiles, h: Tiles, d: Tiles) -> tuple[Tiles, Tiles, Tiles]:
    new = _tanh(x[0] + h[0])
    shares = (d[0] * (1.0 - new * new),)
    return shares, shares, (jnp.zeros_like(d[0]),)


def _lstm_gates(x: Tiles, h: Tiles) -> Tiles:
    i, f, g, o = (a + b for a, b in zip(x, h, strict=True))
    return _sigmoid(i), _sigmoid(f), _tanh(g), _sigmoid(o)


def _lstm(x: Tiles, states: Tiles, h: Tiles) -> Tiles:
    i, f, g, o = _lstm_gates(x, h)
    c = f * states[1] + i * g
    return o * _tanh(c), c


def _lstm_back(x: Tiles, states: Tiles, h: Tiles, d: Tiles) -> tuple[Tiles, Tiles, Tiles]:
    i, f, g, o = _lstm_gates(x, h)
    squashed = _tanh(f * states[1] + i * g)
    d_c = d[1] + d[0] * o * (1.0 - squashed * squashed)
    shares = (
        d_c * g * i * (1.0 - i),
        d_c * states[1] * f * (1.0 - f),
        d_c * i * (1.0 - g * g),
        d[0] * squashed * o * (1.0 - o),
    )
    return shares, shares, (jnp.zeros_like(d[0]), d_c * f)


def _gru(x: Tiles, states: Tiles, h: Tiles) -> Tiles:
    z, r = _sigmoid(x[0] + h[0]), _sigmoid(x[1] + h[1])
    return (z * states[0] + (1.0 - z) * _tanh(x[2] + r * h[2]),)


def _gru_back(x: Tiles, states: Tiles, h: Tiles, d: Tiles) -> tuple[Tiles, Tiles, Tiles]:
    z, r = _sigmoid(x[0] + h[0]), _sigmoid(x[1] + h[1])
    candidate = _tanh(x[2] + r * h[2])
    d_candidate = d[0] * (1.0 - z) * (1.0 - candidate * candidate)
    d_z = d[0] * (states[0] - candidate) * z * (1.0 - z)
    d_r = d_candidate * h[2] * r * (1.0 - r)
    return (d_z, d_r, d_candidate), (d_z, d_r, d_candidate * r), (d[0] * z,)


STEPS: dict[str, Step] = {
    "SimpleRNN": Step(1, 1, _simple, _simple_back),
    "LSTM": Step(4, 2, _lstm, _lstm_back),
    "GRU": Step(3, 1, _gru, _gru_back, biased=True, own=(2,)),
}
