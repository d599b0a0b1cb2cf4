"""What was to be learned of the target some rows before the row predicted, as further inputs.

Such as a season before: of a row that lies further ahead than that, some whole lags before, so that
it is known when the forecast is made.
"""

from __future__ import annotations

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.series.changes import past_targets
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.naive import at_rows, seasonal_lag, seasonal_rows
from rnnsearch.data.series.rows import Series

__all__ = ["lag_names", "lag_scaling", "lagged"]


def lag_names(prepared: SeriesLayout) -> tuple[str, ...]:
    """Names of what `lagged` gives."""
    return tuple(f"{name}_lag_{lag}" for lag in prepared.lags for name in prepared.target.names)


def lag_scaling(prepared: SeriesLayout) -> Scaling:
    """Of `lagged`: that of the target, of what may be logarithms already."""
    scaling, count = prepared.target.scaling, len(prepared.lags)
    return Scaling(np.tile(scaling.offset, count), np.tile(scaling.scale, count))


def lagged(prepared: SeriesLayout, series: Series, rows: np.ndarray) -> np.ndarray:
    """Further inputs of what is predicted of rows (N,) or steps of a forecast (N, T).

    Lags go by the clock, where there is one. A value that was not observed is replaced by one some
    lags before, or else by the last one before it that was. Where the past
    does not reach back far enough there is 0; no sequence has such rows.

    Args:
        prepared: What says how far back they lie, and the way of the target's values.
        series: The rows.
        rows: Those that are predicted; may lie beyond the series.

    Returns:
        (N, O·L) or (N, T, O·L) float32, as `lag_names` names them.
    """
    scaling, found = prepared.target.scaling, []
    values = scaling.link(series.targets)
    first = 1 if prepared.window is None else prepared.horizon
    ahead = first + np.arange(rows.shape[1]) if rows.ndim == 2 else np.array(first)
    for lag in prepared.lags:
        back, known, ticks = seasonal_lag(lag, ahead), series.targets_known, series.ticks
        past = seasonal_rows(known, rows, back, lag, ticks, rows - ahead)
        own = at_rows(values, past)
        before = past_targets(values, known, past, prepared.lag, ticks)
        change = own if before is None else own - before
        found.append(np.nan_to_num((change - scaling.offset) / scaling.scale))
    return np.concatenate(found, axis=-1).astype(np.float32)
