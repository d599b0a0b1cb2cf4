"""Hours of business: rows at the same times of every day, and none over night."""

from __future__ import annotations

import numpy as np

__all__ = ["all_week", "find_slots", "has_night", "rows_between", "slots_after"]

_FEWEST_DAYS = 5
"""Days, at least, that show when a day begins and ends."""
_USUAL = 0.6
"""A time of day belongs to the session if so many days have it; some end early."""
_KEPT = 0.95
"""Share of rows that lie at such times of day, and of such times of the days that have a row."""
_EVERY_DAY = "1111111"


def find_slots(times: np.ndarray) -> tuple[int, ...]:
    """The times of day, in seconds, at which each day has a row; () where days have no such.

    Args:
        times: (R,) datetime64[us], sorted.
    """
    days = times.astype("datetime64[D]")
    within = (times - days).astype("timedelta64[us]").astype(np.int64)
    count = len(np.unique(days))
    every, counts = np.unique(within, return_counts=True)
    usual = every[counts >= _USUAL * count]
    if count < _FEWEST_DAYS or len(usual) < 2 or (usual % 1_000_000).any():
        return ()
    inside = int(np.isin(within, usual).sum())
    if inside < _KEPT * len(times) or inside < _KEPT * count * len(usual):
        return ()
    return tuple((usual // 1_000_000).tolist())


def has_night(slots: tuple[int, ...]) -> bool:
    """Whether more time lies over night than between rows of a day."""
    return bool(86_400 - (slots[-1] - slots[0]) > 1.5 * np.diff(slots).max())


def all_week(days: np.ndarray) -> str:
    """The week of days (D,) that have rows each day, as NumPy has it; "" where some have none."""
    span = int((days[-1] - days[0]).astype(np.int64)) + 1
    return _EVERY_DAY if len(days) >= _KEPT * span else ""


def slots_after(
    times: np.ndarray, steps: np.ndarray, slots: tuple[int, ...], week: str, free: np.ndarray
) -> np.ndarray:
    """The time stamps so many (…) slots after each of `times` (…).

    Args:
        times, steps: Alike shaped.
        slots: Seconds of the day.
        week, free: Days that have rows, and those off among them.
    """
    days, place = _placed(times, slots)
    ahead, place = np.divmod(place + steps, len(slots))
    later = np.busday_offset(days, ahead, "backward", week, free)
    seconds = np.asarray(slots)[place].astype("timedelta64[s]")
    return np.asarray(np.where(steps == 0, times, later.astype("datetime64[us]") + seconds))


def rows_between(times: np.ndarray, slots: tuple[int, ...], week: str) -> np.ndarray:
    """(R,) slots from the first of the times to each; those of a day off count."""
    days, place = _placed(times, slots)
    return np.asarray(np.busday_count(days[0], days, week) * len(slots) + place - place[0])


def _placed(times: np.ndarray, slots: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The day, and which of the slots of it each time is at, or after; -1 before the first."""
    days = times.astype("datetime64[D]")
    seconds = (times - days).astype("timedelta64[us]").astype(np.int64) / 1e6
    return days, np.searchsorted(slots, seconds, "right") - 1
