"""What is predicted: which column, what is doubtful about it, and what classes are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rnnsearch.data.problems import name_nearest, name_some
from rnnsearch.data.series.table import Table
from rnnsearch.guessing._base import Setting, refuse
from rnnsearch.guessing.columns import Column, named

__all__ = ["choose_target", "class_objective", "trend_settings"]

_TARGETS = ("target", "y", "label", "class")
_BEYOND = 0.2
"""Share of validation values outside the range of training from which a trend is dealt with."""
_GROWTH = 3
"""Largest value over the smallest, above 0, from which changes are taken as shares."""


def choose_target(
    table: Table,
    found: list[Column],
    wanted: str | None,
    time: Sequence[str],
    series: str | None,
) -> tuple[Column, str]:
    """The column to predict, and why this one.

    Args:
        table: The file.
        found: Its columns, but for those of time stamps and of the series' names.
        wanted: The one that the user asks for; None to guess it.
        time, series: Those, where there are such.
    """
    path = "--target"
    if wanted is not None:
        column = next((column for column in found if column.name == wanted), None)
        taken: dict[str | None, str] = dict.fromkeys(time, "the time")
        taken[series] = "which names the series"
        if wanted in taken or table.header.count(wanted) > 1:
            received = f"'{wanted}', {taken.get(wanted, 'which is there twice')}"
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


def trend_settings(target: Column, training: int, part: int) -> list[Setting]:
    """What to do where the target leaves the range that a network learns.

    Args:
        target: A column of numbers, or of classes, which have no trend.
        training, part: Rows of the training and of the validation part.
    """
    if target.classes:
        return []
    values = target.values[: training + part]
    seen, later = values[:training], values[training:]
    beyond = ((later > np.nanmax(seen)) | (later < np.nanmin(seen))).mean()
    if beyond < _BEYOND:
        return []
    why = f"learn changes from the last row: {beyond:.0%} of validation lies beyond training"
    found = [Setting("difference", 1, why)]
    if np.nanmin(values) > 0 and np.nanmax(values) > _GROWTH * np.nanmin(values):
        why = f"values grow {np.nanmax(values) / np.nanmin(values):.2g}-fold, and changes with them"
        found.append(Setting("scaling", "log", why))
    return found


def class_objective(counts: Iterable[int]) -> Setting:
    """Accuracy, or where a class has less than half its even share a score that sees it."""
    members = list(counts)
    if min(members) * len(members) * 2 < sum(members):
        why = "classes are unequal in number, and accuracy would not miss the rare ones"
        return Setting("objective", "val_f1_macro", why)
    return Setting("objective", "val_accuracy", "share of right answers")
