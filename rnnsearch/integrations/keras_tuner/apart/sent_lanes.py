"""A model that trains in the other process: what this side knows of it, and makes of the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from rnnsearch.engines.settings import Settings
from rnnsearch.integrations.keras_tuner.apart.exchange import Done, Epoch
from rnnsearch.integrations.keras_tuner.apart.optimizer_state import (
    built_optimizer,
    put_rate,
    put_updates,
    put_variables,
    rate_of,
    updates_of,
    variables_of,
)
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch

__all__ = ["ApartLane", "NotApart"]


class NotApart(Exception):
    """A model can't be trained in another process; the message says why."""


@dataclass(frozen=True)
class _Trained:
    """What a lane came to.

    Attributes:
        history: As `fit` returns it.
    """

    history: keras.callbacks.History


class ApartLane:
    """One model's training in the other process.

    Args:
        model: As the script built it.
        keeper: Told the objective's value where it was best.
        watching: Callbacks that this process calls, once the model is trained.
        monitored: What the others look at.
        verbose: As `fit` was told.

    Attributes:
        future: Of what it comes to, or of `NotApart`; of None if callbacks are still to be called.
        best: Weights of the best epoch; None if none was to be kept.
        ended: Whether it came to its end.
    """

    acted = False

    def __init__(
        self,
        model: keras.Model,
        keeper: BestEpoch,
        watching: Sequence[Any],
        monitored: Sequence[str],
        verbose: Any,
    ) -> None:
        self.model = model
        self._keeper = keeper
        self._watching = list(watching)
        self._monitored = list(monitored)
        self._verbose = verbose
        self._done: Done | None = None
        self.best: list[np.ndarray] | None = None
        self.ended = False
        self.future: Future[Any] = Future()

    def train(self) -> Any:
        """Call the callbacks that watch, with the model as it was at each epoch's end.

        Raises:
            NotApart: One of them changes what is trained.
        """
        done = self._done
        assert done is not None
        calls = keras.callbacks.CallbackList(
            self._watching,
            add_history=True,
            model=self.model,
            **{**done.params, "verbose": self._verbose},
        )
        self.model.stop_training = False
        if any(epoch.optimizer is not None for epoch in done.every):
            built_optimizer(self.model)
        began = _Seen.of(self.model)
        logs, seen, settings = {}, began, Settings(self.model)
        calls.on_train_begin()
        self._require(seen, began)
        for number, epoch in zip(done.epochs, done.every, strict=True):
            seen = seen.put(self.model, epoch, begins=True)
            calls.on_epoch_begin(number)
            if number == done.epochs[0] and not settings.is_now(self.model):
                settings.give()  # what is set once Keras has traced a batch is of no effect
                began.give(self.model)
                raise NotApart("a callback sets what layers or the optimizer are")
            self._require(seen, began)
            seen = seen.put(self.model, epoch)
            logs = dict(epoch.logs)
            calls.on_epoch_end(number, logs)
            self._require(seen, began)
            if self._keeper.keeps(logs):
                self.best = epoch.weights
            if self.model.stop_training:
                break
        calls.on_train_end(logs)
        self.ended = True
        return _Trained(self.model.history)

    def _require(self, seen: _Seen, began: _Seen) -> None:
        """Nobody has changed the model since it was seen.

        Raises:
            NotApart: Somebody has; it is again as it began, for `fit` to train it.
        """
        if not seen.is_now(self.model):
            began.give(self.model)
            raise NotApart("a callback changes what is trained")

    def stop(self) -> None:
        """The process ends with the search."""

    def take(self, done: Done) -> None:
        """The other process has trained it."""
        for name in self._monitored:
            if name not in done.history:  # a callback of this process may add it
                reason = f"a callback monitors {name}, which the model's metrics are without"
                self.future.set_exception(NotApart(reason))
                return
        self._done = done
        sys.stdout.write(done.printed)
        if self._watching:
            self.future.set_result(None)
            return
        history = keras.callbacks.History()
        history.history, history.epoch = done.history, done.epochs
        history.set_model(self.model)
        self._keeper.value = done.value
        self.best, self.ended = done.weights, True
        self.future.set_result(_Trained(history))

    def with_best(self) -> keras.Model:
        """The model with the weights of its best epoch."""
        assert self.best is not None
        self.model.set_weights(self.best)
        return self.model

    def leave(self) -> None:
        """Nobody goes on with what this model has learned."""


@dataclass(frozen=True)
class _Seen:
    """What callbacks may change of a model.

    Attributes:
        weights: Of `model.weights`.
        rate: None where the learning rate is a schedule.
        updates: That the optimizer has made.
        optimizer: Its variables, if they are known.
    """

    weights: list[np.ndarray]
    rate: float | None
    updates: int
    optimizer: list[np.ndarray] | None = None

    @classmethod
    def of(cls, model: keras.Model) -> _Seen:
        """What a model has now."""
        state = variables_of(model) if model.optimizer.built else None
        return cls(model.get_weights(), rate_of(model), updates_of(model), state)

    def put(self, model: keras.Model, epoch: Epoch, *, begins: bool = False) -> _Seen:
        """Give a model what it had at an epoch's end, or the rate that it had at its beginning."""
        rates = epoch.rates or (None, None)
        if begins:
            seen = replace(self, rate=rates[0])
        else:
            seen = _Seen(epoch.weights, rates[1], epoch.updates, epoch.optimizer)
            model.set_weights(epoch.weights)
        seen.give_optimizer(model)
        return replace(seen, rate=rate_of(model))

    def give(self, model: keras.Model) -> None:
        """Give a model all of it."""
        model.set_weights(self.weights)
        self.give_optimizer(model)

    def give_optimizer(self, model: keras.Model) -> None:
        """What isn't weights."""
        if self.optimizer is not None:
            put_variables(model, self.optimizer)
        put_updates(model, self.updates)
        if self.rate is not None:
            put_rate(model, self.rate)

    def is_now(self, model: keras.Model) -> bool:
        """Whether a model still has it."""
        return rate_of(model) == self.rate and all(
            np.array_equal(a, b, equal_nan=True)
            for a, b in zip(model.get_weights(), self.weights, strict=True)
        )
