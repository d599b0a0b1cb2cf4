"""Numbers that stand for no value: the same one in several columns, far outside the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.data.raw.extremes import find_sentinel
from rnnsearch.guessing.columns import Column, flaw_of_numbers

__all__ = ["without_sentinels"]

_COLUMNS = 2
"""Columns in which the same number stands far outside the rest: of one column it is asked."""
_LARGE = 99
"""Sizes from which it is no value: -1 among amounts may say something."""


def without_sentinels(found: Sequence[Column], training: int) -> list[Column]:
    """Columns with gaps where a number stands that is no value in several of them.

    Then it is none in the others either, whatever else they hold: -200 where a sensor was off.

    Args:
        found: The columns.
        training: How many rows, from the first, there will be to train on.
    """
    numbers = [column for column in found if column.kind == "number" and not column.flaw]
    counts = Counter(find_sentinel(column.values) for column in numbers)
    several = [
        value
        for value, count in counts.items()
        if value is not None and count >= _COLUMNS and abs(value) >= _LARGE
    ]
    return [_without(column, several, training) for column in found] if several else [*found]


def _without(column: Column, several: Sequence[float], training: int) -> Column:
    """A column with gaps in place of numbers that are no values."""
    said = [value for value in several if (column.values == value).any()]
    if column.kind != "number" or column.flaw or not said:
        return column
    told = np.isin(column.values, said)
    values, gaps = np.where(told, np.nan, column.values), column.gaps | told
    flaw = flaw_of_numbers(column.name, values, gaps, training)
    absent = (*column.absent, *(f"{value:g}" for value in said))
    return replace(column, values=values, gaps=gaps, classes={}, flaw=flaw, absent=absent)
