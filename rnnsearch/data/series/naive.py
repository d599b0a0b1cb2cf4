"""Naive forecasts: what anybody would say who knows the series so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

__all__ = ["naive_error", "naive_forecasts", "seasonal_lag"]


_Rows = TypeVar("_Rows", int, np.ndarray, int | np.ndarray)


def seasonal_lag(season: int, distance: _Rows) -> _Rows:
    """The smallest whole number of seasons that reaches back `distance` rows or more."""
    return -(-distance // season) * season


def naive_forecasts(
    values: np.ndarray,
    known: np.ndarray,
    targets: np.ndarray,
    origins: np.ndarray,
    distance: int | np.ndarray,
    season: int | None,
) -> dict[str, np.ndarray]:
    """`last_value` and, where there is a season, `seasonal_naive`.

    A value that was not observed is replaced by the last one before it that was.

    Args:
        values: (R, O) numbers or (R,) classes, in the target's own units.
        known: (R,) bool, which of them were observed.
        targets: (N,) or (N, T) rows to forecast.
        origins: As `targets`: the last row known when each is forecast; may be negative.
        distance: Rows from there to the furthest row forecast, or to each of `targets`.
        season: Rows in a season.

    Returns:
        Name → (N, O), (N, T, O), (N,) or (N, T); NaN or -1 where the past does not reach.
    """
    seen = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))

    def at(rows: np.ndarray) -> np.ndarray:
        source = np.where(rows >= 0, seen[np.maximum(rows, 0)], -1)
        found = values[np.maximum(source, 0)]
        unknown: float = -1 if values.ndim == 1 else np.nan
        missing = (source < 0).reshape(source.shape + (1,) * (values.ndim - 1))
        return np.where(missing, np.asarray(unknown, values.dtype), found)

    forecasts = {"last_value": at(origins)}
    if season is not None:
        forecasts["seasonal_naive"] = at(targets - seasonal_lag(season, distance))
    return forecasts


def naive_error(
    series: Sequence[tuple[np.ndarray, np.ndarray, range]], season: int | None
) -> np.ndarray | None:
    """(O,) mean absolute difference between rows of a series that lie a season apart.

    Rows in a row where there is no season, or no two rows known at its distance.

    Args:
        series: Of each the numbers (R, O) in the target's own units, which of them were observed
            (R,), and the rows of the training part.
        season: Rows in a season.

    Returns:
        None where no two rows compare, or an output never differs: nothing can be measured in it.
    """
    for lag in (season, 1):
        if lag is None:
            continue
        found = np.concatenate([_changes(*one, lag) for one in series])
        if len(found):
            errors = np.asarray(np.abs(found).mean(axis=0))
            return errors if (errors > 0).all() else None
    return None


def _changes(values: np.ndarray, known: np.ndarray, rows: range, lag: int) -> np.ndarray:
    """(M, O) differences of known rows from those so many before, both of them among `rows`."""
    later = np.asarray(rows[lag:], np.int64)
    both = later[known[later] & known[later - lag]]
    return np.asarray(values[both] - values[both - lag])
