"""A guess for arrays of separate sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sequences.axes import said_axes, steps_are_last
from rnnsearch.data.sequences.doubtful import said_values
from rnnsearch.data.sequences.later_steps import are_later_steps
from rnnsearch.data.sequences.masks import real_steps, trailing_lengths
from rnnsearch.data.sequences.overlap import shared_windows
from rnnsearch.data.sequences.padding import find_padding, unpadded
from rnnsearch.data.splits import random_parts, stratified_parts
from rnnsearch.guessing._base import Guess, Setting, Wishes, check_wishes, refuse
from rnnsearch.guessing.array_parts import (
    PARTS,
    READ,
    TrainingArrays,
    overlap_notes,
    training_arrays,
    without_targets,
)
from rnnsearch.guessing.array_targets import (
    kind_setting,
    members_of_classes,
    missing_targets,
    objective_setting,
    with_labels,
    without_padding,
)
from rnnsearch.guessing.budget import Job, search_settings, space_settings
from rnnsearch.guessing.folding import with_folds
from rnnsearch.guessing.levels import scaling_setting
from rnnsearch.spec.sources import SplitSpec
from rnnsearch.vocabulary import MANY_TO_MANY, MANY_TO_ONE, ONE_TO_MANY, MappingFact

__all__ = ["guess_arrays"]

_PLAIN = ("npz", "arrays")
"""Sources whose arrays are as their makers left them."""
_FILLED = (*_PLAIN, "wide")
"""Those whose sequences may be filled up to one length."""
_SHORT = 8
"""Sequences below this length are not worth truncating."""
_SHARE = 0.2
"""Of the validation and of the test part."""
_LATER = "a sequence in, and all numbers of y out at once, which are the steps behind it"
_WHAT = {
    MANY_TO_ONE.name: "a sequence in, one value out",
    MANY_TO_MANY.name: "a sequence in, and an output at each step",
    ONE_TO_MANY.name: "one vector in, a sequence out",
}


def guess_arrays(
    arrays: Mapping[str, np.ndarray],
    source: str,
    wishes: Wishes,
    contents: str = "",
    *,
    amounts: bool = False,
    labels: bool = False,
) -> Guess:
    """A spec for arrays.

    Args:
        arrays: All that the file holds.
        source: Its name in a spec.
        wishes: What the user said.
        contents: What the file holds, where that is not arrays of these names.
        amounts: Whether targets are said to be numbers, whole ones, too.
        labels: Whether they are called labels or classes.

    Raises:
        InvalidData: No spec for them would run; with the reason.
    """
    check_wishes(wishes, _WHAT, "arrays", target="leave it out: y is the target")
    found = training_arrays(arrays)
    doubts = _doubts(found.x) if source in _PLAIN else []
    found, form = _stepped(found) if source in _PLAIN else (found, [])
    task, why = _task(found, wishes.mapping)
    if not task.unfolds and found.x.ndim < 2:
        advice = "save the steps of each sequence in a row"
        refuse("must have the axes (N, T) or (N, T, F)", f"x of shape {found.x.shape}", advice)
    if task.reads_sequence and found.x.ndim in (2, 3):
        found, padding = _unpadded(found, source)
        form += padding
    found = with_labels(found, task)
    found, ignored = without_padding(found, task)
    classes = {} if amounts else members_of_classes(found, labels)
    settings = [Setting("source", source), Setting("path", None, contents or _contents(found))]
    settings += [*form, *(ignored if classes else [])]
    settings.append(kind_setting(found, classes))
    missing = _missing(found, task)
    if missing:
        settings.append(missing)
    split, count, held_out = _split(found, bool(classes))
    scaling = _scaling(found, bool(classes), split) if task.sums_up else None
    settings += [*([scaling] if scaling else []), *split]
    steps = found.y.shape[1] if task.unfolds else found.x.shape[1]
    usual = steps if found.lengths is None else int(np.median(found.lengths))
    unrolled = (usual // 2,) if usual >= _SHORT and not task.unfolds else ()
    whole = task.sums_up
    features = int(np.prod(found.x.shape[2:])) if whole and found.x.ndim > 1 else 0
    job = Job(count, held_out, steps, whole, unrolled, numbers=features)
    objective = objective_setting(found, classes.values(), whole)
    return Guess(
        Setting("task", task.name, why),
        tuple(settings),
        space_settings(job),
        search_settings(job, objective, wishes.cores),
        (*_notes(found, numbers=not classes), *doubts),
    )


def _doubts(x: np.ndarray) -> list[str]:
    """Notes of what x may be instead of what it is taken for."""
    axes = "" if steps_are_last(x) else said_axes(x, "x")
    return [note for note in (axes, *said_values(x, "x")) if note]


def _stepped(found: TrainingArrays) -> tuple[TrainingArrays, list[Setting]]:
    """The same as (N, T, F), and the key that says so, where steps are surely the last axis."""
    if not steps_are_last(found.x):
        return found, []
    _, features, steps = found.x.shape
    why = f"x is {features} features of {steps} steps, as PyTorch has it; null: the other way round"
    lengths = _trailing(found.x.swapaxes(1, 2)) if found.lengths is not None else None
    turned = replace(found, x=found.x.swapaxes(1, 2), lengths=lengths)
    return turned, [Setting("steps", "last", why)]


def _unpadded(found: TrainingArrays, source: str) -> tuple[TrainingArrays, list[Setting]]:
    """The same with NaN after the end of each sequence (N, T, F), and the key that says so."""
    x = found.x if found.x.ndim == 3 else found.x[..., None]
    given = f"lengths{found.suffix}" in found.names or source not in _FILLED
    padding = None if given else find_padding(x)
    raw = Raw(x, found.y, found.lengths if given else None)
    clear = unpadded(raw, None if padding is None else padding[0])
    y, lengths = clear.y, found.lengths if given else _trailing(clear.x)
    assert y is not None
    found = replace(found, x=clear.x, y=y, lengths=lengths)
    if padding is None:
        return found, []
    number, count = padding
    why = (
        f"fills up {count} of {len(x)} sequences, which then are of unlike length; null: it is data"
    )
    return found, [Setting("padding", int(number) if number == int(number) else number, why)]


def _trailing(x: np.ndarray) -> np.ndarray | None:
    """Lengths (N,) of sequences that NaN may follow."""
    return np.maximum(trailing_lengths(x), 1) if x.dtype.kind == "f" and x.ndim == 3 else None


def _task(found: TrainingArrays, wanted: MappingFact | None) -> tuple[MappingFact, str]:
    """The mapping, by the shapes; those that the source can't read are left to it to refuse."""
    x, y = found.x, found.y
    shapes = f"x {x.shape}, y {y.shape}"
    if wanted is not None:
        return wanted, f"as you said; {shapes}"
    steps = y.shape[1] if y.ndim > 1 else 1
    if x.ndim in (2, 3) and steps > 1 and are_later_steps(x, y):
        return MANY_TO_ONE, f"{_LATER}: {shapes}"
    if x.ndim == 3:
        task = MANY_TO_MANY if y.ndim > 1 and steps == x.shape[1] else MANY_TO_ONE
    elif x.ndim <= 2 and (y.ndim == 3 or (y.ndim == 2 and steps > 1)):
        task = ONE_TO_MANY
    else:
        task = MANY_TO_ONE
    return task, f"{_WHAT[task.name]}: {shapes}"


def _contents(found: TrainingArrays) -> str:
    names = [f"{name}{found.suffix}" for name in ("x", "y", "lengths")]
    return ", ".join(name for name in names if name in found.names)


def _missing(found: TrainingArrays, task: MappingFact) -> Setting | None:
    """What to do about NaN that is no padding."""
    x = found.x
    if x.dtype.kind != "f" or not np.isnan(x).any():
        return missing_targets(found, task)
    gaps = np.isnan(x)
    if found.lengths is not None and x.ndim > 1 and found.lengths.shape == (len(x),):
        real = real_steps(found.lengths, x.shape[1], False)
        gaps &= real.reshape(real.shape + (1,) * (x.ndim - 2))
    if not gaps.any():
        return missing_targets(found, task)
    count = int(gaps.reshape(len(x), -1).any(axis=1).sum())
    if task.unfolds:
        return Setting("missing", "drop", f"NaN in {count} vectors, which are left out")
    return Setting("missing", "interpolate", f"NaN in {count} sequences, along straight lines")


def _scaling(found: TrainingArrays, classes: bool, split: Sequence[Setting]) -> Setting | None:
    """How sequences are scaled, by those outside the test part that `split` leaves."""
    x, y = found.x, found.y
    if x.dtype.kind not in "biuf" or x.ndim not in (2, 3):
        return None
    own = np.arange(len(x)) if found.parts is None else np.flatnonzero(found.parts != "test")
    if not found.given("test"):
        labels = np.unique(y, return_inverse=True)[1].reshape(-1) if classes else None
        asked = SplitSpec(**split[0].value)
        shares = 0.0 if found.given("validation") else asked.validation, asked.test, asked.seed
        if labels is None:
            test = random_parts(len(x), *shares)[2]
        else:
            test = stratified_parts(labels, *shares)[2]
        own = np.setdiff1d(own, test)
    lengths = None if found.lengths is None else found.lengths[own]
    return scaling_setting(x[own], y[own], lengths, classes)


def _split(found: TrainingArrays, classes: bool) -> tuple[list[Setting], int, int]:
    """The parts that the file does not name; sequences of the training and validation part."""
    shares = {part: _SHARE for part in ("validation", "test") if not found.given(part)}
    count = found.count("train")
    held_out = round(count * shares.get("validation", _SHARE))
    rest = round(count * (1 - sum(shares.values())))
    how = "each class in the same share" if classes else "at random"
    if not shares and found.parts is None:
        return [], count, held_out
    shared = (
        0
        if found.parts is not None
        else shared_windows(found.x) or (0 if len(shares) < 2 else shared_windows(found.x[::-1]))
    )
    if shared and shares:
        how = (
            f"by time: each window shares steps with the next {shared}, which are left out between"
        )
        return [Setting("split", {**shares, "by": "time"}, how)], rest, held_out
    split, folds = with_folds(shares, rest + held_out)
    if found.group and shares:
        split = {**split, "group": found.group}
        how = f"those of one '{found.group}' together, or scores are too good"
    if found.parts is not None:
        said = [f"{part} {found.count(part)}" for part in PARTS if part in found.parts]
        why = f"it says where each sequence belongs: {name_some(said)}"
        taken = [part for part in shares if part in split]
        if taken:
            why += f"; {' and '.join(taken)} out of the training part, {how}"
        return [Setting("split", {"column": found.column, **split}, why + folds)], rest, held_out
    named = [f"x_{part}" for part in ("validation", "test") if found.given(part)]
    why = f"out of the training arrays, {how}"
    if named:
        why += f"; {named[0]} is a part of its own"
    return [Setting("split", split, why + folds)], rest, held_out


def _notes(found: TrainingArrays, *, numbers: bool) -> tuple[str, ...]:
    others = [name for name in found.names if name not in READ | {found.column} | found.owners]
    notes = [f"not used: {name_some(others)}"] if others else []
    notes += [*without_targets(found), *overlap_notes(found)]
    y = found.y
    if (
        numbers
        and y.ndim > 1
        and y.shape[-1] > 1
        and y.dtype.kind in "biuf"
        and np.isin(y, (0, 1)).all()
    ):
        notes.append(
            f"y holds only 0 and 1, of {y.shape[-1]} things that may be true at once: each is "
            "taken for a number from 0 to 1, and has an error of its own"
        )
    return tuple(notes)
