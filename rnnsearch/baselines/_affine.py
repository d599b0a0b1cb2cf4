"""Whether a baseline's output is a slice of the input, scaled and shifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.baselines._base import Fitted
from rnnsearch.baselines._rows import Features, number_rows, thin
from rnnsearch.baselines.graphs import (
    ConstantGraph,
    Graph,
    LinearGraph,
    input_steps,
    output_shape,
    reads,
)
from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import take

__all__ = ["affine_graph"]

_MOST_SEQUENCES = 2000
"""Of a part that are looked at."""

_EXACT = 1e-4
"""How far outputs may differ, in scaled units: what single precision leaves of inputs that vary
much more than what is forecast."""


def affine_graph(fit: Fitted, features: Features | None, dataset: Dataset) -> Graph | None:
    """How a baseline's outputs follow from the input, found in the training and validation part.

    They are constant; or, of numbers, each is one feature, scaled and shifted, less another one
    where changes from that are put out. None where a sequence says otherwise: where what was seen
    before is not in the window, the input has a gap that was filled, or it has changes only from
    which a value would have to be summed up.

    Args:
        fit: The baseline.
        features: What a model without memory is given; None where there is no such thing.
        dataset: What it was fitted on.
    """
    parts = [_few(part) for part in (dataset.train, dataset.validation)]
    constant = _constant(fit, parts)
    if constant is not None:
        return ConstantGraph(constant)
    if features is None or dataset.target.kind == "class":
        return None
    return _slices(fit, features, dataset, parts)


def _few(part: Part) -> Part:
    """Some of the sequences, evenly spaced."""
    some = thin(np.arange(len(part)), _MOST_SEQUENCES)
    return Part(
        take(part.x, some),
        part.y[some],
        None if part.weight is None else part.weight[some],
        {name: values[some] for name, values in part.naive.items()},
        None if part.anchor is None else part.anchor[some],
    )


def _constant(fit: Fitted, parts: Sequence[Part]) -> np.ndarray | None:
    """(O,) or (T, O) what is put out for every sequence; None where that is not the same."""
    outputs = np.concatenate([fit.outputs(part) for part in parts])
    counts = np.concatenate([part.weights for part in parts])[..., None] > 0
    least = np.where(counts, outputs, np.inf).min(axis=0)
    most = np.where(counts, outputs, -np.inf).max(axis=0)
    if (most - least > 1e-6).any():
        return None
    return np.where(np.isfinite(most), most, 0.0)


def _slices(
    fit: Fitted, features: Features, dataset: Dataset, parts: Sequence[Part]
) -> LinearGraph | None:
    """The outputs as features, one or two for each."""
    shape, scaling = output_shape(dataset), dataset.target.scaling
    read = reads(dataset.train.x, len(shape) > 1)
    rows: list[tuple[np.ndarray, ...]] = []
    for part in parts:
        linked = replace(part, y=scaling.link(fit.predict(part)))
        x, own, counts = number_rows(features, linked, read == "steps", counted=True)
        anchor = np.zeros_like(own)
        if part.anchor is not None:
            moved = replace(part, y=part.anchor)
            _, anchor, _ = number_rows(features, moved, read == "steps", counted=True)
        whole = counts.all(axis=1)
        rows.append((np.asarray(x)[whole], own[whole], anchor[whole]))
    x, own, anchor = (np.concatenate(arrays) for arrays in zip(*rows, strict=True))
    times = own.shape[1] // len(scaling.scale)
    scale, offset = np.tile(scaling.scale, times), np.tile(scaling.offset, times)
    columns = _Columns(x)
    kernel, bias = np.zeros((x.shape[1], own.shape[1])), -offset / scale
    for sign, wanted in ((1, own), (-1, anchor)):
        for output in range(own.shape[1]):
            found = columns.find(wanted[:, output], _EXACT * scale[output])
            if found is None:
                return None
            column, slope, intercept = found
            kernel[column, output] += sign * slope / scale[output]
            bias[output] += sign * intercept / scale[output]
    return LinearGraph(read, kernel, bias, shape, "linear", input_steps(dataset), dataset.masked)


class _Columns:
    """Features (M, D), to find one that is what is wanted but for scale and offset."""

    def __init__(self, x: np.ndarray) -> None:
        self._mean = x.mean(axis=0, dtype=float)
        self._x = x - self._mean
        self._squares = (self._x**2).sum(axis=0)

    def find(self, wanted: np.ndarray, exact: float) -> tuple[int, float, float] | None:
        """Which it is, its factor and what is added; a constant is any feature times 0.

        Args:
            wanted: (M,)
            exact: How far it may differ.
        """
        mean = float(wanted.mean())
        distance = wanted - mean
        if np.abs(distance).max() <= exact:
            return 0, 0.0, mean
        shared = distance @ self._x
        known = np.maximum(self._squares, np.finfo(float).tiny)
        column = int((shared**2 / known).argmax())
        slope = float(shared[column] / known[column])
        if np.abs(slope * self._x[:, column] - distance).max() > exact:
            return None
        return column, slope, mean - slope * float(self._mean[column])
