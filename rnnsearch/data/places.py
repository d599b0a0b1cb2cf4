"""Where the sequences of a part come from: their files, rows or times, for who looks at errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Places", "join_places"]


@dataclass(frozen=True)
class Places:
    """Of N sequences, in the order of their part.

    Attributes:
        names: (N,) texts: the file of a sequence, or when or in which row its first target is.
        times: (N,) or (N, T) datetime64[us] of each target, by the clock on the wall; None where
            there are no dates.
    """

    names: np.ndarray
    times: np.ndarray | None = None

    def last(self, count: int) -> Places:
        """The last so many of them."""
        first = max(0, len(self.names) - count)
        return Places(self.names[first:], None if self.times is None else self.times[first:])


def join_places(places: Sequence[Places]) -> Places:
    """Those of several parts as one."""
    names = np.concatenate([one.names for one in places])
    times = [one.times for one in places if one.times is not None]
    return Places(names, np.concatenate(times) if len(times) == len(places) else None)
