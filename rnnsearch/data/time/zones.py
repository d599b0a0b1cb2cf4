"""Offsets from UTC and time zones: read from texts, guessed from their changes, kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from rnnsearch.data.time.form_parsing import year_before_time

__all__ = [
    "local_times",
    "names_of_offsets",
    "offset_text",
    "split_offsets",
    "to_utc",
    "zone_of_offsets",
    "zones_of",
]

_NAMES = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "WEST", "CET", "MEZ"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    **{"IST": 330, "JST": 540, "AEST": 600, "AEDT": 660},
    **{"EDT": -240, "EST": -300, "CDT": -300, "CST": -360, "MDT": -360, "MST": -420},
    **{"PDT": -420, "PST": -480},
}
_SUMMER = (
    *("CET CEST", "MEZ MESZ", "GMT BST", "WET WEST", "EET EEST", "EST EDT", "CST CDT", "MST MDT"),
    *("PST PDT", "AEST AEDT"),
)
"""Names of the time of a place in winter and in summer."""
_OFFSET = re.compile(
    r"(?P<rest>.*\d[:.]?\d\d(?:[:.]\d\d(?:[.,]\d+)?)?(?:\s*[ap]m)?)\s*\(?(?:(?:UTC|GMT)(?=[+-]))?"
    r"(?P<offset>(?:(?<=UTC)|(?<=GMT))[+-]\d(?::\d\d)?|[+-]\d\d(?::?\d\d)?|"
    + "|".join(_NAMES)
    + r")(?:\[[\w/+-]+\])?\)?",
    re.IGNORECASE,
)
_USUAL = (
    *("Europe/Berlin", "Europe/London", "Europe/Helsinki", "America/New_York", "America/Chicago"),
    *("America/Denver", "America/Los_Angeles", "Australia/Sydney", "America/Sao_Paulo"),
)
"""Zones that are named first where several agree with a file."""
_MINUTE = np.timedelta64(60_000_000, "us")


def split_offsets(cells: Sequence[str]) -> tuple[Sequence[str], np.ndarray | None]:
    """The cells without their offsets from UTC, and these in minutes (R,); None if one has none.

    Cells with nothing in them have the offset of the row before.
    """
    first = next((cell for cell in cells if cell), "")
    if year_before_time(first)[1]:
        cells = [" ".join(year_before_time(cell)).rstrip() for cell in cells]
        first = next(filter(None, cells))
    if not _matched(first):
        return cells, None
    rests, offsets, last = [], np.zeros(len(cells), np.int64), 0
    for at, cell in enumerate(cells):
        found = _matched(cell)
        if found is None:
            if cell:
                return cells, None
            rests.append("")
        else:
            rests.append(found["rest"])
            last = _minutes(found["offset"])
        offsets[at] = last
    return rests, offsets


def _matched(cell: str) -> re.Match[str] | None:
    found = _OFFSET.fullmatch(cell)
    # The day of a date is no offset: 2021-01-05.
    return found if found and (":" in cell or found["offset"][0] not in "+-") else None


@cache
def _minutes(offset: str) -> int:
    """Of ``+01:00``, ``-0330``, ``Z`` or ``CET``."""
    if offset.upper() in _NAMES:
        return _NAMES[offset.upper()]
    digits = offset[1:].replace(":", "")
    digits = digits.zfill(2 if len(digits) < 3 else 4)  # UTC+1
    return int(offset[0] + "1") * (60 * int(digits[:2]) + int(digits[2:] or 0))


def names_of_offsets(seen: Mapping[int, str]) -> dict[int, str]:
    """Names of offsets in minutes: those that are seen, and of the other half of the year."""
    found = dict(seen)
    for pair in _SUMMER:
        names = pair.split()
        if {*seen.values()} <= {*names}:
            found = {_NAMES[name]: name for name in names} | found
    return found


def offset_text(minutes: int) -> str:
    """As ``+01:00``."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _fixed(zone: str) -> int | None:
    """Minutes of a zone that is an offset; None of another."""
    return _minutes(zone) if re.fullmatch(r"[+-]\d\d:\d\d", zone) else 0 if zone == "UTC" else None


def local_times(times: np.ndarray, zone: str) -> np.ndarray:
    """UTC's times (R,) as the clocks of a zone show them.

    Raises:
        ValueError: There is no such zone.
    """
    fixed = _fixed(zone)
    if fixed is not None:
        return np.asarray(times + fixed * _MINUTE)
    import pandas as pd

    stamps = pd.DatetimeIndex(times, tz="UTC").tz_convert(_known(zone)).tz_localize(None)
    return np.asarray(stamps.to_numpy(), "datetime64[us]")


def _known(zone: str) -> str:
    """The zone, where there is such a one."""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"no time zone {zone}") from error
    return zone


def to_utc(local: np.ndarray, zone: str) -> np.ndarray:
    """UTC's times of what the clocks of a zone showed in rows (R,); NaT of an hour left out.

    Of the hour that comes twice in autumn the rows' order says which is meant: where they go
    back, the second begins.

    Raises:
        ValueError: There is no such zone.
    """
    fixed = _fixed(zone)
    if fixed is not None:
        return np.asarray(local - fixed * _MINUTE)
    import pandas as pd

    index, known = pd.DatetimeIndex(local), _known(zone)
    found = []
    for summer in (True, False):
        flags = np.full(len(local), summer)
        stamps = index.tz_localize(known, ambiguous=flags, nonexistent="NaT").tz_convert("UTC")
        found.append(np.asarray(stamps.tz_localize(None).to_numpy(), "datetime64[us]"))
    first, second = found
    twice = np.flatnonzero(first < second)
    times = first.copy()
    for run in np.split(twice, np.flatnonzero(np.diff(twice) != 1) + 1) if len(twice) else []:
        back = np.flatnonzero(np.diff(local[run]) <= np.timedelta64(0))
        if len(back):
            times[run[back[0] + 1 :]] = second[run[back[0] + 1 :]]
    return times


def zones_of(local: np.ndarray) -> str:
    """The zone whose changes of the clocks make rising times of these (R,); "" if none does.

    Asked where times go back by an hour or repeat, as they do in autumn.
    """
    steps = np.diff(local)
    back = np.flatnonzero(steps <= np.timedelta64(0))
    if not len(back) or (steps[back] < np.timedelta64(-3600, "s")).any():
        return ""
    if 20 * len(back) > len(local):  # the clocks change twice a year
        return ""
    for zone in _USUAL:
        times = to_utc(local, zone)
        if not np.isnat(times).any() and (np.diff(times) > np.timedelta64(0)).all():
            return zone
    return ""


def zone_of_offsets(times: np.ndarray, offsets: np.ndarray) -> str:
    """The zone that has these offsets (R,) in minutes at these times of UTC; "" if none has."""
    if (offsets == offsets[0]).all():
        return "UTC" if offsets[0] == 0 else offset_text(int(offsets[0]))
    import zoneinfo

    changes = np.flatnonzero(np.diff(offsets))
    some = np.unique([0, len(times) - 1, *changes[:400], *(changes[:400] + 1)])
    others = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
    for zone in (*_USUAL, *others):
        if (local_times(times[some], zone) - times[some] == offsets[some] * _MINUTE).all() and (
            local_times(times, zone) - times == offsets * _MINUTE
        ).all():
            return zone
    return ""
