"""New files: their rows, the windows that are predicted of them, and what each prediction is of."""

from __future__ import annotations

from collections.abc import Sequence
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
from rnnsearch.data.sources import table_source
from rnnsearch.data.time import Clock, times_after

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
    series = read_file(table_source(Path(path), prepared.reader), Path(path), columns, problems)
    _check_lengths(prepared, series.each(), path, targets, problems)
    for one in series.each():
        _check_rows_ahead(prepared, one, path, targets, problems)
    _check_step(prepared, series, path, problems)
    problems.raise_any()
    return series


def _check_lengths(
    prepared: SeriesLayout, every: Sequence[Series], path: str, targets: bool, problems: Problems
) -> None:
    """Each series of a new file must be long enough for one sequence."""
    need = prepared.window or (prepared.output_steps if targets else None) or 1
    need += prepared.furthest if targets else 0
    need = max(prepared.back, 1) if prepared.reads_past and not targets else need + prepared.back
    short = [one for one in every if one.past < need]
    if not short:
        return
    must, advice = f"must have at least {need} rows", "give the rows before them too"
    received = f"{short[0].past} in {path}"
    if prepared.series:
        must, received = f"{must} of each series", f"{received} of '{short[0].names[0]}'"
        advice += ", or leave such series out"
    if len(short) > 1:
        received += f" ({len(short)} such series)"
    problems.add("data.path", must, received, advice)


def _check_rows_ahead(
    prepared: SeriesLayout, series: Series, path: str, targets: bool, problems: Problems
) -> None:
    """A series must have the rows after its last with what is known of them."""
    where = f"{path} of '{series.names[0]}'" if prepared.series else path
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
    if found.alike(step) or a_row_a_block(prepared, series):
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


def row_labels(
    prepared: SeriesLayout, series: Series, predicted: np.ndarray
) -> dict[str, np.ndarray]:
    """What each row predicted is, of (N,) or (N, T), as the columns that say it in the file.

    These are the file's columns of time with cells as it writes them, or one of ISO time stamps
    where that can't be; without times `row`, the number of the row.
    """
    last = int(predicted.max(initial=-1))  # of a series without a value nothing is predicted
    if series.times is None:
        after = series.rows[-1] + 1 + np.arange(max(last - len(series) + 1, 0))
        return {"row": np.concatenate([series.rows, after])[predicted.ravel()]}
    if a_row_a_block(prepared, series):
        times, every = _times_of_blocks(prepared, series), None
    else:
        rows, every = np.unique(predicted.ravel(), return_inverse=True)
        beyond = max(last - len(series) + 1, 0)
        after = times_after(series.times, prepared.step, beyond)
        times = np.concatenate([series.times, after])[rows]
    found = _written(prepared, series.clock, times)
    return found if every is None else {name: texts[every] for name, texts in found.items()}


def _written(prepared: SeriesLayout, clock: Clock, times: np.ndarray) -> dict[str, np.ndarray]:
    """Times of rows as texts, by the columns that they belong into."""
    taken = {"sequence", "step", *prepared.series}
    written = None if taken & {*prepared.time} else clock.written(times)
    if written is not None and len(written) == len(prepared.time):
        return dict(zip(prepared.time, written, strict=True))
    single = len(prepared.time) == 1 and prepared.time[0] not in taken
    return {prepared.time[0] if single else "time": clock.texts(times)}


def _times_of_blocks(prepared: SeriesLayout, series: Series) -> np.ndarray:
    """Times of all steps of blocks of which only the first row is given."""
    assert series.times is not None and prepared.step is not None and prepared.output_steps
    steps = np.arange(prepared.output_steps)
    return np.concatenate([prepared.step.after(time, steps) for time in series.times])
