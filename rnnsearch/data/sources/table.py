"""A table with one sequence a row, in any file that a time series may come in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnsearch.data.raw.text_rows import TextTable
from rnnsearch.data.sources._base import RowsReader, TableReader
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.parquet import ParquetReader

__all__ = ["RowsTableReader"]


class RowsTableReader(RowsReader):
    """Reads CSV, TSV and Parquet files."""

    def read(self, path: Path, settings: Mapping[str, Any]) -> TextTable:
        """All cells; a text file says itself what separates them."""
        table = _reader(path).read(path, settings.get("dialect") or {})
        columns = tuple(tuple(column.texts()) for column in table.columns)
        return TextTable(table.header, table.rows, columns, table.notes, table.decided)


def _reader(path: Path) -> TableReader:
    """By the name's ending, as both kinds of file are called a table."""
    return ParquetReader() if path.suffix.lower() in (".parquet", ".pq") else CsvReader()
