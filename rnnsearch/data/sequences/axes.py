"""Which axis of x holds the steps: (N, T, F) here, and (N, F, T) where PyTorch's layers read it."""

from __future__ import annotations

import numpy as np

__all__ = ["said_axes", "steps_are_last"]

_SMOOTHER = 0.3
"""Mean square of changes along the steps over that along the features, at most."""
_CHANNELS = 16
"""More than so many features before the steps are not looked for where changes say nothing."""
_TIMES = 4
"""As many steps as features, at least."""
_LONG = 8
"""Features of a single step that are steps instead."""
_SAMPLE = 500


def steps_are_last(x: np.ndarray) -> bool:
    """Whether (N, A, B) surely has its steps along the last axis.

    What changes smoothly along it and not along the one before is a few channels of a signal; so
    is a single step of many numbers.
    """
    if x.ndim != 3 or not len(x) or x.dtype.kind not in "biuf":
        return False
    if x.shape[2] < _TIMES * x.shape[1]:  # frames of a spectrum change smoothly along it, too
        return False
    if x.shape[1] == 1:
        return bool(x.shape[2] >= _LONG)
    some = x[np.unique(np.linspace(0, len(x) - 1, min(_SAMPLE, len(x))).astype(np.int64))]
    values = np.asarray(some, np.float64)
    along, across = (_changes(values, axis) for axis in (2, 1))
    return bool(along < _SMOOTHER * across)


def said_axes(x: np.ndarray, name: str) -> str:
    """A note where x has few steps of many features, which may be the other way round."""
    if x.ndim != 3 or x.dtype.kind not in "biuf" or 0 in x.shape:
        return ""
    steps, features = x.shape[1:]
    few = steps <= _CHANNELS and features >= max(_LONG, _TIMES * steps)
    if not few and not steps_are_last(x):
        return ""
    return (
        f"{name} is read as {steps} steps of {features} features: if it is {features} steps of "
        f"{steps}, set data.steps: last"
    )


def _changes(values: np.ndarray, axis: int) -> float:
    """Mean square of changes along an axis, where values are finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        squares = np.diff(values, axis=axis) ** 2
    known = np.isfinite(squares)
    return float(squares[known].mean()) if known.any() else float("inf")
