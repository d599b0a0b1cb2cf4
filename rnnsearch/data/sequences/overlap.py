"""Windows of one series that were cut before they came here: they share steps with each other."""

from __future__ import annotations

import numpy as np

__all__ = ["GOES_ON", "goes_on", "shared_windows", "shuffled_windows"]

_PAIRS = 200
"""Neighbours that are looked at, at most."""
_MOST = 0.9
"""Share of neighbours that must overlap."""
_SOME = 0.5
"""Share of windows whose next one must be among the others, where they are in no order."""
_STRIDES = 4
"""Rows by which one window may be cut after another, so that all others are looked through."""
_FEWEST, _CHANCES, _ONCE = 3, 200, 1.5
"""Steps that windows share, at least; places a window at which a value may stand; and how often
its steps may be found as far ahead."""
_PIECES, _AS_WITHIN, _TOLD = 10, 1.5, 0.4
"""Sequences, at least; how much farther the next begins than steps within are apart; and the share
of its distance from a sequence elsewhere."""
_LARGEST = 20_000_000
"""Numbers, of more of which only the strides above are looked for."""
_USUAL = 100
"""Strides up to which, beside those that divide a window, windows may be alike but for their unit:
of recordings of a second all would take minutes."""
_SCALED, _NEAR, _FEW_PAIRS = 4, 1e-3, 30
"""Steps that are compared but for their unit, at least, how near they must be, and neighbours."""


GOES_ON = (
    "each sequence goes on where the one before ends: if they are pieces of one series, parts "
    "drawn at random lie between each other; data.split: {by: time} keeps them apart"
)
"""What is said of sequences that share no step, and yet follow each other."""


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
    begins = _same(one, other[:, :1]).all(axis=2).mean(axis=0)
    for stride in range(1, steps):
        if steps - stride < min(2, steps - 1):
            break
        left, right = one[:, stride:], other[:, : steps - stride]
        usual = stride <= _USUAL or steps % stride == 0 or steps % (steps - stride) == 0
        if begins[stride] >= _MOST and _alike(left, right):
            return int(steps - 1) // stride
        if usual and _alike_in_scale(left, right):
            return int(steps - 1) // stride
    return 0


def _same(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Where two arrays have the same numbers, or none."""
    return np.asarray((left == right) | (np.isnan(left) & np.isnan(right)))


def _alike(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether steps (P, S, F) are the same in nearly all pairs."""
    nothing = np.isnan(left)
    # Parts of a window that never vary, as padding, are no sign of anything.
    highest = np.where(nothing, -np.inf, left).max(axis=(1, 2))
    moving = highest > np.where(nothing, np.inf, left).min(axis=(1, 2))
    return bool((_same(left, right).all(axis=(1, 2)) & moving).mean() >= _MOST)


def _alike_in_scale(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether steps (P, S, F) are the same but for their unit, as of windows scaled one by one."""
    left, right = left[:_FEW_PAIRS], right[:_FEW_PAIRS]
    if left.shape[1] < _SCALED or not (np.isfinite(left).all() and np.isfinite(right).all()):
        return False
    bends = np.abs(np.diff(left, 2, axis=1)).max(axis=(1, 2)) > _NEAR * np.abs(left).max()
    if bends.mean() < _MOST:
        return False  # lines are alike in any scale
    apart = np.abs(_scaled(left) - _scaled(right)).max(axis=(1, 2))
    return bool((apart[bends] < _NEAR).mean() >= _MOST)


def _scaled(pieces: np.ndarray) -> np.ndarray:
    """(P, S, F) with mean 0 and deviation 1 over their steps."""
    centred = pieces - pieces.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))


def goes_on(x: np.ndarray) -> bool:
    """Whether each of (N, T, F) goes on where the one before ends, as pieces of one series do.

    So its first step is nearly the last of the one before: nearer than steps within a sequence are
    on average to each other, in each feature that changes from step to step.
    """
    if x.ndim != 3 or len(x) < _PIECES or x.shape[1] < _SCALED or x.dtype.kind not in "iuf":
        return False
    at = np.unique(np.linspace(0, len(x) - 2, min(_PAIRS, len(x) - 1)).astype(np.int64))
    one, other = np.asarray(x[at], np.float64), np.asarray(x[at + 1], np.float64)
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return False
    across = np.abs(other[:, 0] - one[:, -1])
    within = np.abs(np.diff(one, axis=1)).mean(axis=1)
    apart = np.abs(np.roll(other[:, 0], len(at) // 2, axis=0) - one[:, -1])
    moving = within.mean(axis=0) > 0
    near = across.mean(axis=0) <= _AS_WITHIN * within.mean(axis=0)
    told = across.mean(axis=0) <= _TOLD * apart.mean(axis=0)
    return bool(moving.any() and (near & told)[moving].all())


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
    return x.size <= _LARGEST and _go_on_elsewhere(x, np.array(moving, np.int64))


def _go_on_elsewhere(x: np.ndarray, at: np.ndarray) -> bool:
    """Whether the last steps of most of these windows stand in one other each, equally far ahead.

    Args:
        x: (N, T, F).
        at: (W,) windows that are looked at.
    """
    steps = x.shape[1]
    size = max(_FEWEST, steps // 8)
    firsts = x[at, steps - size, 0]
    places = np.argwhere(np.isin(x[:, : steps - size, 0], firsts))
    values, windows_of = np.unique(firsts, return_counts=True)
    there = x[places[:, 0], places[:, 1], 0]
    if not len(at) or windows_of[np.searchsorted(values, there)].sum() > _CHANCES * len(at):
        return False  # few values, which come again and again
    windows: dict[float, list[int]] = {}
    for window, value in zip(at.tolist(), firsts.tolist(), strict=True):
        windows.setdefault(value, []).append(window)
    found: dict[int, list[int]] = {}
    for other, step in places.tolist():
        for window in windows[x[other, step, 0].item()]:
            begin = steps - size - step
            if other != window and np.array_equal(x[other, : step + size], x[window, begin:]):
                found.setdefault(step, []).append(window)
    each = max(found.values(), key=lambda known: len({*known}), default=[])
    return len({*each}) >= _SOME * len(at) and len(each) <= _ONCE * len({*each})
