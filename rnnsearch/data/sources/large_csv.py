"""A large table in a text file, read by pandas where it is as plain as programs write it."""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsearch.data.raw.cell_numbers import MISSING
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources.header_rows import is_nameless, places, said_nameless
from rnnsearch.data.sources.headers import is_units
from rnnsearch.data.sources.numbers import plain_numbers
from rnnsearch.data.sources.plain_columns import bare_cells
from rnnsearch.data.sources.remarks import end_of_remarks
from rnnsearch.data.sources.separators import find_separator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_large"]

_LARGE = 1 << 20
"""Bytes of a file from which on pandas is worth its import: a smaller one is read in some 0.1 s."""

_LOOKED_AT = 200
"""Lines of a large file that decide about its separator."""

_SAMPLE = 1000
"""Rows that say whether a column has zeros before its numbers."""

_KEPT_CELLS = 2_000_000
"""Cells of a file whose texts are kept, some 120 MB at most; of more, few columns are."""

_KEPT_COLUMNS = 8
"""Of a larger file: a cell takes 8 bytes, and 60 more where it is like no other."""

_AS_TEXT: dict[str, Any] = {"dtype": str, "na_filter": False}

_PIECE = 1 << 24
"""Bytes that are looked through at once."""

_WORDS = sorted({form for word in MISSING for form in (word, word.upper(), word.title(), "NaN")})
"""What stands for no number, as it is mostly written; a column with others is read as text."""


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
        if few:
            return [*_stripped(self.form, self.index)]
        return [*_cells(self.form, self.index)]

    def numbers(self) -> np.ndarray | None:
        """The cells, where all are numbers or empty."""
        return self.values

    def times(self) -> np.ndarray | None:
        """None: these are text."""
        return None

    def zone(self) -> str:
        """Empty: text has no type that would say one."""
        return ""


def read_large(path: Path, header: str) -> Table | None:
    """A large file by pandas; None of a small one, and where the other reader must have a look.

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
    padded = _padded(form)
    columns = [
        None if index in padded else _numbers(frame[index]) for index in range(len(form.header))
    ]
    if any(_dressed(frame[at]) for at, values in enumerate(columns) if values is None):
        return None
    large = (_LargeColumn(form, index, values) for index, values in enumerate(columns))
    notes = () if form.above or header != "auto" else (said_nameless(form.header),)
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
    above = 0 if is_nameless(header, below, asked) else 1
    names = header if above else places(header)
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


def _padded(form: _Form) -> set[int]:
    """Columns of codes such as 007, as far as the first rows say: what pandas reads loses zeros."""
    some = _frame(form, nrows=_SAMPLE, **_AS_TEXT)
    columns = range(len(form.header))
    return {index for index in columns if some[index].str.fullmatch(r"\s*0\d+\s*").any()}


@functools.lru_cache(maxsize=1)
def _texts(form: _Form) -> pd.DataFrame:
    """All cells as text, of the file that was read last."""
    return _frame(form, **_AS_TEXT)


@functools.lru_cache(maxsize=_KEPT_COLUMNS)
def _stripped(form: _Form, index: int) -> tuple[str, ...]:
    """A column of `_texts`, the space around its cells removed."""
    return tuple([cell.strip() for cell in _texts(form)[index].tolist()])


@functools.lru_cache(maxsize=_KEPT_COLUMNS)
def _cells(form: _Form, index: int) -> tuple[str, ...]:
    """A column as text, each cell that occurs many times one string."""
    codes, cells = _frame(form, usecols=[index], **_AS_TEXT)[index].factorize()
    once = np.array([cell.strip() for cell in cells], dtype=object)
    return tuple(once[codes].tolist())


def _dressed(column: pd.Series[Any]) -> bool:
    """Whether a sample of texts are numbers in a notation of their own."""
    some = column.iloc[:: max(1, len(column) // 1000)]
    cells = ["" if cell is None or cell != cell else str(cell).strip() for cell in some]
    numbers = any(plain_numbers(cells, decimal) is not None for decimal in ".,")
    return numbers or bare_cells(cells) is not None


def _numbers(column: pd.Series[Any]) -> np.ndarray | None:
    """A column as pandas read it, where that is as numbers."""
    return column.to_numpy(np.float64) if column.dtype.kind in "iuf" else None
