"""What comes next, from counts of what came next before: the baseline of language models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["WittenBell", "contexts"]

_CELLS = 4_000_000
"""Probabilities that are worked out at a time, so that memory stays small."""


def contexts(ids: np.ndarray, length: int) -> np.ndarray:
    """The tokens up to each step: (N, T) ids to (N, T, length), the nearest first; 0 before all."""
    found = np.zeros((*ids.shape, length), np.int64)
    for back in range(min(length, ids.shape[1])):
        found[:, back:, back] = ids[:, : ids.shape[1] - back]
    return found


@dataclass(frozen=True)
class _Level:
    """Counts after contexts of one length.

    Attributes:
        keys: Sorted keys of the contexts that training has shown: see `_key`.
        starts: Where the followers of each begin among `followers`, and their end.
        followers: Classes that followed, in order.
        counts: How often.
        totals, kinds: Of each context: all that followed it, and different ones among them.
    """

    keys: np.ndarray
    starts: np.ndarray
    followers: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    kinds: np.ndarray

    @classmethod
    def of(cls, keys: np.ndarray, y: np.ndarray, classes: int) -> tuple[_Level, np.ndarray]:
        """Count y (M,) after contexts (M,); also the place of each context."""
        known, places = np.unique(keys, return_inverse=True)
        pairs, counts = np.unique(places * classes + y, return_counts=True)
        starts = np.searchsorted(pairs, np.arange(len(known) + 1) * classes)
        totals = np.add.reduceat(counts, starts[:-1])
        return cls(known, starts, pairs % classes, counts, totals, np.diff(starts)), places

    def find(self, keys: np.ndarray) -> np.ndarray:
        """Places (M,) of contexts; -1 where training has not shown one."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1)


class WittenBell:
    """Interpolated n-grams with Witten–Bell weights (Witten & Bell, 1991, method C).

    P(w | h) = (c(hw) + t(h) P(w | h')) / (c(h) + t(h)), where c counts, t(h) is how many different
    tokens followed h, and h' is h without its farthest token. Below the empty context all classes
    are equally likely; a context that training has not shown leaves it at h'.

    Args:
        before: (M, L) contexts of the training part, the nearest token first.
        y: (M,) what followed.
        classes: C.
    """

    def __init__(self, before: np.ndarray, y: np.ndarray, classes: int) -> None:
        self._classes = classes
        self._base = int(before.max(initial=0)) + 1
        self._levels: list[_Level] = []
        keys = places = np.zeros(len(y), np.int64)
        for length in range(before.shape[1] + 1):
            if length:
                keys = self._key(places, before[:, length - 1])
            level, places = _Level.of(keys, y, classes)
            self._levels.append(level)

    def _key(self, places: np.ndarray, token: np.ndarray) -> np.ndarray:
        """A context's key: the place of the one without its farthest token, and that token.

        What is not known, place or token, gives a key that no context has.
        """
        known = (places >= 0) & (token < self._base)
        return np.where(known, places * self._base + token, -1)

    def _places(self, before: np.ndarray) -> list[np.ndarray]:
        """The place of each context at each length."""
        found = [np.zeros(len(before), np.int64)]
        for length, level in enumerate(self._levels[1:]):
            found.append(level.find(self._key(found[-1], before[:, length])))
        return found

    def chances(self, before: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(L + 1, M) probability of what followed, with contexts of each length."""
        chance = np.full(len(y), 1 / self._classes)
        found = []
        for level, places in zip(self._levels, self._places(before), strict=True):
            known = places >= 0
            at = places[known]
            pairs = np.repeat(np.arange(len(level.keys)), level.kinds) * self._classes
            pairs += level.followers
            wanted = at * self._classes + y[known]
            where = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
            count = np.where(pairs[where] == wanted, level.counts[where], 0)
            chance = chance.copy()
            chance[known] = count + level.kinds[at] * chance[known]
            chance[known] /= level.totals[at] + level.kinds[at]
            found.append(chance)
        return np.stack(found)

    def probabilities(self, before: np.ndarray, length: int) -> np.ndarray:
        """(M, C) float32 of every class, with contexts of one length."""
        found = np.empty((len(before), self._classes), np.float32)
        step = max(1, _CELLS // self._classes)
        for start in range(0, len(before), step):
            rows = slice(start, start + step)
            found[rows] = self._block(before[rows], length)
        return found

    def _block(self, before: np.ndarray, length: int) -> np.ndarray:
        """`probabilities` of a few."""
        chances = np.full((len(before), self._classes), 1 / self._classes)
        places = self._places(before)
        for level, at in zip(self._levels[: length + 1], places, strict=False):
            rows = np.flatnonzero(at >= 0)
            own = at[rows]
            total = (level.totals[own] + level.kinds[own])[:, None]
            chances[rows] *= level.kinds[own][:, None] / total
            of = np.repeat(np.arange(len(rows)), level.kinds[own])
            within = np.arange(len(of)) - np.repeat(
                np.cumsum(level.kinds[own]) - level.kinds[own], level.kinds[own]
            )
            entry = level.starts[own][of] + within
            chances[rows[of], level.followers[entry]] += level.counts[entry] / total[of, 0]
        return chances
