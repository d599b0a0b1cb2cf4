"""Compiled training for an Optuna script: trials that differ in numbers share one program."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from typing import Any, final

import keras
import optuna

from rnnsearch.vocabulary import Objective as Goal

__all__ = ["Objective", "objective"]

_LOG = logging.getLogger("rnnsearch")


def objective(
    build: Callable[[optuna.Trial], keras.Model],
    x: Any,
    y: Any = None,
    *,
    metric: str = "val_loss",
    callbacks: Callable[[optuna.Trial], Sequence[Any]] | None = None,
    **fit: Any,
) -> Objective:
    """What `optuna.Study.optimize` takes.

        study.optimize(rnnsearch.optuna.objective(build, x, y, validation_split=0.2, epochs=20),
                       n_trials=50, n_jobs=2)

    Args:
        build: From a trial, of which it asks parameters, to a compiled model.
        x, y: As of `keras.Model.fit`.
        metric: What a trial is judged by, at its best epoch; and what is reported of each.
        callbacks: From a trial to callbacks of its `fit`, which are made anew for each.
        fit: Further arguments of `keras.Model.fit`: ``validation_data``, ``epochs`` …
    """
    return Objective(build, (x, y), metric, callbacks, fit)


@final
class Objective:
    """Trains what a function builds; see `objective`. May be called from several threads.

    On JAX a model is trained as `model.fit` trains it, by a program that all trials share whose
    models differ in numbers only; the log ``rnnsearch`` says once why a model can't be, and
    `model.fit` trains it then. Reports every epoch, and ends where the study's pruner says so.

    Attributes:
        best_value: Of all trials that came to their end, None before the first.
        best_model: Its model, with the weights of its best epoch.
    """

    def __init__(
        self,
        build: Callable[[optuna.Trial], keras.Model],
        data: tuple[Any, Any],
        metric: str,
        callbacks: Callable[[optuna.Trial], Sequence[Any]] | None,
        fit: dict[str, Any],
    ) -> None:
        self._build = build
        self._data = data
        self._metric = metric
        self._callbacks = callbacks
        self._fit = {"verbose": 0, **fit}
        self._lock = threading.Lock()
        self._read: dict[Any, Any] = {}
        self._said: set[str] = set()
        self._programs: Any = None
        self.best_value: float | None = None
        self.best_model: keras.Model | None = None

    def __call__(self, trial: optuna.Trial) -> float:
        """Train a trial's model.

        Returns:
            Its value at its best epoch; NaN where it never had one, which fails the trial.

        Raises:
            optuna.TrialPruned: The study's pruner ended it.
            ValueError: The metric is none of the model's.
        """
        maximize = trial.study.direction is optuna.study.StudyDirection.MAXIMIZE
        goal = Goal(self._metric, "maximize" if maximize else "minimize")
        watch = _Watch(trial, goal)
        with self._lock:  # Keras makes one model at a time
            model = self._build(trial)
            further = [] if self._callbacks is None else [*self._callbacks(trial)]
            lane = self._lane(model, watch, further)
        if lane is None:
            self._by_fit(model, watch, further)
        else:
            trained = lane.train()
            if trained.best is not None and not watch.pruned:
                model = lane.model_with(trained.best)
        if watch.pruned:
            raise optuna.TrialPruned
        if self._metric not in watch.seen:
            raise ValueError(
                f"Expected a metric of the model: {', '.join(watch.seen)}. Received: {self._metric}"
            )
        if watch.best is None:
            return math.nan  # it diverged: a failed trial of the study
        with self._lock:
            if goal.better(watch.best, self.best_value):
                self.best_value, self.best_model = watch.best, model
        return watch.best

    def _lane(self, model: keras.Model, watch: _Watch, further: list[Any]) -> Any:
        """How it is trained by a program; None where `model.fit` must, and the log says why."""
        reason: str | None = f"the backend is {keras.backend.backend()}"
        if keras.backend.backend() == "jax":
            from rnnsearch.engines import built

            try:
                request = built.Request.of(self._data, self._fit, self._read)
            except built.NotArrays as error:
                reason = str(error)
            else:
                reason = built.reason_against(model, request, further)
                if reason is None:
                    self._programs = self._programs or built.Programs()
                    program, values = self._programs.of(model, request)
                    called = [*further, watch]
                    return built.Lane(model, request, program, values, called, watch)
        if reason not in self._said:
            self._said.add(str(reason))
            _LOG.warning("trained by model.fit: %s", reason)
        return None

    def _by_fit(self, model: keras.Model, watch: _Watch, further: list[Any]) -> None:
        """Train by Keras alone, and leave the model at its best epoch."""
        keep = _Weights(watch)
        model.fit(*self._data, **{**self._fit, "callbacks": [*further, watch, keep]})
        if keep.weights is not None:
            model.set_weights(keep.weights)


class _Watch(keras.callbacks.Callback):
    """Reports each epoch to the trial; knows the best one."""

    def __init__(self, trial: optuna.Trial, goal: Goal) -> None:
        super().__init__()
        self._trial = trial
        self._goal = goal
        self.best: float | None = None
        self.seen: tuple[str, ...] = ()
        self.pruned = False

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report, and stop where the pruner says so."""
        value = (logs or {}).get(self._goal.name)
        self.seen = tuple(logs or ())
        if value is None:
            return
        self._trial.report(float(value), epoch)
        if self._trial.should_prune():
            self.pruned = True
            self.model.stop_training = True

    def keeps(self, logs: Any) -> bool:
        """Whether this epoch is the best so far. A lane asks once, after `on_epoch_end`."""
        value: Any = (logs or {}).get(self._goal.name)
        if not self._goal.better(value, self.best):
            return False
        self.best = float(value)
        return True


class _Weights(keras.callbacks.Callback):
    """Keeps those of the best epoch, where `model.fit` trains."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch
        self.weights: Any = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Copy them where they are the best."""
        if self._watch.keeps(logs):
            self.weights = self.model.get_weights()
