"""Changes in place of values: how far back lies what a target, or an input, is the change from."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from rnnsearch.data.series.naive import naive_forecasts, seasonal_lag

__all__ = ["Lags", "lags", "past_inputs", "past_targets"]


class Lags(NamedTuple):
    """Rows back, of differencing (Box & Jenkins, 1970).

    Attributes:
        inputs: From a row of the target's columns, where they are inputs, to the row that they
            are changes from.
        targets: From a target to the row that it is a change from, which is known when the
            forecast is made.
    """

    inputs: int
    targets: int

    def to_json(self) -> dict[str, Any]:
        """Plain values that `Lags(**values)` reads back."""
        return self._asdict()


def lags(difference: Literal[1, "season"] | None, horizon: int, season: int | None) -> Lags | None:
    """What the spec's `difference` stands for; None where values are predicted.

    Raises nothing: a season is there where the spec asks for one.
    """
    if difference is None:
        return None
    if difference == 1:
        return Lags(1, horizon)
    assert season is not None
    return Lags(season, seasonal_lag(season, horizon))


def past_inputs(values: np.ndarray, changing: np.ndarray, lag: Lags | None) -> np.ndarray | None:
    """What rows (R, F) are changes from: (R, F), 0 in the columns whose values are read.

    The first rows have nothing before them, and stand for it themselves; no sequence has them.

    Args:
        values: All rows.
        changing: (F,) bool, columns of which changes are read.
        lag: How far back.
    """
    if lag is None:
        return None
    before = np.maximum(np.arange(len(values)) - lag.inputs, 0)
    return np.where(changing, values[before], 0.0)


def past_targets(
    values: np.ndarray, known: np.ndarray, rows: np.ndarray, lag: Lags | None
) -> np.ndarray | None:
    """What targets in these rows are changes from: the last value observed up to that row.

    Args:
        values: (R, O) numbers.
        known: (R,) bool, which of them were observed.
        rows: (N,) or (N, T), of the targets; may lie beyond the last value.
        lag: How far back.

    Returns:
        (N, O) or (N, T, O), NaN where the past does not reach back far enough.
    """
    if lag is None:
        return None
    origins = rows - lag.targets
    return naive_forecasts(values, known, rows, origins, lag.targets, None)["last_value"]
