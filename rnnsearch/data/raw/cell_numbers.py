"""Cells of a table as numbers: which are, which are empty, and gaps filled."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnsearch.data.raw.tables import Column

__all__ = [
    "MISSING",
    "as_known",
    "empty_cells",
    "held",
    "holds_codes",
    "interpolated",
    "mostly_text",
    "number",
    "whole_number",
]

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""What stands, in whatever case, for no number."""
_PADDED = re.compile(r"0\d+")
_FEW_KINDS = 30
"""Kinds of codes, at most: of more, zeros may stand before numbers of one width."""


def empty_cells(column: Column) -> np.ndarray:
    """(R,) bool, the cells with nothing in them."""
    numbers = column.numbers()
    if numbers is not None:
        return np.asarray(np.isnan(numbers))
    cells = column.texts()
    missing = {cell for cell in {*cells} if cell.lower() in MISSING}
    return np.array([cell in missing for cell in cells], dtype=bool)


def holds_codes(cells: Sequence[str]) -> bool:
    """Whether a few kinds of cells would lose what tells them apart, were they read as numbers.

    That is where there is a code such as 01, and beside it 1, or None or NA: as numbers the first
    two are one, and the others nothing. Of whatever kind they are, all cells are texts then.
    """
    kinds = {*cells} - {""}
    if len(kinds) > _FEW_KINDS or not any(map(_PADDED.fullmatch, kinds)):
        return False
    words = {cell for cell in kinds if cell.lower() in MISSING}
    if not all(cell.isdecimal() for cell in kinds - words):
        return False
    return bool(words) or len({*map(int, kinds)}) < len(kinds)


def mostly_text(column: Column) -> bool:
    """Whether more than half of the cells that are not empty are no numbers."""
    if column.numbers() is not None:
        return False
    counts = Counter(column.texts())
    filled = {cell: count for cell, count in counts.items() if cell.lower() not in MISSING}
    texts = sum(count for cell, count in filled.items() if math.isnan(number(cell)))
    return texts > sum(filled.values()) / 2


def number(cell: str) -> float:
    """A cell as a number; NaN if it is none."""
    try:
        return float(cell) if "_" not in cell else float("nan")
    except ValueError:
        return float("nan")


def whole_number(cell: str) -> bool:
    """Whether a cell is a whole number that comes back as it was written: 7, but not 007."""
    return cell.removeprefix("-").isdecimal() and str(int(cell)) == cell


def as_known(values: Sequence[Any], known: Mapping[Any, Any]) -> list[Any]:
    """Labels, those that are not known as the only one that is the same number: 0 for 0.0."""
    found = {}
    for value in {*values}:
        found[value] = value
        if value not in known:
            size = number(str(value))
            alike = [label for label in known if number(str(label)) == size]
            if len(alike) == 1:
                found[value] = alike[0]
    return [found[value] for value in values]


def held(values: np.ndarray) -> np.ndarray:
    """Gaps in (R, F) filled with the last value before, by row; at the start with the first."""
    values = values.copy()
    rows = np.arange(len(values))
    for column in values.T:
        known = np.isfinite(column)
        if known.any() and not known.all():
            before = np.maximum.accumulate(np.where(known, rows, -1))
            column[:] = column[np.where(before < 0, int(known.argmax()), before)]
    return values


def interpolated(values: np.ndarray) -> np.ndarray:
    """Gaps in (R, F) filled along straight lines, by row; at the ends with the nearest value."""
    values = values.copy()
    rows = np.arange(len(values))
    for column in values.T:
        known = np.isfinite(column)
        if known.any() and not known.all():
            column[~known] = np.interp(rows[~known], rows[known], column[known])
    return values
