"""Columns of a text file without what programs and people put around their numbers and cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rnnsearch.data.raw.tables import TextColumn
from rnnsearch.data.sources.numbers import find_decimal, plain_numbers, without_flags

__all__ = ["PlainNotes", "bare_cells", "plain_columns"]

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


class PlainNotes(tuple[str, ...]):
    """Notes, and what marks decimals where numbers were not plain."""

    decimal: str = ""


def plain_columns(
    cells: list[list[str]], separator: str, asked: Mapping[str, Any]
) -> tuple[tuple[TextColumn, ...], PlainNotes]:
    """Columns whose numbers are as Python writes them, and notes of what was not."""
    columns = [list(column) for column in zip(*cells, strict=True)]
    bare = [bare_cells(column) for column in columns]
    columns = [found or column for column, found in zip(columns, bare, strict=True)]
    other = [ascii_digits(column) for column in columns]
    first = next(((c, o) for c, o in zip(columns, other, strict=True) if o is not None), None)
    columns = [found or column for column, found in zip(columns, other, strict=True)]
    flagged = [without_flags(column) for column in columns]
    pairs = [
        next(pair for pair in zip(column, found, strict=True) if pair[0] != pair[1])
        for column, found in zip(columns, flagged, strict=True)
        if found is not None
    ]
    columns = [found or column for column, found in zip(columns, flagged, strict=True)]
    decimal, doubtful = asked.get("decimal"), ""
    if decimal is None:
        decimal, doubtful = find_decimal(columns, separator)
    notes, changed = [], ""
    if pairs:
        notes.append(f"flags behind numbers are left out: '{pairs[0][0]}' is {pairs[0][1]}")
    if any(found is not None for found in bare):
        notes.append(
            'cells are marked as texts of a spreadsheet, ="…" or \'…: the marks are left out'
        )
    if first is not None:
        old, new = next(pair for pair in zip(*first, strict=True) if pair[0])
        notes.append(f"digits of another script are read as 0 to 9: '{old}' is {new}")
    for at, column in enumerate(columns):
        plain = plain_numbers(column, decimal)
        if plain is not None:
            pair = next(pair for pair in zip(column, plain, strict=True) if pair[0] != pair[1])
            changed = changed or f"'{pair[0]}' is {float(pair[1]):.12g}"
            columns[at] = plain
    if doubtful and asked.get("decimal") is None:
        rival = "." if decimal == "," else ","
        notes.append(
            f"'{doubtful}' could have thousands or decimals after its "
            f"{'comma' if ',' in doubtful else 'point'}: it is read with "
            f'decimal: "{decimal}"; if that is wrong, set data.dialect: {{decimal: "{rival}"}}'
        )
    elif changed and asked.get("decimal") is None:
        notes.append(f"numbers are written in their own way: {changed} (data.dialect.decimal)")
    found = PlainNotes(notes)
    found.decimal = decimal if changed else ""
    return tuple(TextColumn(column) for column in columns), found
