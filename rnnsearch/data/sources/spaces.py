"""Tables whose cells are set apart by spaces, as printed ones are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["by_spaces"]

_MARKS = frozenset("\t;|,")
_AGREE = 0.9
"""Share of the lines that must have as many cells as the usual one, and of numbers in a column."""
_FEWEST = 5
_HEAD = 400
_SPACES = (re.compile(r"\s{2,}"), re.compile(r"\s+"))
_QUOTED = re.compile(r'"[^"]*"|[^\s"]+')


def by_spaces(lines: Sequence[str]) -> list[str] | None:
    """The lines with tabs between cells; None where they are no such table.

    That is one without any other separator, with as many cells in nearly all lines, the header
    among them, and a column of numbers: lines of words are texts. The header may lack a name for
    the first column, which names the rows, as R and pandas write them.
    """
    some = [line.strip() for line in lines if line.strip()]
    if len(some) < _FEWEST or any(not _MARKS.isdisjoint(line) for line in some[:_HEAD]):
        return None
    ways = [spaces.split for spaces in _SPACES]
    for cut in [_QUOTED.findall] if any('"' in line for line in some[:_HEAD]) else ways:
        rows = [cut(line) for line in some[:_HEAD]]
        usual, agreeing = Counter(map(len, rows)).most_common(1)[0]
        if usual < 2 or agreeing < _AGREE * len(rows):
            continue
        columns = list(zip(*(row for row in rows[1:] if len(row) == usual), strict=True))
        if cut is ways[0] and any(_hold_several(cells) for cells in columns):
            continue
        numbers = [sum(map(_is_number, cells)) >= _AGREE * len(cells) for cells in columns]
        named = len(rows[0]) == usual - 1 > 1 and len({*columns[0]}) == len(columns[0])
        if any(numbers) and (len(rows[0]) == usual or (named and any(numbers[1:]))):
            return ["\t".join(cut(line.strip())) for line in lines]
    return None


def _hold_several(cells: Sequence[str]) -> bool:
    """Whether the cells of a column are several numbers, with a blank between them."""
    return sum(
        " " in cell and all(map(_is_number, cell.split())) for cell in cells
    ) >= _AGREE * len(cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
