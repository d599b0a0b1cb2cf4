"""A value that comes again, far outside the rest: it may stand for none."""

from __future__ import annotations

import numpy as np

__all__ = ["find_sentinel"]

_FEWEST = 3
"""Rows in which a value stands that may be no value."""
_DIFFERENT = 6
"""Different values among the rest, from which these are amounts."""


def find_sentinel(values: np.ndarray) -> float | None:
    """The smallest or largest of numbers (R,), if it comes again and lies far outside the rest."""
    finite = values[np.isfinite(values)]
    if len(finite) < 10:
        return None
    for extreme in (finite.min(), finite.max()):
        rest = finite[finite != extreme]
        count = len(finite) - len(rest)
        few = count < _FEWEST or len(rest) < len(finite) / 2 or len(np.unique(rest)) < _DIFFERENT
        if few or not (extreme == np.round(extreme) or _nines(extreme)):
            continue
        low, high = rest.min(), rest.max()
        distance = low - extreme if extreme < low else extreme - high
        if distance > max(high - low, abs(low), abs(high)):
            return float(extreme)
    return None


def _nines(value: float) -> bool:
    """Whether a number is written with nines only: -99.9, 999.99."""
    return set(f"{abs(value):.12g}") <= {"9", "."}
