"""Values of new data that lie far outside what training showed: often in another unit."""

from __future__ import annotations

import numpy as np

__all__ = ["Span", "far_outside", "spans", "unlike_line"]

Span = tuple[float, float]
"""The smallest and the largest value of a column in the training part."""

_ALL = 1e300
"""Every number is nearer to 0."""
_FAR, _OFF = 1.0, 0.25
"""Beyond the span by so much of its width a value is far outside; and all of them are off, if more
than half lie beyond by the second."""


def spans(values: np.ndarray) -> tuple[Span, ...]:
    """Of each column of (R, F), NaN left out; of one without a number nothing is outside."""
    known = ~np.isnan(values)
    low = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    found = zip(known.any(axis=0), low.tolist(), high.tolist(), strict=True)
    return tuple((least, most) if some else (-_ALL, _ALL) for some, least, most in found)


def far_outside(values: np.ndarray, span: Span, least: float = 0.0) -> tuple[np.ndarray, float]:
    """Which values are far outside a span, alike shaped, and the furthest of them.

    Args:
        values: Of any shape; NaN is outside of nothing.
        span: What training showed.
        least: The width that the span has at least.
    """
    low, high = span
    width = max(high - low, least)
    beyond = np.nan_to_num(np.maximum(values - high, low - values), nan=-np.inf)
    far = beyond > _FAR * width
    if (beyond > _OFF * width).mean() > 0.5:
        far |= beyond > _OFF * width
    furthest = float(values.ravel()[int(beyond.argmax())]) if values.size else 0.0
    return far, furthest


def unlike_line(what: str, span: Span, example: float, where: str, path: str) -> str:
    """What is said of a column of which values are far outside.

    Args:
        what: Such as ``inputs of 'load'``.
        span: What training showed.
        example: The furthest value.
        where: The rows or sequences.
        path: Of the file.
    """
    low, high = span
    return (
        f"{what} lie far outside what training showed ({low:g} to {high:g}): "
        f"{example:g} in {where} of {path}; are they in another unit?"
    )
