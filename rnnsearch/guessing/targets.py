"""What is predicted: which column, what is doubtful about it, and what classes are judged by."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rnnsearch.data.problems import name_nearest, name_some
from rnnsearch.data.series.table import Table
from rnnsearch.guessing._base import Setting, refuse
from rnnsearch.guessing.columns import Column, named

__all__ = ["choose_target", "class_objective", "trend_notes"]

_TARGETS = ("target", "y", "label", "class")
_BEYOND = 0.2
"""Share of validation values outside the range of training from which a trend is mentioned."""


def choose_target(
    table: Table, found: list[Column], wanted: str | None, time: str | None
) -> tuple[Column, str]:
    """The column to predict, and why this one."""
    path = "--target"
    if wanted is not None:
        column = next((column for column in found if column.name == wanted), None)
        if wanted == time or table.header.count(wanted) > 1:
            received = f"'{wanted}', {'the time' if wanted == time else 'which is there twice'}"
            refuse("must be one column of values", received, "name another column", path=path)
        if column is None:
            advice = name_nearest(wanted, table.header)
            refuse("must name a column of the file", f"'{wanted}'", advice, path=path)
        useless = column.flaw and column.flaw != "only counts the rows"
        if useless:
            received = f"'{wanted}', which {column.flaw}"
            refuse("must be numbers or classes", received, "name another column", path=path)
        return column, "as you said"
    usable = [column for column in found if not column.flaw]
    if not usable:
        said = name_some([f"'{column.name}' {column.flaw}" for column in found], 4)
        received = said or "only time stamps"
        refuse("must have a column of numbers or classes", received, "look at the file")
    for column in usable:
        if named(column.name, _TARGETS):
            return column, "by its name"
    return usable[-1], "the last column"


def trend_notes(target: Column, training: int, part: int) -> list[str]:
    """A warning where the target leaves the range that a network learns."""
    if target.classes:
        return []
    seen, next_ = target.values[:training], target.values[training : training + part]
    beyond = (next_ > np.nanmax(seen)) | (next_ < np.nanmin(seen))
    if beyond.mean() < _BEYOND:
        return []
    return [
        f"'{target.name}' has a trend: {beyond.mean():.0%} of the validation rows lie beyond "
        "its range in training, where a network knows little; predict its change from row to row"
    ]


def class_objective(counts: Iterable[int]) -> Setting:
    """Accuracy, or where a class has less than half its even share a score that sees it."""
    members = list(counts)
    if min(members) * len(members) * 2 < sum(members):
        why = "classes are unequal in number, and accuracy would not miss the rare ones"
        return Setting("objective", "val_f1_macro", why)
    return Setting("objective", "val_accuracy", "share of right answers")
