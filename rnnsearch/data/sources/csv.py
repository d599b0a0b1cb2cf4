"""A table in a text file: comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsearch.data.problems import Problems, name_rows
from rnnsearch.data.series.cells import MISSING
from rnnsearch.data.series.table import Table, TextColumn
from rnnsearch.data.sources._base import TableReader

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CsvReader"]

_SEPARATORS = ",;\t"

_LARGE = 1 << 20
"""Bytes of a file from which on pandas is worth its import: a smaller one is read in some 0.1 s."""

_PIECE = 1 << 24
"""Bytes that are looked through at once."""

_WORDS = sorted({form for word in MISSING for form in (word, word.upper(), word.title(), "NaN")})
"""What stands for no number, as it is mostly written; a column with others is read as text."""


class CsvReader(TableReader):
    """Reads CSV files."""

    def read(self, path: Path) -> Table:
        """Read a CSV file: UTF-8, a header line; comma, semicolon or tab between cells.

        Raises:
            InvalidData: The file is missing, is no text, is empty, or its rows differ in length.
        """
        return _read_large(path) or _read_any(path)


@dataclass(frozen=True)
class _Form:
    """A file that has as many cells in every line, and quotes around whole cells only.

    Attributes:
        path: Where it is.
        separator: Between cells.
        header: Column names.
        rows: R, lines below the header.
    """

    path: Path
    separator: str
    header: tuple[str, ...]
    rows: int


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
        column = _frame(self.form, usecols=[self.index], dtype=str, na_filter=False)
        return [cell.strip() for cell in column[self.index].tolist()]

    def numbers(self) -> np.ndarray | None:
        """The cells, where all are numbers or empty."""
        return self.values

    def times(self) -> np.ndarray | None:
        """None: these are text."""
        return None

    def zone(self) -> str:
        """None."""
        return ""


def _read_large(path: Path) -> Table | None:
    """A large file by pandas; None of a small one, and where `_read_any` must have a look.

    Of what is wrong with a file pandas says too little, and it fills up rows that are short.
    """
    form = _form(path)
    if form is None:
        return None
    try:
        frame = _frame(form, na_values=_WORDS, keep_default_na=False, low_memory=False)
    except ValueError:  # pandas's ParserError and Unicode's errors among them
        return None
    if len(frame) != form.rows:
        return None
    columns = [_numbers(frame[index]) for index in range(len(form.header))]
    large = (_LargeColumn(form, index, values) for index, values in enumerate(columns))
    return Table(form.header, np.arange(form.rows) + 2, tuple(large))


def _form(path: Path) -> _Form | None:
    """The form of a large file, by counting separators; None of another, or of an odd one."""
    try:
        if path.stat().st_size < _LARGE:
            return None
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
        separator = max(_SEPARATORS, key=first.count)
        lines = _lines(path, separator)
        header = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    if lines is None or lines.rows < 1 or len(header) == 1:
        return None
    even = lines.separators == (len(header) - 1) * (lines.rows + 1)
    return _Form(path, separator, tuple(header), lines.rows) if even else None


class _Lines(NamedTuple):
    """How many rows there are below the header, and separators in all."""

    rows: int
    separators: int


def _lines(path: Path, separator: str) -> _Lines | None:
    """What a file's lines hold; None where some are odd, as those with quotes inside cells are."""
    mark, ends, returns, separators = separator.encode(), 0, 0, 0
    inside = re.compile(rb'"(?<=[^%b\r\n]")(?=[^%b\r\n])' % (mark, mark))
    with path.open("rb") as file:
        while piece := file.read(_PIECE) + file.readline():
            if b"\0" in piece or inside.search(piece):
                return None
            ends += piece.count(b"\n") + (piece[-1:] != b"\n")
            returns += piece.count(b"\r")
            separators += piece.count(mark)
    return _Lines(ends - 1, separators) if returns in (0, ends) else None


def _frame(form: _Form, **how: Any) -> pd.DataFrame:
    """The lines below the header, columns by their position.

    Raises:
        ValueError: A line is longer than the header, or is no text.
    """
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(
        form.path,
        sep=form.separator,
        header=None,
        skiprows=1,
        names=range(len(form.header)),
        index_col=False,
        encoding="utf-8-sig",
        skip_blank_lines=False,
        **how,
    )
    return frame


def _numbers(column: pd.Series[Any]) -> np.ndarray | None:
    """A column as pandas read it, where that is as numbers."""
    return column.to_numpy(np.float64) if column.dtype.kind in "iuf" else None


def _read_any(path: Path) -> Table:
    """Any file, cell by cell."""
    problems = Problems()
    header: list[str] = []
    rows: list[int] = []
    cells: list[list[str]] = []
    uneven: list[int] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(_SEPARATORS, key=first.count), strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            for row in reader:
                if not row and len(header) > 1:
                    continue
                rows.append(reader.line_num)
                cells.append([cell.strip() for cell in row] or [""])
                if len(cells[-1]) != len(header):
                    uneven.append(reader.line_num)
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file", str(path), advice)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        advice = "save it as UTF-8 text with commas"
        problems.add("data.path", "must be a readable CSV file", f"{path} ({error})", advice)
    problems.raise_any()
    if not cells:
        what = "only a header line" if any(header) else "an empty file"
        problems.add(
            "data.path", "must have a header line and rows below it", what, f"look at {path}"
        )
    if uneven:
        at = uneven[0]
        count = len(cells[rows.index(at)])
        received = f"{count} in row {at}"
        if len(uneven) > 1:
            received += f", and other counts than {len(header)} in {name_rows(uneven)}"
        advice = "quote cells that contain the separator"
        must = f"must have {len(header)} cells in every row, like the header"
        problems.add("data.path", must, received, advice)
    problems.raise_any()
    columns = tuple(TextColumn(column) for column in zip(*cells, strict=True))
    return Table(tuple(header), np.asarray(rows, dtype=np.int64), columns)
