"""Which rows of a table a network reads and predicts, counted from the last row that is known."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.series.naive import seasonal_lag
from rnnsearch.data.series.series_preparation import SeriesPreparation

__all__ = ["anchor_rows", "count_rows", "lagged_rows", "predicted_rows"]


def predicted_rows(prepared: SeriesPreparation) -> np.ndarray:
    """Those that are predicted: (1,) or (T,)."""
    if prepared.window is None:
        return np.arange(prepared.output_steps or 1) + 1
    if prepared.output_steps is not None:
        return np.arange(prepared.output_steps) + prepared.horizon
    steps = prepared.window if prepared.mapping.aligned else 1
    return np.arange(steps) - (steps - 1) + prepared.horizon


def anchor_rows(prepared: SeriesPreparation) -> np.ndarray:
    """Those that outputs are changes from, where they are: (O,) or (T, …)."""
    assert prepared.lag is not None
    return np.asarray(predicted_rows(prepared) - np.array(prepared.lag.targets))


def lagged_rows(prepared: SeriesPreparation) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """For each lag, the rows of the target that are read, and those that they are changes from.

    (T,) counted from the last row known: of each row of a window, or of each step of a forecast.
    """
    first = 1 if prepared.window is None else prepared.horizon
    if prepared.window is None or prepared.output_steps is not None:
        ahead = first + np.arange(prepared.output_steps or 1)
        rows = ahead
    else:
        rows = np.arange(prepared.window) - (prepared.window - 1) + first
        ahead = np.full(prepared.window, first)
    found = []
    for lag in prepared.lags:
        past = rows - np.array(seasonal_lag(lag, ahead))
        before = None if prepared.lag is None else past - np.array(prepared.lag.targets)
        found.append((past, before))
    return found


def count_rows(prepared: SeriesPreparation, changing: bool) -> int:
    """P, so many rows that all that is read or is changed from lies among them.

    Args:
        prepared: How the rows of a table become sequences.
        changing: Whether some of what is read are changes, too.
    """
    back = prepared.lag.inputs if prepared.lag and changing else 0
    furthest = [(prepared.window or 1) - 1 + back]
    if prepared.lag:
        furthest.append(-int(anchor_rows(prepared).min()))
    for rows, before in lagged_rows(prepared):
        furthest.append(-int(rows.min()))
        furthest.append(0 if before is None else -int(before.min()))
    return max(furthest) + 1
