"""Columns that only say what the time stamps say: the month, the weekday, the week of the year."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import role
from rnnsearch.guessing.column_cells import column_cells

__all__ = ["calendar_columns"]

_ROLES = ("year", "quarter", "month", "week", "day", "ordinal", "hour")
"""Parts that a whole number of such a name is; minutes and seconds may be short for much else."""
_WORDS = re.compile("year|quarter|month|week|day|hour|dow", re.IGNORECASE)
"""Of which the name of numbers must have one: others may follow the calendar and mean something."""
_FEW = 100
"""Values that are looked at."""
_OFTEN = 2
"""Rows of each value, at least: of fewer any column would seem to follow the calendar."""


def calendar_columns(table: Table, names: Sequence[str], times: np.ndarray) -> set[str]:
    """The columns that say a part of the date: by their name, or by each of their values.

    Args:
        table: The file.
        names: Its columns, but for those of time stamps.
        times: Of its rows (R,).
    """
    parts = _parts(times)
    return {name for name in names if _says(table, name) or _follows(table, name, parts)}


def _says(table: Table, name: str) -> bool:
    return role(name) in _ROLES and all(map(str.isdecimal, column_cells(table, name)))


def _parts(times: np.ndarray) -> list[np.ndarray]:
    """Years, quarters, months, days of the month, weekdays and hours (R,), from 0."""
    days, months = times.astype("datetime64[D]"), times.astype("datetime64[M]")
    month = months.astype(np.int64)
    weekday = days.astype(np.int64) % 7
    hour = (times - days).astype("timedelta64[h]").astype(np.int64)
    day = (days - months.astype("datetime64[D]")).astype(np.int64)
    every = (month // 12, month % 12 // 3, month % 12, day, weekday, hour)
    return [part - part.min() for part in every if np.ptp(part) > 0]


def _follows(table: Table, name: str, parts: Sequence[np.ndarray]) -> bool:
    """Whether a column has one value for each value of a part, and another for every other."""
    codes, labels = pd.factorize(np.array(column_cells(table, name), dtype=object), sort=True)
    named = _WORDS.search(name) or not any(map(str.isdigit, "".join(labels[:_FEW])))
    if not named or len(labels) * _OFTEN > len(codes):
        return False
    for part in parts:
        count = len(pd.unique(part))
        pairs = pd.unique(codes.astype(np.int64) * (part.max() + 1) + part)
        if count == len(labels) == len(pairs):
            return True
    return False
