"""New files: their rows, the windows that are predicted of them, and what each prediction is of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.categories import check_known
from rnnsearch.data.problems import Problems
from rnnsearch.data.series.causal import complete_rows
from rnnsearch.data.series.columns import Columns
from rnnsearch.data.series.reading import read_file
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows
from rnnsearch.data.time import infer_step, times_after

if TYPE_CHECKING:
    from rnnsearch.data.series.preparation import SeriesPreparation

__all__ = ["check_categories", "new_windows", "read_new", "row_labels"]


def read_new(prepared: SeriesPreparation, path: str, targets: bool) -> Series:
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
        known=prepared.inputs_names if _reads_past(prepared) else prepared.known,
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


def _reads_past(prepared: SeriesPreparation) -> bool:
    """Whether blocks are forecast from the target's past, which new files must then have."""
    return prepared.window is None and bool(prepared.lag or prepared.lags)


def _check_length(
    prepared: SeriesPreparation, series: Series, path: str, targets: bool, problems: Problems
) -> None:
    """A series of a new file must be long enough for one sequence."""
    need = prepared.window or (prepared.output_steps if targets else None) or 1
    need += prepared.furthest if targets else 0
    need = max(prepared.back, 1) if _reads_past(prepared) and not targets else need + prepared.back
    where = path if prepared.series is None else f"{path} of '{series.names[0]}'"
    if series.past < need:
        must, advice = f"must have at least {need} rows", "give the rows before them too"
        must += "" if prepared.series is None else " of each series"
        problems.add("data.path", must, f"{series.past} in {where}", advice)
    ahead = len(series) - series.past
    if _reads_past(prepared) and prepared.inputs_names and not targets and not ahead:
        must = "must have a row after the last with a target: that which begins the next block"
        advice = f"add a row with {', '.join(prepared.inputs_names)} and leave its target empty"
        problems.add("data.inputs", must, f"none in {where}", advice)
    if prepared.known and not targets and ahead < prepared.furthest:
        rows = "1 row" if prepared.furthest == 1 else f"{prepared.furthest} rows"
        must = f"must have values in {rows} after the last with other inputs"
        advice = f"add rows with {', '.join(prepared.known)} and leave their other cells empty"
        problems.add("data.known", must, f"{ahead} such rows in {where}", advice)


def _check_step(prepared: SeriesPreparation, series: Series, path: str, problems: Problems) -> None:
    """Rows of a new file must be as far apart as those of training, if these were all alike."""
    step, found = prepared.step, series.step
    if step is None or not step.regular or found is None or found == step:
        return
    if (found.count, found.unit) == (step.count, step.unit) or _a_row_a_block(prepared, series):
        return
    one, other = (replace(each, regular=True) for each in (step, found))
    must = f"must be rows {one} apart, as in training"
    advice = "give a file with such rows; data.time_format says how dates are read"
    problems.add("data.time", must, f"rows {other} apart in {path}", advice)


def new_windows(prepared: SeriesPreparation, series: Series) -> Windows:
    """What is predicted of a new file; the targets may lie beyond it."""
    if _reads_past(prepared):
        # As forecasts of several steps: the last is that of the rows after the file's past.
        size = prepared.output_steps or 1
        starts = np.arange(series.past, prepared.back - 1, -size)[::-1]
        return Windows(starts, size, starts[:, None])
    if prepared.window is None:
        size = 1 if _a_row_a_block(prepared, series) else prepared.output_steps or 1
        starts = np.arange(0, len(series), size)
        return Windows(starts, size, starts[:, None])
    first = complete_rows(series, prepared.soon) - prepared.window + 1
    rows = prepared.usable(range(max(0, first), series.past))
    last = rows.stop - prepared.window
    if prepared.output_steps is not None:
        starts = np.arange(last, rows.start - 1, -prepared.output_steps)[::-1]
        return Windows(starts, prepared.window, starts)
    starts = np.arange(rows.start, last + 1, prepared.window if prepared.mapping.aligned else 1)
    if len(starts) and starts[-1] < last:
        starts = np.append(starts, last)
    return Windows(starts, prepared.window, starts)


def check_categories(prepared: SeriesPreparation, series: Series, windows: Windows) -> None:
    """The rows that are read, of a block the first, must hold known categories."""
    problems = Problems()
    rows = windows.starts if prepared.window is None else np.arange(len(series))
    rows = rows[rows < len(series)]
    texts = {name: labels[rows] for name, labels in series.texts.items()}
    check_known(texts, series.rows[rows], prepared.categories, True, problems)
    problems.raise_any()


def row_labels(prepared: SeriesPreparation, series: Series, predicted: np.ndarray) -> np.ndarray:
    """Time stamp, or row of the file, of each row predicted, of (N,) or (N, T)."""
    if _a_row_a_block(prepared, series):
        return _labels_of_blocks(prepared, series)
    return _labels(prepared, series, predicted.ravel())


def _labels(prepared: SeriesPreparation, series: Series, predicted: np.ndarray) -> np.ndarray:
    """Time stamp, or row of the file, of each row predicted (P,)."""
    beyond = max(int(predicted.max()) - len(series) + 1, 0)
    if series.times is None:
        after = series.rows[-1] + 1 + np.arange(beyond)
        return np.asarray(np.concatenate([series.rows, after])[predicted])
    times = np.concatenate([series.times, times_after(series.times, prepared.step, beyond)])
    return np.asarray(series.clock.texts(times)[predicted])


def _labels_of_blocks(prepared: SeriesPreparation, series: Series) -> np.ndarray:
    """Time stamps of all steps of blocks of which only the first row is given."""
    assert series.times is not None and prepared.step is not None and prepared.output_steps
    steps = np.arange(prepared.output_steps)
    times = [prepared.step.after(time, steps) for time in series.times]
    return series.clock.texts(np.concatenate(times))


def _a_row_a_block(prepared: SeriesPreparation, series: Series) -> bool:
    """Whether the rows of a new file lie a block apart, so that each begins one."""
    if prepared.window is not None or prepared.step is None or series.times is None:
        return False
    if _reads_past(prepared):
        return False
    if len(series) == 1:
        return True
    block = infer_step(series.times)
    steps = np.array([prepared.output_steps or 1])
    return bool(
        block is not None
        and block.after(series.times[0], np.array([1]))
        == prepared.step.after(series.times[0], steps)
    )
