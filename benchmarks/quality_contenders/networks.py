"""What the contenders that call Keras share: the network, and the best one found in time."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from benchmarks.contenders.networks import BestInTime
from benchmarks.quality_contenders.question import SPACE, Question

__all__ = ["BestNetwork", "build_network", "stopper"]

_EMBEDDING = 16
"""Numbers that a token becomes: rnnsearch's default."""


def build_network(
    question: Question,
    shape: tuple[int, ...],
    cell: str,
    units: int,
    depth: int,
    bidirectional: bool,
    dropout: float,
    learning_rate: float,
) -> keras.Sequential:
    """Recurrent layers, dropout on the output of each, and a dense layer; compiled.

    Args:
        question: What is predicted.
        shape: (T, F), or (T,) of tokens.
        cell: A Keras layer's name.
        units: H of each layer.
        depth: Layers.
        bidirectional: Whether each also reads backwards.
        dropout: The rate.
        learning_rate: Of Adam.
    """
    model = keras.Sequential([keras.Input(shape)])
    if question.vocabulary is not None:
        model.add(keras.layers.Embedding(question.vocabulary, _EMBEDDING, mask_zero=True))
    elif question.mask is not None:
        model.add(keras.layers.Masking(question.mask))
    for number in range(1, depth + 1):
        layer = getattr(keras.layers, cell)(units, return_sequences=number < depth)
        model.add(keras.layers.Bidirectional(layer) if bidirectional else layer)
        model.add(keras.layers.Dropout(dropout))
    activation = "softmax" if question.classes else "linear"
    model.add(keras.layers.Dense(question.outputs, activation=activation))
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy" if question.classes else "mse",
    )
    return model


class BestNetwork(BestInTime):
    """Keeps the network of the smallest validation loss of all trials, as it was at its epoch.

    Args:
        deadline: UNIX time.
        too_late: What a trial that begins after it raises, to end the search; None: nothing.
    """

    def __init__(self, deadline: float, too_late: type[Exception] | None = None) -> None:
        super().__init__(deadline)
        self._too_late = too_late
        self._kept: tuple[keras.Model, list[np.ndarray]] | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """End the search, if its time is up."""
        if self.late and self._too_late is not None:
            raise self._too_late("the time is up")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """End an epoch that comes too late."""
        if self.late:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the weights, if they are the best so far."""
        before = self.best
        super().on_epoch_end(epoch, logs)
        if self.best < before:
            self._kept = (self.model, self.model.get_weights())

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Its outputs.

        Raises:
            RuntimeError: No epoch ended in time.
        """
        if self._kept is None:
            raise RuntimeError("no epoch ended in time; give more seconds")
        model, weights = self._kept
        model.set_weights(weights)
        outputs: Any = model.predict(x, batch_size=256, verbose=0)
        return np.asarray(outputs)


def stopper() -> keras.callbacks.Callback:
    """Early stopping, as tutorials have it."""
    return keras.callbacks.EarlyStopping("val_loss", patience=SPACE.patience)
