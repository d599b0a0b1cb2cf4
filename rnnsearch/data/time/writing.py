"""Time stamps as a file writes them: patterns like those of `strftime`, and what files need beside.

``%-d`` has no zero before it, ``%3f`` three digits, ``%b[janv.|févr.|…]`` the file's own names;
``%K`` and ``%L`` are hours, and hours with minutes, of a day that ends at 24; ``%{3600}`` means so
many seconds later from there on; ``%N[unix_ms|0]`` counts from 1970, with so many decimals, and
``%N[excel|-5]`` with up to five.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from rnnsearch.data.time.number_forms import DAYS, UNIX
from rnnsearch.data.time.written_parts import NAMED, WIDTHS, TimeParts
from rnnsearch.data.time.zones import offset_text

__all__ = ["letters_of", "offset_as", "write", "written"]

_DIRECTIVE = re.compile(
    r"%(?:(?P<flag>[-:\d])?(?P<part>[A-Za-z])(?:\[(?P<names>[^\]]*)\])?|\{(?P<later>\d+)\}|(?P<own>%))"
)
_FINER = (("HIKTL", 86_400_000_000), ("MTL", 3_600_000_000), ("S", 60_000_000), ("f", 1_000_000))
"""Parts of the time of day, and the microseconds that are lost where none of them is written."""


def write(
    patterns: Sequence[str], local: np.ndarray, offsets: np.ndarray | None = None
) -> list[np.ndarray] | None:
    """Times (N,) as texts, an array for each pattern; None where these do not tell them apart.

    Args:
        patterns: Of the columns that hold the time.
        local: (N,) datetime64[us], as the clocks show them.
        offsets: (N,) minutes from UTC, where a pattern writes them.
    """
    parts = {part for pattern in patterns for part in letters_of(pattern)}
    if not _told(parts, local):
        return None
    late = bool(parts & {"K", "L"})
    found = [written(pattern, TimeParts(local, late), offsets) for pattern in patterns]
    texts = [each for each in found if each is not None]
    return texts if len(texts) == len(patterns) else None


def letters_of(pattern: str) -> Iterator[str]:
    """The letters of a pattern's directives."""
    for each in _DIRECTIVE.finditer(pattern):
        if each["part"]:
            yield each["part"]


def _told(parts: set[str], local: np.ndarray) -> bool:
    """Whether nothing of these times is lost where only these parts are written."""
    if "N" in parts:
        return True
    days = local.astype("datetime64[D]")
    within = (local - days).astype("timedelta64[us]").astype(np.int64)
    for letters, lost in _FINER:
        if not parts & {*letters} and (within % lost).any():
            return False
    if parts & {*"dju"}:
        return True
    if "V" in parts:
        return bool((TimeParts(local).of("a") == 0).all())
    coarse = "M" if parts & {*"mb"} else "Y"
    months = days.astype("datetime64[M]")
    if coarse == "Y" and parts & {*"qh"}:
        every = (months.astype(np.int64) % (3 if "q" in parts else 6)) == 0
        return bool((months.astype("datetime64[D]") == days).all() and every.all())
    return bool((days.astype(f"datetime64[{coarse}]").astype("datetime64[D]") == days).all())


def written(pattern: str, times: TimeParts, offsets: np.ndarray | None) -> np.ndarray | None:
    """Texts (N,) by one pattern; None where it has no name for a time."""
    pieces: list[list[str] | str] = []
    end = 0
    for found in _DIRECTIVE.finditer(pattern):
        pieces.append(pattern[end : found.start()])
        end = found.end()
        if found["later"]:
            later = np.timedelta64(int(found["later"]), "s")
            times = TimeParts(times.local + later, times.late)
            continue
        piece = "%" if found["own"] else _piece(found, times, offsets)
        if piece is None:
            return None
        pieces.append(piece)
    pieces.append(pattern[end:])
    count = len(times.local)
    columns = [[each] * count if isinstance(each, str) else each for each in pieces]
    return np.array(["".join(row) for row in zip(*columns, strict=True)], dtype=object)


def _piece(found: re.Match[str], times: TimeParts, offsets: np.ndarray | None) -> list[str] | None:
    """The texts (N) of one directive."""
    part, flag, names = found["part"], found["flag"] or "", found["names"]
    if part == "f":
        width = int(flag or 6)
        digits = [f"{micro:06}".ljust(width, "0") for micro in times.micro.tolist()]
        whole = all(not text[width:].strip("0") for text in digits)
        return [text[:width] for text in digits] if whole else None
    if part == "N":
        form, _, decimals = names.partition("|")
        return _counts(times.local, form, int(decimals))
    if part in "zZ":
        assert offsets is not None, "stamps without offsets have no pattern of one"
        return _offsets(part, flag, names, offsets.tolist())
    numbers = times.of(part).tolist()
    if part in NAMED:
        every = names.split("|")
        return [every[number] for number in numbers]
    width = 1 if flag == "-" else WIDTHS.get(part, 2)
    return [f"{number:0{width}}" for number in numbers]


def _offsets(part: str, flag: str, names: str | None, offsets: list[int]) -> list[str] | None:
    """Offsets from UTC in minutes (N) as texts; None where one has no name."""
    if part == "z":
        return [offset_as(flag, minutes) for minutes in offsets]
    known = dict(pair.split("=") for pair in (names or "").split("|"))
    texts = [known.get(str(minutes)) for minutes in offsets]
    found = [text for text in texts if text is not None]
    return found if len(found) == len(texts) else None


def offset_as(flag: str, minutes: int) -> str:
    """An offset as +01:00 (``:``), +0100, or +01 where it has no minutes (``-``)."""
    text = offset_text(minutes)
    if flag == "-":
        return text.removesuffix(":00")
    return text if flag == ":" else text.replace(":", "")


def _counts(local: np.ndarray, form: str, decimals: int) -> list[str]:
    """Times (N,) as numbers of a form that counts from a day on."""
    micro = local.astype("datetime64[us]").astype(np.int64).tolist()
    if form in DAYS:
        counts = [f"{each / 86_400e6 + DAYS[form]:.{abs(decimals)}f}" for each in micro]
        return [count.rstrip("0").rstrip(".") for count in counts] if decimals < 0 else counts
    if form in ("begun_months", "half_months"):
        months = local.astype("datetime64[M]").astype(np.int64) + 0.5 * (form == "half_months")
        return [f"{1970 + each / 12:.{decimals}f}" for each in months.tolist()]
    per = round(1 / UNIX[form])
    found = []
    for each in micro:
        whole, rest = divmod(each * per, 1_000_000)
        found.append(f"{whole}" + (f".{rest:06}"[: decimals + 1] if decimals else ""))
    return found
