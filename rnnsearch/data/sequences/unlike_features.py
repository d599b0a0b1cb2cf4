"""Which features of new sequences lie far outside what training showed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.data.spans import Span, far_outside, unlike_line

if TYPE_CHECKING:
    from rnnsearch.data.sequences.samples import Sample

__all__ = ["unlike_sequences"]

_ALONE = {"feature": "values", "output": "targets"}
_MOST = 3
"""Features that have a line each."""
_MANY = 0.5
"""Share of the sequences that must be outside, where they are not outside by much of all features:
a pixel that was always dark may be bright once."""


def unlike_sequences(
    sample: Sample, seen: Sequence[Span], seen_targets: Sequence[Span], path: str
) -> tuple[str, ...]:
    """A line for each feature, or output, of numbers that does; of many features the first.

    Args:
        sample: The new sequences, NaN in padding.
        seen: The span of each feature in the training part; empty where inputs are classes, or
            scaled each by its own sequence.
        seen_targets: Of each output, where these are numbers and judged.
        path: Of the new file.
    """
    found = _lines("feature", sample.x, seen, sample.files, path)
    return (*found, *_lines("output", sample.y, seen_targets, sample.files, path))


def _lines(
    what: str, values: np.ndarray, seen: Sequence[Span], files: np.ndarray | None, path: str
) -> list[str]:
    """Lines of the columns of (N, …, F)."""
    widest = max((high - low for low, high in seen), default=0.0)
    found = []
    for at, (low, high) in enumerate(seen):
        column = values[..., at]
        far, furthest = far_outside(column, (low, high), 0.0 if high > low else widest)
        strange = far.reshape(len(far), -1).any(axis=1)
        by_much = max(furthest - high, low - furthest) > widest
        if strange.any() and (by_much or strange.mean() >= _MANY):
            where = _where(np.flatnonzero(strange), files)
            name = f"values of {what} {at}" if len(seen) > 1 else _ALONE[what]
            found.append(unlike_line(name, (low, high), furthest, where, path))
    if len(found) > _MOST:
        return [*found[:_MOST], f"so do {len(found) - _MOST} more of {len(seen)} {what}s"]
    return found


def _where(places: np.ndarray, files: np.ndarray | None) -> str:
    """The sequences as text: their files, or their places from 0."""
    if files is not None:
        return name_some(files[places], 3)
    name = "sequence" if len(places) == 1 else "sequences"
    return f"{name} {name_some(places.tolist(), 5)}"
