"""Rows that a time stamp has several of, and that say the same but for a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rnnsearch.data.raw.tables import Table
from rnnsearch.guessing.column_cells import column_cells, parse_numbers

__all__ = ["say_the_same"]

_SAME = 0.95
"""Share of the rows with another's time stamp that must have its numbers, too."""
_AMOUNTS = 10
"""Different numbers of a column from which equal ones are no chance."""


def say_the_same(table: Table, times: np.ndarray, names: Sequence[str]) -> bool:
    """Whether rows of one time stamp have the same numbers: they are one row, and no series.

    As an hour has a row for each kind of weather in it, and its traffic in all of them.

    Args:
        table: The file.
        times: Of its rows (R,).
        names: Its other columns.
    """
    moments = pd.Series(times)
    later = moments.duplicated().to_numpy()
    if not later.any() or later.mean() > 1 / 2:
        return False
    if (times[1:] != times[:-1])[later[1:]].any():
        return False  # series below each other
    same, measured = np.ones(int(later.sum()), bool), False
    for name in names:
        values, _ = parse_numbers(column_cells(table, name))
        if np.isnan(values).mean() > 1 / 2 or len(np.unique(values)) <= _AMOUNTS:
            continue
        first = pd.Series(values).groupby(moments).transform("first").to_numpy()
        same &= (values == first)[later] | np.isnan(first[later])
        measured = True
    return measured and bool(same.mean() >= _SAME)
