"""Numbers as people write them: 1.234,5 and 1,234.5, 12.3K, 1.2 %, € 5, (3), −2, 12 kWh."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.time import month_of

__all__ = ["find_decimal", "plain_numbers", "without_flags"]

_SPACES = "\u00a0\u202f\u2009 "
_CURRENCY = "€$£¥₹₽₩"
_WRITTEN_CURRENCY = (
    r"EUR|USD|GBP|CHF|AUD|CAD|BRL|CNY|CZK|DKK|HUF|INR|JPY|MXN|NOK|PLN|RON|RUB|SEK|TRY|ZAR|"
    r"zł|Kč|kr\.?|Rs\.?|Rp\.?|Ft|руб\.?|грн|元|円|원"
)
_DRESSED = re.compile(
    rf"(?P<first>[+\-−–]?)\s*(?:(?:US|R|A|C|NZ|HK)?[{_CURRENCY}]|{_WRITTEN_CURRENCY})?\s*"
    rf"(?P<open>\()?(?P<sign>[+\-−–]?)\s*[{_CURRENCY}]?\s*(?P<sign2>[+\-−–]?)"
    rf"(?P<number>\d[\d.,'’{_SPACES}]*\d|\d|[.,]\d+)(?P<exponent>[eE][+\-−]?\d{{1,3}}|[dD][+\-]\d{{2,3}})?"
    rf"\s*(?P<size>[KkMBT]|[Mm]io\.?|[Mm]rd\.?)?\s*(?P<unit>[%‰]|[{_CURRENCY}]|{_WRITTEN_CURRENCY})?(?P<close>\))?(?P<after>-)?"
)
_SIZES_WRITTEN = {
    *"KkMBT",
    "Mio",
    "mio",
    "Mrd",
    "mrd",
    *_WRITTEN_CURRENCY.replace("\\.?", "").split("|"),
}
_SIZES = {"k": 3, "m": 6, "b": 9, "t": 12, "mio": 6, "mrd": 9}
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_POINT = re.compile(
    rf"[1-9]\d{{0,2}}(?P<mark>[,'’{_SPACES}])\d{{3}}(?:(?P=mark)\d{{3}})*(?:\.\d*)?"
    r"|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d*)?|\d*\.?\d*"
)
_COMMA = re.compile(
    rf"[1-9]\d{{0,2}}(?P<mark>[.'’{_SPACES}])\d{{3}}(?:(?P=mark)\d{{3}})*(?:,\d*)?|\d*,?\d*"
)
"""Thousands are parted by one mark, behind no zero: of 5'585,162 and 0,089 the comma marks
decimals."""
_FEW_WORDS, _RARE = 8, 0.2
"""Different words among numbers, and the share of the cells, up to which they stand for none."""

_UNIT = re.compile(
    r"(?P<number>[^A-Za-z]*\d(?:[.,](?=\s))?)\s*"
    r"(?P<unit>(?:°\s?[CFK]?|[A-Za-zµμΩ]{1,6}(?:[²³]|(?<=m)[23])?)(?:\s?[/·*]\s?[A-Za-z]{1,6})?(?:[²³]|(?<=m)[23])?)"
)
_FLAGGED = re.compile(
    r"(?P<number>[+\-−]?\d[\d.,]*)\s*(?P<flag>[bcdefnprsuz]{1,2}|[EPR]|[*†‡]{1,3}|\[\w\]|\(\w{1,5}\.?\))"
)
"""A number, and what is said of it: ``104.4 p`` (provisional), ``104.4*``, ``104.4[1]``."""
_MOST_FLAGGED = 0.3
"""Share of the cells of a column that may have flags."""
_NO_UNITS = {"am", "pm", "st", "nd", "rd", "th", "z", "e"}
_FEW_KINDS, _FEW_TIMES = 20, 5
"""So few kinds of cells, each so often on average, are names of classes, though with digits."""


def _words_for_nothing(cells: Sequence[str]) -> set[str]:
    """Cells without a digit among others: ``-``, ``?``, ``n.a.``; none where they are many."""
    counts = Counter(cells)
    filled = sum(counts.values()) - counts[""]
    words = {cell: count for cell, count in counts.items() if not any(map(str.isdigit, cell))}
    known = {cell for cell in words if cell.lower() in MISSING}
    others = {cell: count for cell, count in words.items() if cell not in known}
    few = len(others) <= _FEW_WORDS and sum(others.values()) <= _RARE * filled
    return known | {*others} if few else known


def without_unit(cells: Sequence[str]) -> list[str] | None:
    """The cells of a column without the unit that stands behind each number; None without one."""
    found: dict[str, str] = {}
    units: set[str] = set()
    nothing = _words_for_nothing(cells)
    for cell in set(cells):
        found[cell] = cell
        if cell in nothing:
            continue
        match = _UNIT.fullmatch(cell)
        if match is None or len(units | {match["unit"]}) > 1:
            return None
        units.add(match["unit"])
        found[cell] = match["number"].rstrip()
    unit = next(iter(units), "")
    if not unit or unit.lower() in _NO_UNITS or unit in _SIZES_WRITTEN or month_of(unit):
        return None
    if len(found) <= min(_FEW_KINDS, len(cells) / _FEW_TIMES):
        return None
    return [found[cell] for cell in cells]


def without_flags(cells: Sequence[str]) -> list[str] | None:
    """The cells of a column of numbers without the flags of some; None where none has one."""
    filled = [cell for cell in cells if cell and cell.lower() not in MISSING]
    odd = [cell for cell in filled if not (cell[0] in "+-−.,0123456789" and cell[-1].isdigit())]
    if not 0 < len(odd) <= _MOST_FLAGGED * len(filled):
        return None
    found = {cell: _FLAGGED.fullmatch(cell) for cell in {*odd}}
    if not all(found.values()):
        return None
    numbers = {cell: match["number"] for cell, match in found.items() if match}
    bare = [numbers.get(cell, cell) for cell in cells]
    return bare if _numbers_of(bare) is not None else None


def find_decimal(columns: Sequence[Sequence[str]], separator: str) -> tuple[str, str]:
    """What marks decimals in a table, ``.`` or ``,``; and a cell that could be read both ways.

    Args:
        columns: Their cells.
        separator: Of the file: where it is a comma, a cell's own comma parts thousands.
    """
    doubtful, threes, points, grouped = "", "", False, False
    for cells in columns:
        numbers = _numbers_of(cells)
        if numbers is None:
            continue
        commas = [number for number in numbers if "," in number]
        if not commas and _by_thousands(numbers):
            grouped = True
            continue
        if not commas and all(_GROUPS.fullmatch(number) for number in numbers):
            threes = threes or numbers[0]
            continue
        points = points or any("." in number for number in numbers)
        if not commas:
            continue
        if not all(_POINT.fullmatch(number) for number in numbers):
            return (",", "") if all(_COMMA.fullmatch(number) for number in numbers) else (".", "")
        if _by_thousands([number.replace(",", ".") for number in numbers if "." not in number]):
            points = True
        elif not any("." in number or number.count(",") > 1 for number in numbers):
            doubtful = doubtful or commas[0]
    if threes and separator != "," and not points and not grouped and not doubtful:
        return ".", threes
    if grouped and not points:
        return ",", ""
    if not doubtful or points:
        return ".", ""
    return ("." if separator == "," else ","), doubtful


def _by_thousands(numbers: Sequence[str]) -> bool:
    """Whether points part thousands: three digits after each, and none below 1.000."""
    pointed = [number for number in numbers if "." in number]
    whole = [number for number in numbers if "." not in number]
    if not pointed or not all(_GROUPS.fullmatch(number) for number in pointed):
        return False
    small = bool(whole) and all(number.isdecimal() and len(number) < 4 for number in whole)
    return small or any(number.count(".") > 1 for number in pointed)


def _numbers_of(cells: Sequence[str]) -> list[str] | None:
    """The digits of each cell that is filled; None where one is no number, or all are plain."""
    found = []
    some = cells[:: max(1, len(cells) // 2000)]
    some = without_unit(some) or some
    nothing = _words_for_nothing(some)
    for cell in some:
        if cell in nothing:
            continue
        match = _DRESSED.fullmatch(cell)
        # Dates such as 01.02.95 are none, whatever marks decimals.
        if match is None or not any(form.fullmatch(match["number"]) for form in (_POINT, _COMMA)):
            return None
        found.append(match["number"])
    return found or None


def plain_numbers(cells: Sequence[str], decimal: str) -> list[str] | None:
    """The cells with numbers as Python has them; None where they are so, or one is no number.

    Args:
        cells: Of a column.
        decimal: What marks decimals.
    """
    nothing = _words_for_nothing(cells)
    bare = without_unit(cells)
    if bare is not None:
        plain = all(cell in nothing or _is_plain(cell) for cell in bare)
        return plain_numbers(bare, decimal) or (bare if plain else None)
    known: dict[str, str] = {}
    changed = False
    for cell in set(cells):
        known[cell] = cell
        if cell in nothing or (decimal == "." and _is_plain(cell)):
            continue
        number = _plain(cell, decimal)
        if number is None:
            return None
        known[cell] = number
        changed = changed or number != cell
    return [known[cell] for cell in cells] if changed else None


def _is_plain(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _plain(cell: str, decimal: str) -> str | None:
    """One cell; None if it is no number."""
    match = _DRESSED.fullmatch(cell)
    if match is None:
        return cell if _is_plain(cell) and "," not in cell and "e" in cell.lower() else None
    form = _COMMA if decimal == "," else _POINT
    number = match["number"]
    if form.fullmatch(number) is None:
        return None
    digits = re.sub(rf"['’{_SPACES}]", "", number)
    digits = digits.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    negative = bool(match["open"] and match["close"]) or match["after"] == "-"
    negative = negative or any(match[key] in ("-", "−", "–") for key in ("first", "sign", "sign2"))
    power = _SIZES.get((match["size"] or "").lower().rstrip("."), 0)
    power += int((match["exponent"] or "e0")[1:].replace("−", "-"))
    return ("-" if negative else "") + digits + (f"e{power}" if power else "")
