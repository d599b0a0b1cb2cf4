"""Standardisation: offset and scale of each feature, from training values only."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from rnnsearch.data._base import Scaling, Target

__all__ = [
    "LARGEST",
    "constant",
    "each_scaled",
    "fit_scaling",
    "fit_spread",
    "fit_steps",
    "fitted_target",
    "identity",
    "side_by_side",
]

LARGEST = 1e30
"""Numbers must be smaller than this in size: squares of float32 overflow not far above."""


def identity(features: int) -> Scaling:
    """The map that changes nothing."""
    return Scaling(np.zeros(features), np.ones(features))


def side_by_side(*scalings: Scaling) -> Scaling:
    """Of the features of each, one after the other."""
    logs = [np.broadcast_to(each.log, each.scale.shape) for each in scalings]
    return Scaling(
        np.concatenate([each.offset for each in scalings]),
        np.concatenate([each.scale for each in scalings]),
        np.concatenate(logs) if any(map(np.any, logs)) else False,
    )


def fit_scaling(values: np.ndarray) -> Scaling:
    """Mean and standard deviation of each column of (R, F), NaN left out.

    A column that does not vary keeps its scale; one without any number is left as it is.
    """
    blank = np.isnan(values[:1]).any(axis=0)  # few columns: only these are looked at twice
    blank[blank] = np.isnan(values[:, blank]).all(axis=0)
    if blank.any():
        values = np.where(blank, 0.0, values)
    offset = np.nanmean(values, axis=0)
    scale = np.nanstd(values, axis=0)
    return Scaling(offset, np.where(scale > 0, scale, 1.0))


_ONE_CURVE = 0.995
"""Share of a feature's variance that one curve explains, from which it is taken away: what tells
sequences apart is half a hundredth at most, and a network sees nothing of it."""
_OF_MANY, _MANY = 0.95, 200
"""The same of so many sequences or more. Of fewer a network makes nothing of what is left where
that is more, as the curve also says where in a sequence a step is (benchmarks/README.md)."""


def fit_steps(values: np.ndarray, *, always: bool) -> Scaling:
    """Each step less its mean, by the deviation of what is left, of sequences (N, T, F).

    Args:
        values: NaN where nothing is known.
        always: Whether to do so for each feature, also where the mean curve explains little.

    Returns:
        With an offset (T, F); (F,) as `fit_scaling` has it where no feature follows one curve.
    """
    whole = fit_scaling(values.reshape(-1, values.shape[-1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a step that nobody knows
        curve = np.nanmean(values, axis=0)
        left = np.sqrt(np.nanmean((values - curve) ** 2, axis=(0, 1)))
    follows = (left > _NOISE * np.nanmax(np.abs(curve), axis=0, initial=0)) & (left > 0)
    if not always:
        share = _ONE_CURVE if len(values) < _MANY else _OF_MANY
        follows &= left**2 <= (1 - share) * whole.scale**2
    if not follows.any():
        return whole
    offset = np.where(follows & np.isfinite(curve), curve, whole.offset)
    return Scaling(offset, np.where(follows, left, whole.scale))


def fitted_target(target: Target, values: np.ndarray, scaled: bool) -> Target:
    """A target of numbers with the deviation, and the scaling if it is to be scaled, of (R, O)."""
    fitted = fit_scaling(values)
    return replace(target, deviation=fitted.scale, scaling=fitted if scaled else target.scaling)


def fit_spread(values: np.ndarray) -> Scaling:
    """No offset, so that 0 stays 0, and the root of the mean square of each column of (R, F).

    NaN is left out. A column of zeros keeps its scale.
    """
    scale = np.sqrt(np.nanmean(np.square(values), axis=0))
    return Scaling(np.zeros(values.shape[1]), np.where(scale > 0, scale, 1.0))


_AT_ONCE = 1000
"""Sequences that are written out in double precision at a time."""
_NOISE = 1e-5
"""Of a number's size: what float32 can't tell apart after a few operations."""


def each_scaled(sequences: np.ndarray) -> np.ndarray:
    """Sequences (N, T, F), NaN in padding: each feature by its mean and deviation over the steps.

    A feature that does not vary within a sequence becomes 0, also where it varies by rounding.
    """
    if len(sequences) > _AT_ONCE:
        starts = range(0, len(sequences), _AT_ONCE)
        return np.concatenate([each_scaled(sequences[at : at + _AT_ONCE]) for at in starts])
    known = ~np.isnan(sequences)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    values = np.where(known, sequences, 0.0).astype(np.float64)
    mean = values.sum(axis=1, keepdims=True) / count
    largest = np.abs(values).max(axis=1, keepdims=True, initial=0.0)
    values = np.where(known, values - mean, 0.0)
    deviation = np.sqrt((values**2).sum(axis=1, keepdims=True) / count)
    still = deviation <= _NOISE * largest
    scaled = np.where(still, 0.0, values) / np.where(still, 1.0, deviation)
    return np.where(known, scaled, np.nan).astype(np.float32)


def constant(values: np.ndarray) -> bool:
    """Whether all finite numbers among `values` are the same (and there are some)."""
    finite = values[np.isfinite(values)]
    return len(finite) > 0 and bool((finite == finite[0]).all())
