"""The parts of times that are written: years, months, hours, and the names of some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnsearch.data.time.written_names import HALVES, MONTHS, WEEKDAYS

__all__ = ["NAMED", "WIDTHS", "TimeParts", "completed", "names_of"]

WIDTHS = {"Y": 4, "G": 4, "T": 4, "L": 4, "j": 3, "q": 1, "h": 1, "u": 1}
"""Digits of a part that is filled up with zeros; of the others two."""

NAMED = {"b": 12, "a": 7, "p": 2}
"""Parts with names, and how many: months, weekdays, halves of a day."""

_KNOWN: dict[str, tuple[tuple[str, ...], ...]] = {
    "b": MONTHS,
    "a": WEEKDAYS,
    "p": HALVES,
}


@dataclass(frozen=True)
class TimeParts:
    """Times taken apart.

    Attributes:
        local: (N,) datetime64[us], as the clocks show them.
        late: Whether midnight is the hour 24 of the day before.
    """

    local: np.ndarray
    late: bool = False

    def of(self, part: str) -> np.ndarray:
        """One part of each time (N,): a letter of `strftime`, or one of ours."""
        if part == "a":
            return (self._days.astype(np.int64) + 3) % 7  # 1970 began on a Thursday
        if part == "b":
            return self.of("m") - 1
        if part == "p":
            return np.asarray(self._second_of_day >= 43_200).astype(np.int64)
        if part in "YymqhdjGVu":
            return self._of_date(part)
        hours, minutes = self._second_of_day // 3600, self._second_of_day // 60 % 60
        every = {
            **dict.fromkeys("HK", hours),
            "I": (hours + 11) % 12 + 1,
            "M": minutes,
            "S": self._second_of_day % 60,
            **dict.fromkeys("TL", 100 * hours + minutes),
        }
        return np.asarray(every[part])

    def _of_date(self, part: str) -> np.ndarray:
        days, months = self._days, self._days.astype("datetime64[M]")
        years = days.astype("datetime64[Y]")
        month = (months - years).astype(np.int64) + 1
        if part in "Yy":
            year = years.astype(np.int64) + 1970
            return year if part == "Y" else year % 100
        if part in "mqh":
            return np.asarray({"m": month, "q": (month + 2) // 3, "h": (month + 5) // 6}[part])
        if part in "dj":
            since = months if part == "d" else years
            return np.asarray((days - since.astype("datetime64[D]")).astype(np.int64) + 1)
        weekday = self.of("a")
        if part == "u":
            return weekday + 1
        thursday = days - weekday + 3  # whose year is that of the week
        first = thursday.astype("datetime64[Y]")
        if part == "G":
            return np.asarray(first.astype(np.int64) + 1970)
        return np.asarray((thursday - first.astype("datetime64[D]")).astype(np.int64) // 7 + 1)

    @cached_property
    def micro(self) -> np.ndarray:
        """(N,) microseconds within the second."""
        return self.local.astype("datetime64[us]").astype(np.int64) % 1_000_000

    @cached_property
    def _days(self) -> np.ndarray:
        """(N,) the days; midnight may be the end of the one before."""
        days = self.local.astype("datetime64[D]")
        return np.asarray(days - (self.late & (self.local == days)).astype(np.int64))

    @cached_property
    def _second_of_day(self) -> np.ndarray:
        """(N,) seconds since the day began."""
        since = self.local.astype("datetime64[us]") - self._days
        return np.asarray(since.astype("timedelta64[us]").astype(np.int64) // 1_000_000)


def completed(part: str, seen: Mapping[int, str]) -> tuple[str, ...] | None:
    """The names of all months, weekdays or halves; None where those that are seen do not tell.

    Args:
        part: A key of `NAMED`.
        seen: Names as a file writes them, by their number from 0.
    """
    count = NAMED[part]
    if len(seen) == count:
        return tuple(seen[at] for at in range(count))
    styles = (str, str.upper, str.lower, str.title)
    for names in _KNOWN[part]:
        for style in styles:
            written = [style(name) for name in names]
            if all(written[at] == name for at, name in seen.items()):
                return tuple(written)
    return None


def names_of(numbers: np.ndarray, texts: Sequence[str]) -> dict[int, str] | None:
    """The name of each number (N,), where each has one only."""
    found: dict[int, str] = {}
    for number, text in zip(numbers.tolist(), texts, strict=True):
        if found.setdefault(number, text) != text:
            return None
    return found
