"""Tables without time stamps whose rows are examples of their own, and no steps of a series."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.columns import Column

__all__ = ["check_sorted_classes", "independence_note"]

_FEWEST, _MOST = 2, 30
"""Classes by which rows may be sorted."""
_MEMBERS = 5
"""Rows of each, at least."""
_CHANCE = 0.0027
"""How likely the largest autocorrelation of columns without one is taken for one: three deviations
of a single column."""
_ENOUGH = 60
"""Rows from which an autocorrelation says something."""
_MANY, _FEW_ROWS = 20, 20
"""So many columns say it of fewer rows."""


def check_sorted_classes(table: Table, columns: Sequence[Column]) -> list[str]:
    """What to say of rows that are sorted by a class: the last rows would be of one class.

    Args:
        table: The file.
        columns: All of it; none is a time stamp.

    Raises:
        InvalidData: Within a class no row follows from the one before: they are examples.
    """
    for column in columns:
        blocks = _blocks(column_cells(table, column.name))
        amounts = column.kind == "number" and not column.flaw and not column.classes
        if blocks is None or amounts:
            continue
        others = [other for other in columns if other.name != column.name]
        count = int(blocks.max()) + 1
        if _independent(others, blocks):
            refuse(
                "must have a row a time step, in order of time",
                f"rows sorted by '{column.name}' ({count} classes), none of which follows from "
                "the one before",
                "if each row is an example of its own, shuffle them (pandas: "
                "frame.sample(frac=1)) and write a spec with task: one_to_one (docs/spec.md)",
            )
        return [
            f"rows are sorted by '{column.name}': if these are {count} series below each other, "
            f"set data.series: {column.name}; now windows cross from one to the next; if each is "
            "an example of its own, shuffle them (pandas: frame.sample(frac=1)): the last judge"
        ]
    return []


def independence_note(columns: Sequence[Column]) -> list[str]:
    """What to say where no row follows from the one before, in any column."""
    rows = len(columns[0].gaps) if columns else 0
    enough = _ENOUGH if len(columns) < _MANY else _FEW_ROWS
    if rows < enough or not _independent(columns, np.zeros(rows, np.int64)):
        return []
    return [
        "no row follows from the one before: if each is an example of its own, these are no steps "
        "of time, and task: one_to_one is what learns from them (docs/spec.md)"
    ]


def _blocks(cells: Sequence[str]) -> np.ndarray | None:
    """Which block of equal cells a row is in (R,); None unless each class has one, of some rows."""
    kinds = len(set(cells))
    if not _FEWEST <= kinds <= _MOST or "" in cells:
        return None
    changes = np.array([one != other for one, other in pairwise(cells)])
    blocks = np.concatenate([[0], np.cumsum(changes)])
    return blocks if blocks[-1] == kinds - 1 and np.bincount(blocks).min() >= _MEMBERS else None


def _independent(columns: Sequence[Column], blocks: np.ndarray) -> bool:
    """Whether nothing in a row depends on the row before, of the same block (R,)."""
    read = [column for column in columns if column.kind != "text" and not column.gaps.any()]
    values = [column.values.astype(np.float64) for column in read if np.ptp(column.values) > 0]
    within = blocks[1:] == blocks[:-1]
    found = []
    for each in values:
        means = np.bincount(blocks, each) / np.bincount(blocks)
        own = each - means[blocks]
        spread = float((own**2).mean())
        if spread > 0:
            found.append(float((own[1:] * own[:-1])[within].mean()) / spread)
    if not found:
        return False
    deviations = NormalDist().inv_cdf(1 - _CHANCE / 2 / len(found))
    return bool(max(map(abs, found)) < deviations / np.sqrt(max(int(within.sum()), 1)))
