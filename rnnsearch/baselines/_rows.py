"""What linear models are given: a row of features for each sequence, or each step."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import Sequences, take
from rnnsearch.tasks import Task

__all__ = [
    "AT_ONCE",
    "MOST_INNER_ROWS",
    "Features",
    "class_rows",
    "features_if_any",
    "features_of",
    "has_features",
    "most_rows",
    "number_rows",
    "product",
    "thin",
]

Features = Callable[[Part], Sequences]
"""What a model without memory is given of a part, (N, D) or (N, T, D)."""

AT_ONCE = 8192
"""Rows that a linear model predicts at a time."""

MOST_ROWS, MOST_INNER_ROWS = 50_000, 10_000
"""Rows a linear model is fitted on at most, and those its penalty is chosen by: evenly spaced ones
of those there are."""

_MOST_NUMBERS, _LEAST_ROWS = 20_000_000, 2_000
"""Numbers in the rows of a linear model, which takes seconds of so many; not of fewer rows."""


def has_features(task: Task, dataset: Dataset) -> bool:
    """Whether numbers are read, and a model without memory has something to go by."""
    if dataset.vocabulary is not None:
        return False
    return task.memoryless_features(take(dataset.train.x, slice(1)), None) is not None


def features_of(task: Task) -> Features:
    """What the rows of a task are made with, for a dataset of which `has_features` holds."""
    return partial(_features, task)


def features_if_any(task: Task, dataset: Dataset) -> Features | None:
    """`features_of` the task, if `has_features` holds."""
    return features_of(task) if has_features(task, dataset) else None


def _features(task: Task, part: Part) -> Sequences:
    found = task.memoryless_features(part.x, None)
    assert found is not None
    return found


def number_rows(
    features: Features, part: Part, stepped: bool, *, counted: bool
) -> tuple[Sequences, np.ndarray, np.ndarray]:
    """Features (M, D), targets (M, outputs) and weights alike, a row a step or a sequence.

    Args:
        features: What they are.
        part: Where from.
        stepped: Whether rows are steps.
        counted: Whether to leave out steps that do not count.
    """
    found = features(part)
    counts = np.broadcast_to((part.weights > 0)[..., None], part.y.shape)
    if not stepped:
        return found, part.y.reshape(len(part.y), -1), counts.reshape(len(part.y), -1)
    arrays = (np.asarray(found), part.y, counts)
    x, y, weights = (a.reshape(-1, a.shape[-1]) for a in arrays)
    keep = weights[:, 0] if counted else np.ones(len(y), bool)
    return x[keep], y[keep], weights[keep]


def class_rows(features: Features, part: Part) -> tuple[Sequences, np.ndarray, np.ndarray]:
    """Features (M, D), classes (M,) and whether each counts (M,).

    Where a vector has a sequence of classes, the step's number joins the features, one-hot.
    """
    found = features(part)
    if part.y.ndim == 1:
        return found, part.y, part.weights > 0
    found = np.asarray(found)
    if found.ndim == 2:
        count, steps = part.y.shape
        step = np.broadcast_to(np.eye(steps, dtype=np.float32), (count, steps, steps))
        repeated = np.broadcast_to(found[:, None], (count, steps, found.shape[1]))
        found = np.concatenate([repeated, step], axis=2)
    return found.reshape(part.y.size, -1), part.y.ravel(), part.weights.ravel() > 0


def product(rows: Sequences, weights: np.ndarray) -> np.ndarray:
    """(M, D) times (D, outputs), some rows at a time: windows are cut for it."""
    parts = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
    return np.concatenate([np.asarray(some) @ weights for some in parts or [rows]])


def most_rows(rows: Sequences, most: int = MOST_ROWS) -> int:
    """How many of these rows a linear model is fitted on: fewer of wide ones."""
    return min(most, max(_LEAST_ROWS, _MOST_NUMBERS // max(1, math.prod(rows.shape[1:]))))


def thin(rows: Any, most: int = MOST_ROWS) -> Any:
    """At most so many of the rows, evenly spaced."""
    count = rows.shape[0]
    if count <= most:
        return rows
    return rows[np.linspace(0, count - 1, most).astype(np.int64)]
