"""Which series each row of a table is of."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.collecting import Problems, name_rows
from rnnsearch.data.raw.tables import Column

__all__ = ["groups_of"]


def groups_of(
    column: Column | None, name: str, rows: np.ndarray, problems: Problems
) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the series, by their first row, and (R,) which of them each row is of.

    Args:
        column: That says so; None where all rows are of one series.
        name: Of the column.
        rows: (R,) where each row stands in the file.
        problems: Where to note rows of no series.
    """
    if column is None:
        return ("",), np.zeros(len(rows), dtype=np.int64)
    index: dict[str, int] = {}
    numbers = (index.setdefault(label, len(index)) for label in column.texts())
    group = np.fromiter(numbers, np.int64, len(rows))
    empty = rows[group == index.get("", -1)]
    if len(empty):
        received = f"nothing in {name_rows(empty)} of '{name}'"
        advice = "name the series of each row"
        problems.add("data.series", "must have a value in every row", received, advice)
    return tuple(index), group
