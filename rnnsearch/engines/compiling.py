"""What both engines build from a program: losses and optimizers by name."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from rnnsearch.engines._base import Numbers, Program

__all__ = ["make_loss", "make_optimizer", "make_training_loss", "numbers_of", "value_of"]

_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
    "lion": keras.optimizers.Lion,
}
_OPTIMIZER_NUMBERS = {
    "adam": ("beta_1", "beta_2"),
    "nadam": ("beta_1", "beta_2"),
    "rmsprop": ("rho", "momentum"),
    "sgd": ("momentum",),
    "lion": ("beta_1", "beta_2"),
}
"""Which numbers each optimizer has beside its learning rate."""

_CLIP_ARGUMENTS = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}


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


def make_optimizer(program: Program, numbers: Numbers) -> keras.Optimizer:
    """The optimizer of a run, with its numbers built in, clipping and decay included."""
    kind = _OPTIMIZERS[program.optimizer]
    arguments: dict[str, Any] = {
        name: value_of(name, program, numbers) for name in _OPTIMIZER_NUMBERS[program.optimizer]
    }
    if program.clip_mode is not None and math.isfinite(numbers.clip_norm):
        arguments[_CLIP_ARGUMENTS[program.clip_mode]] = numbers.clip_norm
    if program.decays and numbers.weight_decay:
        arguments["weight_decay"] = numbers.weight_decay
    return kind(learning_rate=numbers.learning_rate, **arguments)


def numbers_of(program: Program) -> tuple[str, ...]:
    """Names of the numbers that a program reads while it trains, each one a lane."""
    read = {
        "clip_norm": program.clip_mode is not None,
        "unroll_length": program.truncates,
        "dropout": program.drops,
        "recurrent_dropout": program.drops_recurrent,
        "weight_decay": program.decays,
        "label_smoothing": program.smooths and program.loss == "cross_entropy",
    }
    used = (name for name, is_read in read.items() if is_read)
    return ("learning_rate", *_OPTIMIZER_NUMBERS[program.optimizer], *used)


def value_of(name: str, program: Program, numbers: Numbers) -> float:
    """A run's number, with the defaults that depend on the program."""
    if name == "beta_2" and numbers.beta_2 is None:
        return 0.99 if program.optimizer == "lion" else 0.999
    if name == "unroll_length":
        return min(numbers.unroll_length, program.architecture.head.steps)
    return float(getattr(numbers, name))
