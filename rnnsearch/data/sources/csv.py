"""A table in a text file: comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rnnsearch.data.problems import Problems, name_rows
from rnnsearch.data.series.table import Table, TextColumn
from rnnsearch.data.sources._base import TableReader

__all__ = ["CsvReader"]


class CsvReader(TableReader):
    """Reads CSV files."""

    def read(self, path: Path) -> Table:
        """Read a CSV file: UTF-8, a header line; comma, semicolon or tab between cells.

        Raises:
            InvalidData: The file is missing, is no text, is empty, or its rows differ in length.
        """
        problems = Problems()
        header: list[str] = []
        rows: list[int] = []
        cells: list[list[str]] = []
        uneven: list[int] = []
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline()
                file.seek(0)
                reader = csv.reader(file, delimiter=max(",;\t", key=first.count), strict=True)
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
