"""Whether arrays of targets hold numbers or classes, and which of these stand for none."""

from __future__ import annotations

from typing import Literal

import numpy as np

from rnnsearch.data.collecting import Problems

__all__ = [
    "decide_kind",
    "find_ignored",
    "from_one_hot",
    "number_classes",
    "same_label",
    "zero_pads",
]

_IGNORED = -100
"""The label that PyTorch's losses leave out."""
_NO_LABELS = (-1, _IGNORED)
_LENGTHS = 3
"""Different counts of zeros at the ends, from which they are padding."""

_FEW = 20
"""Different whole numbers that are classes whatever they are; more are if none is left out."""
_RARE = 50
"""Members of a usual class up to which one may be alone: of more, numbers get rare at an end."""


def number_classes(values: np.ndarray, counts: np.ndarray, *, called_so: bool = False) -> bool:
    """Whether whole numbers stand for classes: few do, and such as are counted without a gap.

    Amounts may leave no number out either; but the smallest and the largest ones are rare, and
    stand once, where numbers between them stand often.

    Args:
        values: (C,) the different numbers, in order.
        counts: (C,) how often each stands.
        called_so: Whether the targets are called labels or classes.
    """
    if len(values) <= _FEW:
        return True
    if values[0] not in (-1, 0, 1) or int(values[-1]) - int(values[0]) != len(values) - 1:
        return False
    if called_so or counts.min() > 1:
        return True
    first = counts[: len(counts) // 5]
    return bool(counts.mean() <= _RARE and first.mean() >= counts.mean())


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
    if y.dtype.kind not in "iuf" or blocks or not (flat or y.shape[-1] == 1):
        return "numeric"
    found, counts = np.unique(y, return_counts=True)
    if y.dtype.kind == "f":
        found = found[np.isfinite(found)]
        if 1 < len(found) <= _FEW and (found == np.round(found)).all():
            problems.notes.append(
                f"y holds {len(found)} different whole numbers, written as {y.dtype}, which are "
                "taken for numbers (data.target_kind: class is the other way)"
            )
        return "numeric"
    kind: Literal["numeric", "class"] = "class" if number_classes(found, counts) else "numeric"
    other = "numeric" if kind == "class" else "class"
    what = "classes" if kind == "class" else "numbers"
    problems.notes.append(
        f"y holds {len(found)} different whole numbers, which are taken for {what} "
        f"(data.target_kind: {other} is the other way)"
    )
    return kind


def find_ignored(y: np.ndarray, problems: Problems) -> int | str | None:
    """The label that stands for no class among labels (N,) or (N, T); None if there is none.

    It is the one negative number, where it pads sequences, is -100, or stands beside three
    classes or more that are counted from 0 or 1; of sequences, also a text such as <pad> that pads
    them. What may be one is noted, and so is what is one.
    """
    if y.dtype.kind in "US":
        return _text_of_padding(y, problems)
    negative = np.unique(y[y < 0]) if y.dtype.kind in "if" else np.zeros(0)
    others = np.unique(y[y >= 0]) if y.dtype.kind in "if" else negative
    if len(negative) != 1 or not len(others) or negative[0] not in _NO_LABELS:
        return None
    label = int(negative[0])
    if _pads(y == label):
        problems.notes.append(f"{label} at the ends of y is padding, no class (data.ignore_class)")
        return label
    counted = len(others) > 2 and others[0] in (0, 1) and others[-1] - others[0] < len(others)
    if label == _IGNORED or (y.ndim == 2 and counted):
        said = f"{label} in y stands for no class (data.ignore_class: none takes it for one)"
        problems.notes.append(said)
        return label
    if len(others) == 1:
        return None
    said = (
        f"{label} in y is taken for a class: if it stands for none, set data.ignore_class: {label}"
    )
    problems.notes.append(said)
    return None


def same_label(y: np.ndarray, label: int | str) -> np.ndarray:
    """Bool of y's shape, where it holds this label, a number or a text."""
    if y.dtype.kind in "US":
        return np.asarray(y.astype(str) == str(label))
    return np.asarray(y == label) if isinstance(label, int) else np.zeros(y.shape, bool)


def zero_pads(y: np.ndarray) -> bool:
    """Whether 0 only stands at the ends of sequences of labels (N, T), of several lengths."""
    if y.ndim != 2 or y.dtype.kind not in "iuf" or not y.size or y.min() < 0:
        return False
    zeros = y == 0
    lengths = np.unique(zeros.sum(axis=1))
    return bool(_pads(zeros) and not zeros[:, 0].any() and len(lengths) > _LENGTHS)


def _text_of_padding(y: np.ndarray, problems: Problems) -> str | None:
    """The text that pads sequences of labels (N, T)."""
    if y.ndim != 2:
        return None
    texts = y.astype(str)
    for label in np.unique(texts).tolist():
        if label.strip("<>[]_ ").lower() in ("", "pad", "padding") and _pads(texts == label):
            said = f"'{label}' at the ends of y is padding, no class (data.ignore_class)"
            problems.notes.append(said)
            return str(label)
    return None


def _pads(filled: np.ndarray) -> bool:
    """Whether these steps (N, T) stand at the ends of sequences only, or at the beginnings."""
    if filled.ndim != 2 or filled.all() or not filled.any():
        return False
    changes = np.diff(filled[~filled.all(axis=1)].astype(int), axis=1)
    return bool((changes >= 0).all() or (changes <= 0).all())
