"""From a configuration to what trains it: its program and its runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rnnsearch.data import SequenceData
from rnnsearch.driver.planning.regime import Regime, batch_for
from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.models.architecture import Architecture
from rnnsearch.models.configured import architecture_of
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Scalar, Spec
from rnnsearch.tasks import TASKS, Head
from rnnsearch.vocabulary import METRICS, Objective

__all__ = ["Programs", "asked_metrics", "objective_of"]


def objective_of(spec: Spec) -> Objective:
    """What a spec searches for."""
    name = spec.search.objective
    if spec.search.direction != "auto":
        return Objective(name, spec.search.direction)
    metric = METRICS.get(name.removeprefix("val_"))
    return Objective(name, (metric.direction if metric is not None else None) or "minimize")


def asked_metrics(spec: Spec) -> tuple[str, ...]:
    """Names of the metrics that a spec asks for; its objective may be among the usual ones."""
    objective = spec.search.objective.removeprefix("val_")
    return (*spec.search.metrics, *([objective] if objective in METRICS else []))


_LEAST_TO_CONFIRM = 3
"""Runs that confirm a configuration: of fewer, how they differ says nothing."""


class Programs:
    """What trains the configurations of a spec's space on its data."""

    def __init__(self, spec: Spec, data: SequenceData) -> None:
        self._spec = spec
        self._data = data
        self._space = SearchSpace.from_spec(spec)
        self._task = TASKS[spec.task]
        self._objective = objective_of(spec)
        self._heads: dict[int | None, Head] = {}
        self._regime = Regime.of(spec, data, self._windows()[0])
        target = data.dataset(self._windows()[0]).target
        self._loss = self._task.loss(target, spec.loss)
        self._metrics = self._task.metrics(target, self._loss, asked_metrics(spec))
        self._abilities = _abilities(self._space)

    def _windows(self) -> Sequence[int | None]:
        return self._space.windows(self._spec) or (None,)

    @property
    def regime(self) -> Regime:
        """How long runs train, and on how many folds."""
        return self._regime

    @property
    def usual_batch(self) -> int:
        """B, or the first of those that are searched."""
        domain = self._space.domains.get("batch_size")
        asked = "auto" if domain is None else (domain.candidates() or ("auto",))[0]
        return self._batch_size(asked)

    def runs(self, number: int, params: Mapping[str, Scalar]) -> tuple[Run, ...]:
        """The runs that train a configuration: as many as asked for, on each fold.

        Each has its own seed: with one for all trials, an unlucky start would be everybody's.
        """
        regime = self._regime
        folds = list(range(regime.folds)) * self._spec.search.runs_per_trial
        return self._runs(number, params, folds, 0, regime.epochs)

    def confirming(
        self, number: int, params: Mapping[str, Scalar], first: int | None = None
    ) -> tuple[Run, ...]:
        """The runs that train it again, from other seeds; on other folds where there are such.

        Args:
            number: Of the trial.
            params: Its configuration.
            first: Index of the first of them; None for the one after those of the search.
        """
        regime = self._regime
        fresh = list(range(regime.folds, self._data.folds))
        known = list(range(regime.folds))
        folds = fresh or known * -(-_LEAST_TO_CONFIRM // len(known))
        index = regime.runs if first is None else first
        return self._runs(number, params, folds, index, regime.final_epochs)

    def _runs(
        self,
        number: int,
        params: Mapping[str, Scalar],
        folds: Sequence[int],
        first: int,
        epochs: Callable[[int, float], int],
    ) -> tuple[Run, ...]:
        _, numbers, length = self._training(params, epochs)
        seed = self._spec.search.seed
        return tuple(
            Run(number, _seed(seed, number, index), length, numbers, index, fold)
            for index, fold in enumerate(folds, start=first)
        )

    def training(self, params: Mapping[str, Scalar]) -> tuple[Program, Numbers, int]:
        """What a configuration comes to in a search: its program, its numbers, a run's epochs."""
        return self._training(params, self._regime.epochs)

    def _training(
        self, params: Mapping[str, Scalar], epochs: Callable[[int, float], int]
    ) -> tuple[Program, Numbers, int]:
        complete = self._space.complete(params)
        program = self._program(complete)
        length = epochs(program.batch_size, float(complete["epoch_share"] or 1.0))
        return program, _numbers(complete, program.architecture), length

    def program(self, params: Mapping[str, Scalar]) -> Program:
        """The program that trains a configuration."""
        return self._program(self._space.complete(params))

    def _program(self, complete: Mapping[str, Scalar]) -> Program:
        window = complete.get("window")
        window = int(window) if isinstance(window, int) else self._windows()[0]
        batch_size = self._batch_size(complete["batch_size"])
        return Program(
            architecture=architecture_of(
                complete,
                self._head(window, batch_size),
                truncates=self._abilities["truncates"],
            ),
            optimizer=str(complete["optimizer"]),
            batch_size=batch_size,
            clip_mode=str(complete["clip_mode"]) if self._space.may_clip() else None,
            loss=self._loss,
            metrics=self._metrics,
            objective=self._objective.name,
            maximize=self._objective.maximize,
            window=window,
            diagnoses=self._spec.run.diagnosis,
            **self._abilities,
        )

    def _batch_size(self, asked: Scalar) -> int:
        return batch_for(self._regime.sequences) if asked == "auto" else int(str(asked))

    def _head(self, window: int | None, rows: int) -> Head:
        if window not in self._heads:
            dataset = self._data.dataset(window)
            width = self._loss.outputs(dataset.target)
            self._heads[window] = replace(self._task.head(dataset), width=width)
        head = self._heads[window]
        return head if head.stream is None else replace(head, stream=rows)


def _abilities(space: SearchSpace) -> dict[str, bool]:
    """What every program of a space can do, as some trial of it may ask for it."""
    return {
        "truncates": space.may_truncate(),
        "drops": space.can_exceed_zero("dropout"),
        "drops_recurrent": space.can_exceed_zero("recurrent_dropout"),
        "decays": space.can_exceed_zero("weight_decay"),
        "smooths": space.can_exceed_zero("label_smoothing"),
        "mixes_tokens": space.may_mix_tokens(),
        "schedules": space.may_schedule(),
        "averages": space.can_exceed_zero("averaging"),
        "augments": space.can_exceed_zero("augment"),
    }


def _seed(search: int, number: int, index: int) -> int:
    """Of a trial's run; the first has that of a trial that is trained once."""
    entropy = [search, number, index] if index else [search, number]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def _numbers(complete: Mapping[str, Scalar], network: Architecture) -> Numbers:
    def number(name: str) -> float:
        """A parameter as a number; a word such as ``full`` is infinite."""
        value = complete[name]
        return math.inf if isinstance(value, str) else float(value or 0.0)

    unroll_length = network.in_patches(number("unroll_length"))
    return Numbers(
        learning_rate=number("learning_rate"),
        clip_norm=number("clip_norm"),
        unroll_length=unroll_length if unroll_length < network.longest else math.inf,
        dropout=number("dropout"),
        recurrent_dropout=number("recurrent_dropout"),
        weight_decay=number("weight_decay"),
        forget_bias=number("forget_bias"),
        momentum=number("momentum"),
        beta_1=number("beta_1"),
        beta_2=None if complete["beta_2"] == "auto" else number("beta_2"),
        rho=number("rho"),
        label_smoothing=number("label_smoothing"),
        teacher_forcing=number("teacher_forcing"),
        schedule="cosine" if complete["schedule"] == "cosine" else "constant",
        averaging=number("averaging"),
        augment=number("augment"),
    )
