"""Forms of time stamps: which could be meant by the texts of a column, and the one that is.

A form is a text, as `data.time_format` has it: a pattern of `strptime`, or one of `WORDS`. It is
found by looking at all cells: of the forms that read every one of them that is taken under which
the rows are in order and equally far apart. It is kept with the preparation, so that a new file
is read as the first one was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data.time.durations import is_duration_text
from rnnsearch.data.time.form_parsing import (
    BARE_QUARTER,
    ENGLISH,
    QUARTER,
    SPLIT,
    WEEK,
    parse_texts,
    plain_text,
)
from rnnsearch.data.time.number_forms import (
    DAYS,
    DECIMAL,
    ELAPSED,
    UNIX,
    is_counted,
    number_forms,
    read_counts,
    with_zeros,
    without_points,
)

__all__ = [
    "DAILY",
    "ELAPSED",
    "WORDS",
    "Reading",
    "find_form",
    "forms_among",
    "is_duration",
    "read_times",
]

DAILY = "time_of_day"
"""Times of day without a date; a day begins where they go back over midnight."""

WORDS = ("iso", "quarter", "week", "year", *DAYS, *DECIMAL, *UNIX, "duration", DAILY, *ELAPSED)
"""Forms that are no pattern of `strptime`."""

_HALVED = re.compile(r"(?P<hour>\d{1,2})(?P<rest>:\d\d(?::\d\d)?) ?(?P<half>[ap])\.?m\.?", re.I)
"""A time of day of a half of the day."""
_DAY = 86_400_000_000
"""Microseconds."""
_MOST_SHAPES = 64
"""Different shapes of cells, digits taken as one; dates of one form have a few."""
_CLEARLY = 0.5
"""A form explains clearly better what leaves at most so much of the rows out of step."""


@dataclass(frozen=True)
class Reading:
    """Cells as times.

    Attributes:
        form: By which they were read.
        times: (R,) datetime64[us], NaT where nothing could be read; of a duration since 1970.
        other: Another form that explains the rows as well, "" if there is none.
        others: `times` by it, None if there is none.
    """

    form: str
    times: np.ndarray
    other: str = ""
    others: np.ndarray | None = None


def is_duration(form: str) -> bool:
    """Whether it is time since a start, not a date."""
    return form in ("duration", DAILY) or form in ELAPSED


def read_times(cells: Sequence[str], form: str) -> np.ndarray:
    """Texts by one form: (R,) datetime64[us], NaT where one is not of it.

    Args:
        cells: Without offsets from UTC.
        form: A pattern, or one of `WORDS`.
    """
    if is_counted(form):
        return read_counts(cells, form)
    if form == DAILY:
        return _with_days(parse_texts([_whole_day(cell) for cell in cells], "duration"))
    cells = with_zeros(cells) if form == "%Y.%m" else without_points(cells)
    return parse_texts(cells, form)


def _whole_day(cell: str) -> str:
    """A time of day whose hours go up to 12 as one of 24: ``1:30 PM`` is 13:30."""
    found = _HALVED.fullmatch(plain_text(cell))
    if found is None or not 1 <= int(found["hour"]) <= 12:
        return cell
    return f"{int(found['hour']) % 12 + 12 * (found['half'] in 'pP')}{found['rest']}"


def _with_days(times: np.ndarray) -> np.ndarray:
    """Times of day (R,) with the days since the first row; NaT where they can't be such."""
    known = np.flatnonzero(~np.isnat(times))
    steps = np.diff(times[known])
    back = steps < np.timedelta64(0, "us")
    within = times[known] < np.datetime64(_DAY, "us")
    if not within.all() or (back & (steps > -np.timedelta64(_DAY // 2, "us"))).any():
        return np.full(len(times), np.datetime64("NaT", "us"))
    days = np.cumsum(np.concatenate([[0], back.astype(np.int64)]))[: len(known)]
    found = times.copy()
    found[known] += days * np.timedelta64(_DAY, "us")
    return found


def find_form(cells: Sequence[str], *, named: bool = True) -> Reading | None:
    """The form that reads all cells that are not empty; None where none does.

    Args:
        cells: Without offsets from UTC, "" where there is nothing.
        named: Whether the column is said to be one of times: numbers are, only then.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return None
    found: list[tuple[str, np.ndarray]] = []
    for form in _candidates(filled, named):
        if form == "week" and found:
            continue  # what can be months are months
        times = read_times(cells, form)
        if np.isnat(times).sum() == len(cells) - len(filled):
            found.append((form, times))
    if not found:
        return None
    if len(found) == 1:
        return Reading(*found[0])
    return _choose(found)


def forms_among(cells: Sequence[str]) -> list[str]:
    """Forms that some of the cells may be of, each by itself; none of a column of numbers."""
    shapes = {_shape(cell): cell for cell in cells if cell}
    if len(shapes) > _MOST_SHAPES or all(map(_numeric, shapes)):
        return []
    found: dict[str, None] = {}
    for shape, cell in shapes.items():
        year = len(cell) == 4 and cell.isdecimal() and 1500 <= int(cell) <= 2200
        found.update(dict.fromkeys(["year"] if year else _forms_of(shape)))
    return list(found)


def _choose(found: list[tuple[str, np.ndarray]]) -> Reading:
    """The reading under which rows are best in order, then most regular; the first of equals."""
    marks = [_disorder(times[~np.isnat(times)]) for _, times in found]
    order = sorted(range(len(found)), key=lambda at: (*marks[at], at))
    best = order[0]
    rivals = [
        at
        for at in order[1:]
        if not _clear(marks[best], marks[at]) and (found[at][1] != found[best][1]).any()
    ]
    if not rivals:
        return Reading(*found[best])
    best, rival = sorted((best, rivals[0]))
    return Reading(*found[best], *found[rival])


def _clear(best: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether one explains the order of rows, or else their distances, clearly better."""
    if best[0] != other[0]:
        return best[0] <= _CLEARLY * other[0]
    return best[1] < other[1] and best[1] <= _CLEARLY * other[1]


def _disorder(times: np.ndarray) -> tuple[float, float]:
    """Places at which rows go back in time, and the share of the others that are out of step."""
    steps = np.diff(times).astype(np.int64)
    back = int(min((steps < 0).sum(), (steps > 0).sum()))  # the newest may be first
    steps = np.abs(steps[steps != 0])
    if not len(steps):
        return back, 0.0
    months = np.abs(np.diff(times.astype("datetime64[M]").astype(np.int64)))
    days = times.astype("datetime64[D]")
    starts = times.astype("datetime64[M]")
    ends = (starts + 1).astype("datetime64[D]") - 1
    alike = (days == starts).all() or (days == ends).all()
    shares = [np.unique(steps, return_counts=True)[1].max() / len(steps)]
    if alike and (months > 0).any():
        months = months[months > 0]
        shares.append(np.unique(months, return_counts=True)[1].max() / len(steps))
    return back, 1 - max(shares)


def _candidates(cells: Sequence[str], named: bool) -> Iterator[str]:
    """Forms that may be meant, the likelier of two first."""
    shapes = {_shape(cell) for cell in cells[:: max(1, len(cells) // 5000)]}
    if len(shapes) > _MOST_SHAPES:
        return
    kept: list[str] | None = None
    for cell in shapes:
        forms = list(_forms_of(cell))
        kept = forms if kept is None else [form for form in kept if form in forms]
        if not kept and not _numeric(cell):
            return
    numbers = all(_numeric(cell) for cell in cells)
    if numbers and not named:
        return
    if numbers:
        yield from number_forms(cells)
        return
    yield from kept or ()


def _shape(cell: str) -> str:
    """A cell with its digits made one, so that few are left of a column."""
    return re.sub(r"\d", "1", plain_text(cell))


def _numeric(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d*)?([eE][+-]?\d+)?", cell) is not None


def _forms_of(cell: str) -> Iterator[str]:
    """Forms of which a text may be, its digits being all the same."""
    if is_duration_text(cell):
        yield "duration"
        if re.fullmatch(r"\d{1,2}(:\d\d(:\d\d([.,]\d+)?)?| ?h( ?\d\d)?)", cell):
            yield DAILY
        return
    if _HALVED.fullmatch(cell):
        yield DAILY
        return
    if QUARTER.fullmatch(cell):
        yield "quarter"
        return
    if WEEK.fullmatch(cell) and not cell.isdecimal() and not re.fullmatch(r"[\d./ -]+", cell):
        yield "week"
        return
    if re.fullmatch(r"(FY ?)?\d{4}[/-](\d\d|\d{4})|FY ?\d{4}", cell, re.IGNORECASE):
        yield "year"
    split = SPLIT.fullmatch(cell)
    if split is None:
        return
    if split["time"] and re.fullmatch(r"\d{6}", split["date"]):
        yield from ("%y%m%d", "%d%m%y", "%m%d%y")
        return
    for pattern in _dates(split["date"]):
        yield "iso" if pattern in ("%Y-%m-%d", "%Y-%m") else pattern
    if re.fullmatch(r"\d{4}[-/. ]\d\d", cell):
        yield "week"
    if BARE_QUARTER.fullmatch(cell):
        yield "quarter"


def _dates(date: str) -> Iterator[str]:
    """Patterns of a date, whose digits are all the same."""
    if re.fullmatch(r"\d{7,8}", date):
        yield from ("%Y%m%d", "%d%m%Y", "%m%d%Y") if len(date) == 8 else ("%Y%j",)
        return
    named = re.search(r"[^\W\d_]{3,}", date)
    if named:
        yield from _dates_with_names(date.rstrip("."), named)
        return
    found = re.fullmatch(r"(\d+)([-/. _])(\d+)(?:\2(\d+))?\.?", date)
    if found is None:
        return
    first, mark, second, third = found.groups()
    groups = [len(group) for group in (first, second, third) if group]
    if len(groups) == 2:
        if groups == [4, 3]:
            yield f"%Y{mark}%j"
        elif groups == [3, 4]:
            yield f"%j{mark}%Y"
        elif groups[0] == 4:
            yield f"%Y{mark}%m"
        elif groups[1] == 4:
            yield f"%m{mark}%Y"
        elif mark != ".":
            yield from (f"%m{mark}%y", f"%y{mark}%m")
        return
    if groups[0] == 4:
        yield f"%Y{mark}%m{mark}%d"
        if mark != "-":
            yield f"%Y{mark}%d{mark}%m"
        return
    year = "%Y" if groups[2] == 4 else "%y"
    orders = [f"%d{mark}%m{mark}{year}", f"%m{mark}%d{mark}{year}"]
    yield from reversed(orders) if mark == "/" else orders
    if groups == [2, 2, 2]:
        yield f"%y{mark}%m{mark}%d"


def _dates_with_names(date: str, named: re.Match[str]) -> Iterator[str]:
    """Patterns of a date with the name of a month, as written."""
    if named[0] not in ENGLISH:
        return
    month = "%b"
    before, after = date[: named.start()], date[named.end() :]
    digits = [len(run) for side in (before, after) for run in re.findall(r"\d+", side)]
    if len(digits) == 1:
        year = "%Y" if digits[0] == 4 else "%y"
        yield re.sub(r"\d+", year, before) + month + re.sub(r"\d+", year, after)
    elif len(digits) == 2:
        for order in _orders(digits):
            marked = before + month + after
            for mark in order:
                marked = re.sub(r"(?<!%)\d+", mark, marked, count=1)
            yield marked


def _orders(digits: Sequence[int]) -> Iterable[tuple[str, str]]:
    """Which of two numbers beside a month's name is the day, and which the year."""
    if digits[0] == 4:
        return [("%Y", "%d")]
    if digits[1] == 4:
        return [("%d", "%Y")]
    return [("%d", "%y"), ("%y", "%d")] if digits == [2, 2] else [("%d", "%y")]
