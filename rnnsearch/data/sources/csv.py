"""A table in a text file: comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from rnnsearch.data.problems import Problems, name_rows
from rnnsearch.data.series.table import Table
from rnnsearch.data.sources._base import TableReader
from rnnsearch.data.sources._cells import PADDING, BytesColumn, Cells
from rnnsearch.data.sources._unquoted import SEPARATORS, read_unquoted

__all__ = ["CsvReader"]

_ROWS = 1 << 14
"""Rows of a block."""


class CsvReader(TableReader):
    """Reads CSV files."""

    def read(self, path: Path) -> Table:
        """Read a CSV file: UTF-8, a header line; comma, semicolon or tab between cells.

        Raises:
            InvalidData: The file is missing, is no text, is empty, or its rows differ in length.
        """
        return read_unquoted(path) or _read_quoted(path)


@dataclass
class _Found:
    """What a file holds, as far as it was read.

    Attributes:
        header: Column names.
        rows: Of each block, where its rows stand in the file.
        blocks: The cells, up to the first row that is uneven.
        uneven: Rows with more or fewer cells than the header.
        count: Cells of the first of them.
    """

    header: list[str] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    blocks: list[Cells] = field(default_factory=list)
    uneven: list[int] = field(default_factory=list)
    count: int = 0


def _read_quoted(path: Path) -> Table:
    """Any file, cell by cell."""
    problems = Problems()
    found = _Found()
    try:
        _read_cells(path, found)
    except FileNotFoundError:
        advice = "a path in a spec is relative to the spec's folder"
        problems.add("data.path", "must be an existing file", str(path), advice)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        advice = "save it as UTF-8 text with commas"
        problems.add("data.path", "must be a readable CSV file", f"{path} ({error})", advice)
    problems.raise_any()
    header, uneven = found.header, found.uneven
    if not found.rows:
        what = "only a header line" if any(header) else "an empty file"
        problems.add(
            "data.path", "must have a header line and rows below it", what, f"look at {path}"
        )
    if uneven:
        received = f"{found.count} in row {uneven[0]}"
        if len(uneven) > 1:
            received += f", and other counts than {len(header)} in {name_rows(uneven)}"
        advice = "quote cells that contain the separator"
        must = f"must have {len(header)} cells in every row, like the header"
        problems.add("data.path", must, received, advice)
    problems.raise_any()
    columns = tuple(BytesColumn(found.blocks, index) for index in range(len(header)))
    return Table(tuple(header), np.concatenate(found.rows, dtype=np.int64), columns)


def _read_cells(path: Path, found: _Found) -> None:
    """Go through a file.

    Raises:
        OSError, UnicodeDecodeError, csv.Error: It can't be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=max(SEPARATORS, key=first.count), strict=True)
        found.header = [cell.strip() for cell in next(reader, [])]
        width = len(found.header)
        numbered = ((reader.line_num, row or [""]) for row in reader if row or width <= 1)
        while block := list(islice(numbered, _ROWS)):
            found.rows.append([number for number, _ in block])
            uneven = [(number, len(row)) for number, row in block if len(row) != width]
            if uneven and not found.uneven:
                found.count = uneven[0][1]
            found.uneven += [number for number, _ in uneven]
            if not found.uneven:
                found.blocks.append(_cells([cell for _, row in block for cell in row], width))


def _cells(texts: list[str], count: int) -> Cells:
    """The cells of some rows, `count` in each."""
    joined = "".join(texts)
    if joined.isascii():
        content = joined.encode()
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    else:
        each = [text.encode() for text in texts]
        content = b"".join(each)
        lengths = np.fromiter(map(len, each), np.int64, len(each))
    ends = np.cumsum(lengths)
    return Cells(
        memoryview(content + bytes(PADDING)),
        (ends - lengths)[::count],
        ends.reshape(-1, count),
        between=0,
        plain="\0" not in joined,
    )
