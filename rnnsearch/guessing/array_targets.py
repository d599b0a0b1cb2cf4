"""What the targets of arrays are: classes or amounts, and which of them are padding."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.sequences.kinds import (
    find_ignored,
    from_one_hot,
    number_classes,
    same_label,
    zero_pads,
)
from rnnsearch.data.sequences.masks import real_steps
from rnnsearch.guessing._base import Setting
from rnnsearch.guessing.array_parts import TrainingArrays
from rnnsearch.guessing.class_objective import class_objective
from rnnsearch.vocabulary import MappingFact

__all__ = [
    "kind_setting",
    "members_of_classes",
    "missing_targets",
    "objective_setting",
    "with_labels",
    "without_padding",
]

_MOST_CLASSES = 100
_OF_EACH = "in deviations of each target, so that those of small numbers count as much"
_FEW = 20
"""Classes from which it is said why numbers are taken for some."""


def with_labels(found: TrainingArrays, task: MappingFact) -> TrainingArrays:
    """The same with one label a sequence or step, where y holds it one-hot or in an axis of one."""
    labels = None if task.unfolds else from_one_hot(found.y, task.aligned)
    if labels is not None:
        return replace(found, y=labels)
    axes = (3,) if task.aligned else (2, 3)
    if found.y.dtype.kind in "biufUS" and found.y.ndim in axes and found.y.shape[-1] == 1:
        return replace(found, y=found.y[..., 0])
    return found


def without_padding(
    found: TrainingArrays, task: MappingFact
) -> tuple[TrainingArrays, list[Setting]]:
    """The labels of real steps in one row, and the key of what stands for no label."""
    y = found.y
    if task.unfolds or y.ndim != 1 + task.aligned or y.dtype.kind not in "biufUS":
        return found, []
    label = find_ignored(y, Problems())
    settings: list[Setting] = []
    if label is None and task.aligned and zero_pads(y):
        label = 0
        settings = [Setting("ignore_class", 0, "only at the ends of y: padding; none: a class")]
    counts = np.ones(y.shape, bool) if label is None else ~same_label(y, label)
    if task.aligned and found.lengths is not None and found.lengths.shape == (len(y),):
        counts &= real_steps(found.lengths, y.shape[1], False)
    return replace(found, labels=y[counts]), settings


def members_of_classes(found: TrainingArrays, called_so: bool) -> dict[str, int]:
    """Class → members in training, the most frequent first; empty if numbers are predicted."""
    y = found.labels
    if y is None or not y.size:
        return {}
    values = y[np.isfinite(y)] if y.dtype.kind == "f" else y
    if y.dtype.kind == "f" and not (values == np.round(values)).all():
        return {}
    labels, counts = np.unique(values, return_counts=True)
    most = min(_MOST_CLASSES, values.size // 2)
    if y.dtype.kind not in "bUS" and not 1 < len(labels) <= most:
        return {}
    if y.dtype.kind not in "bUS" and not number_classes(labels, counts, called_so=called_so):
        return {}
    labels = labels.astype(str) if labels.dtype.kind == "S" else labels
    pairs = sorted(zip(counts.tolist(), labels.tolist(), strict=True), key=lambda pair: -pair[0])
    return {f"{label:g}" if isinstance(label, float) else str(label): n for n, label in pairs}


def kind_setting(found: TrainingArrays, classes: Mapping[str, int]) -> Setting:
    """What the targets are."""
    if not classes:
        return Setting("target_kind", "numeric", f"{found.y.dtype} in y")
    texts = [f"{label} {count}" for label, count in classes.items()]
    said = f"{len(classes)} classes, members in training: {name_some(texts, 4)}"
    if len(classes) > _FEW and found.labels is not None and found.labels.dtype.kind in "iuf":
        said += "; no whole number up to the largest is left out; numeric: they are amounts"
    return Setting("target_kind", "class", said)


def missing_targets(found: TrainingArrays, task: MappingFact) -> Setting | None:
    """What to do about sequences without a target."""
    if not task.sums_up or found.y.dtype.kind != "f":
        return None
    count = int(np.isnan(found.y.reshape(len(found.y), -1)).any(axis=1).sum())
    if not count:
        return None
    return Setting("missing", "drop", f"no target for {count} sequences, which are left out")


def objective_setting(found: TrainingArrays, members: Collection[int], whole: bool) -> Setting:
    """What is searched for.

    Args:
        found: The arrays.
        members: How many each class has; none where numbers are predicted.
        whole: Whether each sequence has one output.
    """
    if members:
        return class_objective(members)
    if found.y.ndim == 2 + (not whole) and found.y.shape[-1] > 1:
        return Setting("objective", "val_nrmse", _OF_EACH)
    return Setting("objective", "val_rmse", "in the target's own unit; smaller is better")
