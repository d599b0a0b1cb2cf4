"""Windows of one series that were cut before they came here: they share steps with each other."""

from __future__ import annotations

import numpy as np

__all__ = ["shared_windows", "shuffled_windows"]

_PAIRS = 200
"""Neighbours that are looked at, at most."""
_MOST = 0.9
"""Share of neighbours that must overlap."""
_SOME = 0.5
"""Share of windows whose next one must be among the others, where they are in no order."""
_STRIDES = 4
"""Rows by which one window may be cut after another, then."""


def shared_windows(x: np.ndarray) -> int:
    """How many sequences after each of (N, T, F) begin with steps of it; 0 where none does.

    Args:
        x: Sequences in the order in which they came; as many steps of a window are the next
            one's as it was cut rows later.
    """
    if x.ndim != 3 or len(x) < 3 or x.shape[1] < 2 or x.dtype.kind not in "biuf":
        return 0
    at = np.unique(np.linspace(0, len(x) - 2, min(_PAIRS, len(x) - 1)).astype(np.int64))
    one, other = np.asarray(x[at], np.float64), np.asarray(x[at + 1], np.float64)
    differ = one.reshape(len(at), -1)
    varied = ~(differ == differ[:, :1]).all(axis=1)
    if varied.sum() < 2:
        return 0
    one, other = one[varied], other[varied]
    steps = x.shape[1]
    for stride in range(1, steps):
        if steps - stride < min(2, steps - 1):
            break
        left, right = one[:, stride:], other[:, : steps - stride]
        nothing = np.isnan(left)
        same = (left == right) | (nothing & np.isnan(right))
        # Parts of a window that never vary, as padding, are no sign of anything.
        highest = np.where(nothing, -np.inf, left).max(axis=(1, 2))
        moving = highest > np.where(nothing, np.inf, left).min(axis=(1, 2))
        alike = same.all(axis=(1, 2)) & moving
        if alike.mean() >= _MOST:
            return int(steps - 1) // stride
    return 0


def shuffled_windows(x: np.ndarray) -> bool:
    """Whether most of (N, T, F) go on in another of them, wherever that stands.

    So do windows that overlap and were shuffled, or divided at random, before they came here.
    """
    if x.ndim != 3 or len(x) < 3 or x.shape[1] < 4 or x.dtype.kind not in "biuf":
        return False
    at = np.unique(np.linspace(0, len(x) - 1, min(_PAIRS, len(x))).astype(np.int64))
    moving = [int(n) for n in at if len(np.unique(x[n])) > x.shape[1] // 2]
    for stride in range(1, min(_STRIDES, x.shape[1] - 2) + 1):
        begins = {hash(np.ascontiguousarray(one).tobytes()) for one in x[:, :-stride]}
        # What repeats itself goes on in its likes, too.
        once = [n for n in moving if not np.array_equal(x[n, stride:], x[n, :-stride])]
        ends = [hash(np.ascontiguousarray(x[n, stride:]).tobytes()) for n in once]
        if len(set(ends)) > 2 and sum(end in begins for end in ends) >= _SOME * len(moving):
            return True
    return False
