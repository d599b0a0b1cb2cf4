"""Changes in place of values: how far back lies what a target, or an input, is the change from."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import numpy as np

from rnnsearch.data.series.naive import at_rows, observed_rows, seasonal_lag, seasonal_rows

__all__ = [
    "Lags",
    "lags",
    "past_inputs",
    "past_targets",
    "rows_before",
    "rows_changed_from",
]


class Lags(NamedTuple):
    """Rows back, of differencing (Box & Jenkins, 1970).

    Attributes:
        inputs: From a row of the target's columns, where they are inputs, to the row that they
            are changes from.
        targets: From a target to the row that it is a change from, which is known when the
            forecast is made; of each step of a forecast, or one for all.
        base: What that row has: the ``last`` value known, or that of a ``season`` before.
        ahead: Rows from the last one known when the forecast is made to each step's target.
    """

    inputs: int
    targets: tuple[int, ...]
    base: str = "last"
    ahead: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads back."""
        plain = {"base": self.base, "inputs": self.inputs, "targets": list(self.targets)}
        return {**plain, "ahead": list(self.ahead)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Lags:
        """The inverse of `to_json`; studies of earlier versions have less to say."""
        base = values.get("base", "last" if values["inputs"] == 1 else "season")
        targets = tuple(np.atleast_1d(values["targets"]).tolist())
        return cls(values["inputs"], targets, base, tuple(values.get("ahead", ())))


def lags(
    base: Literal["none", "last", "season"], horizon: int, season: int | None, steps: int = 1
) -> Lags | None:
    """What the spec's `base` stands for; None where values are predicted.

    Raises nothing: a season is there where the spec asks for one.

    Args:
        base: As in the spec.
        horizon: Rows from the last row known to the first target.
        season: Rows in a season.
        steps: Rows that are forecast from there on (T).
    """
    if base == "none":
        return None
    ahead = range(horizon, horizon + steps)
    if base == "last":
        return Lags(1, tuple(ahead), "last", tuple(ahead))
    assert season is not None
    back = tuple(seasonal_lag(season, distance) for distance in ahead)
    return Lags(season, back, base, tuple(ahead))


def past_inputs(
    values: np.ndarray, changing: np.ndarray, lag: Lags | None, ticks: np.ndarray | None = None
) -> np.ndarray | None:
    """What rows (R, F) are changes from: (R, F), 0 in the columns whose values are read.

    The first rows have nothing before them, and stand for it themselves; no sequence has them.

    Args:
        values: All rows.
        changing: (F,) bool, columns of which changes are read.
        lag: How far back.
        ticks: (R,) steps of the clock from the first row to each; None where each row is one.
    """
    before = rows_changed_from(len(values), lag, ticks)
    return None if before is None else np.where(changing, values[before], 0.0)


def rows_changed_from(
    count: int, lag: Lags | None, ticks: np.ndarray | None = None
) -> np.ndarray | None:
    """The row (R,) that each of so many rows is a change from, as `past_inputs` has it."""
    if lag is None:
        return None
    rows = np.arange(count)
    if ticks is None or lag.base == "last" or not lag.inputs:
        return np.maximum(rows - lag.inputs, 0)
    every = np.ones(count, bool)
    return np.asarray(np.maximum(seasonal_rows(every, rows, lag.inputs, lag.inputs, ticks), 0))


def past_targets(
    values: np.ndarray,
    known: np.ndarray,
    rows: np.ndarray,
    lag: Lags | None,
    ticks: np.ndarray | None = None,
) -> np.ndarray | None:
    """What targets in these rows are changes from: the last value observed up to that row.

    Args:
        values: (R, O) numbers.
        known: (R,) bool, which of them were observed.
        rows: (N,) or (N, T), of the targets; may lie beyond the last value.
        lag: How far back; of several steps each has its own.
        ticks: (R,) steps of the clock from the first row to each; None where each row is one.

    Returns:
        (N, O) or (N, T, O), NaN where the past does not reach back far enough.
    """
    if lag is None:
        return None
    distance = np.array(lag.targets)
    if lag.base == "last":
        return at_rows(values, observed_rows(known, rows - distance))
    season = lag.inputs or math.gcd(*lag.targets)
    origins = rows - np.array(lag.ahead) if lag.ahead else None
    return at_rows(values, seasonal_rows(known, rows, distance, season, ticks, origins))


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
