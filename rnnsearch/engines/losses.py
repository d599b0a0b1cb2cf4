"""Losses by name, for training and for judging."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from rnnsearch.engines._base import Program

__all__ = ["SmoothedCrossEntropy", "make_loss", "make_training_loss"]


def make_loss(name: str) -> keras.losses.Loss:
    """The loss, averaged over the entries that count: masked steps and padding weigh nothing."""
    kind = {
        "mse": keras.losses.MeanSquaredError,
        "cross_entropy": keras.losses.SparseCategoricalCrossentropy,
    }[name]
    return kind(reduction="mean_with_sample_weight")


class SmoothedCrossEntropy(keras.losses.Loss):
    """Cross-entropy with the target's probability partly spread over all classes.

    As `keras.losses.CategoricalCrossentropy` with `label_smoothing` (Szegedy et al., 2016), but
    for classes given by number, and with a share that may be an array. For training only: a
    validation loss must mean the same for every share.
    """

    def __init__(self, share: Any) -> None:
        super().__init__(reduction="mean_with_sample_weight")
        self._share = share

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """(…) class numbers and (…, C) probabilities to (…) losses."""
        tiny = keras.config.epsilon()
        likely = ops.clip(y_pred / ops.sum(y_pred, axis=-1, keepdims=True), tiny, 1 - tiny)
        spread = -ops.mean(ops.log(likely), axis=-1)
        certain = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
        return (1 - self._share) * certain + self._share * spread


def make_training_loss(program: Program, label_smoothing: Any) -> keras.losses.Loss:
    """The loss that is trained on; `label_smoothing` may be an array."""
    if program.smooths and program.loss == "cross_entropy":
        return SmoothedCrossEntropy(label_smoothing)
    return make_loss(program.loss)
