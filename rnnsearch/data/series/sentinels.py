"""Values that stand for nothing: those that the spec names, and those that look like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnsearch.data.raw.cells import number

__all__ = ["find_sentinel", "said_missing", "sentinel_note", "without_values"]

_FEWEST = 3
"""Rows in which a value stands that may be no value."""
_DIFFERENT = 6
"""Different values among the rest, from which these are amounts."""


def without_values(values: np.ndarray, missing: Sequence[Any]) -> np.ndarray:
    """Numbers (R,), NaN in place of those that stand for nothing."""
    sizes = [number(str(value)) for value in missing]
    return np.where(np.isin(values, sizes), np.nan, values) if sizes else values


def said_missing(cells: Sequence[str], missing: Sequence[Any]) -> np.ndarray:
    """(R,) bool, cells that are said to stand for nothing."""
    texts = {str(value) for value in missing}
    sizes = {number(str(value)) for value in missing} - {np.nan}
    known = {cell: cell in texts or number(cell) in sizes for cell in set(cells)}
    return np.array([known[cell] for cell in cells], bool)


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


def sentinel_note(values: np.ndarray, name: str) -> list[str]:
    """What to say of a column with a value that looks like none."""
    found = find_sentinel(values)
    if found is None:
        return []
    rest = values[np.isfinite(values) & (values != found)]
    count, span = int((values == found).sum()), f"{rest.min():g} to {rest.max():g}"
    return [
        f"{found:g} stands in {count} rows of '{name}', far outside the rest ({span}): if it is no "
        f"value, set data.missing_values: [{found:g}]"
    ]
