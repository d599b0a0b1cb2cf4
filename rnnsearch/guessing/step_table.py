"""A guess for a table with a row a time step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.errors import Problem
from rnnsearch.guessing._base import Guess, Setting, Wishes, check_wishes, refuse
from rnnsearch.guessing.budget import Job, search_settings, space_settings
from rnnsearch.guessing.class_objective import class_objective
from rnnsearch.guessing.flat_folders import check_no_names_of_files
from rnnsearch.guessing.forecast_settings import base_setting, lag_settings, log_settings
from rnnsearch.guessing.listed import check_no_lists, check_no_series_in_cells, listed_note
from rnnsearch.guessing.pairs import find_texts, guess_pairs
from rnnsearch.guessing.recorder_rows import check_no_start_and_rate
from rnnsearch.guessing.row_sequences import find_sequences, guess_rows, words_of
from rnnsearch.guessing.step_series import StepSeries, look_along
from rnnsearch.guessing.step_settings import column_settings, row_settings
from rnnsearch.guessing.table_columns import TableColumns, look_at
from rnnsearch.guessing.tagged_words import check_no_words_of_rows
from rnnsearch.guessing.wide_tables import check_no_archive
from rnnsearch.vocabulary import (
    MANY_TO_MANY,
    MANY_TO_ONE,
    ONE_TO_MANY,
    SEQUENCE_TO_SEQUENCE,
    MappingFact,
)

__all__ = ["guess_table"]

_TASKS = (MANY_TO_ONE.name, MANY_TO_MANY.name, ONE_TO_MANY.name)
_MANY_WINDOWS = 50_000
"""Training windows: of more, each teaches little that the others do not (benchmarks/README.md)."""
_DAY_AND_WEEK = 24 * 7
"""Hours of a day and days of a week: what usually comes back."""
_WINDOWS = 4
"""A training part has room for so many, one after the other, at least."""
_WORDY = 3
"""Spaces in a usual text of sentences."""
_TOLD = 4
"""Columns that are left out, each in a line of its own."""
_BLOCKS = ("day", "week")
"""Seasons whose calendar tells one from the next."""
_SAME_ROW = "of the window's last row itself"
_INPUTS = ("inputs", "kinds", "calendar")
_SHORT, _LONG, _USUAL = 8, 96, 48
"""Windows: at least, at most, and where the season is longer or there is none."""
_AHEAD = 12
"""Rows that are forecast at once, where there is no season."""


def guess_table(table: Table, source: str, wishes: Wishes, unread: Sequence[Problem] = ()) -> Guess:
    """A spec for a table.

    Args:
        table: The file.
        source: Its name in a spec.
        wishes: What the user said.
        unread: What the source says of columns that are left out, as their cells have parts.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    check_no_series_in_cells(table, unread)
    check_no_start_and_rate(table)
    found = look_at(table)
    if found.time is None:
        check_no_names_of_files(table)
        check_no_words_of_rows(table, found.names)
        texts = [column.name for column in found.others if column.kind == "text"]
        check_no_lists(table, texts, unread)
    pair = [] if found.time is not None else find_texts(table, found.others, wishes)
    if pair:
        return guess_pairs(table, pair, found.others, wishes, found.notes, found.split)
    timed = found.time is not None and not _about_texts(table, found)
    sequences = None if timed else find_sequences(table, found.others)
    if sequences is not None:
        text, labels = sequences
        read = {text.name, *(column.name for column in labels)}
        others = [name for name in found.names if name not in read]
        left = [f"{_show(name)} is left out: only the text is read" for name in others]
        if len(others) > _TOLD:
            shown = name_some([_show(name) for name in others], _TOLD)
            left = [f"{shown} are left out: only the text is read"]
        left += _other_texts(table, found, text.name)
        left += listed_note(table, text.name)
        return guess_rows(table, text, labels, wishes, found.notes + left, found.split)
    if found.time is None and found.panel is None and wishes.task is None:
        check_no_archive(table, found.others)
    encodes = wishes.mapping is not None and wishes.mapping.encodes
    if encodes and found.time is None:
        check_wishes(wishes, _TASKS, "a table without two columns of texts, or time stamps")
    series, notes = look_along(found, wishes)
    if encodes:
        return _rows_ahead(series, source, wishes, notes)
    if wishes.mapping is not None and wishes.mapping.unfolds:
        return _blocks(series, source, wishes, notes)
    return _windows(series, source, wishes, notes)


def _other_texts(table: Table, found: TableColumns, read: str) -> list[str]:
    """What to say where a class may be of two texts: a question and another."""
    texts = [column for column in found.others if column.kind == "text" and column.name != read]
    wordy = [column.name for column in texts if words_of(table, column) >= _WORDY]
    if not wordy:
        return []
    both = " + ' | ' + ".join(f"frame['{name}']" for name in (read, *wordy[:1]))
    return [
        f"one text is read, {_show(read)}: if what is found is of {_show(wordy[0])}, too, put both "
        f"into one column: frame['both'] = {both}"
    ]


def _about_texts(table: Table, found: TableColumns) -> bool:
    """Whether rows have sentences and classes, and a time stamp that only says when."""
    texts = [column for column in found.others if column.kind == "text"]
    numbers = [c for c in found.others if c.kind == "number" and not c.flaw and not c.classes]
    wordy = any(words_of(table, column) > _WORDY for column in texts)
    return wordy and not numbers and found.panel is None


def _windows(series: StepSeries, source: str, wishes: Wishes, notes: list[str]) -> Guess:
    """many_to_one or many_to_many: windows over the series."""
    if not series.inputs:
        refuse(
            "must have a column of numbers for the network to read",
            name_some([f"{_show(column.name)}" for column in series.columns]) + ", text only",
            "add one",
        )
    aligned = wishes.mapping is not None and wishes.mapping.aligned
    window, why = _window(series, aligned)
    reach = sum(max(0, training - window) for training, _ in series.parts)
    stride = math.ceil(reach / _MANY_WINDOWS)
    stride = max(1, window // 8, stride) if aligned else _stride(stride, series)
    rows_judged = sum(max(0, part - window) if aligned else part for _, part in series.parts)
    job = Job(
        train=max(1, reach // stride),
        validation=max(1, rows_judged // window if aligned else rows_judged),
        steps=window,
        unrolled=(window // 4,) if window >= _SHORT else (),
    )
    task = (MANY_TO_MANY if aligned else MANY_TO_ONE).name
    what = (
        "a sequence in, and an output at each step" if aligned else "a sequence in, one value out"
    )
    target = series.target
    ahead = "predict the row after the window's last"
    if target.classes:
        ahead += "; 0: find the label of that last row itself"
        ahead += ", which then is no input" if target.name in series.inputs else ""
    found = [
        *column_settings(series, source),
        Setting("window", window, why),
        Setting("horizon", 0, _SAME_ROW + ("; 1: of the row after it" if series.is_state else ""))
        if series.given_away
        else Setting("horizon", 1, ahead),
    ]
    changes, objective, note = _changes(series)
    found += changes
    if stride > 1:
        said = f"training windows begin every {stride} rows: about {job.train} of them"
        found.append(Setting("stride", stride, said))
    found += row_settings(series)
    return Guess(
        Setting("task", task, what),
        tuple(found),
        space_settings(job),
        search_settings(job, objective, wishes.cores),
        (*notes, *filter(None, [note])),
    )


def _stride(least: int, series: StepSeries) -> int:
    """Rows from one training window to the next: no fewer, and all times of a season begin one."""
    season = math.prod(season.steps for season in series.seasons) * _DAY_AND_WEEK
    return next(rows for rows in count(max(1, least)) if math.gcd(rows, season) == 1)


def _changes(series: StepSeries) -> tuple[list[Setting], Setting, str]:
    """What the change is learned from, what judges the forecasts, and a note."""
    if series.target.classes or series.given_away:
        return [], _objective(series), ""
    found = _forecast_settings(series)
    if series.panel is None:
        return found, _objective(series), ""
    logs = series.have_logarithms
    alike, note = series.panel.size_settings(series.target, series.share, logs=logs)
    if not alike:
        return found, _objective(series), note
    why = "a share of the values, so that small series count as much as large ones"
    return alike, Setting("objective", "val_smape", why), note


def _forecast_settings(series: StepSeries) -> list[Setting]:
    """What numbers are learned as, and what of their past is read."""
    rows = series.training + series.part
    values = series.target.values[:rows]
    logs = log_settings(values) if series.panel is None and series.have_logarithms else []
    lags = lag_settings(series.seasons, min(training for training, _ in series.parts))
    return [base_setting(), *logs, *lags]


def _rows_ahead(series: StepSeries, source: str, wishes: Wishes, notes: list[str]) -> Guess:
    """sequence_to_sequence: a window is read, and the rows of the next season are forecast."""
    _check_numbers(series, SEQUENCE_TO_SEQUENCE)
    season = next((s for s in series.seasons if 1 < s.steps <= _LONG), None)
    steps, why = (_AHEAD, "") if season is None else (season.steps, f": a {season.name}")
    most = min(min(parts) for parts in series.parts) // 2
    if most < steps:
        steps, why = max(1, most), ": more would leave little to judge"
    window, what = _window(series, False)
    reach = sum(max(0, training - window - steps) for training, _ in series.parts)
    stride = _stride(math.ceil(reach / _MANY_WINDOWS), series)
    job = Job(
        train=max(1, reach // stride),
        validation=max(1, sum(max(0, part - steps) for _, part in series.parts)),
        steps=window + steps,
    )
    changes, objective, note = _changes(series)
    found = [
        *column_settings(series, source),
        Setting("window", window, what),
        Setting("output_steps", steps, f"rows after the window's last, forecast at once{why}"),
        *changes,
    ]
    if stride > 1:
        said = f"training windows begin every {stride} rows: about {job.train} of them"
        found.append(Setting("stride", stride, said))
    found += row_settings(series)
    return Guess(
        Setting("task", SEQUENCE_TO_SEQUENCE.name, "a sequence in, the next rows out"),
        tuple(found),
        space_settings(job),
        search_settings(job, objective, wishes.cores),
        (*notes, *filter(None, [note])),
    )


def _check_numbers(series: StepSeries, task: MappingFact) -> None:
    if series.target.classes or series.target.kind == "label":
        received = f"{task.name}, and classes in {_show(series.target.name)}"
        advice = "name a column of numbers: --target"
        refuse("must suit the target", received, advice, path="--task")


def _blocks(series: StepSeries, source: str, wishes: Wishes, notes: list[str]) -> Guess:
    """one_to_many: the calendar of a season's first row predicts the rows of it."""
    _check_numbers(series, ONE_TO_MANY)
    seasons = [s for s in series.seasons if s.steps * 30 <= series.rows and s.name in _BLOCKS]
    if not seasons:
        refuse(
            "must have time stamps and a season of which there are 30, a day or a week",
            "one_to_many, and no such season",
            "use many_to_one",
            path="--task",
        )
    size = seasons[0].steps
    calendar = ["weekday", "day_of_year"] if seasons[0].name == "day" else ["day_of_year"]
    source_settings = [s for s in column_settings(series, source) if s.key not in _INPUTS]
    train, validation = np.sum([np.floor_divide(rows, size) for rows in series.parts], axis=0)
    job = Job(int(train), int(validation), size)
    found = (
        *source_settings[:-1],
        Setting("calendar", calendar, "inputs, computed from the first row of a block"),
        source_settings[-1],
        Setting("output_steps", size, f"the series is cut into blocks of a {seasons[0].name}"),
        *_forecast_settings(series),
        *row_settings(series),
    )
    objective = _objective(series)
    return Guess(
        Setting("task", ONE_TO_MANY.name, "one vector in, a sequence out"),
        found,
        space_settings(job),
        search_settings(job, objective, wishes.cores),
        tuple(notes),
    )


def _window(series: StepSeries, aligned: bool) -> tuple[int, str]:
    """Input steps: the shortest season, where it is neither very short nor very long.

    Windows of one output may begin before the part that they are judged in.
    """
    rows, of = (series.part, "validation") if aligned else (series.training, "training")
    most = max(2, rows // (2 if aligned else _WINDOWS))
    window, why = _USUAL, "input steps; no season was found, so try others"
    if series.seasons:
        season = series.seasons[0]
        times = math.ceil(_SHORT / season.steps)
        if season.steps * times <= _LONG:
            window = season.steps * times
            why = f"input steps: {'a' if times == 1 else times} {season.name}"
            why += "s" if times > 1 else ""
        else:
            why = f"input steps; a whole {season.name} has {season.steps}"
    if window > most:
        return most, f"input steps; more would leave little of {rows} {of} rows"
    return window, why


def _objective(series: StepSeries) -> Setting:
    if series.target.classes:
        return class_objective(series.target.classes.values())
    return Setting("objective", "val_rmse", "in the target's own unit; smaller is better")


def _show(name: str) -> str:
    return f"'{name}'"
