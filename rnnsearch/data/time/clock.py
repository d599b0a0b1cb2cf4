"""How the times of a table's rows are read, kept and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from rnnsearch.data.time.forms import DAILY, is_duration
from rnnsearch.data.time.number_forms import ELAPSED
from rnnsearch.data.time.writing import write
from rnnsearch.data.time.zones import local_times, offset_text

__all__ = ["Clock", "format_time"]


@dataclass(frozen=True)
class Clock:
    """What is known of time stamps beside the times.

    Attributes:
        form: By which texts are read.
        zone: Whose clocks they are of, or a fixed offset from UTC; "" if that is not known.
        universal: Whether times of rows are kept as UTC's; else as the clocks show them.
        style: A time stamp as the file has it, where that has an offset from UTC; else "".
        unit: What a stamp stands for, where that is longer than a day.
        writing: How the file writes them, a pattern for each column of time (`find_writing`); ()
            where that is not known.
        offset: Minutes from UTC of all of them, where that is not the zone's.
    """

    form: str = "iso"
    zone: str = ""
    universal: bool = False
    style: str = ""
    unit: Literal["", "month", "quarter", "week", "year"] = ""
    writing: tuple[str, ...] = ()
    offset: int | None = None

    @property
    def elapsed(self) -> bool:
        """Whether times are counted from a start, so that there is no calendar."""
        return is_duration(self.form)

    @property
    def daily(self) -> bool:
        """Whether they are times of day without a date: there are hours, and no weekdays."""
        return self.form == DAILY

    @property
    def dated(self) -> bool:
        """Whether there are days, so that there may be seasons of one."""
        return self.daily or not self.elapsed

    def local(self, times: np.ndarray) -> np.ndarray:
        """Times of rows (R,) as the clocks show them."""
        return local_times(times, self.zone) if self.universal and self.zone else times

    def text(self, time: np.datetime64) -> str:
        """One time as it is written."""
        return str(self.texts(np.array([time]))[0])

    def written(self, times: np.ndarray) -> list[np.ndarray] | None:
        """Times of rows (R,) as the file has them, an array for each of its columns of time.

        None where it is not known how, or where they would not be told apart.
        """
        if not self.writing:
            return None
        local = self.local(times)
        offsets = self.offsets(times) if self.style else None
        if self.offset is not None and offsets is not None:
            local = local + (self.offset - offsets) * np.timedelta64(60, "s")
            offsets = np.full(len(times), self.offset)
        return write(self.writing, local, offsets)

    def offsets(self, times: np.ndarray) -> np.ndarray:
        """Of times of rows (R,) from UTC, in minutes."""
        universal = times if self.universal else self._utc(times)
        return np.asarray(((self.local(times) - universal) / np.timedelta64(60, "s")).astype(int))

    def texts(self, times: np.ndarray) -> np.ndarray:
        """Times of rows (R,) as they are written: dates in ISO's form, offsets as in the file."""
        if self.daily:
            within = np.datetime64(0, "us") + (times - times.astype("datetime64[D]"))
            texts = np.array([self._elapsed(time) for time in within])
            whole = all(text.endswith(":00") for text in texts)
            return np.array([text[:5] for text in texts]) if whole else texts
        if self.elapsed:
            return np.array([self._elapsed(time) for time in times])
        local = self.local(times)
        if self.style:
            pairs = zip(local, self.offsets(times).tolist(), strict=True)
            return np.array([_styled(time, offset, self.style) for time, offset in pairs])
        if not self.unit:
            return _alike(local)
        write = {"month": _month, "quarter": _quarter, "week": _week, "year": _year}[self.unit]
        return np.array([write(time) for time in local])

    def _utc(self, times: np.ndarray) -> np.ndarray:
        from rnnsearch.data.time.zones import to_utc

        return to_utc(times, self.zone)

    def _elapsed(self, time: np.datetime64) -> str:
        """Time since the start: ``26:10:05``, or a number of its unit."""
        micro = int(time.astype("datetime64[us]").astype(np.int64))
        if self.form in ELAPSED:
            return f"{micro / 1e6 / ELAPSED[self.form]:.12g}"
        seconds, rest = divmod(micro, 1_000_000)
        text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return text + f".{rest:06}".rstrip("0") if rest else text

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads back."""
        return {**asdict(self), "writing": list(self.writing)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Clock:
        """The clock that `to_json` wrote; earlier versions did not say how stamps are written."""
        return cls(**{**values, "writing": tuple(values.get("writing", ()))})


def format_time(time: np.datetime64) -> str:
    """A time stamp as short as it can be: no seconds if 0, no time of day if midnight."""
    text = str(time.astype("datetime64[us]")).replace("T", " ")
    text = re.sub(r"\.0+$", "", text)
    return text.removesuffix(":00").removesuffix(" 00:00") if text.endswith(":00") else text


def _alike(times: np.ndarray) -> np.ndarray:
    """Time stamps as short as all of them can be: a column of two forms is read by few."""
    shortest = [format_time(time) for time in times]
    if len({len(text) for text in shortest}) < 2:
        return np.array(shortest)
    whole = [str(time).replace("T", " ") for time in times.astype("datetime64[us]")]
    if all(text.endswith(":00.000000") for text in whole):
        return np.array([text[:16] for text in whole])
    if all(text.endswith(".000000") for text in whole):
        return np.array([text[:19] for text in whole])
    return np.array(whole)


def _styled(time: np.datetime64, offset: int, style: str) -> str:
    """A time with its offset, as `style` is written."""
    text = str(time.astype("datetime64[us]")).replace("T", "T" if "T" in style[:11] else " ")
    whole, _, fraction = text.partition(".")
    if not int(fraction) and "." not in style:
        fraction = ""
        if not re.search(r"\d\d:\d\d:\d\d", style):
            whole = whole.removesuffix(":00") if whole.endswith(":00") else whole
    digits = re.search(r"\.(\d{1,6})", style)
    if digits and not int(fraction[len(digits[1]) :] or "0"):
        fraction = fraction[: len(digits[1])]
    text = f"{whole}.{fraction}" if fraction else whole
    named = re.search(r"[A-Za-z]+$", style)
    if named and offset == 0:
        return text + (named[0] if named[0] == "Z" else f" {named[0]}")
    written = offset_text(offset)
    return text + (written if re.search(r":\d\d$", style) else written.replace(":", ""))


def _month(time: np.datetime64) -> str:
    return str(time.astype("datetime64[M]"))


def _quarter(time: np.datetime64) -> str:
    year, month = _month(time).split("-")
    return f"{year}Q{(int(month) + 2) // 3}"


def _week(time: np.datetime64) -> str:
    date = time.astype("datetime64[D]").item()
    return f"{date:%G-W%V}"


def _year(time: np.datetime64) -> str:
    return str(time.astype("datetime64[Y]"))
