"""Compiled training for an Optuna script: trials that differ in numbers share one program."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, final

import keras
import optuna

from rnnsearch.integrations.keras_tuner.datasets import Datasets
from rnnsearch.vocabulary import Objective as Goal

__all__ = ["Objective", "objective"]

_LOG = logging.getLogger("rnnsearch")


def objective(
    build: Callable[[optuna.Trial], keras.Model],
    x: Any,
    y: Any = None,
    *,
    metric: str | Sequence[str] = "val_loss",
    callbacks: Callable[[optuna.Trial], Sequence[Any]] | None = None,
    **fit: Any,
) -> Objective:
    """What `optuna.Study.optimize` takes.

        study.optimize(rnnsearch.optuna.objective(build, x, y, validation_split=0.2, epochs=20),
                       n_trials=50, n_jobs=2)

    Args:
        build: From a trial, of which it asks parameters, to a compiled model.
        x, y: As of `keras.Model.fit`.
        metric: What a trial is judged by, at its best epoch; and what is reported of each. For a
            study of several objectives one name each, in the order of its directions: a trial is
            then judged at the epoch that is best by the first, and nothing is reported, since
            Optuna prunes no such study.
        callbacks: From a trial to callbacks of its `fit`, which are made anew for each.
        fit: Further arguments of `keras.Model.fit`: ``validation_data``, ``epochs`` … A function
            is called with the trial, once its model is built:
            ``batch_size=lambda trial: trial.suggest_categorical("batch_size", [16, 32])``.
    """
    metrics = [metric] if isinstance(metric, str) else [*metric]
    return Objective(build, (x, y), metrics, callbacks, fit)


@final
class Objective:
    """Trains what a function builds; see `objective`. May be called from several threads.

    On JAX a model is trained as `model.fit` trains it, by a program that all trials share whose
    models differ in numbers only; the log ``rnnsearch`` says once why a model can't be, and
    `model.fit` trains it then. Reports every epoch, and ends where the study's pruner says so.

    Attributes:
        best_value: Of all trials that came to their end, None before the first; of several
            metrics the first.
        best_model: Its model, with the weights of its best epoch.
    """

    def __init__(
        self,
        build: Callable[[optuna.Trial], keras.Model],
        data: tuple[Any, Any],
        metrics: list[str],
        callbacks: Callable[[optuna.Trial], Sequence[Any]] | None,
        fit: dict[str, Any],
    ) -> None:
        self._build = build
        self._data = data
        self._metrics = metrics
        self._callbacks = callbacks
        self._fit = {"verbose": 0, **fit}
        self._lock = threading.Lock()
        self._read: dict[Any, Any] = {}
        self._datasets = Datasets()
        self._said: set[str] = set()
        self._programs: Any = None
        self.best_value: float | None = None
        self.best_model: keras.Model | None = None

    def __call__(self, trial: optuna.Trial) -> float | tuple[float, ...]:
        """Train a trial's model.

        Returns:
            Its value at its best epoch, or one for each metric; NaN where it never had one, which
            fails the trial.

        Raises:
            optuna.TrialPruned: The study's pruner ended it.
            ValueError: A metric is none of the model's, or there isn't one for each direction.
        """
        goals = self._goals(trial.study)
        watch = _Watch(trial, goals)
        with self._lock:  # Keras makes one model at a time
            model = self._build(trial)
            further = [] if self._callbacks is None else [*self._callbacks(trial)]
            fit = {n: value(trial) if callable(value) else value for n, value in self._fit.items()}
            lane = self._lane(model, watch, further, fit)
        if lane is None:
            self._by_fit(model, watch, further, fit)
        else:
            lane.train()
            if lane.best is not None and not watch.pruned:
                model = lane.with_best()
        if watch.pruned:
            raise optuna.TrialPruned
        for metric in self._metrics:
            if metric not in watch.seen:
                raise ValueError(
                    f"Expected a metric of the model: {', '.join(watch.seen)}. Received: {metric}"
                )
        found = watch.best or (math.nan,) * len(goals)  # it diverged: a failed trial of the study
        if watch.best is not None:
            with self._lock:
                if goals[0].better(found[0], self.best_value):
                    self.best_value, self.best_model = found[0], model
        return found if len(goals) > 1 else found[0]

    def _goals(self, study: optuna.Study) -> list[Goal]:
        """Each metric, and which way it is better."""
        if len(self._metrics) != len(study.directions):
            raise ValueError(
                f"Expected a metric for each of the study's {len(study.directions)} directions, "
                f'as in objective(build, x, y, metric=["val_loss", "val_mae"]). '
                f"Received: {', '.join(self._metrics)}"
            )
        most = optuna.study.StudyDirection.MAXIMIZE
        return [
            Goal(name, "maximize" if direction is most else "minimize")
            for name, direction in zip(self._metrics, study.directions, strict=True)
        ]

    def _lane(
        self, model: keras.Model, watch: _Watch, further: list[Any], fit: dict[str, Any]
    ) -> Any:
        """How it is trained by a program; None where `model.fit` must, and the log says why."""
        found: Any = f"the backend is {keras.backend.backend()}"
        if keras.backend.backend() == "jax":
            from rnnsearch.engines import built

            try:
                data, fit = self._datasets.in_memory(self._data, fit, exact=True)
                request = built.Request.of(data, fit, self._read)
            except built.NotArrays as error:
                found = str(error)
            else:
                self._programs = self._programs or built.Programs()
                found = built.program_for(self._programs, model, request, further)
                if not isinstance(found, str):
                    program, values = found
                    called = [*further, watch]
                    renew = partial(self._program_now, model, request)
                    return built.Lane(
                        model, request, program, values, called, watch, renew=renew, alone=True
                    )
                built.leave_to_fit(model, request)
        if found not in self._said:
            self._said.add(found)
            _LOG.warning("trained by model.fit: %s", found)
        return None

    def _program_now(self, model: keras.Model, request: Any) -> Any:
        """What trains a model that callbacks have set something of."""
        with self._lock:  # several threads may train
            return self._programs.of(model, request)

    def _by_fit(
        self, model: keras.Model, watch: _Watch, further: list[Any], fit: dict[str, Any]
    ) -> None:
        """Train by Keras alone, and leave the model at its best epoch."""
        keep = _Weights(watch)
        model.fit(*self._data, **{**fit, "callbacks": [*further, watch, keep]})
        if keep.weights is not None:
            model.set_weights(keep.weights)


class _Watch(keras.callbacks.Callback):
    """Reports each epoch to the trial; knows the best one.

    Args:
        trial: Of the study.
        goals: What it is judged by; the first says which epoch is best.

    Attributes:
        best: The metrics of the best epoch; None while there is none.
        seen: Names of all metrics that an epoch had: not each is validated.
        pruned: Whether the study's pruner ended the trial.
    """

    def __init__(self, trial: optuna.Trial, goals: list[Goal]) -> None:
        super().__init__()
        self._trial = trial
        self._goals = goals
        self.best: tuple[float, ...] | None = None
        self.seen: dict[str, None] = {}
        self.pruned = False

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report, and stop where the pruner says so."""
        self.seen |= dict.fromkeys(logs or ())
        value = (logs or {}).get(self._goals[0].name)
        if value is None or len(self._goals) > 1:
            return
        self._trial.report(float(value), epoch)
        if self._trial.should_prune():
            self.pruned = True
            self.model.stop_training = True

    def keeps(self, logs: Any) -> bool:
        """Whether this epoch is the best so far. A lane asks once, after `on_epoch_end`."""
        values: list[Any] = [(logs or {}).get(goal.name) for goal in self._goals]
        so_far = None if self.best is None else self.best[0]
        if None in values or not self._goals[0].better(values[0], so_far):
            return False
        self.best = tuple(float(value) for value in values)
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
