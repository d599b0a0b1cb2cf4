"""What the columns of a table with a row a time step are, and when its rows were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data.problems import Problems
from rnnsearch.data.series.columns import Columns
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.table import Table
from rnnsearch.data.series.table_reading import read_series
from rnnsearch.guessing._base import FILE, refuse
from rnnsearch.guessing.columns import Column, examine
from rnnsearch.guessing.panel import FEWEST_ROWS, Panel, find_panel
from rnnsearch.guessing.times import Times, find_times

__all__ = ["TableColumns", "look_at", "share_of"]

_WORDY = 3
"""Spaces in a usual text from which it is a sentence."""
_JUDGED_ROWS = 5000
"""Validation rows that tell two networks apart; more only take time."""


@dataclass(frozen=True)
class TableColumns:
    """What the columns of the file are.

    Attributes:
        time: Those of time stamps, if there are any.
        panel: The series of the file; None where there is one.
        table: The longest series, which stands for the others.
        clocked: Its rows on the clock; None where nothing says when they were.
        others: All other columns.
        notes: For the user.
    """

    time: Times | None
    panel: Panel | None
    table: Table
    clocked: Series | None
    others: list[Column]
    notes: list[str]

    @property
    def ticks(self) -> np.ndarray | None:
        """Steps of the clock to each row of the longest series; None where each is one."""
        return None if self.clocked is None else max(self.clocked.each(), key=len).ticks


def look_at(table: Table) -> TableColumns:
    """What each column of the file is."""
    rows = len(table.rows)
    if rows < FEWEST_ROWS:
        refuse(f"must have at least {FEWEST_ROWS} rows", str(rows), "give a longer series")
    twice = {name for name in table.header if table.header.count(name) > 1}
    names = [name for name in table.header if name not in twice]
    notes = [*table.notes]
    notes += [f"'{name}' is left out: it stands twice in the header" for name in sorted(twice)]
    time = find_times(table, names)
    if time is not None and _tells_texts(table, names, time):
        said = (
            f"{time.shown} is left out: rows are not in its order, and each has a text of its own"
        )
        notes.append(said)
        names, time = [name for name in names if name not in time.names], None
    names = [name for name in names if time is None or name not in time.names]
    panel = None if time is None else find_panel(table, time.times, names)
    clocked = None if time is None else _in_order(table, time, panel)
    one = table if panel is None else panel.longest
    training = len(one.rows) - 2 * round(len(one.rows) * share_of(len(one.rows)))
    found = [examine(one, name, training) for name in names]
    if panel is not None:
        found = [panel.with_all(column) for column in found if column.name != panel.name]
    return TableColumns(time, panel, one, clocked, found, notes)


def _tells_texts(table: Table, names: Sequence[str], time: Times) -> bool:
    """Whether rows are in disorder and hold sentences, so that they are no series."""
    if (np.diff(time.times).astype(np.int64) >= 0).all():
        return False
    for name in names:
        cells = table.column(name).texts()
        some = cells[:: max(1, len(cells) // 500)]
        differ = len(set(some)) > len(some) / 2
        if differ and np.median([cell.count(" ") for cell in some]) >= _WORDY:
            return name not in time.names
    return False


def _in_order(table: Table, time: Times, panel: Panel | None) -> Series:
    """The rows of each series on the clock; their time stamps must be in order."""
    problems = Problems()
    series = None if panel is None else panel.name
    columns = Columns((), (), time.names, "numeric", "error", series=series)
    found = read_series(table, columns, problems)
    if not problems.found:
        return found
    first = problems.found[0]
    advice = first.advice
    if "twice" in first.must:
        advice += f", or name the series in one column, each of {FEWEST_ROWS} rows or more"
    return refuse(first.must, first.received, advice, path=f"{FILE}, column {time.shown}")


def share_of(rows: int) -> float:
    """Of the validation part, and of the test part."""
    if rows < 1000:
        return 0.2
    return float(f"{max(0.01, min(0.15, _JUDGED_ROWS / rows)):.2g}")
