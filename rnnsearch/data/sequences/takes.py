"""Sequences that were taken of one thing several times, and stand beside each other.

Who scans a sample three times, or has somebody repeat a gesture, puts the takes into the file one
after another. A network that has learned two of them knows the third: it says nothing of the next
sample. So takes of one thing stay together, where the data show them.
"""

from __future__ import annotations

import numpy as np

__all__ = ["said_takes", "takes_of"]

_FEWEST, _MOST, _LARGEST = 20, 2_000, 20_000_000
"""Sequences of which it can be told, and that are compared with all others; and their numbers."""

_BESIDE = 2
"""Places at which another take stands, at most."""

_SHARE, _TIMES_CHANCE = 0.6, 3.0
"""Sequences whose likest one is such a take, as a share, and as often as by chance."""

_APART = 0.5
"""How near takes are to each other, as a share of the distance to the nearest other thing; what
drifts from one recording to the next is as near to the one before its group."""


def takes_of(x: np.ndarray, classes: np.ndarray | None) -> np.ndarray | None:
    """(N,) the group of each sequence; None where they are not seen to stand in groups.

    A sequence and its likest one are of one group where both are of one class and stand within two
    places of each other. That holds of most of them, far more often than if those of a class stood
    in any order, and groups are farther apart than takes.

    Args:
        x: (N, T, F), with NaN for what is missing.
        classes: (N,), or None.
    """
    count = len(x)
    if classes is None or x.ndim != 3 or x.dtype.kind != "f" or x.size > _LARGEST:
        return None
    if not _FEWEST <= count <= _MOST or classes.min() < 0:
        return None
    places = np.arange(count)
    beside = (np.abs(places[:, None] - places) <= _BESIDE) & (classes[:, None] == classes)
    np.fill_diagonal(beside, False)
    others = np.bincount(classes)[classes] - 1
    if not others.all():  # the only one of a class is always learned from, which no group could be
        return None
    chance = float((beside.sum(axis=1) / others).mean())
    apart = _distances(x)
    likest = apart.argmin(axis=1)
    near = beside[places, likest]
    if near.mean() < max(_SHARE, _TIMES_CHANCE * chance):
        return None
    groups = _connected(places[near], likest[near], count)
    own = groups[:, None] == groups
    nearest, other = (np.where(each, apart, np.inf).min(axis=1) for each in (own, ~own))
    told = near & np.isfinite(other) & (other > 0)
    return groups if told.any() and np.median((nearest / other)[told]) <= _APART else None


def said_takes(groups: np.ndarray) -> str:
    """What is said of such groups (N,)."""
    count = len(np.unique(groups))
    return (
        f"most sequences are likest to one beside them, as takes of the same thing are: "
        f"{len(groups)} of {count} things, and the takes of each stand in one part "
        "(data.split: {by: random} divides them)"
    )


def _distances(x: np.ndarray) -> np.ndarray:
    """(N, N) between sequences, each feature in units of its deviation; infinite to itself."""
    there = np.isfinite(x)
    centred = np.where(there, x.astype(np.float64), 0.0)
    centred -= centred.sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    centred[~there] = 0.0
    spread = np.sqrt(np.square(centred).sum(axis=(0, 1)))
    rows = (centred / np.where(spread > 0, spread, 1.0)).reshape(len(x), -1)
    squares = np.square(rows).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0))
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart)


def _connected(ones: np.ndarray, others: np.ndarray, count: int) -> np.ndarray:
    """(N,) groups of what is linked, directly or by others."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = coo_matrix((np.ones(len(ones)), (ones, others)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])
