"""The step between rows: hours, months by their last day, days of business, pandas' offsets."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np

from rnnsearch.data.time.holidays import days_off
from rnnsearch.data.time.marks import Cycle, find_marks, marks_after, marks_text, rows_since
from rnnsearch.data.time.sessions import all_week, find_slots, has_night, rows_between, slots_after

__all__ = ["Step", "infer_step", "times_after"]

_SECOND = np.timedelta64(1_000_000, "us")
_UNITS = ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_REGULAR = 0.9
"""Share of steps that are the usual one, from which rows are called regular."""
_GRID = 0.5
"""The same where all others are several of it, so that rows are missing."""
_JITTER, _HALF = 0.1, 0.4
"""Shares of a step by which nine in ten rows, and all, may be late or early."""
_RARE = 0.1
"""A weekday has rows only now and then, if fewer than this share of what the busiest has."""
_OFFSETS = ("BME", "BMS", "SME", "SMS", "BQE-DEC", "BQE-NOV", "BQE-OCT", "BYE-DEC")
"""Those of pandas that are tried where no other step is regular."""
_IN_WORDS = {
    "BME": "month, on its last business day: ",
    "BMS": "month, on its first business day: ",
    "BQE": "quarter, on its last business day: ",
    "BYE": "year, on its last business day: ",
}


@dataclass(frozen=True)
class Step:
    """The usual distance between neighbouring rows.

    Attributes:
        count, unit: How many of what; a month has no fixed length, and an offset is one of
            pandas', by its alias. Of hours of business (``sessions``) the seconds between rows.
        regular: Whether at least nine in ten steps are of this length, or half of them and the
            others several such steps.
        day: Of months, the day that a row stands for where that is not the same in all: 31 is
            the last.
        alias: Of an offset.
        week: Of days and hours of business, the days of a week that have rows: ``1111100``.
        slots: Of hours of business, the times of day that have rows, in seconds; of days of each
            month or year (``monthly``, ``yearly``) their numbers.
        free: Other days without a row, as ``2024-12-25``: those that were seen, and those to come.
        near: Whether rows are a little late or early.
    """

    count: float
    unit: Literal["seconds", "months", "business", "sessions", "offset"] | Cycle
    regular: bool = True
    day: int | None = None
    alias: str = ""
    week: str = ""
    free: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    near: bool = False

    def after(self, time: np.datetime64 | np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The time stamps (…) that lie `steps` (…) whole steps after `time`."""
        if self.unit == "seconds":
            return np.asarray(time + np.round(steps * self.count * 1e6).astype("timedelta64[us]"))
        times, steps = np.broadcast_arrays(np.asarray(time, "datetime64[us]"), steps)
        if self.unit == "months":
            return _months_after(times, steps * int(self.count), self.day)
        days = times.astype("datetime64[D]")
        free = np.array(self.free, "datetime64[D]")
        if self.unit == "sessions":
            return slots_after(times, steps, self.slots, self.week, free)
        if self.unit in ("monthly", "yearly"):
            later = marks_after(days, steps, self.unit, self.slots)
            return np.asarray(later.astype("datetime64[us]") + (times - days))
        if self.unit == "business":
            later = np.busday_offset(days, steps, "backward", self.week, free)
            later = np.where(steps == 0, days, later)
            return np.asarray(later.astype("datetime64[us]") + (times - days))
        return self._by_offset(times, steps)

    def _by_offset(self, times: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """`after` by pandas."""
        import pandas as pd

        offset = pd.tseries.frequencies.to_offset(self.alias)
        pairs = zip(times.ravel(), steps.ravel().tolist(), strict=True)
        found = [pd.Timestamp(time) + offset * n if n else pd.Timestamp(time) for time, n in pairs]
        return np.array([time.to_datetime64() for time in found], "datetime64[us]").reshape(
            times.shape
        )

    def ticks(self, times: np.ndarray) -> np.ndarray | None:
        """(R,) whole steps from the first of rising times to each; None where rows share one.

        A day off counts, so that what lies a week apart does so by the days of the week.
        """
        if not len(times):
            return np.zeros(0, np.int64)
        if self.unit == "seconds":
            ticks = np.round((times - times[0]) / _SECOND / self.count)
        elif self.unit == "months":
            months = times.astype("datetime64[M]").astype(np.int64)
            ticks = np.round((months - months[0]) / self.count)
        elif self.unit == "business":
            days = times.astype("datetime64[D]")
            ticks = np.busday_count(days[0], days, self.week)
        elif self.unit in ("monthly", "yearly"):
            ticks = rows_since(times.astype("datetime64[D]"), self.unit, self.slots)
        elif self.unit == "sessions":
            ticks = rows_between(times, self.slots, self.week)
        else:
            ticks = self._offset_ticks(times)
        ticks = np.asarray(ticks, np.int64)
        return ticks if (np.diff(ticks) > 0).all() else None

    def _offset_ticks(self, times: np.ndarray) -> np.ndarray:
        import pandas as pd

        grid = pd.date_range(times[0], times[-1], freq=self.alias).to_numpy()
        return np.searchsorted(grid.astype("datetime64[us]"), times)

    def follows(self, times: np.ndarray) -> np.ndarray:
        """Whether each of rising times (R,) but the first is the next step's, (R - 1,) bool."""
        if self.near:
            ticks = self.ticks(times)
            return np.zeros(len(times) - 1, bool) if ticks is None else np.diff(ticks) == 1
        due = self.after(times[:-1], np.ones(max(len(times) - 1, 0), np.int64))
        return np.asarray(due == times[1:])

    def alike(self, other: Step) -> bool:
        """Whether rows are as far apart by another step; hours of business may be others."""
        marks = self.slots == other.slots or self.unit not in ("monthly", "yearly")
        return (self.count, self.unit) == (other.count, other.unit) and marks

    def fits(self, times: np.ndarray) -> float:
        """The share of times (R,) that are followed by the next step's; 1 of fewer than two."""
        if len(times) < 2:
            return 1.0
        due = self.after(times[:-1], np.ones(len(times) - 1, np.int64))
        slack = np.timedelta64(round(2e6 * _JITTER * self.count) if self.near else 0, "us")
        return float((np.abs(times[1:] - due) <= slack).mean())

    def season(self) -> int | None:
        """Rows in the natural season: a day, of days a week, of weeks or months a year."""
        if not self.regular:
            return None
        if self.unit == "months":
            return int(12 // self.count) if self.count < 12 and 12 % self.count == 0 else None
        if self.unit == "business":
            return self.week.count("1")
        if self.unit == "sessions":
            return len(self.slots)
        if self.unit in ("monthly", "yearly"):
            return len(self.slots) * (12 if self.unit == "monthly" else 1)
        if self.unit == "offset":
            return {"BM": 12, "SM": 24, "BQ": 4, "WO": 12, "LW": 12}.get(self.alias[:2])
        if 60 <= self.count < 86400 and 86400 % self.count == 0:
            return int(86400 // self.count)
        return {86400.0: 7, 604800.0: 52}.get(self.count)

    def __str__(self) -> str:
        """As in ``30 minutes``."""
        count, unit = self.count, self.unit.removesuffix("s")
        if self.unit in ("seconds", "sessions"):
            count, unit = next(
                ((self.count / size, name) for size, name in _UNITS if self.count % size == 0),
                (self.count, "second"),
            )
        text = f"1 {unit}" if count == 1 else f"{count:g} {unit}s"
        if self.unit == "months" and self.day is not None:
            text += ", on its last day" if self.day == 31 else f", on day {self.day} or its last"
        elif self.unit == "sessions":
            first, last = (
                f"{at // 3600:02}:{at // 60 % 60:02}" for at in self.slots[:: len(self.slots) - 1]
            )
            text += f", {_week_text(self.week)} from {first} to {last}"
        elif self.unit in ("monthly", "yearly"):
            text = marks_text(self.unit, self.slots)
        elif self.unit == "business":
            text = f"business day ({_week_text(self.week)})"
        elif self.unit == "offset":
            text = _IN_WORDS.get(self.alias[:3], "") + f"'{self.alias}' of pandas"
        return text if self.regular else f"{text}, irregular"

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads back."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        kept = ("count", "unit", "regular")
        return {key: value for key, value in plain.items() if key in kept or value}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Step:
        """The inverse of `to_json`."""
        return cls(**{**values, **{key: tuple(values.get(key, ())) for key in ("free", "slots")}})


def _week_text(week: str) -> str:
    """The days of a week that have rows: ``Mon to Fri``."""
    days = [day for day, has in zip(_DAYS, week, strict=True) if has == "1"]
    runs = "01" not in week.lstrip("0") and len(days) > 2
    return f"{days[0]} to {days[-1]}" if runs else ", ".join(days)


def _months_after(times: np.ndarray, months: np.ndarray, day: int | None) -> np.ndarray:
    """Times (…) so many months later, on that day or their own, or where there is none the last."""
    begin = times.astype("datetime64[M]")
    within = times - begin.astype("datetime64[us]")
    number = within.astype("timedelta64[D]").astype(np.int64)
    rest = within - number.astype("timedelta64[D]")
    later = begin + months.astype("timedelta64[M]")
    first = later.astype("datetime64[D]")
    last = ((later + 1).astype("datetime64[D]") - first).astype(np.int64) - 1
    wanted = np.minimum(number if day is None else day - 1, last)
    found = (first + wanted).astype("datetime64[us]") + rest
    return np.asarray(np.where(months == 0, times, found))


def infer_step(times: np.ndarray) -> Step | None:
    """The usual step of sorted time stamps (R,); None of fewer than two."""
    if len(times) < 2:
        return None
    days = times.astype("datetime64[D]")
    if ((times - days) == (times - days)[0]).all():
        step = _in_months(days) or _in_business_days(days) or _in_marks(days)
        if step is not None:
            return step
    in_sessions = _in_sessions(times)
    if in_sessions is not None:
        return in_sessions
    step = _usual(np.diff(times) / _SECOND, "seconds")
    if step.regular or len(times) < 6:
        return step
    return _by_pandas(times) or _nearly(times) or step


def _usual(distances: np.ndarray, unit: Literal["seconds", "months"]) -> Step:
    """The step that most rows are apart."""
    values, counts = np.unique(distances, return_counts=True)
    best = int(counts.argmax())
    share, size = counts[best] / counts.sum(), float(values[best])
    several = size > 0 and bool((np.abs(values / size - np.round(values / size)) < 1e-6).all())
    return Step(size, unit, bool(share >= _REGULAR or (several and share >= _GRID)))


def _nearly(times: np.ndarray) -> Step | None:
    """A step of whole seconds that rows keep to but for little, as loggers on a network do."""
    seconds = (times - times[0]) / _SECOND
    median = float(np.median(np.diff(seconds)))
    for size in sorted({1.0, 5.0, *(size for size, _ in _UNITS), 300.0, 900.0, 1800.0}):
        count = round(median / size) * size
        if not count or abs(median - count) > _JITTER * count:
            continue
        # Ticks go by the clock: what is a little late must not be late more and more.
        late = seconds / count
        off = np.abs(late - np.round(late))
        steps = np.diff(np.round(late))
        near = (off <= _JITTER).mean() >= _REGULAR and off.max() < _HALF
        if near and (steps > 0).all() and (steps == 1).mean() >= _GRID:
            return Step(count, "seconds", near=True)
    return None


def _in_months(days: np.ndarray) -> Step | None:
    """Steps of months, where all days (R,) are the same of their months, or its last."""
    months = days.astype("datetime64[M]")
    number = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    distances = np.diff(months).astype(np.int64).astype(np.float64)
    if (distances < 1).any():
        return None
    day: int | None = None
    if (number == length).all():
        day = 31
    elif (number != number[0]).any():
        day = int(number.max())
        if day < 29 or (number != np.minimum(day, length)).any():
            return None
    return replace(_usual(distances, "months"), day=day)


def _in_business_days(days: np.ndarray) -> Step | None:
    """Days of which some of the week never have a row; None where each has, or one alone."""
    span = int((days[-1] - days[0]).astype(np.int64)) + 1
    if span < 8 or (np.diff(days).astype(np.int64) < 1).any():
        return None
    counts = np.bincount((days.astype(np.int64) + 3) % 7, minlength=7)
    used = counts >= max(1, _RARE * counts.max())
    week = "".join("1" if has else "0" for has in used)
    possible = np.busday_count(days[0], days[-1], week) + 1
    unused = np.bincount((np.arange(span) + days[0].astype(np.int64) + 3) % 7, minlength=7)
    if not 1 < used.sum() < 7 or unused[~used].min() < 2 or len(days) < 0.8 * possible:
        return None
    rare = int((~used[(days.astype(np.int64) + 3) % 7]).sum())
    off = days_off(days, week)
    regular = rare + off.unexplained <= (1 - _REGULAR) * len(days)
    return Step(1, "business", bool(regular), week=week, free=off.free)


def _in_marks(days: np.ndarray) -> Step | None:
    """Rows on the same days of each month or year, which are not equally far apart."""
    if (np.diff(days).astype(np.int64) < 1).any():
        return None
    found = find_marks(days)
    return None if found is None else Step(1, found[0], slots=found[1])


def _in_sessions(times: np.ndarray) -> Step | None:
    """Rows at the same times of every day, and none over night or on some days of the week."""
    slots = find_slots(times)
    if not slots:
        return None
    days = np.unique(times.astype("datetime64[D]"))
    count = float(_usual(np.diff(slots).astype(np.float64), "seconds").count)
    daily = _in_business_days(days)
    if daily is not None and daily.regular:
        return Step(count, "sessions", week=daily.week, free=daily.free, slots=slots)
    week = all_week(days) if has_night(slots) else ""
    return Step(count, "sessions", week=week, slots=slots) if week else None


def _by_pandas(times: np.ndarray) -> Step | None:
    """One of pandas' offsets, where nine in ten rows keep to it."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it will give an offset, and now gives its alias
        try:
            found: Any = pd.infer_freq(pd.DatetimeIndex(times[-2000:]))
        except ValueError:  # not in order, or twice the same
            return None
    aliases = [getattr(found, "freqstr", found)] if found else []
    mean = np.diff(times).mean() / _SECOND
    if 10 * 86400 < mean < 370 * 86400:
        aliases += _OFFSETS
    for alias in aliases:
        step = Step(1, "offset", alias=alias)
        if step.fits(times) >= _REGULAR:
            return step
    return None


def times_after(times: np.ndarray, step: Step | None, count: int) -> np.ndarray:
    """The next `count` time stamps after the last; a second apart where no step is known."""
    return (step or Step(1, "seconds")).after(times[-1], np.arange(count) + 1)
