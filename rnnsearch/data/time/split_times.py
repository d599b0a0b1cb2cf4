"""Time in several columns: year and month, date and hour, put together as one text a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnsearch.data.time.form_parsing import plain_text, whole_year

__all__ = ["join_cells", "role", "roles_of"]

_ROLES = {
    "year": "year yr yy yyyy jahr annee année año ano anno jaar rok год",
    "quarter": "quarter qtr quartal trimestre",
    "month": "month mon mo mm monat mois mes mese mês maand miesiąc месяц",
    "week": "week wk isoweek kw woche weekofyear",
    "day": "day dy dom dd tag jour dia día dayofmonth giorno dzień день",
    "ordinal": "doy dayofyear yday yearday jday julday julianday",
    "date": "date datum fecha data dt ds yearmonth yyyymm yyyymmdd yearweek",
    "hour": "hour hr hh hours stunde heure hora he hourending hourend hourbeginning hourofday "
    "hrend hrending hrbeg hrbegin hrbeginning hb ora "
    "uur godzina час",
    "minute": "minute min minutes mi mn",
    "second": "second sec seconds ss",
    "time": "time uhrzeit zeit timeofday clock heure hhmm hhmmss hrmn hrmin anfang beginn "
    "starttime von",
}
_BEGINS = {
    *("von", "from", "start", "begin", "anfang", "beginn", "starttime"),
    *("de", "desde", "du", "od", "da", "inizio", "ab"),
}
"""What is said of the column in which a stretch of time begins: ``Datum von``, ``Start date``."""
_HOUR = re.compile(
    r"(?:HE|HB|H|HR|HOUR|STD|STUNDE)?[ _.]*(?P<hour>\d{1,4})(?P<minute>:\d\d(?::\d\d)?)?"
    r"\s*(?:(?P<half>[AP]\.?M\.?)|H|HRS|UHR)?(?P<span>\s*(?:-|–|TO|BIS)\s*\d.*)?",
    re.IGNORECASE,
)
"""An hour as it is written: ``HE01``, ``7 PM``, ``7 h``; of ``00:00-01:00`` the begin."""
_WORDS = {word: role for role, words in _ROLES.items() for word in words.split()}
_ORDER = ("year", "month", "day", "hour", "minute", "second")


def role(name: str) -> str:
    """What a column's name says that it holds of a time; "" if nothing."""
    words = [word for word in re.split(r"[\W\d_]+", name.casefold()) if word]
    said = [word for word in words if word not in _BEGINS]
    for named in (words, said):
        if "".join(named) in _WORDS:
            return _WORDS["".join(named)]
    return _WORDS.get(said[-1], "") if said else ""


def join_cells(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    """The cells of several columns as one text a row, "" where a part is empty or can't be read.

    Args:
        names: Of the columns.
        columns: R cells each.
    """
    roles = roles_of(names, columns)
    return [_joined(dict(zip(roles, cells, strict=True))) for cells in zip(*columns, strict=True)]


def roles_of(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    """What each of several columns holds of a time.

    Args:
        names: Of the columns; one that says nothing is what its place in the list stands for.
        columns: R cells each.
    """
    roles = [role(name) for name in names]
    if "day" in roles and "year" not in roles:
        roles[roles.index("day")] = "date"
    if not all(roles) or len(set(roles)) < len(roles):
        dates = "date" in roles[:1] or not columns[0] or not columns[0][0].isdecimal()
        second = roles[1] if len(roles) == 2 and roles[1] in ("hour", "time") else "time"
        order = ("date", second) if dates and len(names) == 2 else _ORDER
        roles = list(order[: len(names)])
    return [_of_day(name, cells) for name, cells in zip(roles, columns, strict=True)]


def _of_day(name: str, cells: Sequence[str]) -> str:
    """The role of a column, where numbers are times of day: two digits are hours, others 1430."""
    filled = {*cells} - {""}
    if name not in ("hour", "time") or not all(map(str.isdecimal, filled)):
        return name
    # 30 is half past midnight beside 100, 130, …; alone it is no hour.
    return "hour" if all(int(cell) < 100 for cell in filled) else "time"


def _joined(parts: dict[str, str]) -> str:
    """The time of one row as one text, "" where a part of it is missing."""
    if not all(parts.values()):
        return ""
    try:
        date = parts["date"] if "date" in parts else _date(parts)
        return date + _time(parts)
    except (KeyError, ValueError):
        return " ".join(parts.values())


def _date(parts: dict[str, str]) -> str:
    """A date of its parts."""
    year = whole_year(_whole(parts["year"]))
    if "quarter" in parts:
        return f"{year:04}Q{parts['quarter'].upper().lstrip('Q')}"
    if "week" in parts:
        return f"{year:04}-W{_whole(parts['week']):02}"
    if "ordinal" in parts:
        import datetime

        return str(datetime.date(year, 1, 1) + datetime.timedelta(_whole(parts["ordinal"]) - 1))
    if "month" not in parts:
        return f"{year:04}" if len(parts) == 1 else f"{year:04}-01-01"
    month = parts["month"]
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    named = plain_text(month)[:3].lower()
    number = months.index(named) + 1 if named in months else _whole(month)
    if "day" in parts:
        return f"{year:04}-{number:02}-{_whole(parts['day']):02}"
    return f"{year:04}-{number:02}" + ("-01" if {"hour", "time"} & {*parts} else "")


def _time(parts: dict[str, str]) -> str:
    """The time of day, with a space before it; "" where no part says it."""
    if "time" in parts:
        time = parts["time"]
        if time.isdecimal():
            digits = time.zfill(6) if len(time) > 4 else time.zfill(4)
            time = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
        found = _HOUR.fullmatch(time.strip())
        if found and found["half"] and not found["minute"]:  # 7 PM
            time = f"{found['hour']}:00 {found['half']}"
        elif found and found["minute"] and found["span"]:  # 00:00-01:00
            time = f"{found['hour']}{found['minute']}"
        return f" {time}"
    if "hour" not in parts:
        return ""
    found = _HOUR.fullmatch(parts["hour"].strip())
    if found and (found["minute"] or found["half"]):
        return f" {found['hour']}{found['minute'] or ':00'} {found['half'] or ''}".rstrip()
    hour = _whole(found["hour"] if found else parts["hour"])
    if hour >= 100 and hour % 100 < 60:  # 1400
        hour, minute = divmod(hour, 100)
    else:
        minute = _whole(parts.get("minute", "0"))
    return f" {hour:02}:{minute:02}" + (
        f":{_whole(parts['second']):02}" if "second" in parts else ""
    )


def _whole(text: str) -> int:
    """A whole number, also as 5.0."""
    value = float(text)
    if value != int(value):
        raise ValueError(text)
    return int(value)
