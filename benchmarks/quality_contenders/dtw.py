"""The nearest neighbour by dynamic time warping (Sakoe & Chiba 1978), in NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["distances", "nearest"]

_BAND = 0.1
"""Share of the steps by which two sequences of one length may be shifted."""


def nearest(train: Sequence[np.ndarray], test: Sequence[np.ndarray]) -> np.ndarray:
    """For each test sequence (T, F), which of the training sequences is the nearest."""
    lengths = np.array([len(one) for one in train])
    padded = np.zeros((len(train), lengths.max(), train[0].shape[1]))
    for row, one in zip(padded, train, strict=True):
        row[: len(one)] = one
    return np.array([distances(one, padded, lengths).argmin() for one in test])


def distances(one: np.ndarray, others: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The warped distance (squared) of a sequence to each of the others.

    Row by row of the matrix of steps, for all others at once. Within a row
    D[j] = min over k ≤ j of (m[k] + c[k] + … + c[j]), where m[k] is the least that leads into
    cell k from the row before; with C the running sum of c that is C[j] + min(m[k] - C[k-1]).

    Args:
        one: (S, F).
        others: (N, T, F), padded at the end.
        lengths: (N,) real steps of each. Where all have S there is a band, else none.
    """
    count, steps = others.shape[:2]
    alike = len(one) == steps and bool((lengths == steps).all())
    band = max(1, round(_BAND * steps)) if alike else max(steps, len(one))
    # Column 0 stands before the first step. Two rows take turns, and only the band is written.
    before, row = np.full((2, count, steps + 1), np.inf)
    before[:, 0] = 0
    for number, step in enumerate(one):
        first, last = max(0, number - band), min(steps, number + band + 1)
        cost = ((others[:, first:last] - step) ** 2).sum(axis=2)
        into = np.minimum(before[:, first:last], before[:, first + 1 : last + 1])
        running = cost.cumsum(axis=1)
        least = np.minimum.accumulate(into - running + cost, axis=1)
        row[:, first + 1 : last + 1] = running + least
        row[:, max(0, first - 1) : first + 1] = np.inf
        before, row = row, before
    return before[np.arange(count), lengths]
