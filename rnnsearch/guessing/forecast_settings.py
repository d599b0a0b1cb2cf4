"""How numbers are forecast: from which naive forecast, in logarithms or not, with which lags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.guessing._base import Setting
from rnnsearch.guessing.season import Season

__all__ = ["base_setting", "growing_spread", "lag_settings", "log_settings"]

_PARTS = 8
"""Stretches of the series, whose levels and spreads are compared."""
_LEVELS, _SLOPE, _SURE = 0.15, 0.5, 0.6
"""From which spread of levels (of their logarithms), slope and correlation on the spread of changes
grows with the level. Airline passengers have 0.35, 1.3 and 0.94, oil prices 0.58, 1.1 and 0.98; the
level of carbon dioxide varies by 0.04, electric demand by 0.03."""
_REACH = 8
"""Training rows that are as many times a lag: nothing can be learned from the first lag of them.

Rolling origins of validation parts, rmse without and with a lag of a season: electricity (8 weeks)
475 and 446, co2 (23 years) 0.368 and 0.364; airline (7 years) 6.4 and 7.9, weather (2 years) 2.73
and 2.80.
"""


def base_setting() -> Setting:
    """What networks start from."""
    why = "learn the change from the last value, or a season's, where rows of the past say so"
    return Setting("base", "auto", why)


def log_settings(values: np.ndarray) -> list[Setting]:
    """`scaling: log` where changes grow with the level.

    Args:
        values: (R,) of the target before the test part, NaN where there is none.
    """
    times = growing_spread(values)
    if times is None:
        return []
    return [Setting("scaling", "log", f"values vary {times:.2g}-fold, and changes with them")]


def growing_spread(values: np.ndarray) -> float | None:
    """How often the largest level is the smallest, where changes grow with it; else None.

    Spread versus level (Tukey, 1977), of stretches of the series.
    """
    values = values[np.isfinite(values)]
    if len(values) < 4 * _PARTS or values.min() <= 0:
        return None
    parts = np.array_split(values, _PARTS)
    levels = np.log([np.median(part) for part in parts])
    spreads = np.array([np.median(np.abs(np.diff(part))) for part in parts])
    if levels.std() < _LEVELS or spreads.min() <= 0:
        return None
    spreads = np.log(spreads)
    slope = np.polyfit(levels, spreads, 1)[0]
    if slope < _SLOPE or np.corrcoef(levels, spreads)[0, 1] < _SURE:
        return None
    return float(values.max() / values.min())


def lag_settings(seasons: Sequence[Season], training: int) -> list[Setting]:
    """What was to be learned a season before.

    Args:
        seasons: Confirmed ones.
        training: Rows of the training part.
    """
    used = [season for season in seasons if _REACH * season.steps <= training]
    if not used:
        return []
    before = name_some([f"a {season.name}" for season in used], 3)
    return [Setting("lags", [season.steps for season in used], f"and what was {before} before")]
