"""Columns of 0 and 1 of which one is 1 in each row: a class for each row, not several targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.guessing.columns import Column

__all__ = ["one_hot_note"]

_FEWEST = 3
"""Columns: of two one says all that the other does."""


def one_hot_note(columns: Sequence[Column], target: Column) -> list[str]:
    """What to say where the target is one of neighbours that name one class in each row together.

    Args:
        columns: All that may be read or predicted, in the order of the file.
        target: What is predicted.
    """
    flags = {column.name: column for column in columns if _is_flag(column)}
    names = [column.name for column in columns]
    if target.name not in flags:
        return []
    first = last = names.index(target.name)
    while first > 0 and names[first - 1] in flags:
        first -= 1
    while last + 1 < len(names) and names[last + 1] in flags:
        last += 1
    for begin in range(first, last - _FEWEST + 2):
        for end in range(last + 1, begin + _FEWEST - 1, -1):
            group = names[begin:end]
            if target.name in group and _one_in_each_row([flags[name] for name in group]):
                return [_said(group)]
    return []


def _one_in_each_row(flags: Sequence[Column]) -> bool:
    return bool((np.sum([column.values for column in flags], axis=0) == 1).all())


def _said(names: Sequence[str]) -> str:
    shown = name_some([f"'{name}'" for name in names], 4)
    return (
        f"{shown} are 0 and 1, and one of them is 1 in each row: they name one class together, "
        f"which one column would hold: frame['label'] = frame[{[*names]}].idxmax(axis=1); without "
        "these columns and with --target label it is found"
    )


def _is_flag(column: Column) -> bool:
    """Whether a column holds 0 and 1 only."""
    numbers = column.kind == "number" and not column.gaps.any()
    return numbers and {*np.unique(column.values).tolist()} <= {0.0, 1.0}
