"""Feeding a Keras model with windows of a table, which are cut a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnnsearch.data.inputs import Inputs, Windowed, as_array, count, take

__all__ = ["Batches", "fit_epoch", "predict"]


class Batches(keras.utils.PyDataset):
    """Sequences in their order, with what is to be learned from them, in batches.

    Args:
        size: B; the last batch may be smaller.
        x: The sequences.
        others: (N, …) arrays that Keras is given beside them: y, weights.
    """

    def __init__(self, size: int, x: Inputs, *others: np.ndarray) -> None:
        super().__init__()
        self._size = size
        self._x = x
        self._others = others

    def __len__(self) -> int:
        return -(-count(self._x) // self._size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        some = slice(index * self._size, (index + 1) * self._size)
        return as_array(take(self._x, some)), *(array[some] for array in self._others)


def fit_epoch(
    model: keras.Model,
    size: int,
    x: Inputs,
    y: np.ndarray,
    weights: np.ndarray | None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> float:
    """Train on the sequences as they stand, once; the mean loss.

    Args:
        model: Compiled.
        size: B.
        x, y: The sequences and what is to be learned.
        weights: Of y in the loss; None where all are 1.
        callbacks: Of Keras.
    """
    settings: Any = {"shuffle": False, "verbose": 0, "callbacks": list(callbacks)}
    if _windowed(x):
        others = (y,) if weights is None else (y, weights)
        history = model.fit(Batches(size, x, *others), **settings)
    else:
        history = model.fit(x, y, sample_weight=weights, batch_size=size, **settings)
    return float(history.history["loss"][0])


def predict(model: keras.Model, x: Inputs, size: int) -> np.ndarray:
    """The model's outputs (N, …), in batches of B."""
    if not count(x) or not _windowed(x):
        predicted: np.ndarray = model.predict(as_array(x), batch_size=size, verbose=0)
        return predicted
    found: np.ndarray = model.predict(Batches(size, x), verbose=0)
    return found


def _windowed(x: Inputs) -> bool:
    arrays = x.values() if isinstance(x, dict) else [x]
    return any(isinstance(array, Windowed) for array in arrays)
