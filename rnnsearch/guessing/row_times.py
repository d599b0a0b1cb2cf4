"""When the rows of a table were: which columns hold their time stamps, and what else looks so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.collecting import name_rows, name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.side_by_side import check_one_table
from rnnsearch.guessing.times import Times, find_times, holds_times
from rnnsearch.guessing.unread_times import (
    check_no_frames,
    check_not_merged,
    check_years,
    strange_stamps,
    unread_stamps,
)
from rnnsearch.guessing.wide_tables import check_no_dates
from rnnsearch.guessing.zone_columns import in_zone_of_column

__all__ = ["times_of"]

_WORDY = 3
"""Spaces in a usual text from which it is a sentence."""
_IN_ORDER, _MANY_FORMS = 0.75, 0.2
"""Share of rows that are no older than the one before, and of dates of other forms than most."""


def times_of(table: Table) -> tuple[Times | None, list[str], list[str]]:
    """The time stamps, the names of all columns that are none, and what is to be said of both."""
    check_one_table(table)
    twice = {name for name in table.header if table.header.count(name) > 1}
    names = [name for name in table.header if name not in twice]
    notes = [*table.notes]
    _check_no_texts_twice(table, sorted(twice))
    notes += [f"'{name}' is left out: it stands twice in the header" for name in sorted(twice)]
    time = find_times(table, names)
    if _written_in_two_ways(table, names, time):
        return None, names, notes
    if time is not None and _tells_texts(table, names, time):
        said = (
            f"{time.shown} is left out: rows are not in its order, and each has a text of its own"
        )
        notes.append(said)
        names, time = [name for name in names if name not in time.names], None
    if time is None:
        _check_stamps(table, names)
    elif len(time.names) == 1:
        check_years(time.names[0], column_cells(table, time.names[0]), time.stamps.clock.form)
        if time.stamps.clock.form == "duration":
            check_no_frames(time.names[0], column_cells(table, time.names[0]))
    names = [name for name in names if time is None or name not in time.names]
    zoned = None if time is None else in_zone_of_column(table, time, names)
    if zoned is not None:
        time, zone = zoned
        names = [name for name in names if name != zone]
        notes.append(f"'{zone}' says whose clocks time stamps are of: {time.zone} (data.time_zone)")
    check_no_dates(names)
    return time, names, notes


def _check_no_texts_twice(table: Table, names: Sequence[str]) -> None:
    """Sentences are what is to be learned from: their columns must have names of their own."""
    for name in names:
        places = [at for at, other in enumerate(table.header) if other == name]
        cells = [cell for at in places for cell in table.columns[at].texts()[:500]]
        if np.median([cell.count(" ") for cell in cells]) >= _WORDY:
            received = f"'{name}' for columns {name_some([at + 1 for at in places])}"
            refuse("must have another name for each column of texts", received, "rename them")


def _tells_texts(table: Table, names: Sequence[str], time: Times) -> bool:
    """Whether rows are in disorder and hold sentences, so that they are no series."""
    if (np.diff(time.times).astype(np.int64) >= 0).all():
        return False
    for name in (name for name in names if name not in time.names):
        cells = table.column(name).texts()
        some = cells[:: max(1, len(cells) // 500)]
        differ = len(set(some)) > len(some) / 2
        if differ and np.median([cell.count(" ") for cell in some]) >= _WORDY:
            return True
    return False


def _written_in_two_ways(table: Table, names: Sequence[str], time: Times | None) -> bool:
    """Whether each row has one date twice, in words of many forms and in another: pairs of texts.

    Then the rows are in no order, and there is nothing else.
    """
    if len(names) != 2:
        return False
    if time is not None and (np.diff(time.times).astype(np.int64) >= 0).mean() > _IN_ORDER:
        return False
    cells = {name: column_cells(table, name) for name in names}
    dated = [name for name in names if holds_times(name, cells[name])]
    others = [name for name in names if name not in dated]
    return (
        len(others) == 1
        and all(any(map(str.isdigit, cell)) for cell in cells[others[0]])
        and len(strange_stamps(table, others[0])) > _MANY_FORMS * len(table.rows)
    )


def _check_stamps(table: Table, names: Sequence[str]) -> None:
    """A column of time stamps with some cells that are none must not be taken for texts."""
    columns = {name: table.column(name).texts() for name in names}
    for name in names:
        check_not_merged(name, columns[name])
    if any(np.median([cell.count(" ") for cell in cells]) > _WORDY for cells in columns.values()):
        return  # texts, whatever stands beside them
    for name, cells in columns.items():
        bad = strange_stamps(table, name)
        if len(bad):
            received = f"'{cells[bad[0]]}' in {name_rows(table.rows[bad[:1]])} of '{name}'"
            received += f" ({len(bad)} such rows)" if len(bad) > 1 else ""
            must = "must hold time stamps of one form in every row, as in most"
            refuse(must, received, "correct the rows, or leave them out")
        unread = unread_stamps(table, name)
        if unread is not None:
            must, at = unread
            received = f"'{cells[at]}' in {name_rows(table.rows[[at]])} of '{name}'"
            refuse(must, received, "write them as 2024-12-31 23:59:59, or rename the column")
