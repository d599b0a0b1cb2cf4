"""Time stamps that can be read, and yet can't be right."""

from __future__ import annotations

import numpy as np

__all__ = ["far_stamp", "half_day", "other_era", "out_of_place"]

_BUDDHIST = (2400, 2700)
"""Years of the calendar of Thailand, which is 543 years ahead."""
_GREGORIAN = 1583
"""The first whole year of the calendar by whose days, months and weeks all is reckoned here."""

_FEWEST = 30
"""Rows, from which on a few that stand apart are slips."""
_SLIPS = 0.01
"""Share of rows that may be such."""
_HOURS, _AGAIN = 6, 1 / 3
"""Different hours, and the share of rows that are there twice, more than which are no chance."""


def far_stamp(times: np.ndarray, spans: float) -> int | None:
    """The place of a time stamp that lies so many spans of all others before or after them.

    Zeros of a spreadsheet (1900), a clock that was not set (1970), and slips of the keys.

    Args:
        times: (R,) datetime64[us] in any order.
        spans: What most of the others lie within, so many times.
    """
    if len(times) < _FEWEST:
        return None
    order = np.argsort(times, kind="stable")
    steps = np.diff(times[order]).astype(np.int64)
    few = max(1, int(_SLIPS * len(times)))
    for count in range(1, few + 1):
        rest = len(times) - count
        before, after = int(steps[count:].sum()), int(steps[: rest - 1].sum())
        if before and steps[count - 1] > spans * before:
            return int(order[0])
        if after and steps[rest - 1] > spans * after:
            return int(order[-1])
    return None


def out_of_place(times: np.ndarray, at: int) -> int:
    """Which of two rows, of which the second is older, is the wrong one: `at`, or the one after.

    Args:
        times: (M,) of a series.
        at: Of the first of them.
    """
    fits = at == 0 or times[at - 1] <= times[at + 1]
    return at if fits else at + 1


def other_era(times: np.ndarray, unit: str) -> str:
    """Whose years these (R,) may be, of which most lie where none of ours do; "" if they don't.

    Args:
        times: datetime64[us].
        unit: What a time stamp stands for: years of our own may be of any age.
    """
    year = int(np.median(times.astype("datetime64[Y]").astype(np.int64))) + 1970
    if _BUDDHIST[0] <= year < _BUDDHIST[1]:
        return "of the Buddhist calendar, which are 543 more"
    if year < _GREGORIAN and unit != "year":
        return "of the Persian, the Islamic or another calendar"
    return ""


def half_day(times: np.ndarray) -> bool:
    """Whether times (R,) are those of clocks that do not say which half of the day it is.

    Hours are from 1 to 12, and many time stamps stand there twice.
    """
    hours = times.astype("datetime64[h]").astype(np.int64) % 24
    again = len(times) - len(np.unique(times))
    within = bool(((hours >= 1) & (hours <= 12)).all())
    return within and len(np.unique(hours)) > _HOURS and again > _AGAIN * len(times)
