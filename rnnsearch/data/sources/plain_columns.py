"""Columns of a text file without what programs and people put around their numbers and cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rnnsearch.data.raw.tables import TextColumn
from rnnsearch.data.sources.numbers import find_decimal, plain_numbers, without_flags

__all__ = ["PlainColumns", "bare_cells", "plain_columns"]

_MARKED = re.compile(r'="(?P<formula>[^"]*)"|\'(?P<text>[^\']*)')
"""A cell that a spreadsheet is told to take for a text: ``="007"``, ``'2024-01-31``."""
_SIGNS = {0x66B: ".", 0x66C: ",", 0x66A: "%", 0xFF0E: ".", 0xFF0F: "/", 0xFF0D: "-", 0xFF1A: ":"}
"""Marks of decimals, thousands and per cent in Arabic, and full-width ones of dates."""
_NUMERIC = re.compile(r"[\d\s.,:/%+\-−]*")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def bare_cells(column: Sequence[str]) -> list[str] | None:
    """The cells without the marks of a spreadsheet's texts; None where some have none."""
    known = {cell: _MARKED.fullmatch(cell) for cell in {*column} if cell}
    if not known or not all(known.values()):
        return None
    bare = {cell: match["formula"] or match["text"] or "" for cell, match in known.items() if match}
    return [bare[cell] if cell else "" for cell in column]


def ascii_digits(column: Sequence[str]) -> list[str] | None:
    """The cells of dates or numbers in digits of another script in 0 to 9; None of others.

    Arabic's and Persian's digits, Devanagari's, full-width ones: all cells must have such only.
    """
    known: dict[str, str] = {}
    for cell in {*column}:
        digits = [letter for letter in cell if letter.isdecimal()]
        if cell and (not digits or any(map(str.isascii, digits))):
            return None
        plain = "".join(str(int(each)) if each.isdecimal() else each for each in cell)
        plain = plain.translate(_SIGNS)
        if not _NUMERIC.fullmatch(plain) and not _YEAR.search(plain):
            return None
        known[cell] = plain
    return [known[cell] for cell in column] if any(known) else None


@dataclass(frozen=True)
class PlainColumns:
    """Columns whose numbers are as Python writes them.

    Attributes:
        columns: Of the table.
        notes: What was not so, for the user.
        decimal: What marks decimals, where numbers were not plain; else "".
    """

    columns: tuple[TextColumn, ...]
    notes: tuple[str, ...]
    decimal: str


def plain_columns(cells: list[list[str]], separator: str, asked: Mapping[str, Any]) -> PlainColumns:
    """The columns of a table without what stands around their numbers and cells.

    Args:
        cells: Of each row.
        separator: Of the file.
        asked: Of its dialect.
    """
    columns = [list(column) for column in zip(*cells, strict=True)]
    marked = _made_plain(columns, bare_cells)
    foreign = _made_plain(columns, ascii_digits)
    flagged = _made_plain(columns, without_flags)
    decimal, doubtful = asked.get("decimal"), ""
    if decimal is None:
        decimal, doubtful = find_decimal(columns, separator)
    written = _made_plain(columns, partial(plain_numbers, decimal=decimal))
    notes = []
    if flagged:
        notes.append("flags behind numbers are left out: '{}' is {}".format(*flagged))
    if marked:
        notes.append(
            'cells are marked as texts of a spreadsheet, ="…" or \'…: the marks are left out'
        )
    if foreign:
        notes.append("digits of another script are read as 0 to 9: '{}' is {}".format(*foreign))
    if doubtful:
        rival = "." if decimal == "," else ","
        notes.append(
            f"'{doubtful}' could have thousands or decimals after its "
            f"{'comma' if ',' in doubtful else 'point'}: it is read with "
            f'decimal: "{decimal}"; if that is wrong, set data.dialect: {{decimal: "{rival}"}}'
        )
    elif written and asked.get("decimal") is None:
        changed = f"'{written[0]}' is {float(written[1]):.12g}"
        notes.append(f"numbers are written in their own way: {changed} (data.dialect.decimal)")
    return PlainColumns(tuple(map(TextColumn, columns)), tuple(notes), decimal if written else "")


def _made_plain(
    columns: list[list[str]], plain: Callable[[Sequence[str]], list[str] | None]
) -> tuple[str, str] | None:
    """Put plain cells in the place of those columns that have others.

    Args:
        columns: Of the table; changed in place.
        plain: Gives a column's plain cells, None where they are.

    Returns:
        The first cell that was changed, before and after; None where none was.
    """
    example = None
    for at, column in enumerate(columns):
        found = plain(column)
        if found is not None:
            changed = (pair for pair in zip(column, found, strict=True) if pair[0] != pair[1])
            example = example or next(changed)
            columns[at] = found
    return example
