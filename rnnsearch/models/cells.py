"""The arithmetic of one step of each cell, equal to Keras's, on projections made beforehand.

The input's share of a step, ``x @ kernel + bias``, does not depend on the hidden state: it is
computed for all steps at once (`project`), which leaves one matrix product a step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras import ops

__all__ = ["CELLS", "Cell"]

Tensor = Any
Step = Callable[[Tensor, tuple[Tensor, ...], Tensor], tuple[Tensor, ...]]


@dataclass(frozen=True)
class Cell:
    """A recurrent cell.

    Attributes:
        gates: G; kernels have G·H columns, in Keras's order.
        states: Arrays of (B, H) carried from step to step; the first is the output.
        step: From the input's share (B, G·H), the states and the recurrent share (B, G·H) to
            the new states.
        recurrent_bias: Whether the recurrent share has a bias of its own (GRU).
        shared_dropout: Whether recurrent dropout has one mask for all gates (SimpleRNN).
    """

    gates: int
    states: int
    step: Step
    recurrent_bias: bool = False
    shared_dropout: bool = False


def _simple_rnn(x: Tensor, states: tuple[Tensor, ...], h: Tensor) -> Any:
    return (ops.tanh(x + h),)


def _lstm(x: Tensor, states: tuple[Tensor, ...], h: Tensor) -> Any:
    """Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000)."""
    i, f, g, o = ops.split(x + h, 4, axis=-1)
    c = ops.sigmoid(f) * states[1] + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


def _gru(x: Tensor, states: tuple[Tensor, ...], h: Tensor) -> Any:
    """Cho et al. (2014), the reset gate applied after the matrix product as Keras and cuDNN do."""
    x_z, x_r, x_h = ops.split(x, 3, axis=-1)
    h_z, h_r, h_h = ops.split(h, 3, axis=-1)
    z = ops.sigmoid(x_z + h_z)
    candidate = ops.tanh(x_h + ops.sigmoid(x_r + h_r) * h_h)
    return (z * states[0] + (1 - z) * candidate,)


CELLS: dict[str, Cell] = {
    "SimpleRNN": Cell(1, 1, _simple_rnn, shared_dropout=True),
    "LSTM": Cell(4, 2, _lstm),
    "GRU": Cell(3, 1, _gru, recurrent_bias=True),
}
