"""Values that stand for nothing: those that the spec names, and those that look like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnsearch.data.raw.cell_numbers import number
from rnnsearch.data.raw.extremes import find_sentinel

__all__ = ["find_sentinel", "said_missing", "sentinel_note", "without_values"]


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


def sentinel_note(values: np.ndarray, name: str) -> list[str]:
    """What to say of a column with a value that looks like none."""
    found = find_sentinel(values)
    if found is None:
        return []
    rest = values[np.isfinite(values) & (values != found)]
    count, span = int((values == found).sum()), f"{rest.min():g} to {rest.max():g}"
    return [
        f"{found:g} stands in {count} row{'s' * (count > 1)} of '{name}', far outside the rest "
        f"({span}): if it is no value, set data.missing_values: [{found:g}]"
    ]
