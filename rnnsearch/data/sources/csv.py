"""A table in a text file: comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_rows
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources._base import TableReader
from rnnsearch.data.sources.dialect import CutText, cut_text
from rnnsearch.data.sources.encodings import decode
from rnnsearch.data.sources.foreign import foreign, way_out
from rnnsearch.data.sources.header_rows import named_columns
from rnnsearch.data.sources.headers import (
    UNNAMED,
    without_repeats,
)
from rnnsearch.data.sources.large_csv import read_large
from rnnsearch.data.sources.packed import unpacked
from rnnsearch.data.sources.plain_columns import plain_columns
from rnnsearch.data.sources.separators import halve_numbers
from rnnsearch.data.sources.tables_below import check_one_header

__all__ = ["CsvReader"]

_NOTHING: Mapping[str, Any] = {}


class CsvReader(TableReader):
    """Reads CSV files."""

    def read(self, path: Path, asked: Mapping[str, Any] = _NOTHING) -> Table:
        """Read a table in a text file, in whatever dialect it has.

        Raises:
            InvalidData: The file is missing, is no text, is empty, or its rows differ in length.
        """
        said = {key: value for key, value in asked.items() if value not in (None, "auto")}
        large = said in ({}, {"header": UNNAMED})
        return (read_large(path, said.get("header", "auto")) if large else None) or _read_any(
            path, said
        )


def _read_any(path: Path, asked: Mapping[str, Any]) -> Table:
    """Any file, cell by cell."""
    problems = Problems()
    text, said, encoding = _text(path, asked, problems)
    problems.raise_any()
    try:
        cut = cut_text(text, asked)
    except csv.Error as error:  # a cell beyond the module's limit
        advice = "save it as UTF-8 text with commas"
        problems.add("data.path", "must be a readable CSV file", f"{path} ({error})", advice)
    problems.raise_any()
    _check_quotes(cut, path, problems)
    header, cells, rows, notes = named_columns(cut, asked)
    if not cells:
        what = "only a header line" if any(header) else "an empty file"
        problems.add(
            "data.path", "must have a header line and rows below it", what, f"look at {path}"
        )
    problems.raise_any()
    cells, rows, again = without_repeats(cut.cells[0], cells, rows, cells is cut.cells)
    _check_even(header, cells, rows, cut, problems)
    check_one_header(header, cells, rows, problems)
    problems.raise_any()
    plain = plain_columns(cells, cut.separator, asked)
    decided = {"decimal": "," if plain.decimal == "," else "", "encoding": encoding}
    return Table(
        tuple(header),
        np.asarray(rows, dtype=np.int64),
        plain.columns,
        notes=(*filter(None, [said]), *cut.notes, *notes, *again, *plain.notes),
        decided={key: value for key, value in decided.items() if value},
    )


def _text(path: Path, asked: Mapping[str, Any], problems: Problems) -> tuple[str, str, str]:
    """The text of a file, a note about its encoding, and which was found; else problems."""
    try:
        content = unpacked(path.read_bytes())
        what = foreign(content)
        if what:
            advice = way_out(path) or "save it as UTF-8 text with commas"
            problems.add("data.path", "must be a text file", f"{path} ({what})", advice)
            return "", "", ""
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
    return "", "", ""


def _check_quotes(cut: CutText, path: Path, problems: Problems) -> None:
    """A quotation mark that swallows rows, or is never closed, must not do so in silence."""
    advice = 'correct it, or set data.dialect: {quotes: none} where " is a mark of the text'
    if cut.swallowed:
        must = "must have no quoted cell that holds rows of the table"
        problems.add("data.path", must, f"one that begins in row {cut.swallowed}", advice)
    elif cut.unclosed:
        must = "must have quotes around whole cells, which end"
        problems.add("data.path", must, f"others in row {cut.unclosed} of {path}", advice)
    problems.raise_any()


def _check_even(
    header: Sequence[str], cells: list[list[str]], rows: list[int], cut: CutText, problems: Problems
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
