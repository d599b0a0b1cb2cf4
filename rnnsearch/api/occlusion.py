"""What a network's predictions rest on: inputs and stretches of time taken from other sequences.

A feature is taken from another sequence of the part, all of its steps at once (permutation
importance, Breiman, 2001); so is a stretch of steps, all of its features at once (occlusion, Zeiler
& Fergus, 2014, by real values in place of grey). By how much the error grows says
what it counted for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from rnnsearch.data import MASK_VALUE

__all__ = ["SEQUENCES", "counted"]

SEQUENCES = 300
"""Of a part that are worth looking at, at most."""

_STRETCHES = 12
_MOST_FEATURES = 24


def counted(
    x: np.ndarray, errors: Callable[[np.ndarray], float], names: Sequence[str]
) -> tuple[list[tuple[str, float]], list[tuple[int, int, float]]]:
    """By how much the error grows without each feature, and without each stretch of steps.

    Args:
        x: (N, T, F) sequences; padding stands before them.
        errors: From such sequences to the mean error of what is predicted of them.
        names: Of the features; numbered where there are not as many.

    Returns:
        Feature and growth; first and last step of a stretch, counted back from the last of a
        sequence, which is 1, and growth. Growth is a share of the error as it is.
    """
    rng = np.random.default_rng(0)
    steps, features = x.shape[1:]
    usual = errors(x)
    if len(x) < 2 or not np.isfinite(usual) or usual <= 0:
        return [], []
    order, others = rng.permutation(len(x)), np.empty(len(x), int)
    others[order] = np.roll(order, 1)  # one cycle: nobody is given its own
    padding = x == MASK_VALUE

    def grown(where: tuple[slice, slice]) -> float:
        """The growth where these steps and features are another sequence's."""
        changed = x.copy()
        changed[:, where[0], where[1]] = x[others][:, where[0], where[1]]
        # What is padding stays it, and nothing else becomes it.
        changed = np.where(padding | (changed == MASK_VALUE), x, changed)
        return errors(changed) / usual - 1

    every = slice(None)
    known = names if len(names) == features else [f"feature {n + 1}" for n in range(features)]
    by_feature = [
        (str(known[place]), grown((every, slice(place, place + 1))))
        for place in range(min(features, _MOST_FEATURES))
    ]
    by_feature.sort(key=lambda pair: -pair[1])
    edges = sorted({round(edge) for edge in np.linspace(0, steps, min(steps, _STRETCHES) + 1)})
    by_step = [
        (steps - last + 1, steps - first, grown((slice(first, last), every)))
        for first, last in itertools.pairwise(edges)
    ]
    return by_feature, by_step[::-1]
