"""What ways of use have in common: data, networks, and a search of few trials."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

__all__ = [
    "FIT",
    "LABELS",
    "TOKENS",
    "WAYS",
    "Way",
    "X",
    "Y",
    "classifier",
    "dense",
    "network",
    "pattern",
    "printed",
    "searched",
]  # fmt: skip

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6, 2)).astype("float32")
Y = X[:, :, 0].sum(axis=1)
LABELS = (Y > 0).astype(int)
TOKENS = RNG.integers(1, 9, (48, 6))
FIT: dict[str, Any] = {
    "epochs": 2,
    "batch_size": 16,
    "verbose": 0,
    "validation_split": 0.25,
    # Elsewhere than on JAX another process draws the orders, by other numbers.
    "shuffle": keras.backend.backend() == "jax",
}


@dataclass(frozen=True)
class Way:
    """A way of use.

    Attributes:
        run: From a package and a folder to a tuner that has searched, or to it and what else must
            be the same of both packages.
        random: ``training`` where scores depend on random numbers within it, which are the same on
            JAX only; ``order`` where they depend on which trial ends first.
        backends: Where Keras itself can do it.
    """

    run: Callable[[Any, str], Any]
    random: str = ""
    backends: tuple[str, ...] = ("jax", "tensorflow")


WAYS: dict[str, Way] = {}


def pattern(run: Callable[[Any, str], Any] | None = None, **more: Any) -> Any:
    """Add a way of use; its name is the function's."""
    if run is None:
        return lambda function: pattern(function, **more)
    WAYS[run.__name__.replace("_", " ")] = Way(run, **more)
    return run


def network(hp: Any, **compiled: Any) -> keras.Model:
    """A GRU, or an LSTM, with one number."""
    cell = {"GRU": layers.GRU, "LSTM": layers.LSTM}[hp.Choice("cell", ["GRU", "LSTM"])]
    model = keras.Sequential([keras.Input((6, 2)), cell(3), layers.Dense(1)])
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model.compile(**{"optimizer": keras.optimizers.Adam(rate), "loss": "mse", **compiled})
    return model


def dense(hp: Any, *parts: Any, **compiled: Any) -> keras.Model:
    """Layers on a flattened sequence: what compiles quickly."""
    front = parts or (layers.Dense(hp.Int("units", 2, 4), "tanh"),)
    model = keras.Sequential([keras.Input((6, 2)), layers.Flatten(), *front, layers.Dense(1)])
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model.compile(**{"optimizer": keras.optimizers.Adam(rate), "loss": "mse", **compiled})
    return model


def classifier(
    hp: Any, loss: Any = "sparse_categorical_crossentropy", metrics: Any = ("accuracy",)
) -> keras.Model:
    """Two classes."""
    model = keras.Sequential([keras.Input((6, 2)), layers.Flatten(), layers.Dense(2, "softmax")])
    rate = hp.Float("learning_rate", 1e-3, 1e-1)
    model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=list(metrics))
    return model


def searched(kt: Any, folder: str, build: Any = dense, x: Any = X, y: Any = Y, **more: Any) -> Any:
    """A search of two trials, at random unless another `kind` is given."""
    fit = {**FIT, **more.pop("fit", {})}
    fit = {name: value for name, value in fit.items() if value is not None}
    kind = more.pop("kind", "RandomSearch")
    usual: dict[str, Any] = {"objective": "val_loss", "seed": 1, "directory": folder}
    if kind != "Hyperband":
        usual["max_trials"] = 2
    usual = {name: value for name, value in {**usual, **more}.items() if value is not None}
    make = kind if callable(kind) else getattr(kt, kind)
    tuner = make(build, **usual)
    keras.utils.set_random_seed(3)
    tuner.search(*((x,) if y is None else (x, y)), **fit)
    return tuner


def printed(function: Callable[[], Any]) -> list[str]:
    """The lines that a function prints, without those that name a folder."""
    kept = io.StringIO()
    with contextlib.redirect_stdout(kept):
        function()
    return [line for line in kept.getvalue().splitlines() if "Results in" not in line]
