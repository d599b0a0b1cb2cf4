"""Recurrent layers that let a diagnosis look inside: hidden states nudged, gates recorded.

The gradient of a loss by a nudge of zeros, added to a hidden state, is ∂L/∂h at that step. While
`probing` is active, `recurrence_of` gives layers an advance over the sequence that adds them; at
all other times the ordinary one, at no cost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from rnnsearch.models.cells import CELLS
from rnnsearch.models.recurrence import Gates, Recur, Sweep, Weights, one_step, recur

__all__ = ["Probes", "probing", "recurrence_of"]

Array = Any
Arrays = tuple[Array, ...]

_LOW, _HIGH = 0.1, 0.9
"""Where a gate counts as shut and open (Karpathy, Johnson & Fei-Fei, 2015)."""


@dataclass
class Probes:
    """What is put into the layers of a network that is traced, and what comes out.

    Attributes:
        nudges: Layer → (T, B, H) added to its hidden states; a layer that has none gets zeros.
        shapes: Layer → (T, B, H), in the order in which the layers ran.
        real: Layer → (T, B), 0 at steps that were skipped.
        saturated: Layer → share of saturated activations, ().
        forgetting: Layer → mean of each unit's forget gate, (H,); not of SimpleRNN.
    """

    nudges: Mapping[str, Array] = field(default_factory=dict)
    shapes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    real: dict[str, Array] = field(default_factory=dict)
    saturated: dict[str, Array] = field(default_factory=dict)
    forgetting: dict[str, Array] = field(default_factory=dict)


_active: ContextVar[Probes | None] = ContextVar("probes", default=None)


@contextlib.contextmanager
def probing(probes: Probes) -> Iterator[Probes]:
    """Have layers that are called inside the block take part in a diagnosis."""
    token = _active.set(probes)
    try:
        yield probes
    finally:
        _active.reset(token)


def recurrence_of(layer: str, direction: int) -> Recur:
    """What runs a cell over a sequence: `recur`, or while there is a diagnosis, one with probes.

    Then it is never `recur` itself, which layers may replace by a kernel of the device that they
    train on: a diagnosis is computed on the host.

    Args:
        layer: Its name.
        direction: 0 forward; the other direction is not looked into.
    """
    probes = _active.get()
    if probes is None:
        return recur
    if direction or layer in probes.shapes:
        return lambda *arguments: recur(*arguments)
    return partial(_probed, probes, layer)


def _probed(
    probes: Probes,
    layer: str,
    sweep: Sweep,
    projected: Array,
    weights: Weights,
    gates: Gates,
    initial: Arrays | None = None,
) -> tuple[Array | None, Arrays]:
    """As `recur`, with states nudged and recorded; forward in time, gradients by JAX."""
    assert not sweep.backward
    cell = CELLS[sweep.cell]
    shape = (*projected.shape[:2], weights.kernel.shape[0])
    probes.shapes[layer] = shape
    nudges = probes.nudges.get(layer)
    if nudges is None:
        nudges = jnp.zeros(shape, projected.dtype)
    if initial is None:
        initial = (jnp.zeros(shape[1:], projected.dtype),) * cell.states

    def step(states: Arrays, now: Any) -> tuple[Arrays, Any]:
        """One step, with its states nudged."""
        x, skip, cut, nudge = now
        if cut is not None:
            states = tuple(jnp.where(cut, jax.lax.stop_gradient(s), s) for s in states)
        new, kept = one_step(cell, states, (x, skip), weights, gates)
        new = (new[0] + nudge, *new[1:])
        return new, (new[0], kept)

    last, (outputs, kept) = jax.lax.scan(step, initial, (projected, gates.skip, gates.cuts, nudges))
    _record(probes, layer, sweep.cell, kept, gates.skip)
    return outputs if sweep.sequences else None, last


def _record(probes: Probes, layer: str, name: str, kept: Arrays, skip: Array | None) -> None:
    """Note what the gates (T, B, H) did at the steps that were not skipped."""
    real = jnp.ones((*kept[0].shape[:2], 1)) if skip is None else 1.0 - skip
    real = real.astype(kept[0].dtype)
    probes.real[layer] = real[..., 0]
    real = jnp.broadcast_to(real, kept[0].shape)

    def mean(values: Array, axes: tuple[int, ...] | None = None) -> Array:
        """Over the steps that are no padding."""
        return jnp.sum(values * real, axes) / jnp.maximum(jnp.sum(real, axes), 1.0)

    squashed = {"LSTM": (0, 1, 3), "GRU": (0, 1)}.get(name)
    if squashed is None:
        probes.saturated[layer] = mean(jnp.abs(kept[0]) > _HIGH)
        return
    shares = [mean((kept[place] < _LOW) | (kept[place] > _HIGH)) for place in squashed]
    probes.saturated[layer] = sum(shares, jnp.zeros(())) / len(shares)
    # What an LSTM keeps of its cell state, and a GRU of its hidden state.
    probes.forgetting[layer] = mean(kept[1] if name == "LSTM" else kept[0], (0, 1))
