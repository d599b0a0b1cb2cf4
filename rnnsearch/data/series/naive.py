"""Naive forecasts: what anybody would say who knows the series so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

__all__ = [
    "at_rows",
    "naive_error",
    "naive_forecasts",
    "observed_rows",
    "seasonal_lag",
    "seasonal_rows",
]

_SEASONS = 4
"""Seasons that are gone back for a value that is missing."""


_Rows = TypeVar("_Rows", int, np.ndarray, int | np.ndarray)


def seasonal_lag(season: int, distance: _Rows) -> _Rows:
    """The smallest whole number of seasons that reaches back `distance` rows or more."""
    return -(-distance // season) * season


def observed_rows(known: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The last row observed at or before each of `rows` (…), which may be negative; -1 for none."""
    seen = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    last = len(seen) - 1
    return np.where((rows >= 0) & (last >= 0), seen[np.clip(rows, 0, max(last, 0))], -1)


def seasonal_rows(
    known: np.ndarray,
    rows: np.ndarray,
    back: int | np.ndarray,
    season: int,
    ticks: np.ndarray | None = None,
    origins: np.ndarray | None = None,
) -> np.ndarray:
    """The row observed a season before each of `rows` (…), by the clock; -1 for none.

    Where that one was not observed, or is not in the file, it is one of some seasons before it;
    and where there is none of these either, the last one observed before.

    Args:
        known: (R,) bool, which rows were observed.
        rows: They may lie beyond the last.
        back: Steps of the clock to go back, whole seasons.
        season: Steps in one.
        ticks: (R,) steps of the clock from the first row to each; None where each row is one.
        origins: The last row that may be looked at, for each of `rows`.
    """
    newest = len(known) if origins is None else origins
    clock = np.arange(len(known)) if ticks is None else ticks
    beyond = np.maximum(rows - (len(clock) - 1), 0)
    due = clock[np.clip(rows, 0, len(clock) - 1)] + beyond - back
    found = np.full(np.shape(due), -1)
    for earlier in range(_SEASONS):
        wanted = due - earlier * season
        at = np.minimum(np.searchsorted(clock, wanted), len(clock) - 1)
        there = (clock[at] == wanted) & known[at] & (at <= newest)
        found = np.where((found < 0) & there, at, found)
    latest = np.minimum(np.searchsorted(clock, due, side="right") - 1, newest)
    before = observed_rows(known, latest)
    return np.where(found < 0, before, found)


def at_rows(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Values in rows (…), unknown (NaN, or -1 of classes) where there is none (-1)."""
    found = values[np.maximum(rows, 0)]
    unknown: float = -1 if values.ndim == 1 else np.nan
    missing = (rows < 0).reshape(rows.shape + (1,) * (values.ndim - 1))
    return np.where(missing, np.asarray(unknown, values.dtype), found)


def naive_forecasts(
    values: np.ndarray,
    known: np.ndarray,
    targets: np.ndarray,
    origins: np.ndarray,
    distance: int | np.ndarray,
    season: int | None,
    ticks: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """`last_value` and, where there is a season, `seasonal_naive`.

    A value that was not observed is replaced by the last one before it that was, that of a season
    ago by one of the seasons before.

    Args:
        values: (R, O) numbers or (R,) classes, in the target's own units.
        known: (R,) bool, which of them were observed.
        targets: (N,) or (N, T) rows to forecast.
        origins: As `targets`: the last row known when each is forecast; may be negative.
        distance: Rows from there to the furthest row forecast, or to each of `targets`.
        season: Steps of the clock in a season.
        ticks: (R,) steps of the clock from the first row to each; None where each row is one.

    Returns:
        Name → (N, O), (N, T, O), (N,) or (N, T); NaN or -1 where the past does not reach.
    """
    forecasts = {"last_value": at_rows(values, observed_rows(known, origins))}
    if season is not None:
        if ticks is not None:
            last = len(ticks) - 1
            ends = ticks[np.clip(targets, 0, last)] + np.maximum(targets - last, 0)
            distance = np.maximum(ends - ticks[np.clip(origins, 0, last)], 1)
        lag = seasonal_lag(season, distance)
        rows = seasonal_rows(known, targets, lag, season, ticks, origins)
        forecasts["seasonal_naive"] = at_rows(values, rows)
    return forecasts


def naive_error(
    series: Sequence[tuple[np.ndarray, np.ndarray, range]],
    season: int | None,
    ticks: Sequence[np.ndarray | None] = (),
) -> np.ndarray | None:
    """(O,) mean absolute difference between rows of a series that lie a season apart.

    Rows in a row where there is no season, or no two rows known at its distance.

    Args:
        series: Of each the numbers (R, O) in the target's own units, which of them were observed
            (R,), and the rows of the training part.
        season: Steps of the clock in a season.
        ticks: Of each the steps of the clock from the first row to each; None, or nothing, where
            each row is one.

    Returns:
        None where no two rows compare, or an output never differs: nothing can be measured in it.
    """
    for lag in (season, 1):
        if lag is None:
            continue
        clocks = [*ticks] or [None] * len(series)
        pairs = zip(series, clocks, strict=True)
        found = np.concatenate([_changes(*one, lag, clock) for one, clock in pairs])
        if len(found):
            errors = np.asarray(np.abs(found).mean(axis=0))
            return errors if (errors > 0).all() else None
    return None


def _changes(
    values: np.ndarray, known: np.ndarray, rows: range, lag: int, ticks: np.ndarray | None
) -> np.ndarray:
    """(M, O) differences of known rows from those so many steps before, both among `rows`."""
    every = np.asarray(rows, np.int64)
    clock = every if ticks is None else ticks[every]
    at = np.searchsorted(clock, clock - lag)
    there = clock[np.minimum(at, len(clock) - 1)] == clock - lag if len(clock) else at < 0
    later, earlier = every[there], every[at[there]]
    both = known[later] & known[earlier]
    return np.asarray(values[later[both]] - values[earlier[both]])
