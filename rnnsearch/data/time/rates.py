"""Where rows become closer together, or farther apart, from one row on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnsearch.data.time.steps import Step, infer_step

__all__ = ["RateChange", "find_change"]

_FEWEST = 20
"""Rows on either side, at least."""
_UNLIKE = 1.4
"""Ratio of usual distances from which they are others: a month may have 28 days, or 31."""
_FOLLOW = 0.9
"""Share of rows on either side that are as far apart as is usual there."""


class RateChange(NamedTuple):
    """Rows that are so far apart, and from one on another way.

    Attributes:
        at: The last row of the former.
        before, after: Steps.
    """

    at: int
    before: Step
    after: Step


def find_change(times: np.ndarray) -> RateChange | None:
    """Where the step of rising times (R,) changes for good; None where it does not, or not once."""
    steps = np.diff(times).astype(np.int64)
    if len(steps) < 2 * _FEWEST or steps.min() <= 0 or steps.min() == steps.max():
        return None
    at = _border(np.log(steps))
    before, after = steps[:at], steps[at:]
    ratio = np.median(before) / np.median(after)
    if min(len(before), len(after)) < _FEWEST or 1 / _UNLIKE < ratio < _UNLIKE:
        return None
    sides = times[: at + 1], times[at:]
    first, second = map(infer_step, sides)
    if first is None or second is None or first.alike(second):
        return None
    kept = all(
        step.fits(side) >= _FOLLOW for step, side in zip((first, second), sides, strict=True)
    )
    return RateChange(at, first, second) if kept else None


def _border(values: np.ndarray) -> int:
    """After how many values (R,) means differ most clearly: least squares of one change."""
    count = np.arange(1, len(values))
    sums = np.cumsum(values - values.mean())[:-1]
    return int(np.argmax(sums**2 / (count * (len(values) - count)))) + 1
