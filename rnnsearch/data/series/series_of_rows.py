"""Which series each row of a table is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnnsearch.data.collecting import Problems, name_rows
from rnnsearch.data.raw.tables import Column

__all__ = ["groups_of", "named"]


def groups_of(
    columns: Mapping[str, Column], rows: np.ndarray, problems: Problems
) -> tuple[tuple[tuple[str, ...], ...], np.ndarray]:
    """What names each series, by its first row, and (R,) which of them each row is of.

    Args:
        columns: Those that say so together, by their names; none where all rows are of one series.
        rows: (R,) where each row stands in the file.
        problems: Where to note rows of no series.
    """
    if not columns:
        return ((),), np.zeros(len(rows), dtype=np.int64)
    index: dict[tuple[str, ...], int] = {}
    cells = zip(*(column.texts() for column in columns.values()), strict=True)
    group = np.fromiter((index.setdefault(each, len(index)) for each in cells), np.int64, len(rows))
    for place, name in enumerate(columns):
        unnamed = [number for each, number in index.items() if each[place] == ""]
        if unnamed:
            received = f"nothing in {name_rows(rows[np.isin(group, unnamed)])} of '{name}'"
            advice = "name the series of each row"
            problems.add("data.series", "must have a value in every row", received, advice)
    return tuple(index), group


def named(key: Sequence[str]) -> str:
    """What names a series, a cell of each column that does, to be read."""
    return " / ".join(key)
