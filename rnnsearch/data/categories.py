"""Inputs that are one of several categories: found in the training part, written as 0 and 1.

Tables hold them, and the arrays of one_to_many. A category that training has not shown is refused
wherever it comes: a network can't know what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_rows, name_some
from rnnsearch.data.scaling import fit_scaling, identity

__all__ = [
    "check_known",
    "column_names",
    "columns_scaling",
    "find_categories",
    "join_columns",
    "one_hot",
    "unknown",
]


def one_hot(labels: np.ndarray, categories: Sequence[Any]) -> np.ndarray:
    """Labels (N,) to (N, C) float32, a 1 at the label's category; none where it has none."""
    index = {category: position for position, category in enumerate(categories)}
    encoded = np.zeros((len(labels), len(categories)), np.float32)
    for row, label in enumerate(labels.tolist()):
        if label in index:
            encoded[row, index[label]] = 1
    return encoded


def unknown(labels: np.ndarray, categories: Iterable[Any]) -> np.ndarray:
    """(N,) bool, which labels are no category. No label at all ("") is not counted."""
    known = {*categories, ""}
    return np.array([label not in known for label in labels.tolist()], dtype=bool)


def find_categories(labels: np.ndarray) -> tuple[Any, ...]:
    """The labels (N,) that occur, in order; "" is none."""
    return tuple(sorted(set(labels.tolist()) - {""}))


def column_names(names: Iterable[str], categories: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Names of features: a column's own, or ``column=category`` for each of its categories."""
    found: list[str] = []
    for name in names:
        found += [f"{name}={c}" for c in categories[name]] if name in categories else [name]
    return tuple(found)


def join_columns(
    numbers: np.ndarray,
    texts: Mapping[str, np.ndarray],
    names: Iterable[str],
    categories: Mapping[str, Sequence[str]],
) -> np.ndarray:
    """Features (R, F) as `column_names` names them.

    Args:
        numbers: (R, …) columns of numbers, in the order of `names`.
        texts: Column → (R,) labels.
        names: All columns.
        categories: Column → categories, for columns of text.
    """
    if not categories:
        return numbers
    columns = iter(numbers.T)
    parts = [np.zeros((len(numbers), 0))]
    for name in names:
        if name in categories:
            parts.append(one_hot(texts[name], categories[name]))
        else:
            parts.append(next(columns)[:, None])
    return np.concatenate(parts, axis=1)


def columns_scaling(
    numbers: np.ndarray, names: Iterable[str], categories: Mapping[str, Sequence[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Offset and scale (F,) of each feature, fitted to numbers (R, …); categories keep 0 and 1."""
    fitted = fit_scaling(numbers) if numbers.shape[1] else identity(0)
    columns = zip(fitted.offset, fitted.scale, strict=True)
    pairs: list[tuple[float, float]] = []
    for name in names:
        pairs += [(0.0, 1.0)] * len(categories[name]) if name in categories else [next(columns)]
    both = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def check_known(
    texts: Mapping[str, np.ndarray],
    rows: np.ndarray,
    categories: Mapping[str, Sequence[str]],
    trained: bool,
    problems: Problems,
) -> None:
    """Note categories that training has not shown.

    Args:
        texts: Column → (N,) labels that a network would read.
        rows: (N,) where they stand in the file.
        categories: Column → categories of the training part.
        trained: Whether the file is new to a model that is trained, or the one it learns from.
        problems: Where to note them.
    """
    for name, known in categories.items():
        strange = unknown(texts[name], known)
        if not strange.any() or not known:
            continue
        labels = [f"'{label}'" for label in find_categories(texts[name][strange])]
        received = f"{name_some(labels)} in {name_rows(rows[strange])} of '{name}'"
        if trained:
            must = "must be a category known from training"
            advice = f"there are: {name_some(known, 20)}"
        else:
            must = "must have every category in the training part"
            advice = (
                f"it has: {name_some(known, 20)}; change data.split, join categories, or leave "
                "the column out"
            )
        problems.add("data.inputs", must, received, advice)
