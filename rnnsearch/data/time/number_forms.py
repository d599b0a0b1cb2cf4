"""Time stamps that are numbers: dates without separators, counts of seconds or days, decimal years.

A count of days with a fraction is rounded to the coarsest unit that all cells of the column allow
within their digits: 43831.0417 is an hour after midnight, not 3602.88 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = [
    "DAYS",
    "DECIMAL",
    "ELAPSED",
    "UNIX",
    "is_counted",
    "number_forms",
    "read_counts",
    "with_zeros",
    "without_points",
]

ELAPSED = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
"""Numbers that say how long ago the start is, and their seconds."""

UNIX = {"unix_s": 1.0, "unix_ms": 1e-3, "unix_us": 1e-6, "unix_ns": 1e-9}
"""Numbers that count from 1970 on, and their seconds."""

DAYS = {"excel": 25_569.0, "matlab": 719_529.0, "julian": 2_440_587.5, "mjd": 40_587.0}
"""Counts of days, and what they have come to when 1970 begins."""

DECIMAL = ("decimal_months", "decimal_days")
"""Years with a fraction: 1990.25 is in April, or on the 1st of April."""

_MOST, _LEAST = 2103, 1949
"""Years within which a number is taken for a count of days."""
_UNITS = (86_400.0, 3600.0, 1800.0, 900.0, 600.0, 300.0, 60.0, 1.0, 1e-3, 1e-6)
"""Seconds that times of rows are multiples of, the coarsest first."""
_COMPACT = {
    4: ("year",),
    5: ("excel", "%y%j"),
    6: ("%Y%m", "%y%m%d", "%d%m%y", "matlab", "week"),
    7: ("%Y%j",),
    8: ("%Y%m%d", "%d%m%Y", "%m%d%Y"),
    10: ("%Y%m%d%H",),
    12: ("%Y%m%d%H%M",),
    14: ("%Y%m%d%H%M%S",),
}
"""Forms of whole numbers, by their digits."""
_MONTH = re.compile(r"(\d{4})\.(?:(0[1-9]|1[0-2])|1)")
"""A month after a point, of which a spreadsheet may have left out the zero: 1871.1 is October."""
_NAT = np.datetime64("NaT", "us")


def is_counted(form: str) -> bool:
    """Whether times are counted, or years with a fraction."""
    return form in UNIX or form in ELAPSED or form in DAYS or form in DECIMAL


def without_points(cells: Sequence[str]) -> Sequence[str]:
    """Whole numbers that were written as 1990.0, as they are meant."""
    pointed = [cell for cell in cells if cell]
    if not pointed or not all(re.fullmatch(r"\d+\.0", cell) for cell in pointed):
        return cells
    return [cell.removesuffix(".0") for cell in cells]


def with_zeros(cells: Sequence[str]) -> Sequence[str]:
    """Years and months with a point, October with its zero: 1871.10."""
    return [cell + "0" if cell[4:] == ".1" else cell for cell in cells]


def number_forms(cells: Sequence[str]) -> Iterator[str]:
    """Forms that numbers may be of, the likelier first."""
    cells = without_points(cells)
    whole = all(cell.isdecimal() for cell in cells)
    values = [float(cell) for cell in cells]
    low, high = min(values), max(values)
    lengths = {len(cell) for cell in cells}
    compact = _COMPACT.get(lengths.pop(), ()) if whole and len(lengths) == 1 else ()
    for form in compact:
        years = [int(cell[:4]) for cell in cells] if form[:2] in ("%Y", "we", "ye") else [2000]
        counted = form in DAYS and _within(form, low, high)
        if counted or (form not in DAYS and min(years) >= 1500 and max(years) <= 2200):
            yield form
    for form, seconds in UNIX.items():
        if low * seconds >= 3e8 and high * seconds <= 4.2e9:  # 1979 to 2103
            yield form
    for form in ("excel", "matlab", "julian"):
        if form not in compact and _within(form, low, high):
            yield form
    if not whole and low >= 1500 and high <= 2200:
        if all(_MONTH.fullmatch(cell) for cell in cells):
            yield "%Y.%m"
        yield from (form for form in DECIMAL if _regular(read_counts(cells, form)))


def _within(form: str, low: float, high: float) -> bool:
    """Whether counts of days are of the years that have been counted so."""
    least, most = ((year - 1970) * 365.25 + DAYS[form] for year in (_LEAST, _MOST))
    return low >= least and high <= most


def _regular(times: np.ndarray) -> bool:
    """Whether decimal years are all of another month or day, mostly as far apart."""
    if np.isnat(times).any() or len(times) < 2:
        return not np.isnat(times).any()
    months = np.diff(times.astype("datetime64[M]").astype(np.int64))
    days = np.diff(times.astype("datetime64[D]").astype(np.int64))
    starts = bool((times == times.astype("datetime64[M]")).all())
    steps = np.abs(months if starts else days)
    _, counts = np.unique(steps, return_counts=True)
    return bool((steps > 0).all()) and counts.max() >= 0.9 * len(steps)


def read_counts(cells: Sequence[str], form: str) -> np.ndarray:
    """Numbers as times: (R,) datetime64[us], NaT where one is none, or was cut: 1.57784E+12."""
    found = np.full(len(cells), _NAT)
    filled = [at for at, cell in enumerate(cells) if _is_number(cell)]
    if form in UNIX and filled and all(map(_is_cut, (cells[at] for at in filled))):
        return found
    if form in UNIX or form in ELAPSED:
        for at in filled:
            found[at] = _seconds(cells[at], form)
        return found
    values = np.array([float(cells[at]) for at in filled])
    digits = max((len(cells[at].partition(".")[2]) for at in filled), default=0)
    if form in DAYS:
        found[filled] = _days(values - DAYS[form], digits)
    elif len(values) and values.min() >= 1 and values.max() <= 9999:
        found[filled] = _parts_of_years(values, form, digits)
    return found


def _is_number(cell: str) -> bool:
    try:
        return "_" not in cell and bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _is_cut(cell: str) -> bool:
    """Whether a spreadsheet kept six digits of a large number only: 1.57784E+12."""
    found = re.fullmatch(r"\d\.(\d{1,6})[eE]\+?(\d+)", cell)
    return found is not None and int(found[2]) > len(found[1])


def _seconds(cell: str, form: str) -> np.datetime64:
    """A number of seconds, exact where it is a whole one."""
    try:
        if form in UNIX and cell.isdecimal():  # exact, where floats are not
            return np.datetime64(int(cell) * round(UNIX[form] * 1e9) // 1000, "us")
        return np.datetime64(round(float(cell) * {**UNIX, **ELAPSED}[form] * 1e6), "us")
    except OverflowError:
        return _NAT


def _days(days: np.ndarray, digits: int) -> np.ndarray:
    """Days since 1970 (R,) with so many decimals, rounded to the coarsest unit that fits all."""
    slack = max(0.51 * 86_400 * 10.0**-digits, 1e-4)
    if not len(days) or np.abs(days).max() > 3e6:
        return np.full(len(days), _NAT)
    seconds, unit = days * 86_400, _UNITS[-1]
    for unit in _UNITS:
        if (
            slack <= 0.51 * unit
            and (np.abs(seconds - np.round(seconds / unit) * unit) <= slack).all()
        ):
            break
    micro = np.round(np.round(seconds / unit) * unit * 1e6)
    return np.asarray(micro.astype(np.int64).astype("datetime64[us]"))


def _parts_of_years(values: np.ndarray, form: str, digits: int) -> np.ndarray:
    """Years with a fraction (R,) as the begins of months or days that these lie in."""
    slack = 0.51 * 10.0**-digits + 1e-9
    years = np.floor(values + slack).astype(np.int64)
    first = (years - 1970).astype("datetime64[Y]")
    share = np.maximum(values - years, 0)
    if form == "decimal_months":
        months = np.minimum(np.floor((share + slack) * 12), 11).astype(np.int64)
        return np.asarray((first.astype("datetime64[M]") + months).astype("datetime64[us]"))
    begins = first.astype("datetime64[D]")
    length = ((first + 1).astype("datetime64[D]") - begins).astype(np.int64)
    days = np.minimum(np.floor((share + slack) * length), length - 1).astype(np.int64)
    return np.asarray((begins + days).astype("datetime64[us]"))
