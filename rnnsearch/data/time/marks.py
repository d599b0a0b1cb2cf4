"""Rows on the same days of each month or year: dekads, composites of satellites, half months."""

from __future__ import annotations

from typing import Literal

import numpy as np

__all__ = ["Cycle", "find_marks", "marks_after", "marks_text", "rows_since"]

Cycle = Literal["monthly", "yearly"]
"""What the days are counted in."""

_LAST = 31
"""Stands for the last day of a month."""
_MOST = {"monthly": 10, "yearly": 100}
"""Rows a month or year, at most: there are others that keep to days of the week."""
_FEWEST = {"monthly": 2, "yearly": 13}
_SEEN = {"monthly": 3, "yearly": 1.2}
"""Months and years that must be seen."""
_FOLLOW = 0.9
"""Share of rows that must be followed by the next of the days; others may be missing."""


def find_marks(days: np.ndarray) -> tuple[Cycle, tuple[int, ...]] | None:
    """The days of each month, or of each year, that have rows; None where others have.

    Args:
        days: (R,) datetime64[D] that rise, not all equally far apart.
    """
    if len({*np.diff(days).astype(np.int64).tolist()}) < 2:
        return None
    cycles: tuple[Cycle, ...] = ("monthly", "yearly")
    for cycle in cycles:
        begins, numbers = _parts(days, cycle)
        if cycle == "monthly":
            numbers = _with_last(days, numbers)
        marks = np.unique(numbers)
        seen = len(days) / len(marks)
        if not _FEWEST[cycle] <= len(marks) <= _MOST[cycle] or seen < _SEEN[cycle]:
            continue
        ticks = begins * len(marks) + np.searchsorted(marks, numbers)
        if (np.diff(ticks) == 1).mean() >= _FOLLOW:
            return cycle, tuple(marks.tolist())
    return None


def rows_since(days: np.ndarray, cycle: Cycle, marks: tuple[int, ...]) -> np.ndarray:
    """(R,) rows from the first of these days to each; of another day to the mark before it."""
    begins, numbers = _parts(days, cycle)
    if _LAST in marks and cycle == "monthly":
        numbers = np.where(_is_last(days), _LAST, numbers)
    ticks = begins * len(marks) + np.searchsorted(np.array(marks), numbers, "right") - 1
    return np.asarray(ticks - ticks[:1])


def marks_after(
    days: np.ndarray, steps: np.ndarray, cycle: Cycle, marks: tuple[int, ...]
) -> np.ndarray:
    """The days (…) that so many (…) rows come after these (…)."""
    begins, numbers = _parts(days, cycle)
    known = np.array(marks)
    if cycle == "monthly" and _LAST in marks:
        numbers = np.where(_is_last(days), _LAST, numbers)
    index = begins * len(marks) + np.searchsorted(known, numbers, "right") - 1 + steps
    first = _begin(index // len(marks), cycle)
    number = known[index % len(marks)] - 1
    if cycle == "monthly":
        length = (first.astype("datetime64[M]") + 1).astype("datetime64[D]") - first
        number = np.minimum(number, length.astype(np.int64) - 1)
    return np.asarray(np.where(steps == 0, days, first + number))


def marks_text(cycle: Cycle, marks: tuple[int, ...]) -> str:
    """As in ``1/3 of a month (days 1, 11 and 21)``."""
    shown = ["the last" if mark == _LAST and cycle == "monthly" else str(mark) for mark in marks]
    days = f"{', '.join(shown[:-1])} and {shown[-1]}"
    if cycle == "yearly":
        days = f"{', '.join(shown[:2])}, …"
    return f"1/{len(marks)} of a {'month' if cycle == 'monthly' else 'year'} (days {days})"


def _parts(days: np.ndarray, cycle: Cycle) -> tuple[np.ndarray, np.ndarray]:
    """Months or years since 1970, and the number of the day within, from 1."""
    begin = days.astype("datetime64[M]" if cycle == "monthly" else "datetime64[Y]")
    number = (days - begin.astype("datetime64[D]")).astype(np.int64) + 1
    return begin.astype(np.int64), number


def _begin(counts: np.ndarray, cycle: Cycle) -> np.ndarray:
    unit = "M" if cycle == "monthly" else "Y"
    return np.asarray(counts.astype(f"datetime64[{unit}]").astype("datetime64[D]"))


def _is_last(days: np.ndarray) -> np.ndarray:
    return np.asarray((days + 1).astype("datetime64[M]") > days.astype("datetime64[M]"))


def _with_last(days: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Numbers of days of months, the last one called 31 where not all months end alike."""
    last = _is_last(days)
    late = numbers >= 28
    return np.where(last, _LAST, numbers) if (late == last).all() else numbers
