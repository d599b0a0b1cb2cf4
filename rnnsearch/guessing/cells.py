"""A column's cells, read as the sources read them: here alone is known how a table has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.raw.cell_numbers import empty_cells, number
from rnnsearch.data.raw.tables import Table, TextColumn

__all__ = ["column_cells", "parse_numbers"]


def column_cells(table: Table, name: str) -> Sequence[str]:
    """The cells of a column as text, "" where there is nothing."""
    return table.column(name).texts()


def parse_numbers(cells: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Cells as (R,) float64, NaN where one is no number, and (R,) bool, where one is empty."""
    values = np.array([number(cell) for cell in cells], dtype=np.float64)
    return values, empty_cells(TextColumn(cells))
