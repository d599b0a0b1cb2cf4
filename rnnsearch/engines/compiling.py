"""What both engines build from a program: losses and optimizers by name."""

from __future__ import annotations

import math
from typing import Any

import keras

from rnnsearch.engines._base import Numbers, Program

__all__ = ["make_loss", "make_optimizer"]

_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
    "lion": keras.optimizers.Lion,
}
_CLIP_ARGUMENTS = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}


def make_loss(name: str) -> keras.losses.Loss:
    """The loss, averaged over the entries that count: masked steps and padding weigh nothing."""
    kind = {
        "mse": keras.losses.MeanSquaredError,
        "cross_entropy": keras.losses.SparseCategoricalCrossentropy,
    }[name]
    return kind(reduction="mean_with_sample_weight")


def make_optimizer(program: Program, numbers: Numbers | None = None) -> keras.Optimizer:
    """The optimizer of a program.

    Args:
        program: Names it.
        numbers: Given, they are built in, clipping and decay included, as in plain Keras.
            Otherwise the optimizer has neither, and whoever calls it applies them.
    """
    kind = _OPTIMIZERS[program.optimizer]
    if numbers is None:
        return kind(learning_rate=1e-3)
    arguments: dict[str, Any] = {}
    if program.clip_mode is not None and math.isfinite(numbers.clip_norm):
        arguments[_CLIP_ARGUMENTS[program.clip_mode]] = numbers.clip_norm
    if program.decays and numbers.weight_decay:
        arguments["weight_decay"] = numbers.weight_decay
    return kind(learning_rate=numbers.learning_rate, **arguments)
