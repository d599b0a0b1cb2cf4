"""Values of arrays that may not be amounts: those that stand for nothing, and numbers of tokens."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.raw.extremes import find_sentinel

__all__ = ["said_values"]

_SAMPLE = 200_000
"""Values of a feature that are looked at, at most."""
_MOST_FEATURES = 50
_TOKENS = 50
"""Different whole numbers from which they may be numbers of tokens."""
_ROUGH = 0.7
"""Mean square of changes over twice the variance, from which neighbours have nothing in common."""


def said_values(x: np.ndarray, name: str) -> tuple[str, ...]:
    """Notes about values of (N, T) or (N, T, F) that may mean something else."""
    if x.dtype.kind not in "iuf" or x.ndim not in (2, 3) or 0 in x.shape:
        return ()
    tokens = _said_tokens(x, name)
    return (tokens,) if tokens else _said_sentinel(x, name)


def _said_sentinel(x: np.ndarray, name: str) -> tuple[str, ...]:
    """A note of the first feature with a number that looks like none."""
    columns = x.reshape(-1, 1 if x.ndim == 2 else x.shape[2])
    some = columns[:: max(1, len(columns) // _SAMPLE)]
    for index, values in enumerate(some.T[:_MOST_FEATURES]):
        found = find_sentinel(np.asarray(values, np.float64))
        if found is not None:
            count = int((columns[:, index] == found).sum())
            return (
                f"{found:g} stands in {count} step{'s' * (count > 1)} of {name} (feature {index}), "
                "far outside the rest: if it is no value, save NaN in its place",
            )
    return ()


def _said_tokens(x: np.ndarray, name: str) -> str:
    """A note where whole numbers (N, T) come as tokens do: many, from 0 on, in no smooth order."""
    if x.ndim != 2 or x.dtype.kind not in "iu" or x.min() < 0:
        return ""
    some = np.asarray(x[: max(1, _SAMPLE // x.shape[1])], np.float64)
    if len(np.unique(some)) < _TOKENS:
        return ""
    some = np.where(some == 0, np.nan, some)  # which pads
    changes = np.diff(some, axis=1) ** 2
    known = np.isfinite(changes)
    if not known.any() or changes[known].mean() < _ROUGH * 2 * np.nanvar(some):
        return ""
    return (
        f"{name} holds whole numbers from {x.min()} to {x.max()}, as tokens of a text have, and "
        "they are read as amounts: write the texts to a table for source: table"
    )
