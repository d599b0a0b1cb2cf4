"""Whether the first row of a table names its columns, and the second gives their units."""

from __future__ import annotations

from collections.abc import Sequence

from rnnsearch.data.raw.cells import MISSING
from rnnsearch.data.time import find_form

__all__ = ["has_header", "is_units"]

_SAMPLE = 200
_WORDY = 3
"""Spaces in a cell from which it is taken for a sentence."""
_CLASSES = 0.2
"""A column is one of classes if so few of its cells differ."""


def has_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is unlike those below, or nothing says that it is not.

    Args:
        first: Its cells.
        rows: Others, below it.
    """
    some = [row for row in rows[:: max(1, len(rows) // _SAMPLE)] if len(row) == len(first)]
    if len(some) < 3 or not first:
        return True
    alike = unlike = 0
    for at, name in enumerate(first):
        cells = [row[at] for row in some if row[at] and row[at].lower() not in MISSING]
        if not cells:
            continue
        if sum(map(_is_number, cells)) > 0.9 * len(cells):
            alike, unlike = alike + _is_number(name), unlike + (bool(name) and not _is_number(name))
        elif _is_time(cells):
            alike, unlike = alike + _is_time([name]), unlike + (not _is_time([name]))
        elif len(set(cells)) <= _CLASSES * len(cells):
            alike += name in cells
        elif sum(cell.count(" ") >= _WORDY for cell in cells) > 0.5 * len(cells):
            alike += _sentence(name) and all(_sentence(cell) or True for cell in cells)
    if len(first) == 1 and alike and not unlike:
        return not _is_number(first[0])
    return unlike > 0 or not alike


def is_units(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row has texts where all below it are numbers, and no number at all."""
    some = [row for row in rows[:: max(1, len(rows) // _SAMPLE)] if len(row) == len(first)]
    if len(some) < 3 or any(map(_is_number, first)) or not any(first):
        return False
    columns = [[row[at] for row in some if row[at]] for at in range(len(first))]
    numeric = [bool(cells) and all(map(_is_number, cells)) for cells in columns]
    times = [bool(cells) and _is_time(cells) for cells in columns]
    if any(_is_time([cell]) for cell, has in zip(first, times, strict=True) if has and cell):
        return False
    texts = [cell for cell, has in zip(first, numeric, strict=True) if has and cell]
    return (
        bool(texts)
        and all(cell.lower() not in MISSING for cell in texts)
        and all(
            has or time or not cell for cell, has, time in zip(first, numeric, times, strict=True)
        )
    )


def _sentence(cell: str) -> bool:
    """Whether a cell is no name of a column, but words that end as a sentence does."""
    return cell.count(" ") >= _WORDY or (" " in cell and cell.rstrip()[-1:] in ".!?")


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _is_time(cells: Sequence[str]) -> bool:
    """Whether cells are time stamps, and no numbers."""
    return find_form(list(cells[:50]), named=False) is not None
