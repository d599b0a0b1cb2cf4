"""Which rows of a table hold the names of columns, and what belongs to them: levels, units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rnnsearch.data.collecting import name_rows
from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.time import find_form

__all__ = [
    "UNNAMED",
    "are_words",
    "has_header",
    "holds_value",
    "is_time",
    "is_units",
    "join_levels",
    "said_unnamed",
    "with_header",
    "without_repeats",
]

UNNAMED = "unnamed"
"""The header of a new file where that of training had none: so few rows as it has say nothing."""
_UNNAMED = re.compile(r"column_\d+")
_MERGED = re.compile(r"column_\d+|Unnamed: \d+(?:_level_\d+)?")
"""Cells of a header that belong to a merged one before them; pandas has its own name for these."""

_SAMPLE = 200
_WORDY = 3
"""Spaces in a cell from which it is taken for a sentence."""
_CLASSES = 0.2
"""A column is one of classes if so few of its cells differ."""
_MANY_YEARS = 8
"""Numbers that count years from which they are names of columns."""
_LEVELS = (3, 2)
"""Lines of a header that pandas writes of columns with several levels, below the first."""
_WIDTH = re.compile(r"\d{1,3}[sdn]")
"""Width and kind of a column, as tables of the U.S. Geological Survey have them below the names."""
_UNIT = 3
"""Letters of a unit, at most, as it is mostly written."""
_MOSTLY = 0.8
"""Share of the cells of a column of numbers that are some."""
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_DRESS = re.compile(r"^\(?[€$£¥₹]\s*|\s*[%‰€$£¥₹]\)?$")
"""What may stand around a number: a currency, a share."""
_THOUSANDS = re.compile(r"(?<=\d)[.,'’ \u00a0\u202f](?=\d{3}(?:\D\d{3})*(?:[.,]\d+)?$)")
"""What parts thousands, as far as that says whether a cell is a number."""


def without_repeats(
    first: Sequence[str], cells: list[list[str]], rows: list[int], nameless: bool
) -> tuple[list[list[str]], list[int], list[str]]:
    """Cells and numbers of rows without those that are the header again, and a note.

    So are they where files with a header each were written below each other.

    Args:
        first: The first row of the file.
        cells, rows: Below the header.
        nameless: Whether there is no header, and the first row is one of these.
    """
    header = [cell.strip() for cell in first]
    if nameless or len(header) < 2:
        return cells, rows, []
    again = [[cell.strip() for cell in row] == header for row in cells]
    if not any(again) or all(again):
        return cells, rows, []
    numbers = [row for row, other in zip(rows, again, strict=True) if other]
    kept = [at for at, other in enumerate(again) if not other]
    left = "is left out: it is" if len(numbers) == 1 else "are left out: they are"
    note = f"{name_rows(numbers)} {left} the header again"
    return [cells[at] for at in kept], [rows[at] for at in kept], [note]


def said_unnamed(names: Sequence[str]) -> bool:
    """Whether columns are called as those of a file without a header are."""
    return bool(names) and all(map(_UNNAMED.fullmatch, names))


def with_header(dialect: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A dialect for new files: without a header, if the columns that are read have no names."""
    auto = dialect.get("header") in (None, "auto")
    return {**dialect, "header": UNNAMED} if auto and said_unnamed(names) else dict(dialect)


def has_header(first: Sequence[str], rows: Sequence[Sequence[str]], *, usual: bool = True) -> bool:
    """Whether the first row is unlike those below, or nothing says that it is not.

    Args:
        first: Its cells.
        rows: Others, below it.
        usual: What to say where nothing says either.
    """
    some = [row for row in rows[:: max(1, len(rows) // _SAMPLE)] if len(row) == len(first)]
    if len(some) < 3 or not first:
        return usual
    if _years(first) > _years(some[0]) or _counts(first, some):
        return True
    alike = unlike = 0
    for at, name in enumerate(first):
        cells = [row[at] for row in some if row[at] and row[at].lower() not in MISSING]
        if not cells:
            continue
        if sum(map(_is_number, cells)) > 0.9 * len(cells):
            alike, unlike = alike + _is_number(name), unlike + (bool(name) and not _is_number(name))
        elif is_time(cells):
            alike, unlike = alike + is_time([name]), unlike + (not is_time([name]))
        elif len(set(cells)) <= _CLASSES * len(cells):
            alike, unlike = alike + (name in cells), unlike + (not usual and name not in cells)
        elif sum(cell.count(" ") >= _WORDY for cell in cells) > 0.5 * len(cells):
            text = _sentence(name) or _ends(name)
            alike, unlike = alike + _sentence(name), unlike + (not usual and not text)
        elif sum(map(_ends, cells)) > 0.8 * len(cells):  # Go., Run!, Who? of pairs of sentences
            alike, unlike = alike + _ends(name), unlike + (not usual and not _ends(name))
    if len(first) == 1 and alike and not unlike and usual:
        return not _is_number(first[0])
    return unlike > 0 or (usual and not alike)


def is_units(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row has texts where all below it are numbers, and no number at all."""
    some = [row for row in rows[:: max(1, len(rows) // _SAMPLE)] if len(row) == len(first)]
    if len(some) < 3 or any(map(_is_number, first)) or not any(first):
        return False
    columns = [[row[at] for row in some if row[at]] for at in range(len(first))]
    numeric = [_are_numbers(cells) for cells in columns]
    if all(_WIDTH.fullmatch(cell) for cell in first):
        return True
    times = [bool(cells) and is_time(cells) for cells in columns]
    if any(is_time([cell]) for cell, has in zip(first, times, strict=True) if has and cell):
        return False
    texts = [cell for cell, has in zip(first, numeric, strict=True) if has and cell]
    return (
        bool(texts)
        and all(cell.lower() not in MISSING for cell in texts)
        and all(
            has or time or not cell for cell, has, time in zip(first, numeric, times, strict=True)
        )
    )


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are numbers, and some words for none among them."""
    known = sum(map(_is_number, cells))
    others = (cell for cell in cells if not _is_number(cell))
    return known >= _MOSTLY * len(cells) > 0 and not any(any(map(str.isdigit, c)) for c in others)


def are_words(cells: Sequence[str]) -> bool:
    """Whether what seems to be units could be names: each is a word of its own."""
    filled = [cell for cell in cells if cell]
    words = [cell for cell in filled if len(cell) > _UNIT and _LETTERS.search(cell)]
    return len(words) * 2 > len(filled) and len({*filled}) == len(filled)


def join_levels(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """Names of columns from several lines, and how many of `rows` these are: 0 of a usual header.

    pandas writes columns with levels so, and the name of the index in a line of its own::

        Price,Close,Close
        Ticker,AAPL,MSFT
        Date,,
    """
    for count in _LEVELS:
        levels, below = rows[:count], rows[count:]
        if len(below) < 3 or any(len(row) != len(header) for row in levels):
            continue
        *texts, last = levels
        if not last[0] or any(last[1:]) or holds_value(last[0]):
            continue
        if all(is_units(row, below) for row in texts):
            shown = [row for row in (header, *texts) if len({*row[1:]}) > 1] or [header]
            names = [" ".join(filter(None, cells)) for cells in zip(*shown, strict=True)]
            return [last[0], *names[1:]], count
    return _grouped(header, rows) or (list(header), 0)


def _grouped(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], int] | None:
    """`join_levels` of names with what they belong to above them, or above the first of them.

    So spreadsheets have it::

        ,demand,,price
        day,north,south,spot
    """
    above, below = ["" if _MERGED.fullmatch(name) else name for name in header], rows[1:]
    told = above if above[0] else above[1:]
    if len(below) < 3 or (all(told) and len({*told}) == len(told)):
        return None
    if not is_units(rows[0], below):
        return None
    names = rows[0]
    for at in range(2, len(above)):
        above[at] = above[at] or above[at - 1]
    joined = [" ".join(filter(None, cells)) for cells in zip(above, names, strict=True)]
    return (joined, 1) if len({*joined}) == len(names) and all(names[1:]) else None


def _years(cells: Sequence[str]) -> bool:
    """Whether a row counts years, as the names of columns may: 1960, 1961, …"""
    years = [int(cell) for cell in cells if len(cell) == 4 and cell.isdecimal()]
    counts = all(after - before == 1 for before, after in pairwise(years))
    return len(years) >= _MANY_YEARS and counts


def _counts(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row counts columns, as pandas names those that have no names: 0, 1, …

    The first cell is empty where rows are counted, too. No row below goes on so; and two numbers
    are names only where below them are broken ones.
    """
    indexed = len(first) > 1 and first[0] in ("", "index")
    names, *rows = [row[1:] if indexed else row for row in (first, *below)]
    if len(names) < 2 or names[0] not in ("0", "1") or not _consecutive(names):
        return False
    whole = any(cell.isdecimal() for row in rows for cell in row)
    return not any(map(_consecutive, rows)) and (len(names) > 2 or indexed or not whole)


def _consecutive(cells: Sequence[str]) -> bool:
    """Whether whole numbers follow one another."""
    return all(cell.isdecimal() for cell in cells) and all(
        int(after) - int(before) == 1 for before, after in pairwise(cells)
    )


def holds_value(cell: str) -> bool:
    """Whether a cell has digits, and no word."""
    return any(map(str.isdigit, cell)) and not _LETTERS.search(cell)


def _sentence(cell: str) -> bool:
    """Whether a cell is no name of a column, but words that end as a sentence does."""
    return cell.count(" ") >= _WORDY or (" " in cell and cell.rstrip()[-1:] in ".!?")


def _ends(cell: str) -> bool:
    """Whether a cell ends as a sentence does."""
    return cell.rstrip()[-1:] in (*".!?。！？",)


def _is_number(cell: str) -> bool:
    cell = _THOUSANDS.sub("", _DRESS.sub("", cell).replace("−", "-"))
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def is_time(cells: Sequence[str]) -> bool:
    """Whether cells are time stamps, and no numbers."""
    return find_form(list(cells[:50]), named=False) is not None
