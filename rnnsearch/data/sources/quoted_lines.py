"""Quoted cells of several lines: whether these are the cell's own, or rows that a mark swallows.

A text of several lines, each with as many commas as the table has, looks like rows; and a quotation
mark of a sentence, with another one some rows below, looks like a quoted cell. What tells is what
stands in the columns of classes, numbers and dates.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnnsearch.data.sources.headers import holds_value

__all__ = ["are_rows"]

_KINDS, _OFTEN = 30, 5
"""Different cells of a column of classes, at most, and rows that each has on average, at least."""
_VALUES = 0.9
"""Share of the cells of a column that are numbers or dates, for it to be one of these."""
_ROWS = 0.75
"""Share of lines that fit what stands in such columns, from which they are rows: of a cell of two
lines one does, as the cells before it, or behind, stand there."""


def are_rows(lines: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the lines of quoted cells are rows; also where no column tells.

    Args:
        lines: The cells of each line, cut at all separators.
        rows: Of the table as it is with these cells, without its header.
    """
    width = len(rows[0]) if rows else 0
    kinds: dict[int, set[str]] = {}
    values: list[int] = []
    for at in range(width):
        cells = [row[at] for row in rows if row[at]]
        if cells and sum(map(holds_value, cells)) >= _VALUES * len(cells):
            values.append(at)
        elif cells and len({*cells}) <= min(_KINDS, len(cells) / _OFTEN):
            kinds[at] = {*cells}
    if not kinds and not values:
        return True
    fitting = sum(
        len(line) == width
        and all(not line[at] or holds_value(line[at]) for at in values)
        and all(not line[at] or line[at] in known for at, known in kinds.items())
        for line in lines
    )
    return fitting >= _ROWS * len(lines)
