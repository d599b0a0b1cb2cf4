"""What was to be learned of the target some rows before the row predicted, as further inputs.

Such as a season before: of a row that lies further ahead than that, some whole lags before, so that
it is known when the forecast is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.series.changes import Lags, past_targets
from rnnsearch.data.series.naive import at_rows, seasonal_lag, seasonal_rows
from rnnsearch.data.series.rows import Series

if TYPE_CHECKING:
    from rnnsearch.data.series.preparation import SeriesPreparation

__all__ = ["lag_names", "lag_scaling", "lagged", "rows_before"]


def rows_before(
    lag: Lags | None, extra: tuple[int, ...], horizon: int, window: int | None, steps: int | None
) -> int:
    """Rows that the first sequence needs before its own.

    Args:
        lag: How far back lies what is the change from.
        extra: Lags of further inputs.
        horizon: Rows from an input step to its target; without a meaning in a block.
        window: Input steps; None in a block.
        steps: Rows that are forecast at once, or None.
    """
    ahead = 1 if window is None else horizon
    # From a sequence's first row to the first whose target's past it needs.
    first = 0 if window is None else horizon if steps is None else window - 1 + horizon
    changes = (0,) * (steps or 1) if lag is None else lag.targets
    need = [lag.inputs if lag else 0]
    if lag is not None and window is None:
        need += [back - place for place, back in enumerate(changes)]
    for one in extra:
        for place, back in enumerate(changes):
            need.append(seasonal_lag(one, ahead + place) + back - place - first)
    return max(0, *need)


def lag_names(prepared: SeriesPreparation) -> tuple[str, ...]:
    """Names of what `lagged` gives."""
    return tuple(f"{name}_lag_{lag}" for lag in prepared.lags for name in prepared.target.names)


def lag_scaling(prepared: SeriesPreparation) -> Scaling:
    """Of `lagged`: that of the target, of what may be logarithms already."""
    scaling, count = prepared.target.scaling, len(prepared.lags)
    return Scaling(np.tile(scaling.offset, count), np.tile(scaling.scale, count))


def lagged(prepared: SeriesPreparation, series: Series, rows: np.ndarray) -> np.ndarray:
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
