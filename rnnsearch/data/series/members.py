"""Which series each row of a table is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.problems import name_rows

if TYPE_CHECKING:
    from rnnsearch.data.series.columns import ColumnReader

__all__ = ["groups_of"]


def groups_of(reader: ColumnReader) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the series, by their first row, and (R,) which of them each row is of."""
    name, rows = reader.columns.series, reader.table.rows
    column = None if name is None else reader.column(name, "data.series")
    if column is None:
        return ("",), np.zeros(len(rows), dtype=np.int64)
    index: dict[str, int] = {}
    numbers = (index.setdefault(label, len(index)) for label in column.texts())
    group = np.fromiter(numbers, np.int64, len(rows))
    empty = rows[group == index.get("", -1)]
    if len(empty):
        received = f"nothing in {name_rows(empty)} of '{name}'"
        advice = "name the series of each row"
        reader.problems.add("data.series", "must have a value in every row", received, advice)
    return tuple(index), group
