"""Targets that stand in the sequences themselves: a column of labels left among the features, or a
window that reaches as far as what it is to forecast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnsearch.data.sequences.masks import real_steps
from rnnsearch.data.sequences.samples import Sample

__all__ = ["said_told"]

_FEWEST = 20
"""Sequences, at least: of fewer a feature may say the class by chance."""
_MOST_FEATURES = 500
_APART = 1e-10
"""Share of the variance that is left where numbers are the same but for their unit."""


def said_told(sample: Sample) -> tuple[str, ...]:
    """A note of the first feature (N, T, F) that is the target, or names its class.

    Args:
        sample: Of the training part, classes numbered.
    """
    if sample.x.ndim != 3 or sample.x.dtype.kind != "f" or len(sample) < _FEWEST:
        return ()
    for where, features, targets in _beside(sample):
        for index, column in enumerate(features.T[:_MOST_FEATURES]):
            if any(_tells(column, target) for target in targets.T):
                return (
                    f"feature {index} of x, counted from 0, says the target {where}, in all "
                    "training sequences: if it is not known before the target is, leave it out, as "
                    "scores say nothing then",
                )
    return ()


def _beside(sample: Sample) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Where it is, features (S, F) of some steps and the targets (S, O) that belong to them."""
    x, y, seen = sample.x, sample.y, sample.observed
    targets = y[..., None] if y.dtype.kind in "iu" else y
    if targets.ndim == 2:
        each = np.arange(len(x))
        yield "in the last step", x[each, sample.lengths - 1][seen], targets[seen]
        yield "in the first step", x[:, 0][seen], targets[seen]
    else:
        seen = seen & real_steps(sample.lengths, x.shape[1], False)
        yield "of the same step", x[seen], targets[seen]


def _tells(column: np.ndarray, target: np.ndarray) -> bool:
    """Whether numbers are the target in any unit, or each stands for one class."""
    if not np.isfinite(column).all() or column.min() == column.max():
        return False
    if target.dtype.kind in "iu":
        pairs = np.unique(np.stack([column, target]), axis=1).shape[1]
        return bool(len(np.unique(column)) == len(np.unique(target)) == pairs > 1)
    one, other = column - column.mean(), target - target.mean()
    sizes = float((one**2).sum() * (other**2).sum())
    return sizes > 0 and bool(1 - float((one * other).sum()) ** 2 / sizes < _APART)
