"""Whether one method is better than another on the same sequences, or only by chance.

The differences of their errors are tested as Diebold & Mariano (1995) do, with the correction for
few of them by Harvey, Leybourne & Newbold (1997). Of forecasts, which overlap, the variance of the
mean takes in neighbours, by weights that fall with the distance (Newey & West, 1987).
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["by_chance"]

_SURE = 0.05
_FEWEST = 8
"""Sequences that say anything of how errors vary."""


def by_chance(
    first: np.ndarray, second: np.ndarray, reach: int = 0, *, by_step: bool = False
) -> bool | None:
    """Whether a difference as large as that of two methods' mean errors is not rare by chance.

    Args:
        first, second: (N,) or (N, T) errors on the same sequences, in order; NaN for none.
        reach: How many of them after one overlap it, or go with it; 0 where none does.
        by_step: Whether each step is one of its own, after the one before; else their mean is.

    Returns:
        Whether it comes more often than one time in twenty; None where too little is known.
    """
    if first.shape != second.shape or not len(first):
        return None
    with np.errstate(invalid="ignore"):
        each = first - second
    counts = np.isfinite(each).reshape(len(each), -1)
    sums = np.where(counts, each.reshape(counts.shape), 0.0)
    if by_step:
        differences = sums[counts]
    else:
        some = counts.any(axis=1)
        differences = sums[some].sum(axis=1) / counts[some].sum(axis=1)
    count = len(differences)
    if count < max(_FEWEST, 2 * reach + 2):
        return None
    mean = float(differences.mean())
    variance = _variance_of_mean(differences - mean, reach)
    if variance <= 0:
        return mean == 0
    from scipy.stats import t

    steps = reach + 1
    correction = (count + 1 - 2 * steps + steps * (steps - 1) / count) / count
    statistic = mean / math.sqrt(variance) * math.sqrt(max(correction, 1 / count))
    return bool(2 * t.sf(abs(statistic), count - 1) > _SURE)


def _variance_of_mean(centred: np.ndarray, reach: int) -> float:
    """Of the mean of (N,) values, whose neighbours may go together."""
    count = len(centred)
    # Errors go together for longer than windows overlap: as many lags as is usual of so many.
    lags = min(count - 1, max(reach, int(4 * (count / 100) ** (2 / 9)))) if reach else 0
    total = float(centred @ centred)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag])
    return total / count**2
