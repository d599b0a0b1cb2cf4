"""Arrays as they were given, with the axes that a task needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sequences.kinds import decide_kind, from_one_hot
from rnnsearch.vocabulary import MAPPINGS

__all__ = ["shaped"]


_COLOURS = (1, 3, 4)
"""Channels of a picture."""


def shaped(
    raw: Raw, task: str, kind: str, problems: Problems, categorical: bool | None = None
) -> tuple[Raw, str] | None:
    """x as (N, T, F), (N, F) or (N, C) and y with its usual axes; also the kind of y, now decided.

    Args:
        raw: The arrays.
        task: Its name.
        kind: Of the target; ``auto`` looks at y.
        problems: Where to note what is wrong.
        categorical: Whether x must name classes; None looks at x. Only one_to_many takes
            these: text, or whole numbers without a second axis.

    Returns:
        None, and problems, if that can't be.
    """
    classes = raw.x.dtype.kind in "US" or (raw.x.dtype.kind in "iu" and raw.x.ndim == 1)
    categorical = classes if categorical is None else categorical
    if MAPPINGS[task].unfolds and categorical:
        x = _classes_of_inputs(raw, classes, problems)
    else:
        x = _features(raw, task, problems)
    if x is None:
        return None
    if raw.y is None:
        return replace(raw, x=x), kind
    y, name = raw.y, raw.names[1]
    if y.dtype.kind not in "biufUS":
        received, advice = f"{name} of type {y.dtype}", "save plain numbers or text"
        problems.add("data.path", "must hold numbers or classes", received, advice)
        return None
    if not y.ndim or not y.size:
        received, advice = f"{name} of shape {y.shape}", "save one target or more for each"
        problems.add("data.path", "must have a target for each sequence", received, advice)
        return None
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    if MAPPINGS[task].sums_up and y.ndim == 3 and y.shape[-1] == 1:
        y = y[..., 0]  # several steps of one quantity
    flat = y.ndim == (2 if MAPPINGS[task].writes_sequence else 1)
    if kind != "numeric" and not MAPPINGS[task].unfolds:
        labels = from_one_hot(y, MAPPINGS[task].writes_sequence)
        if labels is not None:
            said = f"{name} is one-hot: {y.shape[-1]} classes, numbered from 0 (data.target_kind)"
            problems.notes.append(said)
            y, kind, flat = labels, "class", True
    if kind == "auto":
        kind = decide_kind(y, flat, MAPPINGS[task].unfolds, problems)
    if kind == "numeric" and y.dtype.kind in "US":
        received, advice = f"text in {name}", "set data.target_kind to class, or give numbers"
        problems.add("data.target_kind", "must suit the target", received, advice)
        return None
    if kind == "class" and not flat and y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    if kind == "numeric" and flat:
        y = y[..., None]
    return _checked_axes(replace(raw, x=x, y=y), task, kind, problems)


def _classes_of_inputs(raw: Raw, classes: bool, problems: Problems) -> np.ndarray | None:
    """x as (N, C) text, or (N, 1) int64."""
    x, name = raw.x, raw.names[0]
    if x.ndim == 1:
        x = x[:, None]
    if not classes or x.ndim != 2 or not x.size:
        received = f"{name} of shape {raw.x.shape} and type {raw.x.dtype}"
        must = "must have the axes (N,), or (N, C) of text, where inputs are classes"
        advice = "save one whole number, or one text or more, for each sequence"
        problems.add("data.path", must, received, advice)
        return None
    if x.dtype.kind == "S":
        return np.asarray(np.char.decode(x, "utf-8", "replace"))
    return x if x.dtype.kind == "U" else x.astype(np.int64)


def _features(raw: Raw, task: str, problems: Problems) -> np.ndarray | None:
    """x with its usual axes, as floating-point numbers."""
    x, name = raw.x, raw.names[0]
    if x.dtype.kind not in "biuf":
        advice = "save plain numbers"
        if not MAPPINGS[task].unfolds and x.dtype.kind in "US":
            advice = (
                "only one_to_many reads text so far: write it as features of 0 and 1, one for "
                "each value"
            )
        problems.add("data.path", "must hold numbers", f"{name} of type {x.dtype}", advice)
        return None
    vectors = not MAPPINGS[task].reads_sequence
    axes, usual = (2, "(N, F)") if vectors else (3, "(N, T, F) or (N, T)")
    if x.ndim == axes - 1:
        x = x[..., None]
    if x.ndim != axes or 0 in x.shape:
        received = f"{name} of shape {raw.x.shape}"
        advice = f"as {task} needs them" + ("" if vectors else _flat_steps(name, x.shape))
        problems.add("data.path", f"must have the axes {usual}", received, advice)
        return None
    if not MAPPINGS[task].recurrent:
        x = x[:, None]  # a sequence of one step, until it is model input
    return x if x.dtype.kind == "f" and x.itemsize >= 4 else x.astype(np.float32)


def _flat_steps(name: str, shape: tuple[int, ...]) -> str:
    """How pictures, or steps of several axes, become steps of features; "" of other shapes."""
    if len(shape) < 4 or 0 in shape:
        return ""
    count, *rest = shape
    if len(shape) == 4 and rest[0] in _COLOURS and rest[0] < min(rest[1:]):
        turned = f"numpy.moveaxis({name}, 1, -1).reshape({count}, {rest[1]}, -1)"
        return f"; of pictures (N, C, H, W) make each row a step: {turned}"
    what = "of pictures (N, H, W, C) make each row a step" if len(shape) == 4 else "make steps flat"
    return f"; {what}: {name}.reshape({count}, {rest[0]}, -1)"


def _checked_axes(raw: Raw, task: str, kind: str, problems: Problems) -> tuple[Raw, str] | None:
    """The arrays, if their axes agree."""
    x, y, names = raw.x, raw.y, raw.names
    assert y is not None
    steps = MAPPINGS[task].writes_sequence
    axes = (2 if steps else 1) + (kind == "numeric")
    usual = {1: "(N,)", 2: "(N, T)" if steps else "(N, O)", 3: "(N, T, O)"}[axes]
    before = len(problems.found)
    if y.ndim != axes or 0 in y.shape:
        received = f"{names[1]} of shape {y.shape}"
        must = f"must have the axes {usual} for a {kind} target"
        advice = f"as {task} needs them"
        if y.ndim == axes + 1 and not steps and kind == "numeric":
            advice += f"; save the numbers of all steps side by side: {names[1]}.reshape(len("
            advice += f"{names[1]}), -1)"
        problems.add("data.path", must, received, advice)
    elif len(x) != len(y):
        received = f"{len(x)} in {names[0]}, {len(y)} in {names[1]}"
        must, advice = "must have as many targets as sequences", "save both from one place"
        problems.add("data.path", must, received, advice)
    elif MAPPINGS[task].aligned and x.shape[1] != y.shape[1]:
        received = f"{x.shape[1]} in {names[0]}, {y.shape[1]} in {names[1]}"
        advice = "many_to_many has an output at every step"
        problems.add("data.path", "must have as many target steps as steps", received, advice)
    if len(problems.found) > before:
        return None
    lengths = raw.lengths
    most = y.shape[1] if MAPPINGS[task].unfolds else x.shape[1]
    if lengths is not None and (
        lengths.shape != (len(x),)
        or lengths.dtype.kind not in "iu"
        or lengths.min() < 1
        or lengths.max() > most
    ):
        received = f"{names[2]} of shape {lengths.shape} and type {lengths.dtype}"
        if lengths.shape == (len(x),) and lengths.dtype.kind in "iu":
            received = f"{lengths.min()} to {lengths.max()} in {names[2]}"
        must = f"must be a whole number from 1 to {most} for each of {len(x)} sequences"
        problems.add("data.path", must, received, "save the number of real steps")
    return (raw, kind) if len(problems.found) == before else None
