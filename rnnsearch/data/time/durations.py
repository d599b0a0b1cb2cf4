"""Time since a start, as programs and people write it: ``26:10:05``, ``1 d 2 h``, ``P1DT2H``."""

from __future__ import annotations

import datetime
import re

__all__ = ["is_duration_text", "parse_duration"]

_NAMES = (
    (86_400, "d|day|days|Tag|Tage|j|jour|jours|día|días|dia|dias|giorno|giorni"),
    (3_600, "h|hr|hrs|hour|hours|Std|Stunde|Stunden|heure|heures|hora|horas|ora|ore|uur|ч|час"),
    (60, "m|min|mins|minute|minutes|Minute|Minuten|minuto|minutos|minuti|minuut|мин"),
    (1, "s|sec|secs|second|seconds|Sek|Sekunde|Sekunden|seconde|secondes|segundo|segundos|с|сек"),
)
"""Seconds of a unit, and how it is called."""
_SECONDS = {name.lower(): size for size, names in _NAMES for name in names.split("|")}
_NAME = "|".join(sorted(_SECONDS, key=len, reverse=True))
_HOUR = 3_600

_PART = re.compile(
    rf"(\d+(?:[.,]\d+)?) ?({_NAME})(?![^\W\d_])\.?,? ?(?:(?:and|und|et|y|e) )?", re.I
)
_WORDED = re.compile(rf"[+]?(?P<parts>(?:{_PART.pattern})+)(?P<rest>\d\d)?", re.IGNORECASE)
"""``1 h 30 min``, ``2 days and 3 hours``, ``1h30``."""
_CLOCK = re.compile(
    r"(?:T ?)?[+]?"
    r"(?:(?P<days>\d+) ?(?:days?|d|Tage?|jours?|j|días?|dias?),? [+]?|"
    r"(?:day|Tag|jour|día|dia) (?P<day>\d+),? |"
    r"(?P<mark>\d{1,5})[.:-](?=\d\d:\d\d:))?"
    r"(?P<first>\d{1,4}):(?P<second>\d\d)(?::(?P<third>\d\d))?(?P<part>[.,]\d+)?(?: ?h)?",
    re.IGNORECASE,
)
"""``25:10:00``, ``2 days 01:00:00``, ``1.02:00:00`` of .NET, ``1-02:00:00`` of Unix …"""
_PRIMES = re.compile(
    r"(?:(?P<hours>\d+) ?[h:] ?)?(?P<minutes>\d{1,4}) ?['′’´] ?"
    r"(?P<seconds>\d{1,2})(?:[.,](?P<part>\d+))? ?(?:[\"″”](?P<behind>\d*)|''|′′|’’|´´)?"
)
"""As runners and swimmers write it: ``5'30"``, ``1h05'30"``, ``0'58"21`` with hundredths."""
_ISO = re.compile(
    r"P(?=[\dT])(?:(?P<D>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<H>\d+)H)?(?:(?P<M>\d+)M)?(?:(?P<S>\d+(?:\.\d+)?)S)?)?"
)


def is_duration_text(cell: str) -> bool:
    """Whether a text is a time since a start and no date, whatever its digits."""
    if _CLOCK.fullmatch(cell) or _ISO.fullmatch(cell):
        return True
    return _of_primes(cell) is not None or _of_words(cell) is not None


def parse_duration(cell: str) -> datetime.timedelta | None:
    """A text as time since a start; two numbers are hours and minutes, unless they have decimals.

    Those with ``'`` and ``"`` behind them are minutes and seconds.

    None where it is none.
    """
    found = _CLOCK.fullmatch(cell)
    if found is not None:
        return _of_clock(found)
    iso = _ISO.fullmatch(cell)
    if iso is not None:
        days, hours, minutes, seconds = (float(iso[name] or 0) for name in "DHMS")
        return datetime.timedelta(days, hours=hours, minutes=minutes, seconds=seconds)
    found_primes = _of_primes(cell)
    return _of_words(cell) if found_primes is None else found_primes


def _of_primes(cell: str) -> datetime.timedelta | None:
    """Minutes and seconds with their marks, and what is behind those of a second."""
    found = _PRIMES.fullmatch(cell)
    if found is None or (found["part"] and found["behind"]):
        return None
    seconds = float(f"{found['seconds']}.{found['part'] or found['behind'] or 0}")
    return datetime.timedelta(
        hours=int(found["hours"] or 0), minutes=int(found["minutes"]), seconds=seconds
    )


def _of_clock(found: re.Match[str]) -> datetime.timedelta | None:
    parts = [float(found[name]) for name in ("first", "second", "third") if found[name]]
    parts[-1] += float((found["part"] or "0").replace(",", "."))
    if len(parts) == 2 and found["part"]:
        parts.insert(0, 0.0)  # minutes and seconds
    hours, minutes, seconds = [*parts, 0.0][:3]
    if minutes >= 60 or seconds >= 60:
        return None
    days = next((int(found[name]) for name in ("days", "day", "mark") if found[name]), 0)
    return datetime.timedelta(days, hours=hours, minutes=minutes, seconds=seconds)


def _of_words(cell: str) -> datetime.timedelta | None:
    """Numbers with units, the larger unit first; behind hours there may be minutes without one."""
    whole = _WORDED.fullmatch(cell)
    if whole is None:
        return None
    parts = _PART.findall(whole["parts"])
    sizes = [_SECONDS[name.lower()] for _, name in parts]
    if sizes != sorted({*sizes}, reverse=True):
        return None
    total = sum(float(n.replace(",", ".")) * s for (n, _), s in zip(parts, sizes, strict=True))
    if whole["rest"]:
        if sizes[-1] != _HOUR or int(whole["rest"]) > 59:
            return None  # 1990M11 is a month
        total += 60 * int(whole["rest"])
    return datetime.timedelta(seconds=total)
