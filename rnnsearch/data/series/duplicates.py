"""Rows with the time stamp of the row before: one of them is kept, or their mean."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Literal

import numpy as np

from rnnsearch.data.series.rows import Series

__all__ = ["once"]


def once(series: Series, how: Literal["error", "first", "last", "mean"]) -> Series:
    """Each time stamp of a series once; where a mean is taken, texts are those of the first row.

    Args:
        series: In order of time, with gaps as NaN.
        how: Which row is kept.
    """
    if how == "error" or series.times is None or len(series) < 2:
        return series
    again = (np.diff(series.times).astype(np.int64) == 0) & (np.diff(series.group) == 0)
    if not again.any():
        return series
    keep = np.ones(len(series), bool)
    keep[1:] = ~again
    if how == "last":
        keep = np.append(~again, True)
    found = series.take(keep)
    which = {"first": "the first row of each is", "last": "the last row of each is"}
    said = which.get(how, "the mean of their rows is")
    count = int(again.sum())
    rows = "1 row has" if count == 1 else f"{count} rows have"
    note = f"{rows} the time stamp of the row before: {said} taken (data.duplicates: {how})"
    found = replace(found, group=series.group[keep], keys=series.keys)
    found = replace(found, notes=(*series.notes, note))
    return _means(series, found, keep) if how == "mean" else found


def _means(series: Series, kept: Series, keep: np.ndarray) -> Series:
    """The rows that are kept, with means of numbers over those of their time stamp."""
    starts = np.flatnonzero(keep)
    inputs = _mean(series.inputs, starts)
    if series.kind == "class":
        return replace(kept, inputs=inputs)
    return replace(
        kept,
        inputs=inputs,
        inputs_known=np.logical_or.reduceat(series.inputs_known, starts),
        targets=_mean(series.targets, starts),
        targets_known=np.logical_or.reduceat(series.targets_known, starts),
    )


def _mean(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Means of (R, F) from each start to the next, NaN left out."""
    if not values.shape[1]:
        return np.asarray(values[starts])
    known = np.isfinite(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), starts)
    counts = np.add.reduceat(known.astype(np.float64), starts)
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        return np.asarray(sums / counts)
