"""Several tables in one file, one below the other: which of them is read, and what is said."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.sources.headers import has_header, holds_value
from rnnsearch.data.sources.separators import find_separator

__all__ = ["check_one_header", "without_other_tables"]

_FEWEST = 10
"""Rows of a table; fewer are remarks above or below one."""
_MOST = 30
"""Stretches of lines with nothing between them; of more, each is a part of one table."""
_LOOKED_AT = 200
_TITLES = 3
"""Lines above a table's header that may belong to it."""
_NUMBERS = 0.9
"""Share of the cells of a column that are numbers, for it to be one of them."""
_BLANK = ' \t,;|"'


@dataclass(frozen=True)
class _Found:
    """A table of a file.

    Attributes:
        start: The place of its first line, that of a title above it if it has one.
        header: The place of the line with the names of its columns.
        names: These.
    """

    start: int
    header: int
    names: tuple[str, ...]


def without_other_tables(lines: list[str], header: object) -> tuple[list[str], list[str]]:
    """The lines of one table, those of others empty, and notes that say which these are.

    Tables are parted by a line without anything, and each but the first begins with the names of
    its columns. Of several the longest is taken.

    Args:
        lines: Of a file.
        header: On which line the names of columns are said to be, if they are; it is in the table
            that is read.
    """
    found = _tables(lines)
    if len(found) < 2:
        return lines, []
    stops = [*(table.start for table in found[1:]), len(lines)]
    lengths = [stop - table.header for table, stop in zip(found, stops, strict=True)]
    taken = lengths.index(max(lengths))
    if isinstance(header, int) and not isinstance(header, bool):
        taken = max((at for at, table in enumerate(found) if table.start < header), default=taken)
    kept = range(found[taken].start if taken else 0, stops[taken])
    notes = [
        f"another table begins in line {table.header + 1} ('{_short(table.names)}'), and is left "
        f"out: data.dialect: {{header: {table.header + 1}}} reads it"
        for at, table in enumerate(found)
        if at != taken
    ]
    return [line if at in kept else "" for at, line in enumerate(lines)], notes


def _tables(lines: Sequence[str]) -> list[_Found]:
    """The tables of a file; none where there is but one."""
    blank = [at for at, line in enumerate(lines) if not line.strip(_BLANK)]
    every = zip([0, *(at + 1 for at in blank)], [*blank, len(lines)], strict=True)
    blocks = [(start, stop) for start, stop in every if stop - start > _FEWEST]
    if not 1 < len(blocks) <= _MOST:
        return []
    found: list[_Found] = []
    for start, stop in blocks:
        if sum(line.count('"') for line in lines[:start]) % 2:
            continue  # within a quoted cell
        table = _table(lines, start, stop)
        if table is None and not found:
            table = _Found(start, start, ())  # a first table may have no header
        if table is not None and all(table.names != other.names for other in found):
            found.append(table)
    return found


def _table(lines: Sequence[str], start: int, stop: int) -> _Found | None:
    """A table that begins with the names of its columns, in some lines; None where none does."""
    some = lines[start : min(stop, start + _LOOKED_AT)]
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(some, delimiter=find_separator(some))
    ]
    width = Counter(map(len, rows)).most_common(1)[0][0]
    top = enumerate(rows[: _TITLES + 1])  # a title may be padded to the width of the table
    at = next(
        (at for at, row in top if len(row) == width and sum(map(bool, row)) * 2 > width), None
    )
    if width < 2 or at is None or len(rows) != len(some):
        return None
    names, body = rows[at], [row for row in rows[at + 1 :] if len(row) == width]
    numbers = any(
        sum(holds_value(row[place]) for row in body) >= _NUMBERS * len(body)
        for place in range(width)
    )
    worded = not any(holds_value(name) for name in names) and any(names)
    if len(body) < _FEWEST - 1 or not numbers or not worded or not has_header(names, body):
        return None
    # A title may stand above, with nothing between them and it.
    above = start
    while above and start - above < _TITLES and lines[above - 1].strip(_BLANK):
        above -= 1
    return _Found(above, start + at, tuple(names))


def check_one_header(
    header: Sequence[str], cells: Sequence[Sequence[str]], rows: Sequence[int], problems: Problems
) -> None:
    """No row may be the header of another table: words in all columns, where all others differ.

    Args:
        header: Names of columns.
        cells, rows: Those below, and on which line of the file each ends.
        problems: Where to note one.
    """
    width = len(header)
    if width < 2 or len(cells) < 2 * _FEWEST:
        return
    some = cells[:: max(1, len(cells) // 200)]
    valued = [
        at for at in range(width) if sum(holds_value(row[at]) for row in some) >= 0.5 * len(some)
    ]
    if 0 not in valued or len(valued) * 2 < width:
        return
    for row, number in zip(cells[1:], rows[1:], strict=True):
        if any(map(str.isdigit, row[0])) or not _names(row, valued):
            continue
        if sum(other[0] == row[0] for other in cells) == 1:
            received = f"the header of another one in row {number} ('{_short(row)}')"
            advice = f"save it in a file of its own, or read it: data.dialect: {{header: {number}}}"
            problems.add("data.path", "must hold one table", received, advice)
            return


def _names(row: Sequence[str], valued: Sequence[int]) -> bool:
    """Whether a row has another word in each column."""
    if not all(row) or len({*row}) < len(row) or any(holds_value(row[at]) for at in valued):
        return False
    return not any(cell.lower() in MISSING for cell in row)


def _short(names: Sequence[str]) -> str:
    text = " ".join(filter(None, names))
    return text if len(text) < 40 else text[:37] + "…"
