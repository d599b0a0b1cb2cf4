"""What the two processes say to each other. What is of the user's is pickled with its code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Begin", "Data", "Done", "End", "Epoch", "Failed", "Fit"]


@dataclass(frozen=True)
class Begin:
    """A search begins; what was of the one before is forgotten, but for compiled programs.

    Attributes:
        hypermodel: Pickled: what builds models.
        settings: Keras's own that decide what is built.
        folder: Where the script is.
        path: Of its modules.
        backend: Of Keras there.
    """

    hypermodel: bytes
    settings: dict[str, Any]
    folder: str
    path: list[str]
    backend: str


@dataclass(frozen=True)
class End:
    """The search has ended; nothing of it is needed any more."""


@dataclass(frozen=True)
class Data:
    """What models are fitted to.

    Attributes:
        number: By which a `Fit` names it.
        arguments: Pickled: those of `fit`, without what is a trial's own.
    """

    number: int
    arguments: bytes


@dataclass(frozen=True)
class Fit:
    """One model to be trained.

    Attributes:
        number: By which the answer names it.
        data: Number of its `Data`.
        trial: Pickled: hyperparameters, callbacks, the objective, and arguments of `fit`.
        weights: Of `model.weights`, to begin with.
        description: Of the model, by `description`.
        seed: Of the orders of the data and of dropout.
        watched: Where among the callbacks those of the script's process stand, which want to see
            each epoch; None if there are none.
        whole: Whether these see or save the optimizer's variables, too.
    """

    number: int
    data: int
    trial: bytes
    weights: list[np.ndarray]
    description: str
    seed: int
    watched: int | None
    whole: bool = False


@dataclass(frozen=True)
class Epoch:
    """What a model was at an epoch's end.

    Attributes:
        logs: As callbacks are given them.
        weights: Of `model.weights`.
        rates: The learning rate at its beginning and at its end; None where it is a schedule.
        updates: That the optimizer has made.
        optimizer: Its variables; None where nobody looks at them.
    """

    logs: dict[str, float]
    weights: list[np.ndarray]
    rates: tuple[float, float] | None
    updates: int
    optimizer: list[np.ndarray] | None = None


@dataclass(frozen=True)
class Done:
    """A model is trained.

    Attributes:
        number: Of its `Fit`.
        history: Of each epoch, as `fit` returns it.
        epochs: Their numbers.
        params: What callbacks were told of the `fit`.
        value: The objective's where it was best.
        weights: Of `model.weights`, there; None if no epoch was to be kept.
        every: Each epoch, of a `Fit` that is watched.
        printed: By its callbacks.
    """

    number: int
    history: dict[str, list[float]]
    epochs: list[int]
    params: dict[str, Any]
    value: float | None
    weights: list[np.ndarray] | None
    every: list[Epoch] = field(default_factory=list)
    printed: str = ""


@dataclass(frozen=True)
class Failed:
    """A model is not trained here.

    Attributes:
        number: Of its `Fit`; None of all.
        reason: Why.
    """

    number: int | None
    reason: str
