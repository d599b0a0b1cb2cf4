"""Names of a table's columns, what its first rows say beside them, and the rows below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnsearch.data.sources.dialect import CutText
from rnnsearch.data.sources.headers import (
    UNNAMED,
    are_words,
    has_header,
    is_units,
    join_levels,
    said_unnamed,
)

__all__ = ["is_nameless", "named_columns", "places", "said_nameless"]


def named_columns(
    cut: CutText, asked: Mapping[str, Any]
) -> tuple[list[str], list[list[str]], list[int], list[str]]:
    """Names of columns, the cells and lines of the rows below, and notes."""
    if not cut.cells:
        return [], [], [], []
    first, *rest = cut.cells
    if is_nameless(first, rest, asked.get("header", "auto")):
        names = places(first)
        notes = [] if asked.get("header") else [said_nameless(names)]
        return names, cut.cells, cut.lines, notes
    header = [name.strip() or f"column_{at}" for at, name in enumerate(first, 1)]
    header = first if len(first) == 1 else header
    names, levels = join_levels(header, rest)
    if levels:
        note = f"the header has {levels + 1} lines: columns are called {', '.join(names[:4])}"
        return names, rest[levels:], cut.lines[1 + levels :], [note]
    for count in (2, 1):  # loggers write units, and what was computed of each
        if len(rest) > count and all(is_units(row, rest[count:]) for row in rest[:count]):
            note = _said_units(rest[0], cut.lines[1 : 1 + count])
            return header, rest[count:], cut.lines[1 + count :], [note]
    return header, rest, cut.lines[1:], []


def places(cells: Sequence[str]) -> list[str]:
    """What columns without names are called."""
    return [f"column_{number}" for number in range(1, len(cells) + 1)]


def said_nameless(names: Sequence[str]) -> str:
    """That there is no header, and the key for where there is one."""
    return f"no header line was found: columns are called {names[0]}, … (data.dialect.header)"


def is_nameless(first: list[str], rest: list[list[str]], header: str | int) -> bool:
    """Whether the first row has no names of columns: said, seen, or so in training."""
    if header == UNNAMED:
        return not said_unnamed(first) and not has_header(first, rest, usual=False)
    return header == "none" or (header == "auto" and not has_header(first, rest))


def _said_units(first: Sequence[str], lines: Sequence[int]) -> str:
    """That rows are left out, and the key for where one holds the names, below words."""
    rows, left, they = "rows", "are", "they hold"
    if len(lines) == 1:
        rows, left, they = "row", "is", "it holds"
    numbers = " and ".join(map(str, lines))
    note = f"{rows} {numbers} {left} left out: {they} units ({', '.join(first[:4])})"
    if are_words(first):
        note += f"; if these are names, set data.dialect: {{header: {lines[-1]}}}"
    return note
