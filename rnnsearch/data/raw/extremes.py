"""A value that comes again, far outside the rest: it may stand for none."""

from __future__ import annotations

import numpy as np

__all__ = ["find_sentinel"]

_FEWEST = 3
"""Rows in which a value stands that may be no value."""
_USUAL = 999
"""What is written with nines from here on is no value even where it stands once."""
_DIFFERENT = 6
"""Different values among the rest, from which these are amounts."""


def find_sentinel(values: np.ndarray) -> float | None:
    """The smallest or largest of numbers (R,), if it comes again and lies far outside the rest.

    Once is enough of -9999 and its like.
    """
    finite = values[np.isfinite(values)]
    if len(finite) < 10:
        return None
    for extreme in (finite.min(), finite.max()):
        rest = finite[finite != extreme]
        count = len(finite) - len(rest)
        usual = abs(extreme) >= _USUAL and _nines(extreme)
        few = (
            (count < _FEWEST and not usual)
            or len(rest) < len(finite) / 2
            or len(np.unique(rest)) < _DIFFERENT
        )
        if few or not (extreme == np.round(extreme) or _nines(extreme)):
            continue
        low, high = rest.min(), rest.max()
        distance = low - extreme if extreme < low else extreme - high
        signed = extreme < 0 < low and distance > high - low  # -1 among amounts
        if signed or distance > max(high - low, abs(low), abs(high)):
            return float(extreme)
    return None


def _nines(value: float) -> bool:
    """Whether a number is written with nines only: -99.9, 999.99."""
    return set(f"{abs(value):.12g}") <= {"9", "."}
