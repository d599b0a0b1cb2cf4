"""What is predicted of a new file, so that nothing after a forecast's last row has a say in it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnnsearch.data.categories import column_names
from rnnsearch.data.inputs import Inputs, Windowed
from rnnsearch.data.series.changes import rows_changed_from
from rnnsearch.data.series.cuts import cut_for
from rnnsearch.data.series.features import read_columns
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows

__all__ = ["Steps", "causal_inputs", "forecast_steps"]


class Steps(NamedTuple):
    """Which output of the network is which row's, of many_to_many.

    Attributes:
        windows: One for each row that is the last of a whole window.
        outputs: (P,) where each prediction stands among the outputs (N·T).
        origins: (P,) the row after which it is made.
    """

    windows: Windows
    outputs: np.ndarray
    origins: np.ndarray


def forecast_steps(prepared: SeriesLayout, series: Series, rows: range) -> Steps:
    """A forecast after each row, by the window that ends there; of the first window's, all.

    Evaluation lays windows end to end, which costs less; here that would make forecasts of the
    last rows depend on where the file ends.

    Args:
        prepared: Of many_to_many, which looks ahead.
        series: The rows.
        rows: Those that may be read, a window of them at least.
    """
    length = prepared.window or 1
    ends = np.arange(rows.start + length - 1, rows.stop)
    starts = ends - length + 1
    early = np.arange(length - 1)
    early = early[series.inputs_known[rows.start + early]]
    outputs = np.concatenate([early, np.arange(len(ends)) * length + length - 1])
    origins = np.concatenate([rows.start + early, ends])
    targets = starts[:, None] + np.arange(length) + prepared.horizon
    return Steps(Windows(starts, length, targets), outputs, origins)


def causal_inputs(
    prepared: SeriesLayout, series: Series, features: np.ndarray, windows: Windows
) -> Inputs:
    """Input of each sequence, with what is missing at a window's end filled with what was before.

    Straight lines to the values after it would be drawn with what is not known then.
    """
    x = cut_for(prepared.mapping).x(prepared, series, features, windows)
    soon = prepared.soon
    ends = windows.starts + (0 if prepared.window is None else windows.length - 1)
    ends = np.minimum(ends, len(series) - 1)
    if series.gaps is None:
        return x
    affected = np.flatnonzero(series.gaps[ends][:, soon].any(axis=1))
    if not len(affected):
        return x
    length = 1 if prepared.window is None else windows.length
    rows = ends[affected, None] + np.arange(1 - length, 1)
    cut = _as_known_then(prepared, series, features, rows)
    if isinstance(x, np.ndarray):
        x[affected] = cut[:, -1]
        return x
    if isinstance(x, dict) and "vector" in x:
        vector = np.array(x["vector"])
        vector[affected] = cut[:, -1]
        return {**x, "vector": vector}
    source = x["source"] if isinstance(x, dict) else x
    assert isinstance(source, Windowed)
    starts = source.starts.copy()
    starts[affected] = len(source.rows) + windows.length * np.arange(len(affected), dtype=np.int32)
    changed = replace(
        source, rows=np.concatenate([source.rows, cut.reshape(-1, cut.shape[-1])]), starts=starts
    )
    return {**x, "source": changed} if isinstance(x, dict) else changed


def _as_known_then(
    prepared: SeriesLayout,
    series: Series,
    features: np.ndarray,
    rows: np.ndarray,
) -> np.ndarray:
    """Features of the rows of windows (N, T, F), as they are known after the last row of each.

    Args:
        prepared: What says how rows are read.
        series: The rows, with their gaps filled.
        features: Of each row (R, F), of what is known in the end.
        rows: (N, T) of each window.
    """
    assert series.gaps is not None
    found = features[rows]
    joined, changing = read_columns(prepared, series)
    scaling = prepared.scaling
    linked = scaling.link(joined)
    before = rows_changed_from(len(series), prepared.lag, series.ticks)
    names = column_names(prepared.inputs_names, prepared.categories)
    numbers = [name for name in prepared.inputs_names if name not in prepared.categories]
    every = np.arange(len(series))
    for at in np.flatnonzero(prepared.soon):
        column = names.index(numbers[at])
        seen = np.maximum.accumulate(np.where(series.gaps[:, at], -1, every))[rows[:, -1:]]
        held = np.where(seen < 0, rows, np.minimum(rows, seen))
        value = linked[held, column]
        if before is not None and changing[column]:
            past = before[rows]
            value = value - linked[np.where(seen < 0, past, np.minimum(past, seen)), column]
        found[..., column] = (value - scaling.offset[column]) / scaling.scale[column]
    return np.asarray(found)
