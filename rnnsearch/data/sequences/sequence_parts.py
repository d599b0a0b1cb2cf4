"""Which sequence goes into which part: as the data says itself, by group, or by shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.folds import Division, Folds, Pool, quantile_bins
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sequences.overlap import GOES_ON, goes_on, shared_windows, shuffled_windows
from rnnsearch.data.sequences.samples import Sample, of_classes
from rnnsearch.data.sequences.takes import said_takes, takes_of
from rnnsearch.data.sources import Parts
from rnnsearch.data.splits import group_parts, random_parts, said_part, stratified_parts, time_parts

if TYPE_CHECKING:
    from rnnsearch.spec.sources import SplitSpec

__all__ = ["PARTS", "Divided", "by_column", "divide"]

PARTS = ("training", "validation", "test")
"""The parts' names in texts."""

_COLUMN = ("train", "validation", "test")


def by_column(raws: Parts, problems: Problems) -> Parts:
    """The parts that `Raw.part` names, where it is there; a part that it never names is None."""
    raw = raws.train
    if raw is None or raw.part is None or (raw.y is not None and len(raw.y) != len(raw.x)):
        return raws
    names = np.array([said_part(name) or name for name in raw.part.astype(str).tolist()])
    strange = sorted(set(names.tolist()) - set(_COLUMN))
    if strange:
        must = "must say train, validation or test for each sequence"
        problems.add("data.split.column", must, name_some(strange), "correct these")
    elif "train" not in names:
        must = "must say train for some of the sequences"
        problems.add("data.split.column", must, name_some(np.unique(names)), "correct it")
    problems.raise_any()

    def called(name: str) -> Raw | None:
        """The sequences of a part, or None."""
        return raw.take(np.flatnonzero(names == name)) if name in names else None

    return Parts(called("train"), called("validation"), called("test"), raws.content)


@dataclass(frozen=True)
class Divided:
    """The sequences, and which are in which part.

    Attributes:
        pool: All outside the test part.
        test: The test part.
        folds: The ways to divide the pool.
        ordered: Whether the divisions follow each other in time.
    """

    pool: Sample
    test: Sample
    folds: Folds
    ordered: bool = False

    @property
    def dealt(self) -> bool:
        """Whether sequences are dealt to them one by one, at random."""
        return not self.ordered and self.pool.group is None


def divide(
    split: SplitSpec, samples: list[Sample | None], classes: Sequence[Any], problems: Problems
) -> Divided:
    """The parts; those that were not given are taken out of the training part.

    Args:
        split: What the spec says.
        samples: The training, validation and test part as they came, or None.
        classes: Labels of the target; empty for numbers.
        problems: Where to note what is wrong.

    Raises:
        InvalidData: There are too few sequences, with everything found before.
    """
    train, validation, test = samples
    assert train is not None
    _check_apart(samples, problems)
    shared = 0 if train.group is not None else shared_windows(train.x)
    if not shared and train.group is None and train.files is None:
        train, shared = _other_orders(samples, problems)
    if not shared and train.group is None and split.by != "time" and goes_on(train.x):
        problems.notes.append(GOES_ON)
    if not shared:
        train = _in_takes(split, train, validation, problems)
    if shared and split.by == "auto":
        split = split.model_copy(update={"by": "time"})
    shares = (
        0 if validation is not None else split.validation,
        0 if test is not None else split.test,
    )
    labels = _class_of_each(train)
    index = [np.arange(len(train)), *[np.zeros(0, dtype=np.int64)] * 2]
    if any(shares):
        if split.by == "stratified" and labels is None:
            must = "must be auto, time or random where a sequence has not one class"
            problems.add("data.split.by", must, "stratified", "use random")
        _check_room(train, shares, problems)
        index = _indices(split, train, labels, shares)
        if shared:
            index = _apart(index, shared, split.by == "time", problems)
    own = np.sort(np.concatenate(index[:2]))
    pool = train.take(own)
    holdout = Division(*(np.searchsorted(own, part) for part in index[:2]))
    if validation is not None:
        holdout = Division(np.arange(len(own)), len(own) + np.arange(len(validation)))
        pool = _join(pool, validation)
    ways = Pool(
        len(pool),
        holdout,
        _strata(split, pool),
        pool.group,
        np.unique(pool.x[:, 0]).tolist() if of_classes(pool.x) else classes,
        "the data has a validation part of its own" if validation is not None else "",
        ordered=split.by == "time" and train.group is None,
        gap=shared,
    )
    folds = ways.folds(split.asked_folds, split.seed, problems)
    test = train.take(index[2]) if test is None else test
    return Divided(pool, test, folds, ways.ordered and len(folds) > 1)


def _other_orders(samples: list[Sample | None], problems: Problems) -> tuple[Sample, int]:
    """The training part with windows in order, and how many share steps with the next.

    That is none where they are in no order; but it is said.
    """
    train, *others = samples
    assert train is not None
    if all(one is None for one in others):
        backward = train.take(np.arange(len(train))[::-1])
        shared = shared_windows(backward.x)
        if shared:
            problems.notes.append("the newest window comes first: they are taken in order of time")
            return backward, shared
    given = [one.x for one in (train, *others) if one is not None]
    alike = [x for x in given if x.shape[1:] == given[0].shape[1:]]
    if shuffled_windows(np.concatenate(alike)):
        problems.notes.append(
            "sequences are windows of one series that overlap, in no order: parts know each "
            "other's steps, and scores are too good; give them in order of time (data.split.by)"
        )
    return train, 0


def _in_takes(
    split: SplitSpec, train: Sample, validation: Sample | None, problems: Problems
) -> Sample:
    """The training part, takes of one thing as its groups where the data show that, as is said."""
    divided = validation is None and split.by in ("auto", "stratified")
    if train.group is not None or train.files is not None or not divided:
        return train
    groups = takes_of(train.x, _class_of_each(train))
    if groups is None:
        return train
    problems.notes.append(said_takes(groups))
    return replace(train, group=groups)


def _apart(
    index: Sequence[np.ndarray], shared: int, by_time: bool, problems: Problems
) -> list[np.ndarray]:
    """The parts without the last sequences before a border, which share steps with those after it.

    Args:
        index: Of the three parts.
        shared: How many sequences share steps with the one before them.
        by_time: Whether parts follow each other.
        problems: Where to note what was found.
    """
    found = "sequences are windows of one series that overlap: each shares steps with the next"
    found += f" {shared}" if shared > 1 else " one"
    if not by_time:
        problems.notes.append(
            f"{found}, so that parts drawn at random know each other (data.split.by: time)"
        )
        return list(index)
    problems.notes.append(
        f"{found}; parts follow each other in time, {shared} left out before each border "
        "(data.split.by)"
    )
    train, validation, test = index
    if len(validation) or len(test):
        train = train[: max(1, len(train) - shared)]
    if len(test) and len(validation):
        validation = validation[: max(1, len(validation) - shared)]
    return [train, validation, test]


def _strata(split: SplitSpec, pool: Sample) -> np.ndarray | None:
    """(N,) int, of which every fold is to have its share: classes, or bins of numbers."""
    if split.by not in ("auto", "stratified"):
        return None
    classes = _class_of_each(pool)
    if classes is None and pool.y.ndim == 2 and pool.y.dtype.kind == "f":
        return quantile_bins(pool.y[:, 0])
    return classes


def _join(one: Sample, other: Sample) -> Sample:
    """The sequences of both; shorter ones are padded at the end."""

    def joined(left: np.ndarray, right: np.ndarray, padding: float, axes: int) -> np.ndarray:
        """Arrays (N, T, …) of so many axes if they have steps, else as they are."""
        if left.ndim < axes or left.shape[1] == right.shape[1]:
            return np.concatenate([left, right])
        steps = max(left.shape[1], right.shape[1])
        return np.concatenate([_padded(left, steps, padding), _padded(right, steps, padding)])

    numeric = one.y.dtype.kind == "f"
    both = one.group is not None and other.group is not None
    named = one.files is not None and other.files is not None
    return Sample(
        joined(one.x, other.x, np.nan, 3),
        joined(one.y, other.y, np.nan if numeric else -1, 3 if numeric else 2),
        np.concatenate([one.lengths, other.lengths]),
        joined(one.observed, other.observed, False, 2),
        np.concatenate([one.group, other.group]) if both else None,
        np.concatenate([one.files, other.files]) if named else None,
    )


def _padded(array: np.ndarray, steps: int, padding: float) -> np.ndarray:
    """(N, T, …) to (N, steps, …), padded at the end."""
    more = np.full((len(array), steps - array.shape[1], *array.shape[2:]), padding, array.dtype)
    return np.concatenate([array, more], axis=1)


def _indices(
    split: SplitSpec,
    train: Sample,
    classes: np.ndarray | None,
    shares: tuple[float, float],
) -> Any:
    """Three arrays of indices."""
    stratified = classes is not None and split.by in ("auto", "stratified")
    if train.group is not None:
        return group_parts(train.group, classes if stratified else None, *shares, split.seed)
    if split.by == "time":
        return [np.asarray(part, dtype=np.int64) for part in time_parts(len(train), *shares)]
    if stratified and classes is not None:
        return stratified_parts(classes, *shares, split.seed)
    return random_parts(len(train), *shares, split.seed)


def _check_room(train: Sample, shares: tuple[float, float], problems: Problems) -> None:
    """There must be a sequence, and a group, for every part.

    Raises:
        InvalidData: There is not, with everything found before.
    """
    count = len(train)
    sizes = [len(part) for part in time_parts(count, *shares)]
    if sum(shares) >= 1 or any(
        not n for n, share in zip(sizes, (1, *shares), strict=True) if share
    ):
        received = ", ".join(f"{max(n, 0)} {name}" for n, name in zip(sizes, PARTS, strict=True))
        must, advice = "must leave a sequence in every part", "give more, or change the shares"
        problems.add("data.split", must, f"{received} sequences of {count}", advice)
        problems.raise_any()
    if train.group is None:
        return
    groups, parts = np.unique(train.group), 1 + sum(share > 0 for share in shares)
    if len(groups) < parts:
        must = f"must leave a group for each of {parts} parts"
        received = f"{len(groups)} ({name_some(groups)})"
        problems.add("data.split.group", must, received, "give more, or divide by another group")
        problems.raise_any()


def _check_apart(samples: list[Sample | None], problems: Problems) -> None:
    """Parts that the data came in must not share a group."""
    named = [
        (name, set(sample.group.tolist()))
        for name, sample in zip(PARTS, samples, strict=True)
        if sample is not None and sample.group is not None
    ]
    for (first, one), (second, other) in combinations(named, 2):
        shared = sorted(one & other)
        if shared:
            must = "must have all sequences of a group in one part"
            received = f"{name_some(shared)} in {first} and {second}"
            problems.add("data.split.group", must, received, "move them, or remove split.group")


def _class_of_each(sample: Sample) -> np.ndarray | None:
    """(N,) int, the class of each sequence: its target, or the first of its input; None if none."""
    if sample.y.ndim == 1 and sample.y.dtype.kind == "i":
        return sample.y
    if not of_classes(sample.x):
        return None
    return np.unique(sample.x[:, 0], return_inverse=True)[1]
