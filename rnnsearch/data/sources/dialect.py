"""How a text file holds a table: separator, quotes, where it begins and ends.

Everything is decided by many lines. Lines that have as many separators as all others are rows, so
that a quotation mark that nobody closes can't swallow any.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.sources.drawn import without_drawing
from rnnsearch.data.sources.escapes import NOTE, doubled_quotes
from rnnsearch.data.sources.headers import has_header, is_time
from rnnsearch.data.sources.quoted_lines import are_rows
from rnnsearch.data.sources.remarks import end_of_remarks
from rnnsearch.data.sources.separators import (
    count_marks,
    find_separator,
    halve_numbers,
    name_rows_as_r,
    without_ends,
)
from rnnsearch.data.sources.spaces import by_spaces
from rnnsearch.data.sources.tables_below import without_other_tables

__all__ = ["CutText", "cut_text"]

_MOST_OUTSIDE = 30
"""Lines above the header, and below the last row, that may be left out."""
_FEW_ROWS, _MOST_TOTALS = 10, 3
"""Rows of which the last so many may be totals."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAMES = 4
"""Words of a cell that is no name of a row."""
_DIRECTIVE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


@dataclass(frozen=True)
class CutText:
    """A text as lines of cells.

    Attributes:
        separator: Between cells.
        cells: Of each row, the header among them.
        lines: On which line of the file each row ends, from 1.
        notes: What was decided, for the user.
        swallowed: The line at which a quoted cell begins that holds what look like rows; 0 if none.
        unclosed: The line at which a quoted cell begins that never ends; 0 if none.
    """

    separator: str
    cells: list[list[str]]
    lines: list[int]
    notes: tuple[str, ...]
    swallowed: int = 0
    unclosed: int = 0


def cut_text(text: str, asked: Mapping[str, Any]) -> CutText:
    """The rows of a text.

    Args:
        text: The whole file.
        asked: What the spec says: ``separator``, ``quotes``, ``header``.
    """
    notes: list[str] = []
    quoted = asked.get("quotes") != "none"
    doubled = doubled_quotes(text, asked.get("separator")) if quoted else None
    if doubled is not None:
        text = doubled
        notes.append(NOTE)
    lines = _split(text)
    lines, others = without_other_tables(lines, asked.get("header"))
    notes += others
    first = 0
    directive = _DIRECTIVE.fullmatch(lines[0]) if lines else None
    separator: str | None = asked.get("separator")
    if directive:
        first, separator = 1, separator or directive[1]
    if separator in (None, "|") and (bare := without_drawing(lines)):
        lines = bare
        notes.append("lines of dashes and bars around the table are left out")
    if separator is None and (spaced := by_spaces(lines)):
        lines, separator = spaced, "\t"
        notes.append("cells are separated by spaces")
    if separator is None:
        lines = [*lines[:first], *without_ends(lines[first:])]
    separator = separator or find_separator(lines[first:])
    lines = _without_comments(lines, separator, notes)
    rows, numbers, swallowed, unclosed = _rows(lines, first, separator, quoted)
    rows = _without_margin(_without_quotes(rows))
    if len(rows) > 1 and not swallowed and not unclosed:
        rows, numbers = _trimmed(rows, numbers, asked.get("header"), notes)
    return CutText(separator, rows, numbers, tuple(notes), swallowed, unclosed)


def _split(text: str) -> list[str]:
    """Lines, as files end them: other line ends of Unicode are part of a cell."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def _rows(
    lines: Sequence[str], first: int, separator: str, quoted: bool
) -> tuple[list[list[str]], list[int], int, int]:
    """Cells and line numbers; and where a quoted cell swallows rows, or is never closed."""
    given = list(enumerate(lines[first:], first + 1))
    filled = [(number, line) for number, line in given if line.strip() or separator in line]
    counts = Counter(count_marks(line, separator) for _, line in filled)
    usual = counts.most_common(1)[0][0] if counts else 0
    kept = filled if usual else given
    if not quoted:
        cells = [[cell.strip() for cell in line.split(separator)] for _, line in kept]
        return cells, [number for number, _ in kept], 0, 0
    cells = [_cells(line, separator, usual + 1) for _, line in kept]
    even = _even(cells, [line for _, line in kept], usual + 1)
    if even and (not usual or not any(map(_opens, cells))):
        return cells, [number for number, _ in kept], 0, 0
    quoted_rows = _quoted_rows(lines, first, separator, usual, even)
    if not even or not (quoted_rows[2] or quoted_rows[3] or _odd(quoted_rows[0], usual + 1)):
        return quoted_rows
    return cells, [number for number, _ in kept], 0, 0


def _opens(row: Sequence[str]) -> bool:
    """Whether a cell begins with a quotation mark, of which there is no other in it."""
    return any(cell[:1] == '"' and cell.count('"') == 1 for cell in row)


def _odd(rows: Sequence[Sequence[str]], usual: int) -> bool:
    """Whether a row has other cells than most."""
    return any(len(row) != usual for row in rows)


def _cells(line: str, separator: str, usual: int) -> list[str]:
    """The cells of one line; quotes are marks of the table where that gives `usual` cells."""
    if '"' in line:
        tight = re.sub(rf'" +(?={re.escape(separator)})', '"', line)
        for text in dict.fromkeys((line, tight)):
            row = _parsed(text, separator)
            if len(row) == usual:
                return [cell.strip() for cell in row]
    return [_bare(cell) for cell in line.split(separator)]


def _parsed(line: str, separator: str) -> list[str]:
    """The cells of a line in which quotes stand around whole cells, or behind a blank; else []."""
    try:
        (row,) = csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True)
    except csv.Error:
        return []
    return row


def _even(cells: Sequence[Sequence[str]], lines: Sequence[str], usual: int) -> bool:
    """Whether lines are rows: all but some of the first and last, without quotes, are even."""
    odd = [at for at, row in enumerate(cells) if len(row) != usual]
    if not odd:
        return True
    edge = [at < _MOST_OUTSIDE or at >= len(cells) - _MOST_OUTSIDE for at in odd]
    return all(edge) and not any('"' in lines[at] for at in odd)


def _quoted_rows(
    lines: Sequence[str], first: int, separator: str, usual: int, even: bool
) -> tuple[list[list[str]], list[int], int, int]:
    """`_rows` where quoted cells have line ends or separators; lines may be `even` without it."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    spans: list[Sequence[str]] = []
    text = io.StringIO("\n".join(lines[first:]), newline="")
    reader = csv.reader(text, delimiter=separator, strict=True, skipinitialspace=True)
    before, swallowed, unclosed = first, 0, 0
    try:
        for row in reader:
            end = first + reader.line_num
            span = lines[before:end]
            alike = even or all(line.count(separator) == usual for line in span)
            if usual and len(span) > 1 and alike:
                spans.append(span)
                swallowed = swallowed or before + 1
            if row or not usual:
                rows.append([cell.strip() for cell in row] or [""])
                numbers.append(before + 1)
            before = end
    except csv.Error:
        unclosed = before + 1
    if swallowed:
        cut = [_cells(line, separator, usual + 1) for span in spans for line in span]
        whole = [row for row in rows[1:] if len(row) == usual + 1]
        swallowed = swallowed if are_rows(cut, whole) else 0
    return rows, numbers, swallowed, unclosed if not swallowed else 0


def _bare(cell: str) -> str:
    """A cell without the quotes around it, where they are a pair of their own."""
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"').strip()
    return cell


def _without_comments(lines: Sequence[str], separator: str, notes: list[str]) -> list[str]:
    """The lines, those empty that begin with ``#`` below others and have other cells than rows."""
    counts = Counter(count_marks(line, separator) for line in lines if line.strip())
    usual = counts.most_common(1)[0][0] if counts else 0
    begin = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    found = [
        at
        for at, line in enumerate(lines)
        if usual and at > begin and line.startswith("#") and count_marks(line, separator) != usual
    ]
    if found:
        notes.append(f"{_lines([found[0] + 1])} left out: '{_short([lines[found[0]]])}'")
        if len(found) > 1:
            notes[-1] += f" ({len(found)} such lines)"
    left = {*found}
    return ["" if at in left else line for at, line in enumerate(lines)]


def _without_quotes(rows: list[list[str]]) -> list[list[str]]:
    """Without ``'`` around cells, where all names of the first row have it, as databases write."""
    if not rows or not all(len(name) > 2 and name[0] == name[-1] == "'" for name in rows[0]):
        return rows
    return [[re.sub(r"^'(.*)'$", r"\1", cell, flags=re.DOTALL) for cell in row] for row in rows]


def _without_margin(rows: list[list[str]]) -> list[list[str]]:
    """Without columns at the sides in which no line has anything, as spreadsheets have margins."""
    width = len(rows[0]) if rows else 0
    if len(rows) < _FEW_ROWS or any(len(row) != width for row in rows):
        return rows
    filled = [at for at in range(width) if any(row[at] for row in rows)]
    if not filled or (filled[0] == 0 and filled[-1] == width - 1):
        return rows
    return [row[filled[0] : filled[-1] + 1] for row in rows]


def _trimmed(
    rows: list[list[str]], numbers: list[int], header: object, notes: list[str]
) -> tuple[list[list[str]], list[int]]:
    """Without lines above the header and below the last row, which have fewer cells."""
    filled = next((at for at in range(len(rows), 0, -1) if any(rows[at - 1])), 0)
    if 1 < filled < len(rows):
        notes.append(f"{_lines(numbers[filled:])} left out: nothing stands there")
        rows, numbers = rows[:filled], numbers[:filled]
    widths = [len(row) for row in rows]
    usual = Counter(widths).most_common(1)[0][0]
    if usual == 1:
        return rows, numbers
    begin = 0
    if isinstance(header, int):
        begin = next((at for at, number in enumerate(numbers) if number >= header), 0)
    else:
        while begin < min(_MOST_OUTSIDE, len(rows) - 2) and not _full(rows[begin], usual):
            begin += 1
        if halve_numbers(rows[0], rows[1:], usual):
            return rows, numbers  # for the caller to name
        begin = max(begin, end_of_remarks(rows, usual, numbers), _end_of_marks(rows))
        short = begin == 1 and widths[0] == usual - 1 and all(w == usual for w in widths[1:])
        worded = sum(len(_WORD.findall(row[0])) > _NAMES for row in rows[1:])
        if short and worded * 2 >= len(rows):
            return rows, numbers  # quotes in sentences: for the caller to name
        if short and not has_header(rows[1], rows[2:]):
            begin = 0
            if not any(row[-1] for row in rows[1:]):  # a separator at the end of each row
                rows = [rows[0], *(row[:-1] for row in rows[1:])]
                usual -= 1
            elif name_rows_as_r(rows[0], rows[1:]):
                rows[0].insert(0, "row")
    stop = len(rows)
    while stop > max(begin + 2, len(rows) - _MOST_OUTSIDE):
        if any(rows[stop - 1]) and _full(rows[stop - 1], usual):
            break
        stop -= 1
    stop -= _totals(rows[begin + 1 : stop])
    while stop > begin + 2 and not any(rows[stop - 1]):  # what parts a total from the table
        stop -= 1
    if stop - begin < 2 or any(len(row) != usual for row in rows[begin + 1 : stop]):
        return rows, numbers  # for the caller to name
    if begin and not isinstance(header, int):
        what, first = _lines(numbers[:begin]), next(filter(any, rows))
        notes.append(f"{what} above the header left out: '{_short(first)}' (data.dialect.header)")
    if stop < len(rows):
        said = next(filter(any, rows[stop:]), rows[stop])
        notes.append(f"{_lines(numbers[stop:])} below the table left out: '{_short(said)}'")
    return rows[begin:stop], numbers[begin:stop]


def _end_of_marks(rows: Sequence[Sequence[str]]) -> int:
    """How many lines begin with ``#`` above one of names, as InfluxDB says the types of columns."""
    end = next((at for at, row in enumerate(rows) if not row[0].startswith("#")), len(rows))
    return end if end < len(rows) - 2 and has_header(rows[end], rows[end + 1 :]) else 0


def _totals(rows: Sequence[Sequence[str]]) -> int:
    """How many of the last rows sum up the others.

    These begin with words, where all above have dates or numbers; or with nothing, and then a word.
    """
    if len(rows) < _FEW_ROWS:
        return 0
    at = next((at for at, cell in enumerate(rows[-1]) if cell), 0)
    named = [_is_word(row[at]) and not any(row[:at]) if len(row) > at else False for row in rows]
    count = next((number for number, name in enumerate(reversed(named)) if not name), len(named))
    above = [_is_word(row[at]) for row in rows[1 : len(rows) - count] if len(row) > at]
    return count if count <= _MOST_TOTALS and not any(above) else 0  # the first may hold units


def _is_word(cell: str) -> bool:
    """Whether a cell has something, and no number, in it."""
    return cell.lower() not in MISSING and not any(map(str.isdigit, cell))


def _full(row: Sequence[str], usual: int) -> bool:
    """Whether a row is one of the table, and no remark: it may be broken."""
    sentence = len(_WORD.findall(row[0])) > 1
    words = any(map(str.isalpha, row[0])) and (sentence or not row[0][0].isdigit())
    if len(row) == usual:
        remark = words and " " in row[0] and not any(row[1:])
        return not remark or is_time([row[0]])  # a date beside which nothing is
    return not words and any(row)


def _lines(numbers: Sequence[int]) -> str:
    return (
        "line 1 is"
        if list(numbers) == [1]
        else (
            f"line {numbers[0]} is"
            if len(numbers) == 1
            else f"lines {numbers[0]} to {numbers[-1]} are"
        )
    )


def _short(row: Sequence[str]) -> str:
    text = " ".join(filter(None, row))
    return text if len(text) < 40 else text[:37] + "…"
