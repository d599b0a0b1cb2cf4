"""A table in a text file: comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsearch.data.collecting import Problems, name_rows
from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources._base import TableReader
from rnnsearch.data.sources.dialect import Cut, cut_text, decode
from rnnsearch.data.sources.foreign import foreign, way_out
from rnnsearch.data.sources.headers import (
    UNNAMED,
    has_header,
    is_units,
    join_levels,
    said_unnamed,
    without_repeats,
)
from rnnsearch.data.sources.numbers import plain_numbers
from rnnsearch.data.sources.packed import unpacked
from rnnsearch.data.sources.plain_columns import bare_cells, plain_columns
from rnnsearch.data.sources.remarks import end_of_remarks
from rnnsearch.data.sources.separators import find_separator, halve_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CsvReader"]

_NOTHING: Mapping[str, Any] = {}

_LARGE = 1 << 20
"""Bytes of a file from which on pandas is worth its import: a smaller one is read in some 0.1 s."""

_LOOKED_AT = 200
"""Lines of a large file that decide about its separator."""

_KEPT_CELLS = 2_000_000
"""Cells of a file whose texts are kept, some 120 MB at most; of more, a column is read again."""

_AS_TEXT: dict[str, Any] = {"dtype": str, "na_filter": False}

_PIECE = 1 << 24
"""Bytes that are looked through at once."""

_WORDS = sorted({form for word in MISSING for form in (word, word.upper(), word.title(), "NaN")})
"""What stands for no number, as it is mostly written; a column with others is read as text."""


class CsvReader(TableReader):
    """Reads CSV files."""

    def read(self, path: Path, asked: Mapping[str, Any] = _NOTHING) -> Table:
        """Read a table in a text file, in whatever dialect it has.

        Raises:
            InvalidData: The file is missing, is no text, is empty, or its rows differ in length.
        """
        said = {key: value for key, value in asked.items() if value not in (None, "auto")}
        large = said in ({}, {"header": UNNAMED})
        return (_read_large(path, said.get("header", "auto")) if large else None) or _read_any(
            path, said
        )


@dataclass(frozen=True)
class _Form:
    """A file that has as many cells in every line, and quotes around whole cells only.

    Attributes:
        path: Where it is.
        separator: Between cells.
        header: Column names.
        above: Lines above the rows: one of names, or none.
        rows: R, lines below it.
        written: When, in nanoseconds: another file may have the same name.
    """

    path: Path
    separator: str
    header: tuple[str, ...]
    above: int
    rows: int
    written: int


@dataclass(frozen=True)
class _LargeColumn:
    """A column whose text is read again where it is asked for: strings take much memory.

    Attributes:
        form: The file.
        index: Which of its columns.
        values: (R,) float64, NaN where nothing is; None where a cell may be no number.
    """

    form: _Form
    index: int
    values: np.ndarray | None

    def texts(self) -> list[str]:
        """The cells, the space around them removed."""
        few = self.form.rows * len(self.form.header) <= _KEPT_CELLS
        column = _texts(self.form) if few else _frame(self.form, usecols=[self.index], **_AS_TEXT)
        return [cell.strip() for cell in column[self.index].tolist()]

    def numbers(self) -> np.ndarray | None:
        """The cells, where all are numbers or empty."""
        return self.values

    def times(self) -> np.ndarray | None:
        """None: these are text."""
        return None

    def zone(self) -> str:
        """Empty: text has no type that would say one."""
        return ""


def _read_large(path: Path, header: str) -> Table | None:
    """A large file by pandas; None of a small one, and where `_read_any` must have a look.

    Of what is wrong with a file pandas says too little, and it fills up rows that are short.
    """
    form = _form(path, header)
    if form is None:
        return None
    try:
        frame = _frame(form, na_values=_WORDS, keep_default_na=False, low_memory=False)
    except ValueError:  # pandas's ParserError and Unicode's errors among them
        return None
    if len(frame) != form.rows or frame.iloc[-1].isna().all():  # empty rows below the table
        return None
    columns = [_numbers(frame[index]) for index in range(len(form.header))]
    if any(_dressed(frame[at]) for at, values in enumerate(columns) if values is None):
        return None
    large = (_LargeColumn(form, index, values) for index, values in enumerate(columns))
    notes = () if form.above or header != "auto" else (_said_nameless(form.header),)
    return Table(form.header, np.arange(form.rows) + 1 + form.above, tuple(large), notes)


def _form(path: Path, asked: str) -> _Form | None:
    """The form of a large file, by counting separators; None of another, or of an odd one."""
    try:
        if path.stat().st_size < _LARGE:
            return None
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            head = [first, *(file.readline() for _ in range(_LOOKED_AT))]
        separator = find_separator([line.rstrip("\r\n") for line in head])
        lines = _lines(path, separator, first)
        header = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    if lines is None or lines.rows < 1 or len(header) == 1 or not all(header):
        return None
    below = [[cell.strip() for cell in row] for row in csv.reader(head[1:], delimiter=separator)]
    if is_units(below[0], below[1:]):
        return None
    if end_of_remarks([header, *below], len(header)):
        return None
    if lines.separators != (len(header) - 1) * (lines.rows + 1):
        return None
    above = 0 if _nameless(header, below, asked) else 1
    names = header if above else _places(header)
    written = path.stat().st_mtime_ns
    return _Form(path, separator, tuple(names), above, lines.rows + 1 - above, written)


class _Lines(NamedTuple):
    """How many rows there are below the header, and separators in all."""

    rows: int
    separators: int


def _lines(path: Path, separator: str, header: str) -> _Lines | None:
    """What a file's lines hold; None where some are odd, as those with quotes inside cells are."""
    again = b"\n" + header.strip().encode()
    mark, ends, returns, pairs, separators = separator.encode(), 0, 0, 0, 0
    inside = re.compile(rb'"(?<=[^%b\r\n]")(?=[^%b\r\n])' % (mark, mark))
    with path.open("rb") as file:
        while piece := file.read(_PIECE) + file.readline():
            if b"\0" in piece or again in piece or inside.search(piece):
                return None
            ends += piece.count(b"\n") + (piece[-1:] != b"\n")
            returns += piece.count(b"\r")
            pairs += piece.count(b"\r\n")
            separators += piece.count(mark)
    # A return that stands alone ends a line, too, or stands in a cell.
    return _Lines(ends - 1, separators) if not returns or returns == pairs == ends else None


def _frame(form: _Form, **how: Any) -> pd.DataFrame:
    """The lines below the header, columns by their position.

    Raises:
        ValueError: A line is longer than the header, or is no text.
    """
    import pandas as pd

    # Where the first line is longer than the header, pandas takes what is too much for an index;
    # with `index_col=False` it would drop it without a word.
    frame: pd.DataFrame = pd.read_csv(
        form.path,
        sep=form.separator,
        header=None,
        skiprows=form.above,
        names=range(len(form.header)),
        encoding="utf-8-sig",
        skip_blank_lines=False,
        **how,
    )
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("the first line is longer than the header")
    return frame


@functools.lru_cache(maxsize=1)
def _texts(form: _Form) -> pd.DataFrame:
    """All cells as text, of the file that was read last."""
    return _frame(form, **_AS_TEXT)


def _dressed(column: pd.Series[Any]) -> bool:
    """Whether a sample of texts are numbers in a notation of their own."""
    some = column.iloc[:: max(1, len(column) // 1000)]
    cells = ["" if cell is None or cell != cell else str(cell).strip() for cell in some]
    numbers = any(plain_numbers(cells, decimal) is not None for decimal in ".,")
    return numbers or bare_cells(cells) is not None


def _numbers(column: pd.Series[Any]) -> np.ndarray | None:
    """A column as pandas read it, where that is as numbers."""
    return column.to_numpy(np.float64) if column.dtype.kind in "iuf" else None


def _read_any(path: Path, asked: Mapping[str, Any]) -> Table:
    """Any file, cell by cell."""
    problems = Problems()
    text, said = _text(path, asked, problems)
    problems.raise_any()
    try:
        cut = cut_text(text, asked)
    except csv.Error as error:  # a cell beyond the module's limit
        advice = "save it as UTF-8 text with commas"
        problems.add("data.path", "must be a readable CSV file", f"{path} ({error})", advice)
    problems.raise_any()
    _check_quotes(cut, path, problems)
    header, cells, rows, notes = _headed(cut, asked)
    if not cells:
        what = "only a header line" if any(header) else "an empty file"
        problems.add(
            "data.path", "must have a header line and rows below it", what, f"look at {path}"
        )
    problems.raise_any()
    cells, rows, again = without_repeats(cut.cells[0], cells, rows, cells is cut.cells)
    _check_even(header, cells, rows, cut, problems)
    columns, more = plain_columns(cells, cut.separator, asked)
    table = Table(tuple(header), np.asarray(rows, dtype=np.int64), columns)
    found = (*filter(None, [said]), *cut.notes, *notes, *again, *more)
    return replace(table, notes=found, decimal=more.decimal)


def _text(path: Path, asked: Mapping[str, Any], problems: Problems) -> tuple[str, str]:
    """The text of a file, and a note about its encoding; "" with a problem noted."""
    try:
        content = unpacked(path.read_bytes())
        what = foreign(content)
        if what:
            advice = way_out(path) or "save it as UTF-8 text with commas"
            problems.add("data.path", "must be a text file", f"{path} ({what})", advice)
            return "", ""
        return decode(content, asked.get("encoding"))
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file", str(path), advice)
    except LookupError as error:
        must, advice = "must be an encoding", "such as utf-8, latin-1, cp1252 or utf-16"
        problems.add("data.dialect.encoding", must, str(error), advice)
    except (OSError, UnicodeError) as error:
        advice = "save it as UTF-8 text with commas, or set data.dialect.encoding"
        problems.add("data.path", "must be a readable CSV file", f"{path} ({error})", advice)
    return "", ""


def _check_quotes(cut: Cut, path: Path, problems: Problems) -> None:
    """A quotation mark that swallows rows, or is never closed, must not do so in silence."""
    advice = 'correct it, or set data.dialect: {quotes: none} where " is a mark of the text'
    if cut.swallowed:
        must = "must have no quoted cell that holds rows of the table"
        problems.add("data.path", must, f"one that begins in row {cut.swallowed}", advice)
    elif cut.unclosed:
        must = "must have quotes around whole cells, which end"
        problems.add("data.path", must, f"others in row {cut.unclosed} of {path}", advice)
    problems.raise_any()


def _headed(
    cut: Cut, asked: Mapping[str, Any]
) -> tuple[list[str], list[list[str]], list[int], list[str]]:
    """Names of columns, the cells and lines of the rows below, and notes."""
    if not cut.cells:
        return [], [], [], []
    first, *rest = cut.cells
    if _nameless(first, rest, asked.get("header", "auto")):
        names = _places(first)
        notes = [] if asked.get("header") else [_said_nameless(names)]
        return names, cut.cells, cut.lines, notes
    header = [name.strip() or f"column_{at}" for at, name in enumerate(first, 1)]
    header = first if len(first) == 1 else header
    names, levels = join_levels(header, rest)
    if levels:
        note = f"the header has {levels + 1} lines: columns are called {', '.join(names[:4])}"
        return names, rest[levels:], cut.lines[1 + levels :], [note]
    for count in (2, 1):  # loggers write units, and what was computed of each
        if len(rest) > count and all(is_units(row, rest[count:]) for row in rest[:count]):
            numbers = " and ".join(map(str, cut.lines[1 : 1 + count]))
            said = f"row {numbers} is left out: it holds"
            if count > 1:
                said = f"rows {numbers} are left out: they hold"
            note = f"{said} units ({', '.join(rest[0][:4])})"
            return header, rest[count:], cut.lines[1 + count :], [note]
    return header, rest, cut.lines[1:], []


def _places(cells: Sequence[str]) -> list[str]:
    """What columns without names are called."""
    return [f"column_{number}" for number in range(1, len(cells) + 1)]


def _said_nameless(names: Sequence[str]) -> str:
    return f"no header line was found: columns are called {names[0]}, … (data.dialect.header)"


def _nameless(first: list[str], rest: list[list[str]], header: str | int) -> bool:
    """Whether the first row has no names of columns: said, seen, or so in training."""
    if header == UNNAMED:
        return not said_unnamed(first) and not has_header(first, rest, usual=False)
    return header == "none" or (header == "auto" and not has_header(first, rest))


def _check_even(
    header: Sequence[str], cells: list[list[str]], rows: list[int], cut: Cut, problems: Problems
) -> None:
    """Every row must have as many cells as the header."""
    uneven = [row for row, found in zip(rows, cells, strict=True) if len(found) != len(header)]
    if not uneven:
        return
    at = uneven[0]
    count = len(cells[rows.index(at)])
    received = f"{count} in row {at}"
    if len(uneven) > 1:
        received += f", and other counts than {len(header)} in {name_rows(uneven)}"
    advice = "quote cells that contain the separator, or set data.dialect.separator"
    if halve_numbers(header, cells, count):
        advice = "numbers seem to have commas for their points: write points, or ; between cells"
    must = f"must have {len(header)} cells in every row, like the header"
    problems.add("data.path", must, received, advice)
    problems.raise_any()
