"""Which of the arrays of a file are learned from, before anything is guessed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.sequences.masks import trailing_lengths
from rnnsearch.data.sequences.overlap import (
    GOES_ON,
    goes_on,
    shared_windows,
    shuffled_windows,
)
from rnnsearch.guessing._base import refuse

__all__ = ["PARTS", "READ", "TrainingArrays", "overlap_notes", "training_arrays", "without_targets"]

PARTS = ("train", "validation", "test")
READ = {
    f"{name}{suffix}"
    for name in ("x", "y", "lengths")
    for suffix in ("", *(f"_{part}" for part in PARTS))
}
"""Names that the source reads."""
_OWNER = re.compile(
    r"(?:group|subject|patient|participant|person|speaker|user|volunteer|session|recording|device)"
    r"s?(?:_?(?:id|ids|index|nr|no))?",
    re.IGNORECASE,
)
"""Names of arrays that say whose each sequence is."""
_FEWEST_OWNERS = 5
"""Of fewer, parts of whole ones are no shares of the data."""


@dataclass(frozen=True)
class TrainingArrays:
    """The training arrays.

    Attributes:
        names: Of all arrays in the file.
        suffix: Of the training arrays' names.
        x, y: As in the file.
        lengths: Real steps of each sequence (N,), None where x has no time axis.
        column: Name of the array that says the part of each sequence, empty if none does.
        parts: What it says (N,); None if none does.
        labels: (L,) labels of y that are no padding; None where y holds other targets.
        group: Name of the array that says whose each sequence is, empty if none does.
    """

    names: tuple[str, ...]
    suffix: str
    x: np.ndarray
    y: np.ndarray
    lengths: np.ndarray | None
    column: str = ""
    parts: np.ndarray | None = None
    labels: np.ndarray | None = None
    group: str = ""

    @property
    def owners(self) -> set[str]:
        """Names of the arrays that say whose sequences are."""
        ends = ("", *(f"_{part}" for part in PARTS)) if self.group else ()
        return {f"{self.group}{end}" for end in ends}

    def given(self, part: str) -> bool:
        """Whether a part has arrays of its own, or sequences that are said to be in it."""
        said = self.parts is not None and part in self.parts
        return said or {f"x_{part}", f"y_{part}"} <= {*self.names}

    def count(self, part: str) -> int:
        """Sequences that are said to be in a part; all of them where nothing is said."""
        return len(self.x) if self.parts is None else int((self.parts == part).sum())


def training_arrays(arrays: Mapping[str, np.ndarray]) -> TrainingArrays:
    """The arrays to train on, as the source names them."""
    suffix = "_train" if "x_train" in arrays else ""
    x, y, lengths = (arrays.get(f"{name}{suffix}") for name in ("x", "y", "lengths"))
    if x is None or y is None:
        must = "must hold the arrays 'x' and 'y', or 'x_train' and 'y_train'"
        advice = "save them under these names, as numpy.savez('data.npz', x=x, y=y) does"
        if len(arrays) == 1 and "x" in arrays and arrays["x"].ndim > 1:
            advice += (
                "; if it is one series, a row a time step, it is read as a table: pandas.DataFrame("
                f"x.reshape({len(arrays['x'])}, -1)).to_csv('data.csv', index=False)"
            )
        if arrays and {array.shape for array in arrays.values()} == {(_rows(arrays),)}:
            advice = (
                "a series is read as a table: pandas.DataFrame({**numpy.load('data.npz')})"
                ".to_csv('data.csv', index=False)"
            )
        refuse(must, name_some(arrays, 20) or "no arrays", advice)
    for name, array in (("x", x), ("y", y)):
        if array.dtype.kind not in "biufUS":
            received = f"{name}{suffix} of type {array.dtype}"
            refuse("must hold numbers or text", received, _plain_ones(name, array))
        if array.dtype.kind == "f" and np.isinf(array).any():
            received = f"infinities in {name}{suffix} ({int(np.isinf(array).sum())} values)"
            refuse("must be finite numbers", received, "correct them, or save NaN where nothing is")
    y = _texts(y)
    if x.ndim < 1 or y.ndim < 1 or len(x) != len(y) or not x.size or not y.size:
        received = f"x of shape {x.shape}, y of shape {y.shape}"
        refuse("must hold as many targets as sequences", received, "save both from one place")
    if lengths is not None and (lengths.shape != x.shape[:1] or lengths.dtype.kind not in "iu"):
        received = f"lengths{suffix} of shape {lengths.shape} and type {lengths.dtype}"
        refuse("must have one whole number for each sequence", received, "leave lengths out")
    if lengths is None and x.ndim == 3 and x.dtype.kind == "f":
        lengths = np.maximum(trailing_lengths(x), 1)
    column = "" if suffix else _column_of_parts(arrays, len(x))
    parts = _texts(arrays[column]) if column else None
    steps = lengths if x.ndim > 1 else None
    group = _group_of(arrays, suffix, len(x))
    return TrainingArrays(tuple(arrays), suffix, x, y, steps, column, parts, group=group)


def _plain_ones(name: str, array: np.ndarray) -> str:
    """What to save instead of an array that holds neither numbers nor text."""
    if array.dtype.kind == "c":
        return f"save both parts as features: numpy.stack([{name}.real, {name}.imag], -1)"
    if array.dtype.names:
        plain = f"numpy.lib.recfunctions.structured_to_unstructured({name})"
        return f"save its fields as features: {plain}"
    if array.dtype.kind in "mM":
        return f"save a number: {name}.astype('int64')"
    return "save plain ones"


def without_targets(found: TrainingArrays) -> list[str]:
    """What to say of parts that have sequences and no targets, as contests have them."""
    parts = [part for part in PARTS[1:] if f"x_{part}" in found.names and not found.given(part)]
    return [
        f"x_{part} is left out, as there are no targets y_{part} of it: it can be predicted for"
        for part in parts
    ]


def overlap_notes(found: TrainingArrays) -> list[str]:
    """What to say of windows that share steps in no order, or follow each other without any."""
    if any(map(shared_windows, (found.x, found.x[::-1]))):
        return []  # which the split says
    if shuffled_windows(found.x):
        return [
            "sequences are windows of one series that overlap, in no order: scores will be too "
            "good; save them in order of time"
        ]
    return [GOES_ON] if found.parts is None and goes_on(found.x) else []


def _rows(arrays: Mapping[str, np.ndarray]) -> int:
    """Entries of the first array."""
    return next(iter(arrays.values())).size


def _group_of(arrays: Mapping[str, np.ndarray], suffix: str, count: int) -> str:
    """Name, without its part's, of the array that says whose each sequence is; "" if none does."""
    parts = [ending for ending in ("", *(f"_{part}" for part in PARTS)) if f"x{ending}" in arrays]
    for name, array in arrays.items():
        bare = name.removesuffix(suffix)
        known = _OWNER.fullmatch(bare) is not None and array.shape == (count,)
        if not known or array.dtype.kind not in "iuUS":
            continue
        owners = len({*array.tolist()})
        if _FEWEST_OWNERS <= owners <= count / 2 and all(f"{bare}{p}" in arrays for p in parts):
            return bare
    return ""


def _column_of_parts(arrays: Mapping[str, np.ndarray], count: int) -> str:
    """Name of the array that says train, validation or test for each sequence; "" if none does."""
    for name, array in arrays.items():
        if array.shape == (count,) and array.dtype.kind in "US" and name not in READ:
            said = {*_texts(array).tolist()}
            if "train" in said and len(said) > 1 and said <= {*PARTS}:
                return name
    return ""


def _texts(array: np.ndarray) -> np.ndarray:
    """(N,) text, of text or of bytes."""
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array
