"""Quotation marks inside cells that are written with a backslash, as databases and JSON do."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from rnnsearch.data.sources.separators import SEPARATORS

__all__ = ["NOTE", "doubled_quotes"]

NOTE = 'quotes within cells are written \\": they are read as such'
_ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
"""A quotation mark behind an odd number of backslashes: those of a pair stand for themselves."""
_EVEN = 0.9
"""Share of rows that have as many cells as most: some stand above the header or below the table."""


def doubled_quotes(text: str, separator: str | None) -> str | None:
    """The text with ``""`` for each ``\\"``, where it is a table only so; else None.

    A cell may end with a backslash, as a folder's name does, and be closed by the mark behind it:
    what is a table as it stands is left so.
    """
    if '\\"' not in text:
        return None
    changed = _ESCAPED.sub(r'\1""', text)
    for mark in SEPARATORS if separator is None else separator:
        if _is_table(changed, mark):
            return None if _is_table(text, mark) else changed
    return None


def _is_table(text: str, mark: str) -> bool:
    """Whether quotes stand around whole cells, and rows have several cells, nearly all as many."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        widths = Counter(len(row) for row in rows if row)
    except csv.Error:
        return False
    if not widths:
        return False
    width, count = widths.most_common(1)[0]
    return width > 1 and count > 1 and count >= _EVEN * widths.total()
