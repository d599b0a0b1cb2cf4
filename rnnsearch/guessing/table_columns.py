"""What the columns of a table with a row a time step are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.cell_numbers import empty_cells
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.series.checked_columns import Columns
from rnnsearch.data.series.row_order import in_order_of_time
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.sentinels import sentinel_note
from rnnsearch.data.series.table_reading import read_series
from rnnsearch.data.splits import said_part
from rnnsearch.data.time import Step
from rnnsearch.data.time.durations import is_duration_text
from rnnsearch.guessing._base import FILE, refuse
from rnnsearch.guessing.calendar_columns import calendar_columns
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.columns import Column, examine, one_number
from rnnsearch.guessing.panel import FEWEST_ROWS, SHORTEST, Panel
from rnnsearch.guessing.panel_columns import check_other_panels, find_panel
from rnnsearch.guessing.part_columns import fold_column, folds_note, parts_note, says_parts
from rnnsearch.guessing.repeated_rows import say_the_same
from rnnsearch.guessing.restarts import restarted_panel
from rnnsearch.guessing.row_times import times_of
from rnnsearch.guessing.shared_sentinels import without_sentinels
from rnnsearch.guessing.times import Times, holds_times
from rnnsearch.guessing.wide_tables import check_wide, members_note, quantities_note, wide_note

__all__ = ["TableColumns", "look_at", "share_of"]

_FEW_TWICE = 0.05
"""Share of rows with the time stamp of the row before that are taken for slips."""
_SAMPLE = 200
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
        part: The column that says which part a row is in, if there is one.
        calendar: Columns that only say what the time stamps say.
        static: Columns that say of each series the same in all of its rows.
        repeated: Whether rows with the time stamp of the row before have its numbers, too.
    """

    time: Times | None
    panel: Panel | None
    table: Table
    clocked: Series | None
    others: list[Column]
    notes: list[str]
    part: str | None = None
    calendar: frozenset[str] = frozenset()
    static: frozenset[str] = frozenset()
    repeated: bool = False

    @property
    def names(self) -> list[str]:
        """Of all columns, those of time stamps first."""
        times = () if self.time is None else self.time.names
        return [*times, *(column.name for column in self.others)]

    @property
    def step(self) -> Step | None:
        """Of the clock; None where nothing says when rows were."""
        return None if self.clocked is None else self.clocked.step

    @property
    def ticks(self) -> np.ndarray | None:
        """Steps of the clock to each row of the longest series; None where each is one."""
        if self.clocked is None:
            return None
        longest = max(self.clocked.each(), key=len)
        return longest.ticks if len(longest) == len(self.table.rows) else None

    @property
    def duplicates(self) -> str | None:
        """What to do about rows with the time stamp of the row before; None where there is none."""
        if self.time is None:
            return None
        return "first" if self.repeated else _duplicates_of(self.time.times, self.panel)

    @property
    def split(self) -> dict[str, object] | None:
        """The key of a spec, where a column says the part of each row, in their order."""
        if self.part is None:
            return None
        said = [said_part(cell) for cell in self.table.column(self.part).texts()]
        shares = {"validation": 0.15, "test": 0.15}
        return {"column": self.part, **{k: v for k, v in shares.items() if k not in said}}

    @property
    def in_order(self) -> bool:
        """Whether training comes first, then validation, then test."""
        assert self.part is not None
        order = ("train", "validation", "test")
        said = [order.index(said_part(cell)) for cell in self.table.column(self.part).texts()]
        return bool((np.diff(said) >= 0).all())


def look_at(table: Table) -> TableColumns:
    """What each column of the file is."""
    rows = len(table.rows)
    if rows < FEWEST_ROWS:
        check_wide(table.header, rows)
        refuse(f"must have at least {FEWEST_ROWS} rows", str(rows), "give a longer series")
    time, names, notes = times_of(table)
    repeated = time is not None and say_the_same(table, time.times, names)
    panel = None if repeated else _panel_of(table, time, names)
    if panel is not None:
        notes += filter(None, [panel.hours_note, quantities_note(table, panel)])
    ordered = None if time is None else _sorted(table, time, panel)
    if ordered is not None:
        return look_at(ordered)
    clocked = None if time is None else _in_order(table, time, panel, names, repeated)
    if clocked is not None:
        notes += [note for note in clocked.notes if "data.duplicates" in note]
    notes += members_note(names, () if time is None else time.names)
    notes += wide_note(names, "" if time is None else time.stamps.clock.unit)
    part = next((name for name in names if says_parts(table, name)), None)
    fold = fold_column(table, names)
    if fold is not None:
        notes.append(folds_note(fold, time is not None))
    names = [name for name in names if name not in (part, fold)]
    notes += parts_note(table, names, part)
    one = table if panel is None else panel.longest
    training = len(one.rows) - 2 * round(len(one.rows) * share_of(len(one.rows)))
    found = _examined(one, names, training, time, panel)
    for column in found:
        if column.kind == "number" and not column.flaw:
            notes += sentinel_note(column.values, column.name)
    dated = time is not None and time.stamps.clock.dated
    calendar = calendar_columns(table, names, time.times) if time is not None and dated else set()
    static = frozenset() if panel is None else panel.static(names)
    told = (part, frozenset(calendar), static, repeated)
    return TableColumns(time, panel, one, clocked, found, notes, *told)


def _panel_of(table: Table, time: Times | None, names: Sequence[str]) -> Panel | None:
    """The series of the file; None where there is one."""
    if time is None:
        return restarted_panel(table, names)
    panel = find_panel(table, time.times, names)
    if panel is not None and len(time.names) == 1:
        panel.check_no_parts_of_days(time.names[0])
    return panel


def _examined(
    table: Table, names: Sequence[str], training: int, time: Times | None, panel: Panel | None
) -> list[Column]:
    """What each of these columns is, by the longest series and the rows that train on it."""
    found = [examine(table, name, training) for name in names]
    found = [column if time is None else _as_time(column, table, time) for column in found]
    found = [one_number(column, found) for column in without_sentinels(found, training)]
    if panel is None:
        return found
    found = [panel.with_all(column) for column in found if column.name not in panel.names]
    times = None if time is None else time.times
    rows = panel.training_rows(times, share_of(len(table.rows)))
    return [panel.learnt(column, rows) for column in found]


def _as_time(column: Column, table: Table, time: Times) -> Column:
    """A column; of time stamps beside those of the rows, with what may be done with them."""
    if column.kind != "text" or not holds_times(column.name, column_cells(table, column.name)):
        return column
    flaw = f"holds time stamps, too, and rows are those of {time.shown} (data.time)"
    if all(map(is_duration_text, {*column_cells(table, column.name)} - {""})):
        flaw = "holds how long something lasts; as numbers it can be read: "
        flaw += _as_seconds(column.name, column_cells(table, column.name))
    elif len(time.names) == 1:
        after, before = f"frame['{column.name}']", f"frame['{time.names[0]}']"
        flaw += (
            f"; time between them can be a column: (pandas.to_datetime({after}) - "
            f"pandas.to_datetime({before})).dt.total_seconds()"
        )
    return replace(column, flaw=flaw)


def _as_seconds(name: str, cells: Sequence[str]) -> str:
    """The line of pandas that makes seconds of how long something lasts."""
    import pandas as pd

    column = f"frame['{name}']"
    known = pd.to_timedelta(pd.Series([cell for cell in cells if cell][:_SAMPLE]), errors="coerce")
    if not known.isna().any():
        return f"pandas.to_timedelta({column}).dt.total_seconds()"
    return f"{column}.str.extract(r'(\\d+)\\D+(\\d+)').astype(float) @ [60, 1]"


def _sorted(table: Table, time: Times, panel: Panel | None) -> Table | None:
    """The table in order of time; None where it is."""
    groups = [np.arange(len(table.rows))] if panel is None else panel.members
    return in_order_of_time(table, time.times, groups)


def _in_order(
    table: Table, time: Times, panel: Panel | None, names: Sequence[str], repeated: bool
) -> Series:
    """The rows of each series on the clock; their time stamps must be in order."""
    problems = Problems()
    series = () if panel is None else panel.names
    once = "first" if repeated else _duplicates_of(time.times, panel)
    columns = Columns(
        (),
        (),
        time.names,
        "numeric",
        "error",
        series=series,
        duplicates=once or "error",
        time_format=time.form or None,
        time_zone=time.zone or None,
    )
    found = read_series(table, columns, problems)
    if not problems.found:
        return found
    first = problems.found[0]
    advice = first.advice
    merged = _named_once(table, time) if "sorted" in first.must else ""
    if merged:
        must = "must name the series of a row in each row"
        received = f"'{merged}' in the first row of each series only, as merged cells are written"
        return refuse(must, received, f"fill it down; pandas: table['{merged}'].ffill()")
    if panel is None and len(np.unique(time.times)) < (1 - _FEW_TWICE) * len(time.times):
        check_other_panels(table, time.times, names)
    if "twice" in first.must:
        advice += f", or name the series in one column, each of {SHORTEST} rows or more"
    return refuse(first.must, first.received, advice, path=f"{FILE}, column {time.shown}")


def _named_once(table: Table, time: Times) -> str:
    """The column that holds something in the first row and where rows go back in time only."""
    begins = np.concatenate([[True], np.diff(time.times).astype(np.int64) < 0])
    for name, column in zip(table.header, table.columns, strict=True):
        if name not in time.names and np.array_equal(~empty_cells(column), begins):
            return name
    return ""


def _duplicates_of(times: np.ndarray, panel: Panel | None) -> Literal["first", "mean"] | None:
    """What to do about a few rows with the time stamp of the row before; else None."""
    groups = [np.arange(len(times))] if panel is None else panel.members
    again = sum(int((np.diff(times[rows]).astype(np.int64) == 0).sum()) for rows in groups)
    return "mean" if 0 < again <= _FEW_TWICE * len(times) else None


def share_of(rows: int) -> float:
    """Of the validation part, and of the test part."""
    if rows < 1000:
        return 0.2
    return float(f"{max(0.01, min(0.15, _JUDGED_ROWS / rows)):.2g}")
