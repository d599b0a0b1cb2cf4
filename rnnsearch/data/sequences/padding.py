"""What fills sequences up to one length: steps that hold one number only, at their end or before.

Arrays may be filled with NaN, with zeros as `pad_sequences` of Keras does, or with a number that no
step has. Here all of it becomes NaN after the end, which is what the rest of the package knows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnsearch.data.raw.sequence_arrays import Raw

__all__ = ["find_padding", "said_padding", "unpadded"]

_FEWEST = 0.1
"""Share of the sequences that must be filled up."""
_LENGTHS = 3
"""Different lengths that they must have: what all of them lack, or one size, is something else."""
_SAMPLE = 10_000
"""Sequences that are looked at for a note."""
_ELSEWHERE = 0.001
"""Share of the other steps that may be of this number only."""


def unpadded(raw: Raw, padding: float | None) -> Raw:
    """The same, where padding is NaN after each sequence's end.

    Args:
        raw: x (N, T) or (N, T, F); y may have an axis of steps, too, and moves with x.
        padding: The number that steps are filled up with; None where it is NaN.
    """
    x, y = raw.x, raw.y
    if raw.lengths is not None or x.ndim not in (2, 3) or x.dtype.kind not in "biuf":
        return raw
    if padding is not None:
        wide = x if x.dtype.kind == "f" else x.astype(np.float64)
        front, end = _runs(_filled(wide, padding))
        at = np.arange(x.shape[1])
        fill = (at < front[:, None]) | (at >= x.shape[1] - end[:, None])
        x = np.where(fill.reshape(fill.shape + (1,) * (x.ndim - 2)), np.nan, wide)
    if x.dtype.kind != "f":
        return raw
    front, _ = _runs(np.isnan(x) if x.ndim == 2 else np.isnan(x).all(axis=2))
    if front.any():
        place = (np.arange(x.shape[1]) + front[:, None]) % x.shape[1]
        if y is not None and y.ndim > 1 and y.shape[1] == x.shape[1]:
            y = _moved(y, place)
        x = _moved(x, place)
    return raw if x is raw.x else replace(raw, x=x, y=y)


def find_padding(x: np.ndarray) -> tuple[float, int] | None:
    """The number that fills sequences up, and how many have it; None where none surely does.

    Sequences of several lengths must begin or end with it, not both, and no step between may be
    of it only: pictures have blank borders, and counts are often 0.

    Args:
        x: (N, T) or (N, T, F).
    """
    if x.ndim not in (2, 3) or x.dtype.kind not in "biuf" or 0 in x.shape or x.shape[1] < 2:
        return None
    for side in (-1, 0):
        first = x[:, side].reshape(len(x), -1)
        whole = first[(first == first[:, :1]).all(axis=1), 0]
        numbers, counts = np.unique(whole[np.isfinite(whole)], return_counts=True)
        if not len(numbers):
            continue
        number = float(numbers[counts.argmax()])
        filled = _filled(x, number)
        front, end = _runs(filled)
        runs, other = (end, front) if side else (front, end)
        some = runs > 0
        rest = filled.sum() - runs.sum()
        sure = some.mean() >= _FEWEST and len(np.unique(runs[some])) >= _LENGTHS
        if sure and not other.any() and rest <= _ELSEWHERE * (filled.size - runs.sum()):
            return number, int(some.sum())
    return None


def said_padding(x: np.ndarray, name: str) -> str:
    """A note where numbers seem to fill sequences up, and nothing says it; "" elsewhere."""
    some = x[:: max(1, len(x) // _SAMPLE)]  # x may be mapped from a file that is larger than memory
    found = find_padding(some)
    if found is None:
        return ""
    number, count = found
    return (
        f"{count} of {len(some)} sequences of {name} begin or end with steps of {number:g} only, "
        f"which are read as any other: if they fill it up, set data.padding: {number:g}"
    )


def _filled(x: np.ndarray, number: float) -> np.ndarray:
    """(N, T) bool, steps that hold this number only."""
    return np.asarray(x == number if x.ndim == 2 else (x == number).all(axis=2))


def _runs(filled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many such steps each of (N, T) begins and ends with, (N,) both; none if all are."""
    front = np.cumprod(filled, axis=1).sum(axis=1)
    end = np.cumprod(filled[:, ::-1], axis=1).sum(axis=1)
    some = front < filled.shape[1]
    return np.where(some, front, 0), np.where(some, end, 0)


def _moved(array: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Steps of (N, T, …) in another order (N, T)."""
    return np.asarray(
        np.take_along_axis(array, place.reshape(place.shape + (1,) * (array.ndim - 2)), axis=1)
    )
