"""What is predicted of a new file, so that nothing after a forecast's last row has a say in it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnnsearch.data.inputs import Inputs, Windowed
from rnnsearch.data.series.cuts import cut_for
from rnnsearch.data.series.features import row_features
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows

__all__ = ["Steps", "causal_inputs", "forecast_steps"]

_SEASONS = 4
"""Seasons before a window that changes may reach back, where rows are missing."""


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
    cut = [
        _features_at(prepared, series, int(windows.starts[at]), int(ends[at])) for at in affected
    ]
    if isinstance(x, np.ndarray):
        x[affected] = np.stack([rows[-1] for rows in cut])
        return x
    if isinstance(x, dict) and "vector" in x:
        vector = np.array(x["vector"])
        vector[affected] = np.stack([rows[-1] for rows in cut])
        return {**x, "vector": vector}
    source = x["source"] if isinstance(x, dict) else x
    assert isinstance(source, Windowed)
    starts = source.starts.copy()
    starts[affected] = len(source.rows) + windows.length * np.arange(len(affected), dtype=np.int32)
    changed = replace(source, rows=np.concatenate([source.rows, *cut]), starts=starts)
    return {**x, "source": changed} if isinstance(x, dict) else changed


def _features_at(prepared: SeriesLayout, series: Series, start: int, end: int) -> np.ndarray:
    """Features of the rows from `start` to `end`, (T, F), as they are known after the last."""
    lag = prepared.lag.inputs if prepared.lag else 0
    first = max(0, start - _SEASONS * lag)
    stop = min(len(series), end + 1 + prepared.horizon)
    part = series.take(slice(first, stop))
    assert series.gaps is not None
    inputs = part.inputs.copy()
    for column in np.flatnonzero(prepared.soon):
        seen = np.flatnonzero(~series.gaps[: end + 1, column])
        if len(seen):
            inputs[max(seen[-1] + 1 - first, 0) :, column] = series.inputs[seen[-1], column]
    rows = row_features(prepared, replace(part, inputs=inputs))
    return rows[start - first : end + 1 - first]
