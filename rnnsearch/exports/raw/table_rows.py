"""Rows of a file, as an export of a table reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.categories import join_columns
from rnnsearch.data.series.causal import forecast_steps
from rnnsearch.data.series.features import calendar_of_rows
from rnnsearch.data.series.new_rows import new_windows, read_new
from rnnsearch.data.series.rows import Series
from rnnsearch.exports.raw._base import Examples
from rnnsearch.exports.raw.row_places import predicted_rows
from rnnsearch.exports.raw.table_layout import TableLayout

if TYPE_CHECKING:
    from rnnsearch.data.series.series_preparation import SeriesPreparation
    from rnnsearch.data.series.windows import Windows

__all__ = ["examples_of"]


def examples_of(layout: TableLayout, path: str, most: int, judged: bool) -> Examples:
    """Of a file, the last sequences whose rows are all there, observed and evenly spaced."""
    found: list[dict[str, np.ndarray]] = []
    places, first = [], 0
    prepared = layout.prepared
    for series in read_new(prepared, path, targets=judged).each():
        windows = _judged(prepared, series) if judged else _windows(prepared, series)
        last = windows.starts + (windows.length - 1 if prepared.window else -1)
        sound = np.flatnonzero(_sound(layout, series, last))[-most:]
        found.append(_raw(layout, series, last[sound]))
        places.append(first + sound)
        first += len(last)
    names = found[0]
    joined = {name: np.concatenate([one[name] for one in found])[-most:] for name in names}
    return Examples(joined, np.concatenate(places)[-most:])


def _windows(prepared: SeriesPreparation, series: Series) -> Windows:
    if prepared.each_row:
        return forecast_steps(prepared, series, prepared.usable(range(series.past))).windows
    return new_windows(prepared, series)


def _judged(prepared: SeriesPreparation, series: Series) -> Windows:
    """As `SeriesPreparation.targets` has them."""
    rows = prepared.usable(range(series.past))
    first = rows.start + (prepared.window or 1) - 1 + prepared.horizon
    return prepared.windows(series, rows, first, None)


def _sound(layout: TableLayout, series: Series, last: np.ndarray) -> np.ndarray:
    """(N,) bool, of the last rows known: whether the rows that are read are as they should be."""
    if not layout.columns:
        return np.ones(len(last), bool)
    even = np.ones(len(series), bool)
    if series.ticks is not None:
        even[1:] = np.diff(series.ticks) == 1
    if series.gaps is not None:
        even &= ~series.gaps.any(axis=1)
    if layout.prepared.lag or layout.prepared.lags:
        even &= series.targets_known
    broken = np.concatenate([[0], np.cumsum(~even)])
    start = last + 1 - layout.rows
    inside = (start >= 0) & (last < len(series))
    clipped = np.clip(start, 0, len(series))
    return np.asarray(inside & (broken[np.clip(last + 1, 0, len(series))] == broken[clipped]))


def _raw(layout: TableLayout, series: Series, last: np.ndarray) -> dict[str, np.ndarray]:
    """The inputs of an export that knows rows up to these (N,)."""
    prepared, given = layout.prepared, {}
    rows, joined = _columns(layout, series)
    if layout.columns:
        given["rows"] = rows[last[:, None] + np.arange(layout.rows) - layout.rows + 1]
    if prepared.window is None:
        given["vector"] = _known(layout, series, joined, last + 1)
        return _float32(given)
    if layout.known:
        lead = 0 if prepared.output_steps else prepared.horizon
        window = last[:, None] + np.arange(prepared.window) - prepared.window + 1
        given["known"] = _known(layout, series, joined, window + lead)
    if layout.known and prepared.output_steps:
        given["ahead"] = _known(layout, series, joined, last[:, None] + predicted_rows(prepared))
    return _float32(given)


def _columns(layout: TableLayout, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """``rows`` of a whole series, (R, …), and all its features as columns, without calendar."""
    prepared = layout.prepared
    joined = join_columns(series.inputs, series.texts, prepared.inputs_names, prepared.categories)
    order = [prepared.target.names.index(name) for name in layout.further]
    further = series.targets[:, order] if order else np.zeros((len(joined), 0))
    return np.concatenate([joined[:, : layout.soon], further], axis=1), joined


def _known(layout: TableLayout, series: Series, joined: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """What is known in advance of rows (N, …), (N, …, K); the calendar knows those to come."""
    prepared = layout.prepared
    columns = joined[:, layout.soon :]
    beyond = max(int(rows.max(initial=-1)) + 1 - len(columns), 0)
    filled = np.concatenate([columns, np.zeros((beyond, columns.shape[1]))])
    calendar = calendar_of_rows(prepared, series, beyond)
    return np.asarray(np.concatenate([filled, calendar], axis=1)[rows])


def _float32(given: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.asarray(array, np.float32) for name, array in given.items()}
