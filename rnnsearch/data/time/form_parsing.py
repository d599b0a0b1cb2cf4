"""Texts as dates, times of day and durations, by a form that is known."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Sequence

import numpy as np

from rnnsearch.data.time.durations import is_duration_text, parse_duration
from rnnsearch.data.time.written_names import month_of, with_half, without_weekday

__all__ = [
    "BARE_QUARTER",
    "ENGLISH",
    "QUARTER",
    "SPAN",
    "SPLIT",
    "WEEK",
    "parse_texts",
    "plain_text",
    "whole_year",
    "year_before_time",
]

SPLIT = re.compile(
    r"(?P<date>\S.*?)"
    r"(?:(?:(?P<between>[T_, ]+(?:(?:at|um|a las|à|[-–@]) +)?|"
    r"(?:(?<=\d{8})|(?<=[a-z]{3}\d{4})|(?<=[a-z]{3}/\d{4})):)"
    r"(?P<time>\d{1,2}[:.h]\d\d(?:[:.]\d\d(?:[.,]\d+|:\d{3})?)?|"
    r"(?<=\d{8}[T_ :])(?:\d{4}|\d{6})|(?<=\d{4}[-/.]\d\d[-/.]\d\d[T_ ])\d\d(?:\d\d){,2}|"
    r"(?<=\d\d[-/.]\d\d[-/.]\d{4}[T_ ])\d\d(?:\d\d){,2}))\s*"
    r"(?P<half>[ap]\.?m\.?)?)?",
    re.IGNORECASE,
)
"""A date, and a time of day after it: ``31.12.2003 18.00``, ``20031231T1800``.

As SAS and web servers write them, too: ``31DEC2003:18:00:00``, ``31/Dec/2003:18:00:00``.
"""

_ISO = re.compile(r"\d{4}(-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?)?)?")
_SPACED = re.compile(r"^(\d{1,4})\. ?(\d{1,2})\. ?(\d{2,4})\.?(?=\s|$)")
_CAMERA = re.compile(r"^(\d{4}):(\d\d):(\d\d)(?= |$)")
"""A date as cameras write it: ``2003:12:31 18:00:00``."""
_STATISTICAL = re.compile(r"^(?:FY ?)?(\d{4})[ -]?[MP](\d{1,2})$", re.IGNORECASE)
"""A month as Eurostat and the IMF write it: ``2010M01``; as firms do: ``2010P01``."""
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER_WORD = (
    r"(?:Q|Qtr|Quarter|Quartal|Kwartał|Kw|Kv|Kvartal|Trimestre|Trim|Trimester|T)(?:\.|\b)"
)
_NAMED_QUARTER = re.compile(
    rf"^(?:(?P<q1>[1-4]|I{{1,3}}|IV)(?:[.ºª°]|er|o|e|ème)? ?{_QUARTER_WORD},? ?"
    r"(?:de )?(?P<y1>\d{4})|"
    rf"{_QUARTER_WORD} ?(?P<q2>[1-4]|I{{1,3}}|IV)[ ,/-]+(?P<y2>\d{{4}})|"
    r"(?P<q3>I{1,3}|IV)[ ./-](?P<y3>\d{4})|(?P<y4>\d{4})[ ./-](?P<q4>I{1,3}|IV))$",
    re.IGNORECASE,
)
"""Quarters with their word or Roman numbers: ``1. Quartal 2020``, ``III/2020``."""
_HALF = re.compile(r"^(\d{4})[ -]?[HS]([12])$", re.IGNORECASE)
"""Half a year: ``2010H1``, ``2010-S2``."""
SPAN = re.compile(r"^(\S.{7,}\d) (?:-|–|to|bis) (\d.{7,})$")
"""From one time stamp to another: ``31.12.2019 22:00 - 31.12.2019 23:00``."""
_YEAR_LAST = re.compile(
    r"^(?:[A-Z][a-z]{2,8},? +)?(?P<day>[A-Z][a-z]{2,8} +\d{1,2}) +"
    r"(?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: +(?P<offset>[A-Z]{1,4}|[+-]\d{4}))?"
    r" +(?P<year>\d{4})$"
)
"""As ``date`` and C's ``ctime`` write it: ``Wed Sep 20 00:00:00 UTC 2023``."""
_NAMED_FILE = re.compile(
    r"^(\d{4}[-_.]\d\d[-_.]\d\d|\d{8}(?=-))[-_T.](\d\d)[-_.]?(\d\d)?(?:[-_.]?(\d\d))?$"
)
"""As names of files have them: ``2003-12-31_18-00-00``, ``2003-12-31-18``, ``20031231-180000``."""
_HOUR_ALONE = re.compile(r"(?<=\d) +(\d{1,2})(?= ?(?:Uhr|hrs|h|時|시|点)$)")
"""An hour without minutes: ``31.12.2003 18 Uhr``."""
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)(?: of)?\b", re.IGNORECASE)
"""What is said after a day: ``1st of May 2020``."""
_CLOCK = re.compile(r"(?<=[:.]\d\d)\s*(?:Uhr|hrs|h|時|시|点|DST)$")
"""What is said after a time of day: ``31.12.2019 22:00 Uhr``."""
QUARTER = re.compile(
    r"Q(?P<q1>\d)[ /-]?(?:FY ?)?(?P<y1>\d{4}|\d\d)|(?P<q2>\d)[ -]?[QT][ /-]?(?P<y2>\d{4}|\d\d)|"
    r"(?:FY ?)?(?P<y3>\d{4})[ :/-]?[QT](?P<q3>\d)|FY ?(?P<y4>\d\d)[ /-]?Q(?P<q4>\d)",
    re.IGNORECASE,
)
"""``1990Q1``, ``Q1 1990``, ``1Q90``, ``FY1990 Q1``, ``1990T1``."""
BARE_QUARTER = re.compile(r"(?P<q1>[1-4])[-/](?P<y1>\d{4})|(?P<y2>\d{4})[-/](?P<q2>[1-4])")
"""``3-1990``, which may be a month, too."""
_WEEK_WORD = r"(?:WEEK|WK\.?|KW|CW|W|Semaine|Semana|Sem\.?|S(?=\d\d)|Settimana|Vecka|Uge|Uke|Hafta)"
WEEK = re.compile(
    rf"(?P<y1>\d{{4}})[ /-]?{_WEEK_WORD}[ -]?(?P<w1>\d{{1,2}})(?:-(?P<d1>\d))?|"
    r"(?P<y2>\d{4})[-/. ]?(?P<w2>\d\d)|"
    rf"{_WEEK_WORD}[ -]?(?P<w3>\d{{1,2}})[ ,/-]+(?P<y3>\d{{4}}|\d\d)",
    re.IGNORECASE,
)
"""``1990-W05``, ``KW05/1990``, ``Week 5 1990``, ``199005``."""
_EASTERN = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일])?")
_EASTERN_TIME = re.compile(r"(?<=[日일]) ?(\d{1,2})[時时시](?: ?(\d{1,2})[分분])?$")
_LETTERS = re.compile(r"[^\W\d_]{3,}\.?")
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ONE_DIGIT = re.compile(r"^\d(?!\d)")
_PIVOT = 2040
"""The last year that two digits stand for: 41 is 1941, as records are of the past."""
_DAY = np.timedelta64(86_400_000_000, "us")
_NAT = np.datetime64("NaT", "us")


@functools.lru_cache(maxsize=1 << 17)
def plain_text(cell: str) -> str:
    """A cell without a weekday before its date, months named as in English: ``Jan``.

    ``31. 12. 2019``, ``2019年12月31日`` and ``2019M12`` without what stands beside the numbers;
    of a stretch of time its begin.
    """
    if is_duration_text(cell):
        return cell
    cell = _SPACED.sub(r"\1.\2.\3", cell)
    cell = _CAMERA.sub(r"\1-\2-\3", cell)
    cell = _STATISTICAL.sub(r"\1-\2", cell)
    cell = _NAMED_QUARTER.sub(_as_quarter, _ORDINAL.sub("", cell))
    cell = _HALF.sub(lambda found: f"{found[1]}-0{6 * int(found[2]) - 5}", cell)
    cell = _HOUR_ALONE.sub(r" \1:00", _NAMED_FILE.sub(_as_time, cell))
    cell = _CLOCK.sub("", SPAN.sub(r"\1", cell))
    if not any(map(str.isalpha, cell)):
        return cell
    cell = year_before_time(cell)[0]
    cell = _EASTERN_TIME.sub(lambda found: f" {found[1]}:{found[2] or '00':0>2}", cell)
    cell = _EASTERN.sub(lambda found: "-".join(filter(None, found.groups())), cell)
    return _LETTERS.sub(_english, with_half(without_weekday(cell)))


def _as_time(found: re.Match[str]) -> str:
    date, hour, minute, second = found.groups()
    return f"{date.replace('_', '-')} {hour}:{minute or '00'}" + (f":{second}" if second else "")


def _as_quarter(found: re.Match[str]) -> str:
    parts = {name[0]: text for name, text in found.groupdict().items() if text}
    return f"Q{_ROMAN.get(parts['q'].lower(), parts['q'])} {parts['y']}"


def year_before_time(cell: str) -> tuple[str, str]:
    """A cell that ends with its year: the year before the time, and the offset from UTC apart."""
    found = _YEAR_LAST.match(cell)
    if found is None:
        return cell, ""
    day = " ".join(found["day"].split())
    return f"{day} {found['year']} {found['time']}", found["offset"] or ""


def _english(found: re.Match[str]) -> str:
    month = month_of(found[0])
    return ENGLISH[month - 1] if month else found[0]


def parse_texts(cells: Sequence[str], form: str) -> np.ndarray:
    """Texts by a form that is no count: (R,) datetime64[us], NaT where one is not of it."""
    index: dict[str, int] = {}
    places = [index.setdefault(cell, len(index)) for cell in cells]
    if len(index) == len(cells):
        return _parse_each(cells, form)
    return _parse_each([*index], form)[places]  # a time comes once in each series of a table


def _parse_each(cells: Sequence[str], form: str) -> np.ndarray:
    """`parse_texts` of different cells."""
    if form == "iso":
        found = _parse_iso(cells)
        return _by_pattern(cells, "%Y-%m-%d") if found is None else found
    words: dict[str, Callable[[str], datetime.datetime | datetime.timedelta | None]] = {
        "quarter": _quarter,
        "week": _week,
        "year": _year,
        "duration": _duration,
    }
    if form in words:
        return _each(cells, words[form])
    return _by_pattern(cells, form.replace("%B", "%b"))


def _parse_iso(cells: Sequence[str]) -> np.ndarray | None:
    """Times (R,), where all cells are ISO dates or times; else None."""
    filled = [cell for cell in cells if cell]
    if not all(_ISO.fullmatch(cell) for cell in filled):
        return None
    try:
        times = np.array(filled, dtype="datetime64[us]")
    except ValueError:  # a thirteenth month, or the hour 24
        return None
    if len(filled) == len(cells):
        return times
    found = np.full(len(cells), _NAT)
    found[[bool(cell) for cell in cells]] = times
    return found


def _each(
    cells: Sequence[str],
    read: Callable[[str], datetime.datetime | datetime.timedelta | None],
) -> np.ndarray:
    """What `read` makes of each different cell; NaT of None and of a ValueError."""
    known: dict[str, np.datetime64] = {"": _NAT}
    for cell in set(cells) - {""}:
        try:
            value = read(cell)
        except (ValueError, OverflowError):
            value = None
        if isinstance(value, datetime.timedelta):
            known[cell] = np.datetime64(0, "us") + np.timedelta64(value, "us")
        else:
            known[cell] = _NAT if value is None else np.datetime64(value, "us")
    return np.array([known[cell] for cell in cells], dtype="datetime64[us]")


def _quarter(cell: str) -> datetime.datetime | None:
    found = BARE_QUARTER.fullmatch(cell) or QUARTER.fullmatch(plain_text(cell))
    if found is None:
        return None
    parts = {name[0]: int(digits) for name, digits in found.groupdict().items() if digits}
    quarter, year = parts["q"], whole_year(parts["y"])
    return datetime.datetime(year, 3 * quarter - 2, 1) if 1 <= quarter <= 4 else None


def whole_year(year: int) -> int:
    """A year, of which there may be two digits."""
    return year + (0 if year > 99 else 2000 if year <= _PIVOT - 2000 else 1900)


def _week(cell: str) -> datetime.datetime | None:
    found = WEEK.fullmatch(cell)
    if found is None:
        return None
    parts = {name[0]: int(digits) for name, digits in found.groupdict().items() if digits}
    day = datetime.date.fromisocalendar(whole_year(parts["y"]), parts["w"], parts.get("d", 1))
    return datetime.datetime(day.year, day.month, day.day)


def _year(cell: str) -> datetime.datetime | None:
    """A year, or two as seasons and fiscal years are written, by the first: 1990/91."""
    first, _, second = re.sub(r"(?i)^FY ?", "", cell).replace("/", "-").partition("-")
    if second and (int(first) + 1) % 10 ** len(second) != int(second):
        return None
    return datetime.datetime(int(first), 1, 1)


def _duration(cell: str) -> datetime.timedelta | None:
    """A time since a start; what pandas alone understands, too."""
    found = parse_duration(cell)
    if found is not None or is_duration_text(cell):
        return found
    import pandas as pd

    elapsed = pd.Timedelta(cell)  # NaT, of "nan"
    return None if pd.isna(elapsed) else elapsed.to_pytimedelta()


def _by_pattern(cells: Sequence[str], pattern: str) -> np.ndarray:
    """Dates by a pattern, each with the time of day that stands after it, if one does."""
    begin = re.search(r"[T_, :]*%[HI]", pattern)
    timed = pattern[begin.start() :] if begin else ""
    dates_first = not re.search("%[dmbyYjUW]", timed)
    date = pattern[: begin.start()] if begin else pattern
    if not date or not dates_first:
        return _by_pandas([plain_text(cell) for cell in cells], pattern)
    split = {cell: _split(plain_text(cell)) for cell in set(cells)}
    known = dict.fromkeys(day for day, _ in split.values())
    read = dict(zip(known, _by_pandas(list(known), date), strict=True))
    if date == "%Y-%m-%d":  # a month alone is ISO's, too
        months = [day for day in known if np.isnat(read[day])]
        read |= zip(months, _by_pandas(months, "%Y-%m"), strict=True)
    found = {cell: read[day] + time for cell, (day, time) in split.items()}
    times = np.array([found[cell] for cell in cells], dtype="datetime64[us]")
    if pattern.count("%") and np.isnat(times).any() and begin:
        return np.where(np.isnat(times), _by_pandas(list(cells), pattern), times)
    return times


def _split(cell: str) -> tuple[str, np.timedelta64]:
    """The date, and the time of day; none where it can't be one."""
    found = SPLIT.fullmatch(cell)
    if found is None or not found["time"]:
        return cell.rstrip("."), np.timedelta64(0, "us")
    return found["date"].rstrip("."), _time_of_day(found["time"], found["half"] or "")


def _time_of_day(time: str, half: str) -> np.timedelta64:
    """Since midnight; 24:00 is the next one. NaT where there is no such time."""
    time = re.sub(r":(?=\d{3}$)", ".", time)  # 10:00:05:250
    whole, _, part = time.replace(",", ".").partition(".") if ":" in time else (time, "", "")
    digits = re.findall(r"\d+", whole)
    if len(digits) == 1 and len(digits[0]) > 2:
        digits = re.findall(r"\d\d", digits[0])
    hours, minutes, seconds = [*map(int, digits), 0, 0][:3]
    if half and not 1 <= hours <= 12:
        return np.timedelta64("NaT", "us")
    if half:
        hours = hours % 12 + (12 if half[0].lower() == "p" else 0)
    total = 3600 * hours + 60 * minutes + seconds
    if minutes > 59 or seconds > 59 or total > 86400:
        return np.timedelta64("NaT", "us")
    micro = round(float(f"0.{part or 0}") * 1e6)
    return np.timedelta64(total * 1_000_000 + micro, "us")


def _by_pandas(cells: Sequence[str], pattern: str) -> np.ndarray:
    """(R,) datetime64[us] by `strptime`."""
    import warnings

    import pandas as pd

    if not cells:
        return np.zeros(0, "datetime64[us]")
    if pattern.startswith("%y"):  # of the first nine years of a record
        cells = [_ONE_DIGIT.sub(r"0\g<0>", cell) for cell in cells]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = pd.Series(list(cells), dtype=object)
        stamps = pd.to_datetime(text, format=pattern, errors="coerce")
    times = np.asarray(stamps.to_numpy(), dtype="datetime64[us]")
    if "%y" not in pattern:
        return times
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    late = ~np.isnat(times) & (years > _PIVOT)
    months = times.astype("datetime64[M]")
    earlier = (months - np.timedelta64(1200, "M")).astype("datetime64[us]")
    return np.where(late, earlier + (times - months.astype("datetime64[us]")), times)
