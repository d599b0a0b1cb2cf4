"""A table with one sequence a row, in any file that a time series may come in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnsearch.data.sources._base import RowsReader
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.tokens.table import TextTable

__all__ = ["RowsTableReader"]


class RowsTableReader(RowsReader):
    """Reads CSV and TSV files."""

    def read(self, path: Path, settings: Mapping[str, Any]) -> TextTable:
        """All cells; the table says itself what separates them."""
        table = CsvReader().read(path)
        columns = tuple(tuple(column.texts()) for column in table.columns)
        return TextTable(table.header, table.rows, columns)
