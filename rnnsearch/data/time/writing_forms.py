"""Finding how a file writes its time stamps, of its cells and of the times that were read of them.

A pattern is taken only if it writes the cells of the file again, letter by letter; where there is
none, times are written in ISO's form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.data.time.clock import Clock
from rnnsearch.data.time.form_parsing import SPAN, year_before_time
from rnnsearch.data.time.number_forms import DAYS, DECIMAL, UNIX
from rnnsearch.data.time.split_times import roles_of
from rnnsearch.data.time.writing import letters_of, offset_as, written
from rnnsearch.data.time.written_names import is_weekday, month_of
from rnnsearch.data.time.written_parts import TimeParts, completed, names_of
from rnnsearch.data.time.zones import names_of_offsets, split_offsets

__all__ = ["find_writing", "with_writing"]

_MOST = 2_000
"""Cells that are looked at."""

_RUNS = re.compile(r"\d+|[ap]\.m\.|[^\W\d_]+\.?|[\W_]+", re.IGNORECASE)
_OFFSET = re.compile(r"[+-]\d\d(?::?\d\d)?$|[A-Za-z]+$")
_TIME = ("H", "M", "S", "f")
_LATE = {"H": "K", "T": "L"}
_ENDS = (3600, 900, 1800, 300, 600, 86_400)
"""Seconds that a stretch of time may last."""
_ROLES = {
    **{"year": "Y", "quarter": "q", "month": "m", "week": "V", "day": "d", "ordinal": "j"},
    **{"hour": "H", "minute": "M", "second": "S"},
}


def with_writing(
    clock: Clock,
    columns: Sequence[Sequence[str]],
    times: np.ndarray,
    names: Sequence[str],
    known: Clock | None = None,
) -> Clock:
    """The clock, and how the file writes its time stamps.

    Args:
        clock: By which they were read.
        columns: R texts each of the columns that hold the time.
        times: (R,) as they were read.
        names: Of the columns.
        known: The clock of training: where a few rows may be written in two ways, as there.
    """
    places = _some(columns, ~np.isnat(times))
    if clock.elapsed or not len(places):
        return clock
    cells, some = [[column[at] for at in places] for column in columns], times[places]
    if known is not None and known.writing and _texts(known, some) == cells:
        return replace(clock, writing=known.writing, offset=known.offset)
    roles = roles_of(names, columns) if len(columns) > 1 else ()
    local, offsets = clock.local(some), clock.offsets(some) if clock.style else None
    found = find_writing(cells, local, clock.form, offsets, roles)
    if found or offsets is None:
        return replace(clock, writing=found, offset=None)
    own = split_offsets(cells[0])[1]
    if own is None or (own != own[0]).any():
        return replace(clock, writing=(), offset=None)
    local = local + (own - offsets) * np.timedelta64(60, "s")
    found = find_writing(cells, local, clock.form, own, roles)
    return replace(clock, writing=found, offset=int(own[0]) if found else None)


def _texts(clock: Clock, times: np.ndarray) -> list[list[str]] | None:
    """Times as a clock writes them, a list for each column."""
    found = clock.written(times)
    return None if found is None else [each.tolist() for each in found]


def find_writing(
    columns: Sequence[Sequence[str]],
    local: np.ndarray,
    form: str,
    offsets: np.ndarray | None = None,
    roles: Sequence[str] = (),
) -> tuple[str, ...]:
    """A pattern for each column that holds the time; () if one has none.

    Args:
        columns: R texts each, none of them empty.
        local: (R,) datetime64[us], what was read of them, as the clocks show it.
        form: By which they were read.
        offsets: (R,) minutes from UTC, where the cells have these.
        roles: What each of several columns holds.
    """
    if not roles:
        return _alone(columns[0], local, form, offsets)
    for late in (False, True):
        parts = TimeParts(local, late)
        found = [
            _Fit(cells, parts, None).pattern(_orders(role, form, cells, "week" in roles))
            for role, cells in zip(roles, columns, strict=True)
        ]
        if all(found) and late == any(map(_is_late, found)):
            return tuple(found)
    return ()


def _some(columns: Sequence[Sequence[str]], known: np.ndarray) -> np.ndarray:
    """Places of rows that are looked at, all of whose cells are filled."""
    every = np.unique(np.linspace(0, len(known) - 1, _MOST).astype(int))
    return np.array([at for at in every if known[at] and all(cells[at] for cells in columns)], int)


def _alone(
    cells: Sequence[str], local: np.ndarray, form: str, offsets: np.ndarray | None
) -> tuple[str, ...]:
    """The pattern of a column that holds the whole time."""
    if form in UNIX or form in DAYS or form in DECIMAL:
        return _counted(cells, local, form)
    if offsets is None and all(SPAN.match(cell) for cell in cells):
        return _span(cells, local, form)
    for late in (False, True):
        found = _Fit(cells, TimeParts(local, late), offsets).pattern(_order(form, cells[0]))
        if found and late == _is_late(found):
            return (found,)
    return ()


def _is_late(pattern: str) -> bool:
    """Whether hours of a day that ends at 24 are written."""
    return bool({*letters_of(pattern)} & {"K", "L"})


def _order(form: str, cell: str) -> tuple[str, ...]:
    """The numbers of a time stamp in the order in which a cell of this form has them."""
    year_first = re.match(r"(FY ?)?\d{4}", cell, re.IGNORECASE) is not None
    if form == "quarter" and re.match(r"FY ?\d\d\D", cell, re.IGNORECASE):
        return ("y", "q")
    if form == "quarter":
        return ("Y", "q") if year_first else ("q", "Y" if len(cell) > 5 else "y")
    if form == "week":
        return ("G", "V", "u") if year_first else ("V", "G")
    if form == "year":
        return ("Y",)
    if form == "iso":
        half = re.match(r"\d{4}[ -]?[HS]\d$", cell, re.IGNORECASE)
        return ("Y", "h") if half else ("Y", "m", "d", *_TIME)
    dates = [part for part in re.findall(r"%-?([A-Za-z])", form) if part not in "bBaApHIMSf"]
    if year_before_time(cell)[0] != cell:
        return (*(part for part in dates if part not in "Yy"), "H", "M", "S", "Y")
    return (*dates, *_TIME)


def _orders(role: str, form: str, cells: Sequence[str], weeks: bool) -> tuple[str, ...]:
    """`_order` of one of several columns; of `weeks` the year is the one that these are of."""
    if role == "year" and weeks:
        return ("G",)
    if role == "date":
        return tuple(part for part in _order(form, cells[0]) if part not in _TIME)
    if role == "time":
        return ("T",) if all(map(str.isdecimal, cells)) else _TIME
    return ("H", "M", "S") if role == "hour" and ":" in cells[0] else (_ROLES.get(role, ""),)


def _counted(cells: Sequence[str], local: np.ndarray, form: str) -> tuple[str, ...]:
    """The pattern of numbers of seconds, days or years, with as many decimals in each, or up to."""
    decimals = max(len(cell.partition(".")[2]) for cell in cells)
    ways = (form,) if form not in DECIMAL else ("begun_months", "half_months")
    many = (decimals, -decimals) if form in DAYS and decimals else (decimals,)
    tried = (f"%N[{way}|{count}]" for way in ways for count in many)
    return next(filter(None, (_same(pattern, cells, local) for pattern in tried)), ())


def _span(cells: Sequence[str], local: np.ndarray, form: str) -> tuple[str, ...]:
    """The pattern of stretches of time: of the begin, and of the end so much later."""
    found = [match for match in map(SPAN.match, cells) if match]
    begins = find_writing([[each[1] for each in found]], local, form)
    if not begins:
        return ()
    between = cells[0][found[0].end(1) : found[0].start(2)]
    every = (f"{begins[0]}{between}%{{{seconds}}}{begins[0]}" for seconds in _ENDS)
    return next(filter(None, (_same(pattern, cells, local) for pattern in every)), ())


def _same(pattern: str, cells: Sequence[str], local: np.ndarray) -> tuple[str, ...]:
    """The pattern, if it writes the cells."""
    texts = written(pattern, TimeParts(local), None)
    return (pattern,) if texts is not None and texts.tolist() == list(cells) else ()


class _Fit:
    """The cells of a column, run by run: digits, letters, and what stands between them."""

    def __init__(self, cells: Sequence[str], times: TimeParts, offsets: np.ndarray | None) -> None:
        self._times = times
        self._tail: str | None = ""
        if offsets is not None:
            cells, self._tail = _without_offsets(cells, offsets)
        self._runs = [_RUNS.findall(cell) for cell in cells]
        self._half = bool(cells) and any(map(_is_half, self._runs[0]))

    def pattern(self, order: Sequence[str]) -> str:
        """What writes all cells; "" where nothing does.

        Args:
            order: Of the numbers, as the digits are expected to hold them.
        """
        if self._tail is None or len({len(runs) for runs in self._runs}) != 1:
            return ""
        found, used = "", 0
        for texts in zip(*self._runs, strict=True):
            if all(map(str.isdecimal, texts)):
                piece, count = self._numbers(texts, order[used:])
                used += count
                if not piece and used == len(order):  # 1990.0
                    piece = self._other(texts)
            else:
                piece = self._other(texts)
            if not piece:
                return ""
            found += piece
        return found + self._tail if "%" in found else ""

    def _numbers(self, texts: Sequence[str], order: Sequence[str]) -> tuple[str, int]:
        """The pattern of digits, and how many numbers of the order these are."""
        if order[:1] and order[0] == "f":
            width = len(texts[0])
            return self._writing([f"%{width}f"], texts) if width < 10 else "", 1
        for count in range(1, len(order) + 1):
            letters = [self._letter(part) for part in order[:count] if part not in ("", "f")]
            patterns = ["".join(f"%{letter}" for letter in letters)]
            if count == 1:
                patterns += [f"%-{letter}" for letter in letters]
            found = self._writing(patterns, texts)
            if found:
                return found, count
        return "", 0

    def _letter(self, part: str) -> str:
        if self._half and part == "H":
            return "I"
        return _LATE.get(part, part) if self._times.late else part

    def _other(self, texts: Sequence[str]) -> str:
        """The pattern of names, or what is the same in all cells."""
        named = (
            ("p", _is_half),
            ("b", lambda text: month_of(text) > 0),
            ("a", is_weekday),
        )
        for part, fits in named:
            if not all(map(fits, texts)):
                continue
            seen = names_of(self._times.of(part), texts)
            names = None if seen is None else completed(part, seen)
            if names is not None:
                return f"%{part}[{'|'.join(names)}]"
        alike = len({*texts}) == 1 and not set(texts[0]) & set("[]|{}")
        return texts[0].replace("%", "%%") if alike else ""

    def _writing(self, patterns: Sequence[str], texts: Sequence[str]) -> str:
        """The first pattern that writes the texts."""
        for pattern in patterns:
            found = written(pattern, self._times, None) if pattern else None
            if found is not None and found.tolist() == list(texts):
                return pattern
        return ""


def _is_half(text: str) -> bool:
    return text.lower().replace(".", "") in ("am", "pm")


def _without_offsets(cells: Sequence[str], offsets: np.ndarray) -> tuple[list[str], str | None]:
    """The cells without their offsets, and the pattern of these; None if there is none."""
    found = [match for match in map(_OFFSET.search, cells) if match]
    if len(found) < len(cells):
        return [], None
    texts = [each[0] for each in found]
    rests = [cell[: each.start()] for cell, each in zip(cells, found, strict=True)]
    if texts[0][0] in "+-":
        flag = ":" if ":" in texts[0] else "" if len(texts[0]) > 3 else "-"
        alike = [offset_as(flag, minutes) for minutes in offsets.tolist()] == texts
        return rests, f"%{flag}z" if alike else None
    names = names_of(offsets, texts)
    if names is None:
        return rests, None
    known = names_of_offsets(names)
    return rests, f"%Z[{'|'.join(f'{minutes}={name}' for minutes, name in known.items())}]"
