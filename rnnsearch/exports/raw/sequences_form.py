"""Separate sequences of numbers, and vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import numpy as np
from keras import ops

from rnnsearch.data import MASK_VALUE
from rnnsearch.data.categories import column_names
from rnnsearch.data.sequences.masks import real_steps, to_front
from rnnsearch.data.sequences.sequence_preparation import SequencesPreparation
from rnnsearch.exports.raw._base import Examples, Given, RawForm
from rnnsearch.exports.raw.arithmetic import roughness_of, scaled

__all__ = ["SequencesForm"]

Tensor = Any

_NOISE = 1e-5
"""Of a number's size: as in `rnnsearch.data.scaling.each_scaled`."""


@final
class SequencesForm(RawForm):
    """Sequences, padded at the front with NaN; or vectors.

    Args:
        prepared: How arrays become sequences.
    """

    prepared: SequencesPreparation

    def __init__(self, prepared: SequencesPreparation) -> None:
        self.prepared = prepared
        self.target = prepared.target
        (self._name,) = prepared.scalings
        self._vector = self._name != "sequence"

    @property
    def inputs(self) -> tuple[Given, ...]:
        """The one input, by the network's name."""
        prepared, about = self.prepared, "numbers in their own units; NaN where one is not known"
        columns: tuple[str, ...] = ()
        if prepared.categories:
            names = [f"column_{place + 1}" for place in range(len(prepared.categories))]
            known = {
                name: tuple(map(str, c)) for name, c in zip(names, prepared.categories, strict=True)
            }
            columns, about = column_names(names, known), "1 at the class that it is, else 0"
        features = len(columns) or len(prepared.scaling.scale)
        shape = (features,) if self._vector else (prepared.steps, features)
        if prepared.masked and not self._vector:
            about += "; steps of NaN before a sequence that is shorter"
        return (Given(self._name, shape, "float32", columns, about),)

    def network_inputs(self, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Scaled; what is not known is the mean, and padding is marked."""
        prepared, x = self.prepared, given[self._name]
        if prepared.categories:
            return {self._name: x}
        missing = ops.isnan(x)
        known = ops.where(missing, 0.0, x)
        if prepared.per_sequence:
            if self._vector:
                known, missing = ops.expand_dims(known, 1), ops.expand_dims(missing, 1)
            read = _by_sequence(known, missing)
            if self._vector:
                read = ops.squeeze(read, axis=1)
        else:
            read = ops.where(missing, 0.0, scaled(known, prepared.scaling))
        if prepared.masked and not self._vector:
            padding = ops.all(missing, axis=-1, keepdims=True)
            read = ops.where(padding, MASK_VALUE, read)
        return {self._name: read}

    def examples(self, path: str, most: int, *, judged: bool) -> Examples:
        """The last sequences of a file."""
        prepared = self.prepared
        whole = prepared.read_new(path, targets=judged)
        count = np.arange(len(whole))[-most:]
        sample = whole.take(count)
        if prepared.categories:
            return Examples({self._name: np.asarray(prepared.x(sample), np.float32)}, count)
        raw = np.asarray(sample.x, np.float32)
        counts = None
        if not self._vector:
            raw = to_front(raw, sample.lengths, prepared.steps, np.nan)
            if prepared.mapping.aligned:
                counts = real_steps(sample.lengths, prepared.steps, True)
        elif raw.ndim == 3:
            raw = raw[:, 0]
        return Examples({self._name: raw}, count, counts)

    @property
    def roughness(self) -> float:
        """Of inputs and targets."""
        if self.prepared.per_sequence:
            return 1.0
        pairs = (self.prepared.scaling, self.target.scaling)
        return roughness_of(pairs)


def _by_sequence(known: Tensor, missing: Tensor) -> Tensor:
    """Each feature by its own mean and deviation over the steps, 0 where it stands still.

    Args:
        known: (B, T, F), 0 where nothing is known.
        missing: Where that is.
    """
    real = ops.cast(ops.logical_not(missing), "float32")
    count = ops.maximum(ops.sum(real, axis=1, keepdims=True), 1.0)
    mean = ops.divide(ops.sum(known, axis=1, keepdims=True), count)
    centred = ops.multiply(ops.subtract(known, mean), real)
    # Once more: a mean of large numbers is rounded, one of what is left is not.
    mean = ops.divide(ops.sum(centred, axis=1, keepdims=True), count)
    centred = ops.multiply(ops.subtract(centred, mean), real)
    squares = ops.sum(ops.multiply(centred, centred), axis=1, keepdims=True)
    deviation = ops.sqrt(ops.divide(squares, count))
    largest = ops.max(ops.abs(known), axis=1, keepdims=True)
    moves = ops.greater(deviation, ops.multiply(largest, _NOISE))
    found = ops.divide(centred, ops.where(moves, deviation, 1.0))
    return ops.where(moves, found, 0.0)
