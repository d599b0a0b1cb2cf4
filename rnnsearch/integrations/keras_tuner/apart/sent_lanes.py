"""A model that trains in the other process: what this side knows of it, and makes of the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from rnnsearch.integrations.keras_tuner.apart.exchange import Done
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch

__all__ = ["ApartLane", "NotApart"]


class NotApart(Exception):
    """A model can't be trained in another process; the message says why."""


@dataclass(frozen=True)
class _Trained:
    """What a lane came to.

    Attributes:
        history: As `fit` returns it.
        best: The other process's answer; None if no epoch was to be kept.
    """

    history: keras.callbacks.History
    best: Done | None


class ApartLane:
    """One model's training in the other process.

    Args:
        model: As the script built it.
        keeper: Told the objective's value where it was best.
        watching: Callbacks that this process calls, once the model is trained.

    Attributes:
        future: Of what it comes to, or of `NotApart`; of None if callbacks are still to be called.
    """

    acted = False

    def __init__(self, model: keras.Model, keeper: BestEpoch, watching: Sequence[Any]) -> None:
        self.model = model
        self._keeper = keeper
        self._watching = list(watching)
        self._done: Done | None = None
        self.future: Future[Any] = Future()

    def train(self) -> Any:
        """Call the callbacks that watch, with the model as it was at each epoch's end.

        Raises:
            NotApart: One of them changes what is trained.
        """
        done = self._done
        assert done is not None
        calls = keras.callbacks.CallbackList(
            self._watching, add_history=True, epochs=len(done.every), model=self.model
        )
        self.model.stop_training = False
        began, rate = self.model.get_weights(), _rate(self.model)
        best, logs = None, {}
        calls.on_train_begin()
        for number, epoch in zip(done.epochs, done.every, strict=True):
            calls.on_epoch_begin(number)
            self.model.set_weights(epoch.weights)
            logs = dict(epoch.logs)
            calls.on_epoch_end(number, logs)
            if _rate(self.model) != rate or not _same(self.model.get_weights(), epoch.weights):
                if _rate(self.model) != rate:
                    self.model.optimizer.learning_rate = rate
                self.model.set_weights(began)  # `fit` is to begin with the same
                raise NotApart("a callback changes what is trained")
            if self._keeper.keeps(logs):
                best = replace(done, weights=epoch.weights)
            if self.model.stop_training:
                break
        calls.on_train_end(logs)
        return _Trained(self.model.history, best)

    def stop(self) -> None:
        """The process ends with the search."""

    def take(self, done: Done) -> None:
        """The other process has trained it."""
        self._done = done
        sys.stdout.write(done.printed)
        if self._watching:
            self.future.set_result(None)
            return
        history = keras.callbacks.History()
        history.history, history.epoch = done.history, done.epochs
        history.set_model(self.model)
        self._keeper.value = done.value
        self.future.set_result(_Trained(history, None if done.weights is None else done))

    def model_with(self, best: Done) -> keras.Model:
        """The model with the weights of its best epoch."""
        assert best.weights is not None
        self.model.set_weights(best.weights)
        return self.model

    def leave(self) -> None:
        """Nobody goes on with what this model has learned."""


def _rate(model: keras.Model) -> float:
    """The learning rate; as given where it is a schedule."""
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))


def _same(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))
