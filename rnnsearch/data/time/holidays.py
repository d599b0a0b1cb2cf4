"""Days off, as rows that come every day of business show them: those seen, and those to come.

A rule (a date, the last Monday of May, two days before Easter) is believed where every such day
that the file spans is without a row, and there are two of them at least.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

__all__ = ["DaysOff", "days_off"]

_YEARS = 5
"""Years beyond the last row for which days off are written down."""
_FEWEST = 2
"""Years in which a rule must have held."""
_LONGEST = 3
"""Days of business without a row, one after the other, that may be holidays; more are a gap."""
_EASTER = (-2, 1, 39, 50, 60)
"""Good Friday, Easter Monday, Ascension, Whit Monday, Corpus Christi."""


class DaysOff(NamedTuple):
    """Days of business without a row.

    Attributes:
        free: As ``2024-12-25``; those that were seen, and those to come.
        unexplained: How many were seen that look like a gap.
    """

    free: tuple[str, ...]
    unexplained: int


def days_off(days: np.ndarray, week: str) -> DaysOff:
    """What the days (R,) of rows say of days off.

    Args:
        days: Sorted, datetime64[D].
        week: Days of the week that have rows, as NumPy has them.
    """
    every = np.arange(days[0], days[-1] + 1)
    every = every[np.is_busday(every, week)]
    missing = every[~np.isin(every, days)]
    if not len(missing):
        return DaysOff((), 0)
    place = np.searchsorted(every, missing)
    runs = np.split(missing, np.flatnonzero(np.diff(place) != 1) + 1)
    short = [day for run in runs if len(run) <= _LONGEST for day in run]
    believed = _by_rules(missing, every, days[-1], week)
    seen = {*short, *(day for day in believed if day <= days[-1])}
    coming = [day for day in believed if day > days[-1]]
    free = tuple(str(day) for day in sorted({*seen, *coming}))
    return DaysOff(free, len(missing) - len([day for day in missing if day in seen]))


def _by_rules(
    missing: np.ndarray, every: np.ndarray, last: np.datetime64, week: str
) -> list[np.datetime64]:
    """Days off by rules that always held, up to some years after the last row."""
    begin, end = (day.astype(datetime.date).year for day in (every[0], last))
    absent, possible = {*missing.tolist()}, {*every.tolist()}
    found: list[np.datetime64] = []
    for rule in _rules(missing):
        dates = [date for year in range(begin, end + 1) if (date := rule(year)) in possible]
        if len(dates) < _FEWEST or not all(date in absent for date in dates):
            continue
        later = (rule(year) for year in range(begin, end + _YEARS + 1))
        found += [np.datetime64(date, "D") for date in later if date is not None]
    return [day for day in found if np.is_busday(day, week)]


_Rule = Callable[[int], datetime.date | None]


def _rules(missing: np.ndarray) -> Iterator[_Rule]:
    """Rules that a day without a row suggests, each once."""
    seen: set[tuple[object, ...]] = set()
    for date in missing.tolist():
        nth, left = (date.day - 1) // 7, _month_length(date) - date.day
        keys: list[tuple[object, ...]] = [
            ("date", date.month, date.day),
            ("nth", date.month, date.weekday(), nth),
        ]
        if left < 7:
            keys.append(("last", date.month, date.weekday()))
        distance = (date - easter(date.year)).days
        if distance in _EASTER:
            keys.append(("easter", distance))
        for near in (-1, 1):  # of a date on a weekend, as it is observed
            other = date + datetime.timedelta(days=near)
            if other.weekday() == (5 if near == 1 else 6):
                keys.append(("observed", other.month, other.day))
        for key in keys:
            if key not in seen:
                seen.add(key)
                yield _rule(key)


def _rule(key: tuple[object, ...]) -> _Rule:
    """The date of a year by a rule; None where there is none."""
    kind, *numbers = key
    first, *rest = (int(str(number)) for number in numbers)

    def date(year: int) -> datetime.date | None:
        """The day of a year; None where that year has none."""
        try:
            if kind == "easter":
                return easter(year) + datetime.timedelta(days=first)
            if kind == "date":
                return datetime.date(year, first, rest[0])
            if kind == "observed":
                day = datetime.date(year, first, rest[0])
                return day + datetime.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
            begin = datetime.date(year, first, 1)
            ahead = (rest[0] - begin.weekday()) % 7
            if kind == "nth":
                day = begin + datetime.timedelta(days=ahead + 7 * rest[1])
            else:
                day = begin + datetime.timedelta(days=ahead + 28)
                day -= datetime.timedelta(days=0 if day.month == first else 7)
        except (ValueError, OverflowError):  # 29 February
            return None
        return day if day.month == first else None

    return date


def _month_length(date: datetime.date) -> int:
    following = date.replace(day=28) + datetime.timedelta(days=4)
    return (following - datetime.timedelta(days=following.day)).day


def easter(year: int) -> datetime.date:
    """Easter Sunday of the western churches (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return datetime.date(year, month, day + 1)
