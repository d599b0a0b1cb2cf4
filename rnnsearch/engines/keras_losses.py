"""Losses by name, for training and for judging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnsearch.engines._base import Program
from rnnsearch.tasks import Loss

__all__ = ["KERAS_LOSSES", "Pinball", "SmoothedCrossEntropy", "make_loss", "make_training_loss"]

_MEAN = "mean_with_sample_weight"


def make_loss(loss: Loss) -> keras.losses.Loss:
    """The loss, averaged over the entries that count: masked steps and padding weigh nothing."""
    return KERAS_LOSSES[loss.name](loss)


class Pinball(keras.losses.Loss):
    """The pinball loss of several quantiles (Koenker & Bassett, 1978), averaged over them."""

    def __init__(self, quantiles: Sequence[float]) -> None:
        super().__init__(reduction=_MEAN)
        self._levels = np.array(quantiles, np.float32)[:, None]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """(…, O) numbers and (…, O·Q) quantiles, those of one level together, to (…) losses."""
        shape = (-1, *y_true.shape[1:-1], len(self._levels), y_true.shape[-1])
        errors = ops.expand_dims(y_true, -2) - ops.reshape(y_pred, shape)
        losses = ops.maximum(self._levels * errors, (self._levels - 1) * errors)
        return ops.mean(losses, axis=(-2, -1))


KERAS_LOSSES: dict[str, Callable[[Loss], keras.losses.Loss]] = {
    "mse": lambda loss: keras.losses.MeanSquaredError(reduction=_MEAN),
    "mae": lambda loss: keras.losses.MeanAbsoluteError(reduction=_MEAN),
    "huber": lambda loss: keras.losses.Huber(loss.delta, reduction=_MEAN),
    "quantile": lambda loss: Pinball(loss.quantiles),
    "cross_entropy": lambda loss: keras.losses.SparseCategoricalCrossentropy(reduction=_MEAN),
}
"""What trains on each loss of the vocabulary."""


class SmoothedCrossEntropy(keras.losses.Loss):
    """Cross-entropy with the target's probability partly spread over all classes.

    As `keras.losses.CategoricalCrossentropy` with `label_smoothing` (Szegedy et al., 2016), but
    for classes given by number, and with a share that may be an array. For training only: a
    validation loss must mean the same for every share.
    """

    def __init__(self, share: Any) -> None:
        super().__init__(reduction=_MEAN)
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
    if program.smooths and program.loss.of_classes:
        return SmoothedCrossEntropy(label_smoothing)
    return make_loss(program.loss)
