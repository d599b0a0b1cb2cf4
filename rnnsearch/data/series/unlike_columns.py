"""Which columns of a new table lie far outside what training showed."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.collecting import name_rows
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.new_rows import read_new
from rnnsearch.data.series.rows import Series
from rnnsearch.data.spans import Span, far_outside, unlike_line

__all__ = ["unlike_rows"]


def unlike_rows(prepared: SeriesLayout, path: str, targets: bool) -> tuple[str, ...]:
    """A line for each column of numbers that does, and one where rows are missing.

    Targets are looked at where they are read: they are judged, or forecasts start from them.

    Args:
        prepared: How the table is read.
        path: The new file.
        targets: Whether it is judged, and needs no rows that are yet to come.
    """
    names = [name for name in prepared.inputs_names if name not in prepared.categories]
    columns = dict(zip(names, prepared.seen, strict=True)) if prepared.seen else {}
    series = read_new(prepared, path, targets=targets)
    found = [
        _line(f"inputs of '{name}'", span, series.inputs[:, at], series.rows, path)
        for at, (name, span) in enumerate(columns.items())
    ]
    if targets or prepared.lag or prepared.lags:
        pairs = zip(prepared.target.names, prepared.seen_targets, strict=False)
        known = series.targets_known
        found += [
            _line(f"values of '{name}'", span, series.targets[known, at], series.rows[known], path)
            for at, (name, span) in enumerate(pairs)
            if name not in columns
        ]
    return (*_missing_rows(prepared, series, path), *(line for line in found if line))


def _missing_rows(prepared: SeriesLayout, series: Series, path: str) -> tuple[str, ...]:
    """What is said of rows that are not there, where windows count rows as if none were missing."""
    if not series.lacking or prepared.irregular != "rows" or prepared.window is None:
        return ()
    said = "windows count rows, and go across as if no time had passed (data.irregular: rows)"
    return (f"in {path} {series.lacking}: {said}",)


def _line(what: str, span: Span, values: np.ndarray, rows: np.ndarray, path: str) -> str:
    """What is said of a column (R,); nothing where no row is far outside."""
    far, furthest = far_outside(values, span)
    return unlike_line(what, span, furthest, name_rows(rows[far]), path) if far.any() else ""
