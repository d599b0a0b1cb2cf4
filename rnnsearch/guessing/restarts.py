"""Tables without time stamps in which a count begins anew: of each engine, trial or recording."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import role
from rnnsearch.guessing.column_cells import column_cells, parse_numbers
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.panel import SHORTEST, Panel
from rnnsearch.guessing.panel_columns import members_of

__all__ = ["WHOSE", "others_note", "restarted_panel", "restarts_note", "steady_names"]

_FEWEST, _SHORTEST = 3, 5
"""Stretches of rows that may be series of their own, and rows of a usual one."""
WHOSE = {
    *("subject", "patient", "user", "person", "participant", "volunteer", "animal", "driver"),
    *("trial", "run", "session", "recording", "experiment", "episode", "trip", "flight", "stay"),
    *(
        "engine",
        "machine",
        "device",
        "vehicle",
        "battery",
        "cell",
        "well",
        "batch",
        "lot",
        "icustay",
    ),
    *("hadm", "admission", "encounter", "track", "trajectory", "specimen", "sample"),
}
"""What rows of a table may be of, one below the other, in the name of a column."""
_ROUND = ("month", "week", "day", "ordinal", "hour", "minute", "second", "quarter")
"""What goes round by itself."""


def restarts_note(table: Table, columns: Sequence[Column]) -> list[str]:
    """What to say where rows count up from one number again and again: windows cross the borders.

    Args:
        table: The file.
        columns: All of it.
    """
    counted = _first_counted(table, columns)
    if counted is None:
        return []
    name, borders, names = counted
    count = int(borders.sum()) + 1
    key = f"set data.series: {names[0]}" if names else "name each in a column, data.series"
    return [
        f"'{name}' begins anew {count - 1} times: if these are {count} series below "
        f"each other, {key}; now windows cross from one to the next"
    ]


def steady_names(table: Table, columns: Sequence[Column]) -> frozenset[str]:
    """A count that begins anew, and what is the same from there to the next time: no targets.

    Args:
        table: The file.
        columns: All of it.
    """
    counted = _first_counted(table, columns)
    if counted is None:
        return frozenset()
    name, borders, _ = counted
    cells = {each.name: np.array(column_cells(table, each.name)) for each in columns}
    steady = (one for one, each in cells.items() if not (each[1:] != each[:-1])[~borders].any())
    return frozenset([name, *steady])


def _first_counted(
    table: Table, columns: Sequence[Column]
) -> tuple[str, np.ndarray, list[str]] | None:
    """The first count that begins anew, where it does (R - 1,), and columns that name each."""
    for column in columns:
        if column.kind != "number" or column.gaps.any():
            continue
        borders = _restarts(column.name, column.values)
        if borders is None:
            continue
        names = [other.name for other in columns if _changes_at(table, other.name, borders)]
        if names or len(np.unique(np.diff(np.flatnonzero(borders)))) > 1:  # else it goes round
            return column.name, borders, names
    return None


def others_note(table: Table, names: Sequence[str]) -> str:
    """What to say where a column names another thing in each stretch of rows; "" where none does.

    As patients one below the other, whose stays do not overlap in time: windows cross from one to
    the next.

    Args:
        table: The file, of one series.
        names: Its columns.
    """
    for name in names:
        if not {*re.split(r"[\W\d_]+", name.casefold())} & WHOSE:
            continue
        cells = np.array(column_cells(table, name))
        count = 1 + int((cells[1:] != cells[:-1]).sum())
        if count == len(np.unique(cells)) and _FEWEST <= count <= len(cells) / _SHORTEST:
            return (
                f"'{name}' is another in {count} stretches of rows: if these are series of their "
                f"own, set data.series: {name}, and take it out of data.inputs; now windows cross "
                "from one to the next"
            )
    return ""


def restarted_panel(table: Table, names: Sequence[str]) -> Panel | None:
    """The series of a table without time stamps, where a column names each stretch that is counted.

    Args:
        table: The file.
        names: Its columns.
    """
    for name in names:
        values, _ = parse_numbers(column_cells(table, name))
        borders = None if np.isnan(values).any() else _restarts(name, values)
        if borders is None or len(values) < SHORTEST * (int(borders.sum()) + 1):
            continue
        groups = np.concatenate([[0], np.cumsum(borders)])
        for other in names:
            cells = column_cells(table, other)
            if _changes_at(table, other, borders) and len({*cells}) == groups[-1] + 1:
                return Panel((other,), table, members_of(groups))
    return None


def _restarts(name: str, values: np.ndarray) -> np.ndarray | None:
    """Where a count (R,) begins anew, (R - 1,) bool; None of another.

    It rises from the same first number, or falls to the same last one, as what is left does.
    """
    if role(name) in _ROUND or len(values) < 2:
        return None
    rising = _counted_from(values)
    falling = None if rising is not None else _counted_from(values[::-1])
    return rising if falling is None else falling[::-1]


def _counted_from(values: np.ndarray) -> np.ndarray | None:
    """Where numbers (R,) that rise begin anew from the first, (R - 1,) bool; None of others."""
    steps = np.diff(values)
    borders = np.asarray(steps < 0)
    count = int(borders.sum()) + 1
    first = values[np.concatenate([[True], borders])]
    short = count < _FEWEST or len(values) / count < _SHORTEST
    return None if short or (steps == 0).any() or np.ptp(first) > 0 else borders


def _changes_at(table: Table, name: str, borders: np.ndarray) -> bool:
    """Whether a column has another text at these borders (R - 1,), and nowhere else."""
    cells = np.array(column_cells(table, name))
    return bool(((cells[1:] != cells[:-1]) == borders).all())
