"""The time stamps of a table's rows, from the columns that hold them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import name_rows
from rnnsearch.data.raw.tables import Column
from rnnsearch.data.series.odd_stamps import far_stamp, half_day, other_era, out_of_place
from rnnsearch.data.series.series_of_rows import named
from rnnsearch.data.time import (
    Stamps,
    TimeProblem,
    join_cells,
    read_stamps,
    read_typed,
    with_writing,
)

if TYPE_CHECKING:
    from rnnsearch.data.series.checked_columns import ColumnReader

__all__ = ["times_of"]

_FAR, _FAR_IN_NEW = 3, 20
"""Spans of all other rows, from which on a time stamp is a slip; new files may be short."""


def times_of(reader: ColumnReader) -> np.ndarray | None:
    """The time stamps (R,), None if there are none or they can't be used."""
    names = reader.columns.time
    if reader.columns.time_optional and not {*names} & {*reader.table.header}:
        return None
    found = [reader.column(name, "data.time") for name in names]
    columns = [column for column in found if column is not None]
    if not names or len(columns) < len(names):
        return None
    cells = cache(lambda: [column.texts() for column in columns])
    texts = cache(lambda: cells()[0] if len(columns) == 1 else join_cells(names, cells()))
    try:
        stamps = _stamps(reader, columns, texts)
    except TimeProblem as problem:
        reader.problems.add(problem.path, problem.must, problem.received, problem.advice)
        return None
    times, rows = stamps.times, reader.table.rows
    reader.raw_times = times
    bad = np.flatnonzero(np.isnat(times))
    if len(bad):
        of = ", ".join(f"'{name}'" for name in names)
        received = f"'{texts()[bad[0]]}' in {name_rows(rows[bad[:1]])} of {of}"
        if len(bad) > 1:
            received += f" ({len(bad)} such rows)"
        advice = "write dates as 2024-12-31 or 2024-12-31 23:59:59, or set data.time_format"
        must = "must be time stamps, all of one form"
        reader.problems.add("data.time", must, received, advice)
        return None
    if len(times) and _odd(reader, stamps):
        return None
    reader.clock = stamps.clock
    if len(columns) > 1 or columns[0].times() is None:
        reader.clock = with_writing(stamps.clock, cells(), times, names, reader.columns.clock)
    reader.notes += stamps.notes
    ordered = [_in_order(reader, times[members], members) for members in reader.members]
    return times if all(ordered) else None


def _odd(reader: ColumnReader, stamps: Stamps) -> bool:
    """Note time stamps that can be read, and can't be right."""
    times, rows, text = stamps.times, reader.table.rows, stamps.clock.text
    at = far_stamp(times, _FAR if reader.columns.clock is None else _FAR_IN_NEW)
    if at is not None:
        others = np.sort(np.delete(times, at))
        received = f"{text(times[at])} in row {rows[at]}, where the others lie between "
        received += f"{text(others[0])} and {text(others[-1])}"
        must, advice = "must have no time stamp far outside all others", "correct the row"
        reader.problems.add("data.time", must, received, f"{advice}, or leave it out")
        return True
    if stamps.clock.elapsed:
        return False
    asked = reader.columns
    era = other_era(times, stamps.clock.unit) if not (asked.time_format or asked.clock) else ""
    if era:
        received = f"{text(times[0])} in row {rows[0]}; are these years {era}?"
        form = stamps.clock.form
        advice = f'write years of our calendar, or set data.time_format: "{form}" if they are'
        must = "must be dates of the Gregorian calendar"
        reader.problems.add("data.time", must, received, advice)
        return True
    if not half_day(times):
        return False
    first = int(np.flatnonzero(np.isin(times, _again(times)))[0])
    received = f"hours from 1 to 12 only, and {text(times[first])} twice"
    must = "must tell the morning from the afternoon"
    advice = "write hours from 0 to 23, or AM and PM behind them"
    reader.problems.add("data.time", must, received, advice)
    return True


def _again(times: np.ndarray) -> np.ndarray:
    """Times that come more than once."""
    found, counts = np.unique(times, return_counts=True)
    return np.asarray(found[counts > 1])


def _stamps(
    reader: ColumnReader, columns: Sequence[Column], texts: Callable[[], Sequence[str]]
) -> Stamps:
    """Times, and how they were read.

    Raises:
        TimeProblem: They can't be.
    """
    asked, typed = reader.columns, columns[0].times() if len(columns) == 1 else None
    if typed is not None:
        zone = columns[0].zone()
        return read_typed(typed, zone, asked.time_zone, asked.clock, reader.members)
    given = (asked.time_format, asked.time_zone, asked.clock)
    return read_stamps(texts(), *given, reader.members)


def _in_order(reader: ColumnReader, times: np.ndarray, members: np.ndarray) -> bool:
    """Note time stamps of a series (M,) that do not rise; `members` are their rows."""
    steps, rows = np.diff(times).astype(np.int64), reader.table.rows[members]
    name = named(reader.keys[reader.group[members[0]]])
    of = f" of '{name}'" if name else ""
    once = reader.columns.duplicates == "error"
    twice = "keep one row a time stamp, or set data.duplicates: first, last or mean"
    back = np.flatnonzero(steps < 0)
    unsorted = "sort the file by time"
    if len(back) == 1:
        unsorted += f"; or correct row {rows[out_of_place(times, int(back[0]))]}, if it is wrong"
    for found, must, advice in (
        ((steps == 0) & once, f"must not occur twice{of}", twice),
        (steps < 0, f"must be sorted, oldest first{of}", unsorted),
    ):
        if found.any():
            at = int(found.argmax())
            received = (
                f"{reader.clock.text(times[at + 1])} in row {rows[at + 1]} after "
                f"{reader.clock.text(times[at])} in row {rows[at]}"
            )
            if found.sum() > 1:
                received += f" ({found.sum()} such places)"
            reader.problems.add("data.time", must, received, advice)
    return bool((steps >= once).all())
