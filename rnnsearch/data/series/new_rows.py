"""New files: their rows, the windows that are predicted of them, and what each prediction is of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnsearch.data.categories import check_known
from rnnsearch.data.collecting import Problems
from rnnsearch.data.series.checked_columns import Columns
from rnnsearch.data.series.cuts import a_row_a_block, cut_for
from rnnsearch.data.series.kept_rows import read_file
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows
from rnnsearch.data.time import times_after

__all__ = ["check_categories", "new_windows", "read_new", "row_labels"]


def read_new(prepared: SeriesLayout, path: str, targets: bool) -> Series:
    """Rows of a new file, long enough for one sequence."""
    problems = Problems()
    columns = Columns(
        prepared.inputs_names,
        prepared.target.names if targets or prepared.lag or prepared.lags else (),
        prepared.time,
        prepared.target.kind,
        prepared.missing,
        prepared.target.classes or None,
        texts=tuple(prepared.categories),
        series=prepared.series,
        trained=True,
        time_optional=not prepared.calendar,
        known=prepared.inputs_names if prepared.reads_past else prepared.known,
        positive=prepared.target.names if np.any(prepared.target.scaling.log) else (),
        clock=prepared.clock,
        step=prepared.step if prepared.step and prepared.step.regular else None,
        irregular=prepared.irregular,
        dialect=prepared.dialect,
        missing_values=prepared.missing_values,
        duplicates=prepared.duplicates,
    )
    series = read_file(prepared.reader, Path(path), columns, problems)
    for one in series.each():
        _check_length(prepared, one, path, targets, problems)
    _check_step(prepared, series, path, problems)
    problems.raise_any()
    return series


def _check_length(
    prepared: SeriesLayout, series: Series, path: str, targets: bool, problems: Problems
) -> None:
    """A series of a new file must be long enough for one sequence."""
    need = prepared.window or (prepared.output_steps if targets else None) or 1
    need += prepared.furthest if targets else 0
    need = max(prepared.back, 1) if prepared.reads_past and not targets else need + prepared.back
    where = path if prepared.series is None else f"{path} of '{series.names[0]}'"
    if series.past < need:
        must, advice = f"must have at least {need} rows", "give the rows before them too"
        must += "" if prepared.series is None else " of each series"
        problems.add("data.path", must, f"{series.past} in {where}", advice)
    ahead = len(series) - series.past
    if prepared.reads_past and prepared.inputs_names and not targets and not ahead:
        must = "must have a row after the last with a target: that which begins the next block"
        advice = f"add a row with {', '.join(prepared.inputs_names)} and leave its target empty"
        problems.add("data.inputs", must, f"none in {where}", advice)
    if prepared.known and not targets and ahead < prepared.furthest:
        rows = "1 row" if prepared.furthest == 1 else f"{prepared.furthest} rows"
        must = f"must have values in {rows} after the last with other inputs"
        advice = f"add rows with {', '.join(prepared.known)} and leave their other cells empty"
        problems.add("data.known", must, f"{ahead} such rows in {where}", advice)


def _check_step(prepared: SeriesLayout, series: Series, path: str, problems: Problems) -> None:
    """Rows of a new file must be as far apart as those of training, if these were all alike."""
    step, found = prepared.step, series.step
    if step is None or not step.regular or found is None or found == step:
        return
    if (found.count, found.unit) == (step.count, step.unit) or a_row_a_block(prepared, series):
        return
    one, other = (replace(each, regular=True) for each in (step, found))
    must = f"must be rows {one} apart, as in training"
    advice = "give a file with such rows; data.time_format says how dates are read"
    problems.add("data.time", must, f"rows {other} apart in {path}", advice)


def new_windows(prepared: SeriesLayout, series: Series) -> Windows:
    """What is predicted of a new file; the targets may lie beyond it."""
    return cut_for(prepared.mapping).of_file(prepared, series)


def check_categories(prepared: SeriesLayout, series: Series, windows: Windows) -> None:
    """The rows that are read, of a block the first, must hold known categories."""
    problems = Problems()
    rows = windows.starts if prepared.window is None else np.arange(len(series))
    rows = rows[rows < len(series)]
    texts = {name: labels[rows] for name, labels in series.texts.items()}
    check_known(texts, series.rows[rows], prepared.categories, True, problems)
    problems.raise_any()


def row_labels(prepared: SeriesLayout, series: Series, predicted: np.ndarray) -> np.ndarray:
    """Time stamp, or row of the file, of each row predicted, of (N,) or (N, T)."""
    if a_row_a_block(prepared, series):
        return _labels_of_blocks(prepared, series)
    return _labels(prepared, series, predicted.ravel())


def _labels(prepared: SeriesLayout, series: Series, predicted: np.ndarray) -> np.ndarray:
    """Time stamp, or row of the file, of each row predicted (P,)."""
    beyond = max(int(predicted.max()) - len(series) + 1, 0)
    if series.times is None:
        after = series.rows[-1] + 1 + np.arange(beyond)
        return np.asarray(np.concatenate([series.rows, after])[predicted])
    times = np.concatenate([series.times, times_after(series.times, prepared.step, beyond)])
    return np.asarray(series.clock.texts(times)[predicted])


def _labels_of_blocks(prepared: SeriesLayout, series: Series) -> np.ndarray:
    """Time stamps of all steps of blocks of which only the first row is given."""
    assert series.times is not None and prepared.step is not None and prepared.output_steps
    steps = np.arange(prepared.output_steps)
    times = [prepared.step.after(time, steps) for time in series.times]
    return series.clock.texts(np.concatenate(times))
