"""What a model's optimizer is like, which callbacks look at, and save."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

__all__ = [
    "built_optimizer",
    "put_rate",
    "put_updates",
    "put_variables",
    "rate_of",
    "updates_of",
    "variables_of",
]


def rate_of(model: keras.Model) -> float | None:
    """The learning rate, if it is a number and no schedule."""
    rate = _optimizer(model)._learning_rate
    return float(keras.ops.convert_to_numpy(rate)) if isinstance(rate, keras.Variable) else None


def put_rate(model: keras.Model, rate: float) -> None:
    """Give a model a learning rate; its own must be a number, too."""
    _optimizer(model).learning_rate = rate


def updates_of(model: keras.Model) -> int:
    """How many the optimizer has made, those among them whose gradients wait for others."""
    return int(keras.ops.convert_to_numpy(_optimizer(model)._iterations))


def put_updates(model: keras.Model, count: int) -> None:
    """Have the optimizer say that it has made so many."""
    _optimizer(model)._iterations.assign(count)


def built_optimizer(model: keras.Model) -> None:
    """Have the optimizer's variables, as the first batch would make them."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def variables_of(model: keras.Model) -> list[np.ndarray]:
    """The values of all that the optimizer keeps."""
    return [keras.ops.convert_to_numpy(one) for one in model.optimizer.variables]


def put_variables(model: keras.Model, values: Sequence[np.ndarray]) -> None:
    """Give the optimizer what another of its kind has kept.

    Raises:
        ValueError: It keeps other things.
    """
    for variable, value in zip(model.optimizer.variables, values, strict=True):
        variable.assign(value)


def _optimizer(model: keras.Model) -> Any:
    """That of a model, without one around it that scales its loss."""
    return getattr(model.optimizer, "inner_optimizer", model.optimizer)
