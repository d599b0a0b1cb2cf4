"""Scaling as Keras graphs, and what 32 bits cost of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from keras import ops

from rnnsearch.data import Scaling

__all__ = ["linked", "roughness_of", "scaled", "unlinked", "unscaled"]

Tensor = Any


def linked(x: Tensor, log: np.ndarray | bool) -> Tensor:
    """Raw numbers (…, F) to what is scaled linearly: themselves, or their logarithm."""
    if not np.any(log):
        return x
    marked = np.broadcast_to(np.asarray(log, np.float32), (x.shape[-1],))
    if marked.all():
        return ops.log(x)
    # Without a branch: 1, whose logarithm is 0, stands where there is none to take.
    logs = ops.log(ops.add(ops.multiply(x, marked), 1 - marked))
    return ops.add(logs, ops.multiply(x, 1 - marked))


def scaled(x: Tensor, scaling: Scaling) -> Tensor:
    """Linked numbers, or their changes, to those that a network reads."""
    return ops.divide(ops.subtract(x, _plain(scaling.offset)), _plain(scaling.scale))


def unscaled(x: Tensor, scaling: Scaling) -> Tensor:
    """The inverse."""
    return ops.add(ops.multiply(x, _plain(scaling.scale)), _plain(scaling.offset))


def unlinked(x: Tensor, log: np.ndarray | bool) -> Tensor:
    """The inverse of `linked`, of numbers that are all logarithms or none."""
    return ops.exp(x) if np.any(log) else x


def _plain(numbers: np.ndarray) -> np.ndarray:
    return np.asarray(numbers, np.float32)


def roughness_of(scalings: Iterable[Scaling]) -> float:
    """How many deviations the numbers lie from 0: so much larger are they than what is read."""
    return max(float(np.abs(one.offset / one.scale).max(initial=0)) for one in scalings)
