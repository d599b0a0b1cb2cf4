"""Features of rows, and of the steps of a forecast: what a network reads, scaled."""

from __future__ import annotations

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.categories import column_names, join_columns
from rnnsearch.data.scaling import identity, side_by_side
from rnnsearch.data.series.changes import past_inputs
from rnnsearch.data.series.lagged import lag_names, lag_scaling, lagged
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.time import Clock, calendar_features, calendar_names, times_after

__all__ = [
    "ahead_names",
    "ahead_scaling",
    "calendar_of_rows",
    "known_ahead",
    "read_columns",
    "row_features",
    "starting_features",
    "step_features",
]


def known_ahead(prepared: SeriesLayout) -> int:
    """How many features, the last, are known in advance: those of columns and the calendar's."""
    return _known_columns(prepared) + len(calendar_names(prepared.calendar))


def _known_columns(prepared: SeriesLayout) -> int:
    """Features of the columns known ahead."""
    return len(column_names(prepared.known, prepared.categories))


def _calendar(prepared: SeriesLayout, times: np.ndarray) -> np.ndarray:
    """What the calendar says of times (R,), as the clocks show them: (R, C)."""
    clock = prepared.clock or Clock()
    first, last = clock.local(np.array(prepared.span))
    return calendar_features(clock.local(times), prepared.calendar, (first, last))


def calendar_of_rows(prepared: SeriesLayout, series: Series, beyond: int) -> np.ndarray:
    """What the calendar says of each row, and of so many after the last: (R + beyond, C)."""
    if not prepared.calendar or series.times is None or prepared.span is None:
        return np.zeros((len(series) + beyond, 0))
    after = times_after(series.times, prepared.step, beyond)
    return _calendar(prepared, np.concatenate([series.times, after]))


def ahead_names(prepared: SeriesLayout) -> tuple[str, ...]:
    """Names of what is known of each step (A): of a forecast its place in it is the last."""
    if prepared.window is None:
        return lag_names(prepared)
    known = prepared.features_names[len(prepared.features_names) - known_ahead(prepared) :]
    return (*known, *lag_names(prepared), "place")


def row_features(prepared: SeriesLayout, series: Series) -> np.ndarray:
    """Model input of each row: (R, F) float32.

    What is known in advance is that of the row which the row predicts; that of the row itself
    where a block or several steps are predicted, whose lags are no features of rows.
    """
    joined, changing = read_columns(prepared, series)
    linked = prepared.scaling.link(joined)
    past = past_inputs(linked, changing, prepared.lag, series.ticks)
    scaled = prepared.scaling.apply(joined, past)
    if not prepared.lags or prepared.output_steps is not None:
        return scaled
    rows = np.arange(len(scaled)) + prepared.horizon
    return np.concatenate([scaled, lagged(prepared, series, rows)], axis=1)


def read_columns(prepared: SeriesLayout, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """What is read of each row but for lags, (R, F) not scaled, and which are changes (F,)."""
    horizon = prepared.horizon if prepared.output_steps is None else 0
    names, categories = prepared.inputs_names, prepared.categories
    joined = join_columns(series.inputs, series.texts, names, categories)
    changing = [name in prepared.target.names for name in column_names(names, categories)]
    if prepared.known and horizon:
        ahead = np.minimum(np.arange(len(joined)) + horizon, len(joined) - 1)
        others = joined.shape[1] - _known_columns(prepared)
        joined = np.concatenate([joined[:, :others], joined[ahead, others:]], axis=1)
    if prepared.calendar and series.times is not None and prepared.span is not None:
        after = times_after(series.times, prepared.step, horizon)
        times = np.concatenate([series.times, after])[horizon:]
        calendar = _calendar(prepared, times)
        joined = np.concatenate([joined, calendar], axis=1)
        changing += [False] * calendar.shape[1]
    return joined, np.array(changing, bool)


def ahead_scaling(prepared: SeriesLayout) -> Scaling:
    """Of `step_features`: those of the rows and of lags, and the identity of the place."""
    scaling = prepared.scaling
    first = len(scaling.offset) - known_ahead(prepared)
    log = scaling.log
    known = Scaling(
        scaling.offset[first:],
        scaling.scale[first:],
        log[first:] if isinstance(log, np.ndarray) else log,
    )
    return side_by_side(known, lag_scaling(prepared), identity(1))


def step_features(
    prepared: SeriesLayout, series: Series, features: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """What is known in advance of each step of a forecast, its lags and place: (N, T, A) float32.

    Args:
        prepared: What says which features are known.
        series: The rows.
        features: Of each row (R, F).
        rows: (N, T) that are forecast. Where columns are known ahead, all of them are rows of the
            series; else they may lie beyond it.
    """
    known = features[:, features.shape[1] - known_ahead(prepared) :]
    known = _beyond(prepared, series, known, rows)
    places = np.broadcast_to(np.linspace(0, 1, rows.shape[1])[:, None], (*rows.shape, 1))
    lags = [lagged(prepared, series, rows)] if prepared.lags else []
    return np.concatenate([known[rows], *lags, places], axis=2, dtype=np.float32)


def starting_features(
    prepared: SeriesLayout, series: Series, features: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """Features of the rows (N,) that sequences begin with: (N, F) float32.

    Where the calendar is all that is read, they may lie beyond the series.
    """
    return np.asarray(_beyond(prepared, series, features, rows)[rows], np.float32)


def _beyond(
    prepared: SeriesLayout, series: Series, known: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """What is known of each row, (R, A), and of those after the last up to the last of `rows`."""
    beyond = int(rows.max(initial=-1)) + 1 - len(known)
    if beyond <= 0:
        return known
    after = np.zeros((beyond, 0))
    if prepared.calendar and series.times is not None and prepared.span is not None:
        times = times_after(series.times, prepared.step, beyond)
        after = _calendar(prepared, times)
    return np.concatenate([known, after])
