"""Targets that are the steps behind each window: a forecast of all of them at once.

Tutorials cut windows of a day and the day after it. Where both are of one length, shapes alone look
like an output at each step, which would forecast every step of the next day by a part of this one.
"""

from __future__ import annotations

import numpy as np

__all__ = ["LATER_STEPS", "are_later_steps"]

_PAIRS = 2000
"""Windows that are compared with later ones, at most."""
_FEWEST = 20
"""Windows, at least."""
_LATER = 500
"""Windows later, up to which the one that begins with the targets is looked for."""
_APART = 1e-8
"""Share of the variance that is left where two rows are the same but for their unit."""
_LOOKED_UP, _TIMES, _TELLING = 60, 3, 4
"""Targets that are looked up in all windows; how often each may stand in a series; how many of its
steps must be the same."""
_LARGEST = 20_000_000
"""Numbers, of more of which none is looked up."""

LATER_STEPS = (
    "the targets are the steps behind each window: many_to_many forecasts each by a part of the "
    "window; task: many_to_one forecasts all of them by the whole"
)
"""What is said where they are learned as an output at each step."""


def are_later_steps(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether targets are steps of the series that the windows were cut of, behind each window.

    Both may have units of their own, if windows stand in their order; in any order numbers must be
    the same.

    Args:
        x: Windows (N, T, F) or (N, T).
        y: Targets (N, H) or (N, H, O), of several steps.
    """
    x, y = x if x.ndim == 3 else x[..., None], y if y.ndim == 2 else y[..., 0]
    plain = x.dtype.kind in "iuf" and y.dtype.kind in "iuf"
    if not plain or len(x) < _FEWEST or len(x) != len(y) or y.shape[1] < 2 or 0 in x.shape:
        return False
    if _own_steps(x[:_PAIRS], y[:_PAIRS]):
        return False
    return _begin_later(x[:_PAIRS], y[:_PAIRS]) or _stand_elsewhere(x, y)


def _own_steps(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether the first target is a step of its own window, in the first half of that."""
    half = x[:, : x.shape[1] // 2 + 1]
    columns = half.reshape(len(half), -1).T
    return any(_same(y[:, 0], column) for column in columns)


def _begin_later(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether targets are the first steps of the window that comes so many windows later."""
    most = min(2 * x.shape[1], _LATER, len(x) - _FEWEST)
    last = min(x.shape[1], y.shape[1]) - 1
    return any(
        _same(y[:-later, 0], x[later:, 0, feature])
        and _same(y[:-later, last], x[later:, last, feature])
        for later in range(1, most + 1)
        for feature in range(x.shape[2])
    )


def _same(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two rows of numbers are the same but for their unit."""
    known = np.isfinite(left) & np.isfinite(right)
    if known.sum() < _FEWEST:
        return False
    one, other = (np.asarray(each[known], np.float64) for each in (left, right))
    one, other = one - one.mean(), other - other.mean()
    sizes = float((one**2).sum() * (other**2).sum())
    return sizes > 0 and 1 - float((one * other).sum()) ** 2 / sizes < _APART


def _stand_elsewhere(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether the targets of most windows stand in another window."""
    if x.size > _LARGEST:
        return False
    at = np.unique(np.linspace(0, len(x) - 1, min(_LOOKED_UP, len(x))).astype(np.int64))
    size = min(_TELLING, y.shape[1], x.shape[1])
    wanted = {(n, float(y[n, 0])) for n in at.tolist() if len(np.unique(y[n, :size])) == size}
    firsts = np.array(sorted({value for _, value in wanted}))
    for feature in range(x.shape[2]):
        begins = x[:, : x.shape[1] - size + 1, feature]
        places = np.argwhere(np.isin(begins, firsts))
        if len(places) > _TIMES * len(firsts) * x.shape[1]:
            continue  # few values, which come again and again
        found = {
            n
            for window, step in places.tolist()
            for n, value in wanted
            if value == x[window, step, feature]
            and window != n
            and np.array_equal(x[window, step : step + size, feature], y[n, :size])
        }
        if 2 * len(found) >= len(at):
            return True
    return False
