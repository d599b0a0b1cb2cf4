"""A value that comes again, far outside the rest: it may stand for none."""

from __future__ import annotations

import numpy as np

__all__ = ["find_sentinel"]

_FEWEST = 3
"""Rows in which a value stands that may be no value."""
_USUAL = 999
"""What is written with nines from here on is no value even where it stands once."""
_OUT, _FAR = 99, 3
"""The same of less, where it lies so many times the span of all others away from them."""
_OFTEN = 2
"""How much oftener than any other the one negative number stands among amounts."""
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
        kinds, often = np.unique(rest, return_counts=True)
        if len(rest) < len(finite) / 2 or len(kinds) < _DIFFERENT:
            continue
        low, high = rest.min(), rest.max()
        distance = low - extreme if extreme < low else extreme - high
        usual = _nines(extreme) and (
            abs(extreme) >= _USUAL or (abs(extreme) >= _OUT and distance > _FAR * (high - low))
        )
        whole = extreme == np.round(extreme) or _nines(extreme)
        if (count < _FEWEST and not usual) or not whole:
            continue
        again = (extreme == -1 or _nines(extreme)) and count >= _OFTEN * often.max()
        signed = extreme < 0 < low and (again or distance > high - low)  # -1 among amounts
        if signed or distance > max(high - low, abs(low), abs(high)):
            return float(extreme)
    return None


def _nines(value: float) -> bool:
    """Whether a number is written with nines only: -99.9, 999.99."""
    return set(f"{abs(value):.12g}") <= {"9", "."}
