"""Tables without time stamps in which a count begins anew: of each engine, trial or recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import role
from rnnsearch.guessing.cells import column_cells
from rnnsearch.guessing.columns import Column

__all__ = ["restarts_note"]

_FEWEST, _SHORTEST = 3, 5
"""Stretches of rows that may be series of their own, and rows of a usual one."""
_ROUND = ("month", "week", "day", "ordinal", "hour", "minute", "second", "quarter")
"""What goes round by itself."""


def restarts_note(table: Table, columns: Sequence[Column]) -> list[str]:
    """What to say where rows count up from one number again and again: windows cross the borders.

    Args:
        table: The file.
        columns: All of it.
    """
    for column in columns:
        if column.kind != "number" or role(column.name) in _ROUND or column.gaps.any():
            continue
        steps = np.diff(column.values)
        borders = steps < 0
        count = int(borders.sum()) + 1
        first = column.values[np.concatenate([[True], borders])]
        usual = len(column.values) / count
        if count < _FEWEST or usual < _SHORTEST or (steps == 0).any() or np.ptp(first) > 0:
            continue
        names = [other.name for other in columns if _changes_at(table, other.name, borders)]
        if not names and len(np.unique(np.diff(np.flatnonzero(borders)))) < 2:
            continue  # a value that goes round
        key = f"set data.series: {names[0]}" if names else "name each in a column, data.series"
        return [
            f"'{column.name}' begins anew {count - 1} times: if these are {count} series below "
            f"each other, {key}; now windows cross from one to the next"
        ]
    return []


def _changes_at(table: Table, name: str, borders: np.ndarray) -> bool:
    """Whether a column has another text at these borders (R - 1,), and nowhere else."""
    cells = np.array(column_cells(table, name))
    return bool(((cells[1:] != cells[:-1]) == borders).all())
