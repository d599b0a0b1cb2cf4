"""Whether arrays of targets hold numbers or classes, and which of these stand for none."""

from __future__ import annotations

from typing import Literal

import numpy as np

from rnnsearch.data.problems import Problems

__all__ = ["decide_kind", "find_ignored", "from_one_hot"]

_FEW = 20
"""Different whole numbers that are classes whatever they are; more are if none is left out."""


def from_one_hot(y: np.ndarray, steps: bool) -> np.ndarray | None:
    """Labels of targets (N, C), or (N, T, C) with steps, of which one of each C is 1 and others 0.

    Steps that have only zeros, or NaN, are padding: -1. None where targets are others.
    """
    if y.dtype.kind not in "biuf" or y.ndim != 2 + steps or y.shape[-1] < 2 or not y.size:
        return None
    empty = np.isnan(y).all(axis=-1) | (y == 0).all(axis=-1)
    rest = y[~empty]
    if not len(rest) or not (((rest == 0) | (rest == 1)).all() and (rest.sum(axis=-1) == 1).all()):
        return None
    if empty.any() and not steps:
        return None
    return np.where(empty, -1, np.nan_to_num(y).argmax(axis=-1))


def decide_kind(
    y: np.ndarray, flat: bool, blocks: bool, problems: Problems
) -> Literal["numeric", "class"]:
    """What targets are where nothing says it: texts are classes, and so are few whole numbers.

    Args:
        y: Targets.
        flat: Whether they have no axis of outputs.
        blocks: Whether sequences of numbers are forecast, of which whole ones are no classes.
        problems: Where to note what was decided.
    """
    if y.dtype.kind in "bUS":
        return "class"
    if y.dtype.kind not in "iu" or blocks or not (flat or y.shape[-1] == 1):
        return "numeric"
    found = np.unique(y)
    whole = found[0] in (-1, 0, 1) and int(found[-1]) - int(found[0]) == len(found) - 1
    kind: Literal["numeric", "class"] = "class" if len(found) <= _FEW or whole else "numeric"
    other = "numeric" if kind == "class" else "class"
    what = "classes" if kind == "class" else "numbers"
    problems.notes.append(
        f"y holds {len(found)} different whole numbers, which are taken for {what} "
        f"(data.target_kind: {other} is the other way)"
    )
    return kind


def find_ignored(y: np.ndarray, problems: Problems) -> int | None:
    """-1, where it only pads the ends of sequences (N, T) of other labels; else None."""
    if y.ndim != 2 or y.dtype.kind != "i" or y.min() != -1 or (y == -1).all():
        return None
    padding = y == -1
    if (np.diff(padding.astype(int), axis=1) < 0).any() or not (y[:, 0] >= 0).all():
        return None
    problems.notes.append("-1 at the ends of y is padding, no class (data.ignore_class)")
    return -1
