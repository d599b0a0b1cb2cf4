"""Training sequences changed at random as they are read, of which the class or value stays.

Jitter, scaling, window slicing and window warping, four of the twelve ways that Iwana & Uchida
(2021) compare on recurrent networks. Each batch is changed anew, inside the training step.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from rnnsearch.data import MASK_VALUE

__all__ = ["Augment", "noise", "sliced", "warped"]

Tensor = Any

_JITTER = 0.1
"""Deviation of the noise on each number at strength 1, where inputs have one of 1."""

_SCALE = 0.2
"""Deviation from 1 of what each feature is multiplied with, at strength 1."""

_CROPPED = 0.1
"""Share of a sequence that a slice leaves out, at most."""

_WINDOW = 0.1
"""Share of a sequence that is warped."""


_ODD = (0x9E3779B1, 0x2C1B3C6D)
"""Multipliers of Knuth's hash (2^32 by the golden ratio) and of Wellons' `triple32`."""


class Augment(keras.Layer):
    """Changes sequences (B, T, F) at random, in training only; padding stays as it is.

    Each sequence is sliced, warped, scaled and jittered with probability `augment` / 2, a
    variable, for each of the four.

    Args:
        masked: Whether there is padding in front of sequences.
        strength: Initial value of `augment`, in [0, 1].
    """

    def __init__(self, *, masked: bool, strength: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._masked = masked
        self._strength = strength
        self.seed_generator = keras.random.SeedGenerator(0)

    def build(self, _: Any) -> None:
        """Create the strength."""
        self.augment = self.add_weight(
            shape=(),
            initializer=lambda shape, dtype=None: np.full(shape, self._strength, dtype),
            trainable=False,
            name="augment",
        )
        self.built = True

    def compute_output_spec(self, x: keras.KerasTensor, **_: Any) -> keras.KerasTensor:
        """Sequences as before."""
        return keras.KerasTensor(x.shape, x.dtype)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """(B, T, F) to (B, T, F)."""
        if not training:
            return x
        batch, steps, features = ops.shape(x)[0], x.shape[1], x.shape[2]
        strength = ops.convert_to_tensor(self.augment)
        draws = keras.random.uniform((batch, 10), seed=self.seed_generator)
        slices, warps, scales, jitters = (draws[:, n : n + 1] < strength / 2 for n in range(4))
        real = ops.any(ops.not_equal(x, MASK_VALUE), axis=-1, keepdims=True)
        count = ops.sum(ops.cast(real[..., 0], "float32"), axis=1, keepdims=True)
        count = count if self._masked else ops.full_like(count, steps)

        first, last = steps - count, ops.maximum(count - 1, 1.0)
        step = ops.expand_dims(ops.arange(steps, dtype="float32"), 0) - first
        place = ops.where(warps, warped(step, last, draws[:, 4:5], draws[:, 5:6]), step)
        place = ops.where(slices, sliced(place, last, draws[:, 6:7], draws[:, 7:8]), place)
        changed = _at(x, place + first)

        factor = keras.random.normal((batch, 1, features), seed=self.seed_generator)
        factor = ops.where(scales[..., None], 1 + _SCALE * strength * factor, 1.0)
        added = ops.reshape(noise(draws[:, 8:10], steps * features), (-1, steps, features))
        added = ops.where(jitters[..., None], _JITTER * strength * added, 0.0)
        changed = changed * factor + added
        return ops.where(real, changed, x) if self._masked else changed


def noise(draws: Tensor, count: int) -> Tensor:
    """Numbers (B, N), uniform with mean 0 and deviation 1, of two draws (B, 2) in [0, 1) each.

    A hash of their place, in 32-bit integers that overflow: Keras's generator took as long for
    them as the network's update (benchmarks/README.md), and noise on inputs needs no better one.
    """
    place = np.arange(count, dtype=np.uint32)
    fixed = (place * place * np.uint32(_ODD[0])).view(np.int32)
    first, slope = (ops.cast(draws[:, n : n + 1] * 2.0**31, "int32") for n in range(2))
    mixed = ops.convert_to_tensor(fixed[None]) + first + slope * place.view(np.int32)[None]
    high = ops.bitwise_and(ops.right_shift(mixed, 15), 0x1FFFF)
    mixed = ops.bitwise_xor(mixed, high) * _ODD[1]
    return ops.cast(mixed, "float32") * (3**0.5 / 2.0**31)


def warped(place: Tensor, last: Tensor, where: Tensor, kind: Tensor) -> Tensor:
    """Where to read so that a window of a tenth lasts half or twice as long.

    Args:
        place: (B, T) places in the sequences, from 0.
        last: (B, 1) the last place of each.
        where, kind: (B, 1) draws in [0, 1): where the window is, and which of the two it does.
    """
    window = _WINDOW * last
    begin = where * (last - window)
    factor = ops.where(kind < 0.5, 0.5, 2.0)
    lasts = window * factor
    along = place * (last - window + lasts) / last
    inside = begin + (along - begin) / factor
    after = along - lasts + window
    found = ops.where(along < begin, along, ops.where(along < begin + lasts, inside, after))
    return ops.clip(found, 0.0, last)


def sliced(place: Tensor, last: Tensor, size: Tensor, where: Tensor) -> Tensor:
    """Where to read so that a part of nine tenths or more fills the whole; as `warped`."""
    kept = 1 - _CROPPED * size
    return ops.clip(place * kept + where * (1 - kept) * last, 0.0, last)


def _at(x: Tensor, place: Tensor) -> Tensor:
    """Sequences (B, T, F) at places (B, T) between their steps, which are interpolated."""
    place = ops.expand_dims(ops.clip(place, 0.0, x.shape[1] - 1.0), -1)
    below = ops.floor(place)
    before = ops.cast(below, "int32")
    after = ops.minimum(before + 1, x.shape[1] - 1)
    low = ops.take_along_axis(x, before, axis=1)
    return low + (place - below) * (ops.take_along_axis(x, after, axis=1) - low)
