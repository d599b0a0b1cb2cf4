"""A guess for the text format of the UCR and UEA archives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnsearch.data.collecting import Problems
from rnnsearch.data.raw.sequence_arrays import Raw
from rnnsearch.data.sources import SEQUENCES
from rnnsearch.guessing._base import Guess, Wishes, check_wishes
from rnnsearch.guessing.arrays import guess_arrays
from rnnsearch.spec.sources import TsSource
from rnnsearch.vocabulary import MANY_TO_ONE

__all__ = ["guess_archive"]


def guess_archive(path: Path, wishes: Wishes) -> Guess:
    """A spec for sequences that have a class or a number each.

    Args:
        path: A .ts file, or a folder with one that ends in _TRAIN.ts.
        wishes: What the user said.

    Raises:
        InvalidData: No spec for it would run; with the reason.
    """
    target = "leave it out: the file says what is predicted"
    check_wishes(wishes, [MANY_TO_ONE.name], "a .ts file", target=target)
    problems = Problems()
    parts = SEQUENCES["ts"].read(TsSource(source="ts", path=path), problems)
    problems.raise_any()
    assert parts.train is not None
    suffix = "" if parts.test is None else "_train"
    arrays = _arrays(parts.train, suffix)
    if parts.test is not None:
        arrays |= _arrays(parts.test, "_test")
    count, steps, features = parts.train.x.shape
    contents = f"{count} sequences of {steps} steps and {features} dimensions at most"
    assert parts.train.y is not None
    amounts = parts.train.y.dtype.kind == "f"  # the file says so: @targetLabel
    found = guess_arrays(arrays, "ts", wishes, contents, amounts=amounts)
    note = _note(path)
    return replace(found, notes=(*found.notes, note)) if note else found


def _arrays(raw: Raw, suffix: str) -> dict[str, np.ndarray]:
    """A part by the names that arrays have."""
    assert raw.y is not None and raw.lengths is not None
    named = {"x": raw.x, "y": raw.y, "lengths": raw.lengths}
    return {f"{name}{suffix}": array for name, array in named.items()}


def _note(path: Path) -> str:
    """What to say where the archive's test part stands beside the file."""
    ending = "_train.ts"
    if not path.is_file() or not path.name.lower().endswith(ending):
        return ""
    other = f"{path.name[: -len(ending)]}_test.ts".lower()
    beside = [file.name for file in path.absolute().parent.iterdir() if file.name.lower() == other]
    return (
        f"{beside[0]} is not read: init of the folder takes it as the test part" if beside else ""
    )
