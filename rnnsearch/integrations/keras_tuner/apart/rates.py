"""How fast a model learns and how often it has, which callbacks look at."""

from __future__ import annotations

from typing import Any

import keras

__all__ = ["put_rate", "put_updates", "rate_of", "updates_of"]


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


def _optimizer(model: keras.Model) -> Any:
    """That of a model, without one around it that scales its loss."""
    return getattr(model.optimizer, "inner_optimizer", model.optimizer)
