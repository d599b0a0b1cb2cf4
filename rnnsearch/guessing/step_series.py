"""What a table with a row a time step holds: what is predicted, from what, and what repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.series.missing_rows import change_of_rate, unlike_steps
from rnnsearch.data.time import Step
from rnnsearch.data.time.time_names import named
from rnnsearch.guessing._base import Wishes
from rnnsearch.guessing.columns import Column, before_test
from rnnsearch.guessing.independent_rows import check_sorted_classes, independence_note
from rnnsearch.guessing.known_ahead import known_note
from rnnsearch.guessing.panel import Panel
from rnnsearch.guessing.restarts import others_note, restarts_note
from rnnsearch.guessing.season import Season, find_cycles, find_patterns, find_seasons
from rnnsearch.guessing.table_columns import TableColumns, share_of
from rnnsearch.guessing.target_rules import REMAINING, lasts
from rnnsearch.guessing.targets import choose_target
from rnnsearch.guessing.times import Times

__all__ = ["StepSeries", "look_along"]

_SERIES = 6
"""So many series can be held out of: one or more for validation and for the test."""
_SAME = (
    "'{name}' is the same in all rows of each series, and is read as what is known of it; if it is "
    "what is to be found: --target '{name}', of each window; or save each series as a row of x and "
    "its '{name}' as y: numpy.savez('data.npz', x=x, y=y)"
)
_LEFT = "'{name}' is found of the rows up to the same one, without its own past; "
_AS_A_STATE = (
    "it lasts from row to row, and the row before would say it; to forecast it, data.horizon: 1, "
    "and data.inputs with it; the baseline last_value is told the value of the row before"
)
_BY_OTHERS = "whole series judge, which training has not seen (data.split: {by: series})"
_BY_LAST = (
    "the last rows of each series judge: data.split: {by: series} holds out whole ones instead; "
    "the baseline last_value is told the value of the row before"
)


@dataclass(frozen=True)
class StepSeries:
    """What was found in the file; of several series in the longest, which stands for the others.

    Attributes:
        rows: R.
        time, step: The columns of time stamps and what lies between them, if there are any.
        columns: Those that can be used, in the order of the file.
        target: What is predicted, one of `columns`, and why this one.
        share: Of the validation and the test part, each.
        seasons: Confirmed ones, shortest first.
        patterns: Days and weeks that show in the target without being seasons.
        panel: The series of the file; None where there is one.
        lacking: Which rows are missing by the clock, as text; "" if none is.
        duplicates: What to do about rows with the time stamp of the row before, if there are any.
        split: The parts, where a column says them.
        static: Columns that say of each series the same in all of its rows.
    """

    rows: int
    time: Times | None
    step: Step | None
    columns: tuple[Column, ...]
    target: Column
    why: str
    share: float
    seasons: tuple[Season, ...]
    patterns: tuple[Season, ...]
    panel: Panel | None
    lacking: str
    duplicates: str | None
    split: dict[str, object] | None
    static: frozenset[str] = frozenset()

    @property
    def part(self) -> int:
        """Rows of the validation part."""
        return round(self.rows * self.share)

    @property
    def training(self) -> int:
        """Rows of the training part."""
        return self.rows - 2 * self.part

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Rows of the training and of the validation part of each series of the file."""
        lengths = (self.rows,) if self.panel is None else self.panel.lengths
        judged = [round(rows * self.share) for rows in lengths]
        return [(rows - 2 * part, part) for rows, part in zip(lengths, judged, strict=True)]

    @property
    def have_logarithms(self) -> bool:
        """Whether all numbers that are read are above 0."""
        read = [*(column for column in self.columns if column.is_read), self.target]
        numbers = [column for column in read if column.kind == "number"]
        if self.panel is not None:
            return all(self.panel.least(column) > 0 for column in numbers)
        return all(np.nanmin(column.values) > 0 for column in numbers)

    @property
    def inputs(self) -> list[str]:
        """Columns of numbers and of few kinds, the past of classes that are forecast among them."""
        read = [column.name for column in self.columns if column.is_read]
        return [name for name in read if name != self.target.name or not self.given_away]

    @property
    def is_remaining(self) -> bool:
        """Whether the target is what is left of each series."""
        return self.target.kind == "number" and named(self.target.name, REMAINING)

    @property
    def given_away(self) -> bool:
        """Whether the target's own past would give it away: it is found of the same row."""
        return self.is_remaining or self.target.name in self.static or self.is_state

    @property
    def is_state(self) -> bool:
        """Whether the target is a state that lasts, found of what is measured beside it."""
        if not self.target.classes:
            return False
        beside = [c for c in self.columns if c.kind == "number" and c is not self.target]
        return bool(beside) and lasts(self.target)

    @property
    def judged_by_others(self) -> bool:
        """Whether whole series are held out: one row of a series says what the others are."""
        return self.given_away and self.panel is not None and len(self.panel.members) >= _SERIES


def _note_on_own_past(series: StepSeries) -> str:
    """What to say where the target's own past is no input, and what judges."""
    left = _LEFT.format(name=series.target.name)
    if series.judged_by_others:
        return left + _BY_OTHERS
    if series.panel is not None or not series.is_state:
        return left + _BY_LAST
    return left + _AS_A_STATE


def _notes_on_order(table: Table, columns: Sequence[Column]) -> list[str]:
    """What is doubtful about the order of rows that no time stamps confirm."""
    stacked = restarts_note(table, columns) or check_sorted_classes(table, columns)
    return [*stacked, *independence_note(columns)]


def _rows_to_come(target: Column, columns: Sequence[Column]) -> list[str]:
    """What to say where the last rows have everything but what is predicted."""
    count = int(np.argmin(target.gaps[::-1]))
    known = [c.name for c in columns if c is not target and not c.gaps[len(c.gaps) - count :].any()]
    if not count or not known:
        return []
    rows = "the last row has" if count == 1 else f"the last {count} rows have"
    return [
        f"{rows} no '{target.name}': if they lie in the future, data.known: [{', '.join(known)}] "
        "says that these columns are known then, and data.inputs has the others"
    ]


def look_along(found: TableColumns, wishes: Wishes) -> tuple[StepSeries, list[str]]:
    """What a series holds, and notes for the user."""
    time, table, notes = found.time, found.table, [*found.notes]
    step, rows = found.step, len(table.rows)
    share = share_of(rows)
    notes += _notes_on_times(found)
    usable = tuple(column for column in found.others if not column.flaw)
    series = () if found.panel is None else found.panel.names
    named = () if time is None else time.names
    told = found.calendar | found.static
    likely = [column for column in found.others if column.name not in told]
    choice = found.others if wishes.target is not None else likely or found.others
    target, why = choose_target(table, choice, wishes.target, named, series)
    notes += _notes_on_others([column for column in found.others if column.name != target.name])
    # Classes follow what is measured, but less clearly: seasons are looked for in both.
    repeating = [target, *(c for c in usable if target.classes and c.kind == "number")]
    past = rows - round(rows * share)
    dated = step if time is not None and time.stamps.clock.dated else None
    clock = found.ticks
    values = [before_test(column, past, column is target, clock) for column in repeating]
    lacking = "" if found.clocked is None else found.clocked.lacking
    unlike = "" if found.clocked is None or step is None else unlike_steps(found.clocked, step)
    if unlike:  # rows put in for one step would be most of those of another
        lacking, notes = "", [*notes, unlike]
    notes += filter(None, ["" if found.clocked is None else change_of_rate(found.clocked)])
    daily = time is not None and time.stamps.clock.daily
    even = step is None or step.regular
    seasons = tuple(find_seasons(values, dated, daily) or (find_cycles(values) if even else []))
    shown = () if daily else find_patterns(values[0], dated)
    names = {season.name for season in seasons}
    patterns = tuple(season for season in shown if season.name not in names)
    chosen = (usable, target, why)
    split = found.split if found.part and found.in_order else None
    if found.part and split is None:
        notes.append(
            f"'{found.part}' is left out: it says parts, but not one after the other in time"
        )
    whole = (rows, time, step, *chosen, share, seasons, patterns)
    series_found = StepSeries(*whole, found.panel, lacking, found.duplicates, split, found.static)
    if series_found.given_away and not series_found.is_state:
        series_found = replace(series_found, seasons=(), patterns=())
    if series_found.given_away:
        notes.append(_note_on_own_past(series_found))
    to_come = _rows_to_come(target, usable) if found.panel is None else []
    ahead = time is not None and not series_found.given_away
    notes += to_come or (known_note(usable, target) if ahead else [])
    kinds = [
        c.name for c in usable if c.name in found.static and c.kind == "label" and c is not target
    ]
    notes += [_SAME.format(name=name) for name in kinds]
    return series_found, notes


def _notes_on_times(found: TableColumns) -> list[str]:
    """What follows from the rows' time stamps, or from there being none."""
    time, table, alone, step = found.time, found.table, found.panel is None, found.step
    if time is None:
        notes = ["no column of time stamps was found: rows are taken to be in order of time"]
        notes += _notes_on_order(table, found.others) if alone else []
    else:
        notes = [*time.stamps.notes]
        if alone and step is not None and not step.regular:
            notes += independence_note(found.others)
    if alone and not any("windows cross" in note for note in [*found.notes, *notes]):
        notes += filter(None, [others_note(table, found.names)])
    return notes


def _notes_on_others(columns: Sequence[Column]) -> list[str]:
    """Which of the columns beside the target are left out, and why."""
    usual = "is text with gaps, which has no kind in between"
    left = [column for column in columns if column.flaw or not column.is_read]
    return [f"'{column.name}' is left out: it {column.flaw or usual}" for column in left]
