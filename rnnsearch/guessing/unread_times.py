"""Columns of time stamps that cannot be read: what is odd in them is said, not passed over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import find_form, forms_among, month_of, read_times, role, split_offsets
from rnnsearch.data.time.time_names import TIMES, named, says_when
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import parse_numbers
from rnnsearch.guessing.times import says_time

__all__ = [
    "check_no_frames",
    "check_not_merged",
    "check_years",
    "strange_stamps",
    "unread_stamps",
]

_SAMPLE = 200
_NO_YEAR = re.compile(r"%y\W?%b|%b\W?%y")
"""Forms of a year and a month that days and months may have, too."""
_FOUR = re.compile(r"(\d+):(\d\d):(\d\d):(\d\d)")
_FRAMES = (24, 25, 30, 48, 50)
"""Of a second of a film."""
_DAYS = 31
_DIFFER = 0.9
"""Share of the cells of a column that is called time that must differ, for it to be one."""
_FEW, _STRANGE = 20, 0.05
"""Cells of which at most such a share may be no time stamps, for the column to be one of them."""
_LONGEST_DATE, _MOST_WORDS = 50, 12 + 7 + 3
"""Letters of a date with its time, and different words in a column of them."""


def check_not_merged(name: str, cells: Sequence[str]) -> None:
    """Refuse a date, or a part of one, that stands in the first of several rows only.

    So are cells written that a sheet has merged: a year beside its first month.

    Raises:
        InvalidData: The column holds such.
    """
    filled = [at for at, cell in enumerate(cells) if cell]
    if not says_when(name) or not filled or filled[0] > 0:
        return
    if not 1 < len(filled) <= len(cells) / 2 or any(
        cells[a] == cells[b] for a, b in pairwise(filled)
    ):
        return
    usual, often = Counter(np.diff([*filled, len(cells)]).tolist()).most_common(1)[0]
    said = [cells[at] for at in filled]
    dated = find_form(said) is not None or all(map(month_of, said)) or _all_numbers(said)
    if dated and usual > 1 and often >= len(filled) / 2:
        refuse(
            f"must say '{name}' in each row",
            "it in the first of several rows only, as merged cells are written",
            f"fill it down; pandas: frame['{name}'].ffill()",
        )


def check_no_frames(name: str, cells: Sequence[str]) -> None:
    """Refuse time codes of films, whose last number counts frames: 00:01:05:24 is no day.

    Raises:
        InvalidData: The last of four numbers goes up to those of a second, and no further.
    """
    found = [match for cell in cells if (match := _FOUR.fullmatch(cell))]
    frames = {int(match[4]) for match in found}
    if len(found) < len(cells) or not found or max(frames) + 1 not in _FRAMES:
        return
    if len(frames) == max(frames) + 1 and len(found) > 2 * len(frames):
        rate = len(frames)
        refuse(
            f"must say '{name}' in hours, minutes and seconds",
            f"'{cells[-1]}', whose last number counts {rate} frames of a second",
            f"write seconds: frame['{name}'].str.extract(r'(\\d+):(\\d+):(\\d+):(\\d+)')"
            f".astype(float) @ [3600, 60, 1, 1 / {rate}]",
        )


def check_years(name: str, cells: Sequence[str], form: str) -> None:
    """Refuse days and months without a year, which would be read as months of years.

    Args:
        name: Of a column of time stamps.
        cells: As texts.
        form: By which they are read: ``01-Jan`` as January 2001.

    Raises:
        InvalidData: The numbers go up one by one within a month.
    """
    numbers = [int(found[0]) for found in map(re.compile(r"\d{1,2}").search, cells) if found]
    if not _NO_YEAR.fullmatch(form) or len(numbers) < len(cells) or max(numbers) > _DAYS:
        return
    rising = [after - before == 1 for before, after in pairwise(numbers)]
    months = len({re.sub(r"\d", "", cell) for cell in cells})
    if sum(rising) >= len(rising) / 2 and months < len(cells) / 2:
        refuse(
            "must have dates with a year",
            f"'{cells[0]}', '{cells[1]}' in '{name}': days of a month, or months of years",
            "write the year: 2024-01-31; or say that these are years: data.time_format: "
            f'"{form}" in a spec of your own',
        )


def strange_stamps(table: Table, name: str) -> np.ndarray:
    """Places of cells that are no time stamps of the form that most have, where all others are.

    These are a few of any kind, or time stamps of other forms: years and quarters among months.
    """
    cells = table.column(name).texts()
    none = np.zeros(0, int)
    if len([cell for cell in cells if cell]) < _FEW:
        return none
    bare, _ = split_offsets(cells)
    if not forms_among(bare[:: max(1, len(bare) // _SAMPLE)]):
        return none
    read = {form: ~np.isnat(read_times(bare, form)) for form in forms_among(bare)}
    if not read:
        return none
    best = max(read.values(), key=lambda each: int(each.sum()))
    bad = np.flatnonzero(~best)
    strange = np.flatnonzero(~np.any(list(read.values()), axis=0))
    if len(strange) > _STRANGE * len(cells) or not best.any():
        return none
    alone = not any(cells[at] for at in bad.tolist())  # empty cells say little of what a column is
    return none if alone and not says_time(name, table) else bad


def unread_stamps(table: Table, name: str) -> tuple[str, int] | None:
    """What must hold of a column that is called time and can't be read, and the place of a cell.

    None of one that has another name, comes up again and again, or only counts the rows.
    """
    cells = table.column(name).texts()
    filled = [cell for cell in cells if cell]
    told = named(name, TIMES) or role(name) in ("date", "time", "year", "month", "week", "quarter")
    if (
        not (told or _looks_dated(filled))
        or len(filled) < _FEW
        or not all(any(map(str.isdigit, cell)) for cell in filled)
    ):
        return None
    if all(re.fullmatch(r"\d\.\d{1,6}[eE]\+?\d{2}", cell) for cell in filled):
        return "must hold time stamps with all of their digits", cells.index(filled[0])
    counts = [re.sub(r"\D", "", cell) for cell in filled]
    steps = {int(after) - int(before) for before, after in pairwise(counts)}
    if len({*filled}) < _DIFFER * len(filled) or steps == {1} or _all_numbers(filled):
        return None
    with_offset = [split_offsets([cell])[1] is not None for cell in cells]
    if any(with_offset) and not all(with_offset):
        return "must have an offset from UTC in every row, or in none", with_offset.index(False)
    shapes = Counter(re.sub(r"\d", "1", cell) for cell in filled)
    usual, often = shapes.most_common(1)[0]
    alike = [cell for cell in filled if re.sub(r"\d", "1", cell) == usual]
    most = often >= len(filled) * (1 - _STRANGE) or find_form(alike, named=False) is not None
    if most and often < len(filled):
        odd = next(
            at for at, cell in enumerate(cells) if cell and re.sub(r"\d", "1", cell) != usual
        )
        return "must hold time stamps of one form in every row, as in most", odd
    return "must hold time stamps that can be read", cells.index(filled[0])


def _looks_dated(cells: Sequence[str]) -> bool:
    """Whether each cell has a year and a day, and only months, weekdays and the like in letters.

    So a column of dates is not passed over because nothing reads the names of its months.
    """
    words: set[str] = set()
    for cell in cells:
        numbers = re.findall(r"\d+", cell)
        years = [number for number in numbers if re.fullmatch(r"1[5-9]\d\d|2[0-7]\d\d", number)]
        if len(years) != 1 or not 2 <= len(numbers) <= 7 or len(cell) > _LONGEST_DATE:
            return False
        named = re.findall(r"[^\W\d_]+", cell.casefold())
        if not named and (len(numbers) < 3 or max(map(len, numbers)) > 4 or _wide(numbers)):
            return False  # 2021-00123 is the name of something
        words.update(named)
        if len(words) > _MOST_WORDS:
            return False
    return not _all_numbers(cells)


def _wide(numbers: Sequence[str]) -> bool:
    """Whether more than one number has more than two digits."""
    return sum(len(number) > 2 for number in numbers) > 1


def _all_numbers(cells: Sequence[str]) -> bool:
    values, _ = parse_numbers(cells)
    return bool(np.isfinite(values).all())
