"""Troubles to plant in a training: data, a cell and numbers that bring each about.

`KINDS` has one of each; `OTHERS` has more, of other cells, optimizers and data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

__all__ = ["KINDS", "OTHERS", "Planted"]

_Data = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Planted:
    """A trouble.

    Attributes:
        data: From a generator and N to x (N, T, F) and y (N, 1).
        cell, units, optimizer, epochs: Of the training.
        numbers: Of the run, by their names in `rnnsearch.engines.Numbers`.
        recurrent: What recurrent weights are multiplied with before the first update.
        sequences: For training; as many validate.
    """

    data: Callable[[np.random.Generator, int], _Data]
    cell: str = "GRU"
    units: int = 8
    optimizer: str = "adam"
    epochs: int = 12
    numbers: dict[str, float] = field(default_factory=lambda: {"learning_rate": 0.01})
    recurrent: float = 1.0
    sequences: int = 128


def _mean(steps: int, noise: float = 0.0) -> Callable[[np.random.Generator, int], _Data]:
    """The mean of the first input, and noise: easy, and every step counts."""

    def make(rng: np.random.Generator, count: int) -> _Data:
        x = rng.standard_normal((count, steps, 2))
        mean = x[:, :, :1].mean(axis=1) * np.sqrt(steps)
        return x, mean + noise * rng.standard_normal((count, 1))

    return make


def _product(rng: np.random.Generator, count: int) -> _Data:
    """The product of the last two inputs, of which weights that hardly move show nothing."""
    x = rng.standard_normal((count, 12, 1))
    return x, x[:, -1] * x[:, -2]


def _last(rng: np.random.Generator, count: int) -> _Data:
    """A bent sum of inputs of the last two steps, and noise."""
    x = rng.standard_normal((count, 20, 3))
    return x, np.tanh(x[:, -1:, 0] + x[:, -2, 1:2]) + 0.3 * rng.standard_normal((count, 1))


def _half(rng: np.random.Generator, count: int) -> _Data:
    """The last input and as much noise."""
    x = rng.standard_normal((count, 16, 2))
    return x, x[:, -1, :1] + rng.standard_normal((count, 1))


def _first(rng: np.random.Generator, count: int) -> _Data:
    """The input of the first of 60 steps: all others are noise."""
    x = rng.standard_normal((count, 60, 1))
    return x, x[:, 0]


def _noise(rng: np.random.Generator, count: int) -> _Data:
    """Nothing to learn, but by heart."""
    return rng.standard_normal((count, 12, 4)), rng.standard_normal((count, 1))


def _huge(rng: np.random.Generator, count: int) -> _Data:
    """Inputs that were not scaled, of which the sign of the first step counts."""
    x = 1e3 * rng.standard_normal((count, 30, 2))
    return x, np.sign(x[:, 0, :1])


KINDS: dict[str, Planted] = {
    "healthy": Planted(_mean(12, noise=0.7), epochs=15, sequences=768),
    "exploding": Planted(
        _mean(40),
        cell="SimpleRNN",
        units=16,
        optimizer="sgd",
        numbers={"learning_rate": 0.5},
        recurrent=4.0,
    ),
    "diverged": Planted(
        _mean(12),
        cell="LSTM",
        units=2,
        optimizer="sgd",
        numbers={"learning_rate": 1.02},
        epochs=5,
    ),
    "vanishing": Planted(
        _first, cell="SimpleRNN", numbers={"learning_rate": 0.003}, recurrent=0.3, sequences=384
    ),
    "saturated": Planted(_huge, cell="SimpleRNN", units=16),
    "overfitting": Planted(
        _noise, units=64, numbers={"learning_rate": 0.01}, sequences=48, epochs=60
    ),
    "underfitting": Planted(_product, numbers={"learning_rate": 1e-6}, sequences=384),
    "still improving": Planted(_mean(12), numbers={"learning_rate": 0.0015}, epochs=10),
}


def _rate(value: float) -> dict[str, float]:
    return {"learning_rate": value}


OTHERS: dict[str, list[Planted]] = {
    "healthy": [
        Planted(_last, "LSTM", sequences=600, epochs=20),
        Planted(_half, "SimpleRNN", sequences=800, epochs=15, numbers=_rate(0.003)),
    ],
    "exploding": [
        Planted(_mean(60), "GRU", 16, "sgd", numbers=_rate(1.0), recurrent=8.0),
        Planted(_mean(80), "SimpleRNN", 32, "sgd", numbers=_rate(0.3), recurrent=3.0),
        Planted(_mean(60), "LSTM", 16, "sgd", numbers=_rate(1.0), recurrent=8.0),
    ],
    "diverged": [
        Planted(_mean(12), "GRU", 4, "sgd", epochs=8, numbers=_rate(1.2)),
        Planted(_last, "LSTM", 4, "rmsprop", epochs=8, numbers=_rate(3.0)),
    ],
    "vanishing": [
        Planted(_first, "GRU", numbers=_rate(0.002), recurrent=0.2, sequences=384),
        Planted(_first, "LSTM", numbers=_rate(0.002), recurrent=0.2, sequences=384),
        Planted(_first, "SimpleRNN", 16, "sgd", recurrent=0.4, sequences=384),
    ],
    "saturated": [
        Planted(_huge, "GRU"),
        Planted(_huge, "LSTM"),
        Planted(_huge, "SimpleRNN", 8, "sgd"),
    ],
    "overfitting": [
        Planted(_noise, "LSTM", 64, sequences=40, epochs=80),
        Planted(_noise, "SimpleRNN", 64, sequences=48, epochs=60, numbers=_rate(0.003)),
        Planted(_half, "GRU", 64, sequences=48, epochs=60),
    ],
    "underfitting": [
        Planted(_product, "LSTM", numbers=_rate(1e-6), sequences=384),
        Planted(_product, "SimpleRNN", 1, "sgd", numbers=_rate(1e-4), sequences=384),
        Planted(_noise, "GRU", 2, numbers=_rate(0.001), sequences=512, epochs=10),
    ],
    "still improving": [
        Planted(_mean(12), "LSTM", numbers=_rate(0.0015), epochs=10),
        Planted(_mean(12), "GRU", 16, "rmsprop", numbers=_rate(0.0005)),
    ],
}
