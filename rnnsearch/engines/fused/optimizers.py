"""Keras's optimizers as update rules on one flat array, with every number of theirs an input.

In Keras the decay rates and the momentum are constants of the compiled graph. All of these
rules are element-wise, so all weights of a network are one array to them. Gradients come
clipped and weights decayed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

__all__ = ["RULES", "Rule"]

Array = Any
Numbers = Mapping[str, Array]
Slots = tuple[Array, ...]
Update = Callable[[Array, Array, Slots, Array, Numbers], tuple[Array, Slots]]

_EPSILON = 1e-7


@dataclass(frozen=True)
class Rule:
    """An optimizer.

    Attributes:
        slots: Arrays like the weights that it keeps, all zero at first.
        update: From gradient, weights, slots, step (from 1) and numbers to weights and slots.
    """

    slots: int
    update: Update


def _adam(
    gradient: Array, weights: Array, slots: Slots, step: Array, numbers: Numbers
) -> tuple[Array, Slots]:
    """Kingma & Ba (2015), in the form before section 2.1."""
    beta_1, beta_2 = numbers["beta_1"], numbers["beta_2"]
    m = slots[0] + (gradient - slots[0]) * (1 - beta_1)
    v = slots[1] + (gradient * gradient - slots[1]) * (1 - beta_2)
    size = numbers["learning_rate"] * jnp.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return weights - size * m / (jnp.sqrt(v) + _EPSILON), (m, v)


def _nadam(
    gradient: Array, weights: Array, slots: Slots, step: Array, numbers: Numbers
) -> tuple[Array, Slots]:
    """Dozat (2016), with the schedule of Sutskever's momentum. Slot 2 is log ∏ μ."""
    beta_1, beta_2 = numbers["beta_1"], numbers["beta_2"]
    mu = beta_1 * (1 - 0.5 * 0.96**step)
    mu_next = beta_1 * (1 - 0.5 * 0.96 ** (step + 1))
    product = slots[2] + jnp.log(mu)
    m = slots[0] + (gradient - slots[0]) * (1 - beta_1)
    v = slots[1] + (gradient * gradient - slots[1]) * (1 - beta_2)
    ahead = mu_next * m / (1 - jnp.exp(product) * mu_next)
    now = (1 - mu) * gradient / (1 - jnp.exp(product))
    spread = jnp.sqrt(v / (1 - beta_2**step)) + _EPSILON
    return weights - numbers["learning_rate"] * (ahead + now) / spread, (m, v, product)


def _rmsprop(
    gradient: Array, weights: Array, slots: Slots, step: Array, numbers: Numbers
) -> tuple[Array, Slots]:
    """Hinton's lecture 6e (2012); momentum as in Keras, on the scaled gradient."""
    rho = numbers["rho"]
    square = rho * slots[0] + (1 - rho) * gradient * gradient
    scaled = numbers["learning_rate"] * gradient / jnp.sqrt(square + _EPSILON)
    moved = numbers["momentum"] * slots[1] + scaled
    return weights - moved, (square, moved)


def _sgd(
    gradient: Array, weights: Array, slots: Slots, step: Array, numbers: Numbers
) -> tuple[Array, Slots]:
    """Gradient descent with the momentum of Polyak (1964)."""
    moved = numbers["momentum"] * slots[0] - numbers["learning_rate"] * gradient
    return weights + moved, (moved,)


def _lion(
    gradient: Array, weights: Array, slots: Slots, step: Array, numbers: Numbers
) -> tuple[Array, Slots]:
    """Chen et al. (2023)."""
    beta_1, beta_2 = numbers["beta_1"], numbers["beta_2"]
    direction = jnp.sign(slots[0] * beta_1 + gradient * (1 - beta_1))
    m = slots[0] * beta_2 + gradient * (1 - beta_2)
    return weights - numbers["learning_rate"] * direction, (m,)


RULES: dict[str, Rule] = {
    "adam": Rule(2, _adam),
    "nadam": Rule(3, _nadam),
    "rmsprop": Rule(2, _rmsprop),
    "sgd": Rule(1, _sgd),
    "lion": Rule(1, _lion),
}
