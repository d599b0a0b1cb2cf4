"""Sequences in one form: their lengths found, gaps and labels dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from rnnsearch.data.class_counts import check_counts
from rnnsearch.data.collecting import Problems, name_some
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.scaling import LARGEST
from rnnsearch.data.sequences.kinds import same_label
from rnnsearch.data.sequences.masks import fill_gaps, real_steps, trailing_lengths
from rnnsearch.vocabulary import MAPPINGS

__all__ = [
    "Labels",
    "Sample",
    "clean",
    "encode",
    "find_classes",
    "of_classes",
    "without_new_classes",
]


@dataclass(frozen=True)
class Labels:
    """Kind of the target and, of classes, the labels in order."""

    kind: Literal["numeric", "class"]
    classes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Sample:
    """N sequences in one form, padding at the end.

    Attributes:
        x: (N, T, F), or (N, F) for one_to_many; NaN in padding. Or, for one_to_many, classes:
            (N, C) text, or (N, 1) int64.
        y: Numbers (N, O) or (N, T, O), NaN in padding; or classes, (N,) or (N, T), labels
            until `encode`, then int64 with -1 in padding.
        lengths: (N,) real steps; of y for one_to_many, else of x.
        observed: (N,) or (N, T) bool, where y (and x at that step) was observed.
        group, files: As in `Raw`.
    """

    x: np.ndarray
    y: np.ndarray
    lengths: np.ndarray
    observed: np.ndarray
    group: np.ndarray | None = None
    files: np.ndarray | None = None

    def __len__(self) -> int:
        """N."""
        return len(self.x)

    def take(self, index: np.ndarray) -> Sample:
        """Some of the sequences."""
        return Sample(
            self.x[index],
            self.y[index],
            self.lengths[index],
            self.observed[index],
            None if self.group is None else self.group[index],
            None if self.files is None else self.files[index],
        )


def of_classes(x: np.ndarray) -> bool:
    """Whether `Sample.x` names classes; numbers are floating-point ones."""
    return x.dtype.kind in "iU"


def clean(
    raw: Raw,
    task: str,
    kind: str,
    missing: str,
    problems: Problems,
    ignored: int | str | None = None,
) -> Sample:
    """Lengths found, infinite numbers refused, gaps dealt with as `missing` says.

    Args:
        raw: The arrays, in form.
        task: Its name.
        kind: Of the target.
        missing: As in the spec.
        problems: Where to note what is wrong.
        ignored: A label that stands for none.
    """
    x, names = raw.x, raw.names
    count = len(x)
    if raw.y is None:
        kind, y = "numeric", np.zeros((count, 1))
    else:
        y = np.asarray(raw.y, dtype=np.float64) if kind == "numeric" else raw.y
    lengths = _lengths(raw, task, y)
    flat = y.ndim == (2 if kind == "numeric" else 1)  # no time axis
    real_y = np.ones(count, bool) if flat else real_steps(lengths, y.shape[1], False)
    x, gaps_x = _input_gaps(x, lengths, names[0], problems)
    numbers = y if kind == "numeric" else y[..., None]
    floating = numbers.dtype.kind == "f"
    gaps_y = real_y & np.isnan(numbers).any(axis=-1) if floating else np.zeros_like(real_y)
    if floating:
        _finite(np.where(real_y[..., None], numbers, 0), names[1], problems)
    sequences_x = np.asarray(gaps_x.reshape(count, -1).any(axis=1))
    sequences_y = np.asarray(gaps_y.reshape(count, -1).any(axis=1))
    keep = np.ones(count, dtype=bool)
    no_class = np.zeros_like(real_y)
    if kind == "class" and ignored is not None:
        no_class = same_label(y, ignored)
    if flat:
        keep &= ~no_class
    if missing == "error":
        _refuse_gaps(names[0], sequences_x, "no text" if of_classes(x) else "NaN", problems)
        _refuse_gaps(names[1], sequences_y, "NaN", problems)
    elif missing == "drop":
        keep &= ~(sequences_x | sequences_y)
    elif x.ndim < 3 and sequences_x.any():
        what, kinds = ("no text", "classes") if of_classes(x) else ("NaN", "vectors")
        received = f"interpolate, and {what} in {names[0]}"
        must = f"must be error or drop where inputs are {kinds}"
        problems.add("data.missing", must, received, "use drop, or fill the gaps")
    else:
        x = fill_gaps(x, lengths, MAPPINGS[task].aligned) if x.ndim == 3 else x
        keep = keep & ~gaps_y if flat else keep
    observed = real_y & ~gaps_y & ~no_class
    if observed.ndim == 2 and gaps_x.ndim == 2:
        observed &= ~gaps_x
    return Sample(x, y, lengths, observed, raw.group, raw.files).take(keep)


def _refuse_gaps(name: str, gaps: np.ndarray, what: str, problems: Problems) -> None:
    """Note the sequences, (N,) bool, of an array in which something is missing."""
    if not gaps.any():
        return
    at = np.flatnonzero(gaps)
    must = "must have a value in every step that is no padding at the end"
    received = f"{what} in {len(at)} sequences of {name} (index {name_some(at, 5)})"
    advice = "fill the gaps, or set data.missing to interpolate or drop"
    problems.add("data.path", must, received, advice)


def _input_gaps(
    x: np.ndarray, lengths: np.ndarray, name: str, problems: Problems
) -> tuple[np.ndarray, np.ndarray]:
    """x with NaN in padding, and where nothing was observed that is no padding, (N,) or (N, T)."""
    if of_classes(x):
        blank = np.zeros(x.shape, bool) if x.dtype.kind == "i" else x == ""
        return x, np.asarray(blank.any(axis=1))
    real = np.ones(len(x), bool) if x.ndim == 2 else real_steps(lengths, x.shape[1], False)
    x = np.where(real[..., None], x, np.asarray(np.nan, x.dtype))
    _finite(x, name, problems)
    return x, real & np.isnan(x).any(axis=-1)


def _lengths(raw: Raw, task: str, y: np.ndarray) -> np.ndarray:
    """Real steps of each sequence (N,)."""
    if raw.lengths is not None:
        return np.asarray(raw.lengths, dtype=np.int64)
    if MAPPINGS[task].unfolds:
        if y.ndim == 3:
            return np.asarray(np.maximum(trailing_lengths(y), 1))
        return np.full(len(raw.x), y.shape[1])
    return np.asarray(np.maximum(trailing_lengths(raw.x), 1))


def _finite(values: np.ndarray, name: str, problems: Problems) -> None:
    """Note infinite and absurdly large numbers."""
    with np.errstate(invalid="ignore"):
        large = np.abs(values) >= LARGEST
    if large.any():
        at = np.flatnonzero(large.reshape(len(values), -1).any(axis=1))
        received = f"{values[large][0]:g} in {name} (index {name_some(at, 5)})"
        must = f"must be finite numbers below {LARGEST:.0e}".replace("e+", "e")
        problems.add("data.path", must, received, "correct the arrays")


def without_new_classes(
    samples: Sequence[Sample | None], problems: Problems
) -> list[Sample | None]:
    """The parts, that of test without labels which no other part has; said.

    Nothing can be learned of these, and each network would be wrong there: they say nothing of
    which is the better one.

    Args:
        samples: Training, validation and test, before `encode`; None of what was not given.
        problems: Where to note what was left out.
    """
    *others, test = samples
    known = [sample.y[sample.observed] for sample in others if sample is not None]
    if test is None or not known:
        return [*samples]
    strange = test.observed & ~np.isin(test.y, np.concatenate(known))
    if not strange.any() or strange[test.observed].all():
        return [*samples]  # what has no other labels is not of this task
    labels = name_some(np.unique(test.y[strange]).tolist())
    what = "sequences" if test.y.ndim == 1 else "steps"
    problems.notes.append(
        f"{strange.sum()} of {test.observed.sum()} {what} of the test part are of classes that no "
        f"other part has ({labels}): they are left out of its scores, as each network would be "
        "wrong there"
    )
    left = replace(test, observed=test.observed & ~strange)
    return [*others, left.take(np.flatnonzero(left.observed.reshape(len(left), -1).any(axis=1)))]


def find_classes(samples: Sequence[Sample], problems: Problems, *, dealt: bool) -> Labels:
    """All labels that occur, in order.

    Args:
        samples: The parts.
        problems: Where to note labels that occur once.
        dealt: Whether parts get their share of every label's sequences.
    """
    found = [sample.y[sample.observed] for sample in samples]
    labels, counts = np.unique(np.concatenate(found), return_counts=True)
    if labels.dtype.kind == "f":
        if not (labels == np.round(labels)).all():
            odd = labels[labels != np.round(labels)][0]
            advice = "set data.target_kind to numeric"
            problems.add(
                "data.target_kind", "must have whole numbers for classes", f"{odd:g}", advice
            )
        problems.raise_any()
        labels = labels.astype(np.int64)
    if labels.dtype.kind == "S":
        labels = labels.astype(str)
    names = tuple(labels.tolist())
    counted = dict(zip(names, counts.tolist(), strict=True))
    advice = "leave these out, join classes, or set data.target_kind: numeric"
    check_counts(counted, ("data.target_kind", "data.path"), advice, problems, dealt=dealt)
    return Labels("class", names)


def encode(sample: Sample, classes: tuple[Any, ...], problems: Problems) -> Sample:
    """Labels to their index, -1 where none was observed."""
    index = {label: position for position, label in enumerate(classes)}
    codes = np.full(sample.y.shape, -1)
    text = sample.y.astype(str) if sample.y.dtype.kind == "S" else sample.y
    values = text[sample.observed].tolist()
    unknown = sorted({value for value in values if value not in index})
    if unknown:
        advice = f"there are: {name_some(classes, 20)}"
        received = name_some(unknown)
        problems.add("data.path", "must be classes known from training", received, advice)
    codes[sample.observed] = [index.get(value, -1) for value in values]
    return replace(sample, y=codes)
