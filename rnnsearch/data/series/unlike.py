"""Inputs of a new file that lie far outside what training showed: often in another unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.problems import name_rows
from rnnsearch.data.series.rows import Series

__all__ = ["Span", "spans", "unlike_rows"]

Span = tuple[float, float]
"""The smallest and the largest value of an input in the training part."""

_FAR, _OFF = 1.0, 0.25
"""Beyond the span by so much of its width a value is far outside; and all of them are off, if more
than half lie beyond by the second."""


def spans(values: np.ndarray) -> tuple[Span, ...]:
    """Of each column of (R, F), NaN left out."""
    return tuple((float(np.nanmin(column)), float(np.nanmax(column))) for column in values.T)


def unlike_rows(
    series: Series, names: Sequence[str], seen: Sequence[Span], path: str
) -> tuple[str, ...]:
    """A line for each input that lies far outside."""
    found = []
    for at, (name, (low, high)) in enumerate(zip(names, seen, strict=True)):
        values, width = series.inputs[:, at], high - low
        beyond = np.maximum(values - high, low - values)
        far = beyond > _FAR * width
        if (beyond > _OFF * width).mean() > 0.5:
            far |= beyond > _OFF * width
        if far.any():
            rows = series.rows[far]
            example = values[int(np.nanargmax(np.where(far, beyond, -np.inf)))]
            found.append(
                f"inputs of '{name}' lie far outside what training showed ({low:g} to {high:g}): "
                f"{example:g} in {name_rows(rows)} of {path}; are they in another unit?"
            )
    return tuple(found)
