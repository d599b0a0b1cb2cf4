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
from rnnsearch.guessing.columns import COUNTS_ROWS, Column, before_test
from rnnsearch.guessing.independent_rows import check_sorted_classes, independence_note
from rnnsearch.guessing.kinds_of_numbers import find_kinds
from rnnsearch.guessing.known_ahead import known_note
from rnnsearch.guessing.one_hot_columns import one_hot_note
from rnnsearch.guessing.panel import Panel
from rnnsearch.guessing.restarts import others_note, restarts_note, steady_names
from rnnsearch.guessing.season import Season, find_cycles, find_patterns, find_seasons
from rnnsearch.guessing.table_columns import TableColumns, share_of
from rnnsearch.guessing.target_rules import lasts
from rnnsearch.guessing.target_words import REMAINING
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
        kinds: Columns that are read, whose numbers name kinds.
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
    kinds: tuple[str, ...] = ()

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
        f"{rows} no '{target.name}': gaps, if it was not measured there; if they lie in the "
        f"future, data.known: [{', '.join(known)}] says that these columns are known then, and "
        "data.inputs has the others"
    ]


def _remaining_note(found: TableColumns, target: Column) -> list[str]:
    """What to say of series without time stamps that are counted, and end at unlike lengths."""
    panel = found.panel
    if panel is None or found.time is not None or named(target.name, REMAINING):
        return []
    counts = [column.name for column in found.others if column.flaw == COUNTS_ROWS]
    if len({*panel.lengths}) * 2 < len(panel.lengths) or not counts or len(panel.names) > 1:
        return []
    series, count = panel.names[0], counts[0]
    return [
        f"series of '{series}' are of unlike lengths: if each ends where something fails, what is "
        f"left until then can be the target: frame['rul'] = frame.groupby('{series}')['{count}']"
        f".transform('max') - frame['{count}'] of pandas; --target rul"
    ]


def look_along(found: TableColumns, wishes: Wishes) -> tuple[StepSeries, list[str]]:
    """What a series holds, and notes for the user."""
    notes = [*found.notes, *_notes_on_times(found)]
    share = share_of(len(found.table.rows))
    target, why = _chosen(found, wishes)
    lacking, unlike = _missing(found)
    split, no_split = _said_parts(found)
    seasons, patterns = _repeats(found, target, share)
    series = StepSeries(
        rows=len(found.table.rows),
        time=found.time,
        step=found.step,
        columns=tuple(column for column in found.others if not column.flaw),
        target=target,
        why=why,
        share=share,
        seasons=seasons,
        patterns=patterns,
        panel=found.panel,
        lacking=lacking,
        duplicates=found.duplicates,
        split=split,
        static=found.static,
    )
    if series.given_away and not series.is_state:
        series = replace(series, seasons=(), patterns=())
    kinds, not_read_so = find_kinds(found, [*series.columns], target, share)
    if not series.judged_by_others:
        series = replace(series, kinds=kinds)
    notes += not_read_so
    notes += one_hot_note(found.others, target)
    notes += _notes_on_others([c for c in found.others if c.name != target.name])
    notes += [*unlike, *no_split, *_notes_on_target(series), *_remaining_note(found, target)]
    return series, notes


def _chosen(found: TableColumns, wishes: Wishes) -> tuple[Column, str]:
    """The target, and why: one that is the same in all rows of a series only if it is asked for."""
    told = found.calendar | found.static
    if found.panel is None and found.time is None:
        told |= steady_names(found.table, found.others)
    likely = [column for column in found.others if column.name not in told]
    choice = found.others if wishes.target is not None else likely or found.others
    time = () if found.time is None else found.time.names
    series = () if found.panel is None else found.panel.names
    return choose_target(found.table, choice, wishes.target, time, series)


def _missing(found: TableColumns) -> tuple[str, list[str]]:
    """Which rows are missing by the clock, and what to say of a step or a rate that changes."""
    if found.clocked is None:
        return "", []
    rate = [*filter(None, [change_of_rate(found.clocked)])]
    unlike = "" if found.step is None else unlike_steps(found.clocked, found.step)
    if unlike:  # rows put in for one step would be most of those of another
        return "", [unlike, *rate]
    return found.clocked.lacking, rate


def _said_parts(found: TableColumns) -> tuple[dict[str, object] | None, list[str]]:
    """The parts that a column says, and what to say where they can't be followed."""
    if found.part is None:
        return None, []
    if found.in_order:
        return found.split, []
    left = f"'{found.part}' is left out: it says parts, but not one after the other in time"
    return None, [left]


def _repeats(
    found: TableColumns, target: Column, share: float
) -> tuple[tuple[Season, ...], tuple[Season, ...]]:
    """Seasons, and patterns that are none.

    Classes follow what is measured, but less clearly: seasons are looked for in both.
    """
    measured = [c for c in found.others if not c.flaw and c.kind == "number" and target.classes]
    rows, time, step = len(found.table.rows), found.time, found.step
    past = rows - round(rows * share)
    looked_at = [target, *measured]
    values = [before_test(c, past, c is target, found.ticks) for c in looked_at]
    dated = step if time is not None and time.stamps.clock.dated else None
    daily = time is not None and time.stamps.clock.daily
    even = step is None or step.regular
    seasons = tuple(find_seasons(values, dated, daily) or (find_cycles(values) if even else []))
    shown = () if daily else find_patterns(values[0], dated)
    names = {season.name for season in seasons}
    return seasons, tuple(season for season in shown if season.name not in names)


def _notes_on_target(series: StepSeries) -> list[str]:
    """What to say of the target's own past, of what is known ahead, and of what each series is."""
    target, columns = series.target, series.columns
    notes = [_note_on_own_past(series)] if series.given_away else []
    to_come = _rows_to_come(target, columns) if series.panel is None else []
    ahead = series.time is not None and not series.given_away
    notes += to_come or (known_note(columns, target) if ahead else [])
    kinds = [c for c in columns if c.name in series.static and c.kind == "label"]
    return notes + [_SAME.format(name=c.name) for c in kinds if c is not target]


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
