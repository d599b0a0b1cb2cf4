"""Time stamps: parsing, the step between them, and the calendar features made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = [
    "Step",
    "calendar_features",
    "calendar_names",
    "format_time",
    "infer_step",
    "parse_times",
    "times_after",
]

_ISO = re.compile(r"\d{4}(-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?)?)?")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CYCLES = ("hour", "day_of_month", "month", "day_of_year")
_SECOND = np.timedelta64(1_000_000, "us")
_UNITS = ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def parse_times(cells: Sequence[str]) -> np.ndarray:
    """Text to (R,) datetime64[us]; NaT where it is no time stamp.

    ISO dates and times are read as they stand. Other forms go to pandas, which takes the
    form of the first for all; stamps with an offset from UTC are turned into UTC.
    """
    iso = _parse_iso(cells)
    if iso is not None:
        return iso
    import warnings

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stamps = pd.to_datetime(pd.Series(list(cells)), errors="coerce", utc=True)
    return np.asarray(stamps.dt.tz_localize(None).to_numpy(), dtype="datetime64[us]")


def _parse_iso(cells: Sequence[str]) -> np.ndarray | None:
    """Times (R,), where all cells are ISO dates or times; else None."""
    if not all(_ISO.fullmatch(cell) for cell in cells):
        return None
    try:
        return np.array(cells, dtype="datetime64[us]")
    except ValueError:  # a thirteenth month: pandas says which cells are no times
        return None


def format_time(time: np.datetime64) -> str:
    """A time stamp as short as it can be: no seconds if 0, no time of day if midnight."""
    text = str(time.astype("datetime64[us]")).replace("T", " ")
    text = re.sub(r"\.0+$", "", text)
    return text.removesuffix(":00").removesuffix(" 00:00") if text.endswith(":00") else text


@dataclass(frozen=True)
class Step:
    """The usual distance between neighbouring rows.

    Attributes:
        count, unit: How many of what; a month has no fixed length.
        regular: Whether at least nine in ten steps are of this length.
    """

    count: float
    unit: Literal["seconds", "months"]
    regular: bool = True

    def after(self, time: np.datetime64 | np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The time stamps (…) that lie `steps` (…) whole steps after `time`."""
        if self.unit == "seconds":
            return np.asarray(time + np.round(steps * self.count * 1e6).astype("timedelta64[us]"))
        month = time.astype("datetime64[M]")
        months = month + (steps * int(self.count)).astype("timedelta64[M]")
        return np.asarray(months.astype("datetime64[us]") + (time - month.astype("datetime64[us]")))

    def season(self) -> int | None:
        """Rows in the natural season: a day, of days a week, of weeks or months a year."""
        if not self.regular:
            return None
        if self.unit == "months":
            return int(12 // self.count) if self.count < 12 and 12 % self.count == 0 else None
        if 60 <= self.count < 86400 and 86400 % self.count == 0:
            return int(86400 // self.count)
        return {86400.0: 7, 604800.0: 52}.get(self.count)

    def __str__(self) -> str:
        """As in ``30 minutes``."""
        count, unit = self.count, self.unit.removesuffix("s")
        if self.unit == "seconds":
            count, unit = next(
                ((self.count / size, name) for size, name in _UNITS if self.count % size == 0),
                (self.count, "second"),
            )
        text = f"1 {unit}" if count == 1 else f"{count:g} {unit}s"
        return text if self.regular else f"{text}, irregular"

    def to_json(self) -> dict[str, Any]:
        """Plain values that `Step(**values)` reads back."""
        return {"count": self.count, "unit": self.unit, "regular": self.regular}


def infer_step(times: np.ndarray) -> Step | None:
    """The usual step of sorted time stamps (R,); None of fewer than two."""
    if len(times) < 2:
        return None
    months = times.astype("datetime64[M]")
    within = times - months.astype("datetime64[us]")
    if (within == within[0]).all():
        unit: Literal["seconds", "months"] = "months"
        distances = np.diff(months).astype(np.int64).astype(np.float64)
    else:
        unit = "seconds"
        distances = np.diff(times) / _SECOND
    values, counts = np.unique(distances, return_counts=True)
    best = int(counts.argmax())
    return Step(float(values[best]), unit, bool(counts[best] >= 0.9 * counts.sum()))


def times_after(times: np.ndarray, step: Step | None, count: int) -> np.ndarray:
    """The next `count` time stamps after the last; a second apart where no step is known."""
    return (step or Step(1, "seconds")).after(times[-1], np.arange(count) + 1)


def calendar_names(features: Sequence[str]) -> tuple[str, ...]:
    """Names of the columns that `calendar_features` makes."""
    names: list[str] = []
    for feature in features:
        if feature in _CYCLES:
            names += [f"{feature}_sin", f"{feature}_cos"]
        elif feature == "weekday":
            names += [f"weekday_{day}" for day in _WEEKDAYS]
        else:
            names.append(feature)
    return tuple(names)


def calendar_features(
    times: np.ndarray, features: Sequence[str], span: tuple[np.datetime64, np.datetime64]
) -> np.ndarray:
    """What the calendar says of each time stamp.

    Cyclic features become a sine and a cosine, the weekday seven zeros and ones, the weekend
    one, and the trend a line that rises from 0 to 1 over the training part.

    Args:
        times: (R,) datetime64[us].
        features: As in the spec's `calendar`.
        span: First and last time stamp of the training part.

    Returns:
        (R, C) float64, columns as `calendar_names` names them.
    """
    days = times.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    columns: list[np.ndarray] = []
    for feature in features:
        if feature in _CYCLES:
            angle = 2 * np.pi * _phase(feature, times)
            columns += [np.sin(angle), np.cos(angle)]
        elif feature == "weekday":
            columns += [(weekday == day).astype(np.float64) for day in range(7)]
        elif feature == "weekend":
            columns.append((weekday >= 5).astype(np.float64))
        else:
            columns.append((times - span[0]) / (span[1] - span[0]))
    return np.stack(columns, axis=1) if columns else np.zeros((len(times), 0))


def _phase(feature: str, times: np.ndarray) -> np.ndarray:
    """How much of the feature's cycle has gone by at each time (R,), 0 to 1."""
    days = times.astype("datetime64[D]")
    months = times.astype("datetime64[M]")
    years = times.astype("datetime64[Y]")
    if feature == "hour":
        return np.asarray((times - days) / np.timedelta64(1, "D"))
    if feature == "month":
        return np.asarray((months - years.astype("datetime64[M]")).astype(np.float64) / 12)
    begin, end = (months, months + 1) if feature == "day_of_month" else (years, years + 1)
    begin, end = begin.astype("datetime64[D]"), end.astype("datetime64[D]")
    return np.asarray((days - begin) / (end - begin))
