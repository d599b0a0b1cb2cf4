"""Ragged sequences: their lengths, their gaps, and moving the padding to the front."""

from __future__ import annotations

import numpy as np

__all__ = ["fill_gaps", "real_steps", "to_front", "trailing_lengths"]


def trailing_lengths(values: np.ndarray) -> np.ndarray:
    """Lengths (N,) of sequences (N, T, F) that are padded at the end with NaN."""
    empty = np.isnan(values).all(axis=2)
    return np.asarray(values.shape[1] - np.cumprod(empty[:, ::-1], axis=1).sum(axis=1))


def real_steps(lengths: np.ndarray, steps: int, front: bool) -> np.ndarray:
    """(N, T) bool, True where a step is no padding; padding at the front or at the end."""
    position = np.arange(steps)
    if front:
        return np.asarray(position >= steps - lengths[:, None])
    return np.asarray(position < lengths[:, None])


def to_front(values: np.ndarray, lengths: np.ndarray, steps: int, padding: float) -> np.ndarray:
    """Sequences (N, T, …) padded at the end to (N, steps, …) padded at the front."""
    moved = np.full((len(values), steps, *values.shape[2:]), padding, values.dtype)
    moved[real_steps(lengths, steps, True)] = values[real_steps(lengths, values.shape[1], False)]
    return moved


def fill_gaps(values: np.ndarray, lengths: np.ndarray, causal: bool = False) -> np.ndarray:
    """NaN within sequences (N, T, F) replaced along straight lines between neighbouring steps.

    At the ends of a sequence the nearest value is taken. A feature that is missing in all
    of a sequence stays NaN.

    Args:
        values: The sequences.
        lengths: (N,) their real steps.
        causal: Whether a gap has the value before it instead, so that no step knows of a later one;
            one at the beginning stays NaN.
    """
    values = values.copy()
    for index in np.flatnonzero(np.isnan(values).any(axis=(1, 2))):
        length = lengths[index]
        steps = np.arange(length)
        for column in values[index, :length].T:
            known = ~np.isnan(column)
            if causal:
                before = np.maximum.accumulate(np.where(known, steps, -1))
                column[:] = np.where(before >= 0, column[before], np.nan)
            elif known.any():
                column[~known] = np.interp(steps[~known], steps[known], column[known])
    return values
