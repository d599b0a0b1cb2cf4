"""Which rows above the first one of values are remarks, and which holds the names of columns."""

from __future__ import annotations

from collections.abc import Sequence

from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.sources.headers import has_header, holds_value, is_time
from rnnsearch.data.time.time_names import says_when

__all__ = ["end_of_remarks"]

_SAMPLE = 200
_MOST_REMARKS = 30
"""Rows above the header that may be remarks."""
_NAMING = 3
"""Lines of names, levels and units that stand above values; of more, the first are remarks."""


def end_of_remarks(
    rows: Sequence[Sequence[str]], width: int, lines: Sequence[int] | None = None
) -> int:
    """How many rows above the header are remarks; 0 where nothing says so.

    A program that writes a table pads its remarks with separators, and a remark may hold some, so
    that the number of cells says little. What does: rows of the table hold values in certain
    columns, and the header stands right above them.

    Args:
        rows: Cells of each row, from the first.
        width: How many cells a row of the table has.
        lines: On which line of the file each row ends: lines without anything are no rows.
    """
    body = [row for row in rows[len(rows) // 2 :][:_SAMPLE] if len(row) == width]
    if len(body) < 3:
        return 0
    columns = [[row[at] for row in body] for at in range(width)]
    valued = [at for at, cells in enumerate(columns) if _valued(cells)]
    top = rows[:_MOST_REMARKS]
    for at in sorted(_blank_above(top, lines), reverse=True):
        own = any(any(map(_is_value, filter(None, row))) for row in top[:at])  # a table above
        rows_below = at + 1 < len(top) and _fits(top[at + 1], valued, width)
        if own and rows_below and _names_columns(top[at], body):
            return at
    first = next((at for at, row in enumerate(top) if _fits(row, valued, width)), 0)
    odd = [at for at, row in enumerate(top[:first]) if len(row) != width]
    begin = odd[-1] + 1 if odd else 0
    if begin >= first:
        return 0
    while begin < first - 1 and _is_remark(top[begin], top[begin + 1 : first]):
        begin += 1
    apart = _blank_above(top[:first], lines)
    times = [at for at in valued if is_time([cell for cell in columns[at] if cell])]
    naming = [at for at in range(begin, first) if _names_columns(top[at], body)]
    below = [at for at in naming if at > begin and _says_a_value(top[at - 1], times)]
    begin = max([begin, *below])
    for at in naming:  # units below the names speak of time less plainly
        grouped = at > begin and not all(top[at - 1])
        if at >= begin and not grouped and _names_a_time(top[at], times):
            return at
    begin = max([begin, *apart.intersection(naming)])
    return max([begin, *naming]) if first - begin > _NAMING else begin


def _blank_above(rows: Sequence[Sequence[str]], lines: Sequence[int] | None) -> set[int]:
    """Which rows have others above them, and right above them nothing."""
    apart = {at for at in range(1, len(rows)) if not any(rows[at - 1])}
    for at in range(1, len(rows) if lines else 0):
        within = sum(cell.count("\n") for cell in rows[at])
        if lines and lines[at] - lines[at - 1] > 1 + within:
            apart.add(at)
    return apart


def _names_columns(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row has a name for each column, unlike what stands below it."""
    named = all(row) and len({*row}) == len(row) and not any(map(_is_value, row))
    return named and has_header(row, body)


def _says_a_value(row: Sequence[str], times: Sequence[int]) -> bool:
    """Whether a row has a date or a number, as names do not: those of depths and years may be."""
    return any(map(_is_date, row)) or (any(map(_is_value, row)) and not _names_a_time(row, times))


def _names_a_time(row: Sequence[str], times: Sequence[int]) -> bool:
    """Whether the name above a column of time stamps says that it is one."""
    return any(says_when(row[at]) for at in times)


def _is_value(cell: str) -> bool:
    """Whether a cell is a number or a date, and no name such as ``T2``."""
    return (holds_value(cell) and not cell[0].isalpha()) or _is_date(cell)


def _is_date(cell: str) -> bool:
    return is_time([cell])


def _valued(cells: Sequence[str]) -> bool:
    """Whether the cells of a column are values, such as no name has: numbers and dates."""
    filled = [cell for cell in cells if cell and cell.lower() not in MISSING]
    return bool(filled) and sum(map(holds_value, filled)) > 0.9 * len(filled)


def _fits(row: Sequence[str], valued: Sequence[int], width: int) -> bool:
    """Whether a row is one of the table, if a broken one."""
    if len(row) != width:
        return bool(row) and valued[:1] == [0] and holds_value(row[0])
    cells = [row[at] for at in valued if row[at]]
    return sum(map(holds_value, cells)) > len(cells) / 2


def _is_remark(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row is padded up to the width of others, or says what something is."""
    if any(row) and (not row[0] or row[0].endswith((":", "="))):
        return bool(row[0])
    count = sum(map(bool, row))
    return not row[-1] and any(other[-1] and sum(map(bool, other)) > count for other in below)
