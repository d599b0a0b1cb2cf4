"""A network without memory, as large as the best: what the memory of a recurrent one is worth."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnnsearch.baselines import (
    LayersGraph,
    LinearGraph,
    LookupGraph,
    input_steps,
    output_shape,
    reads,
)
from rnnsearch.data import Dataset, SequenceData
from rnnsearch.driver.comparing.averages import Outputs
from rnnsearch.driver.comparing.simple_methods import baseline_record
from rnnsearch.driver.finishing.feed_forward_program import (
    LEARNING_RATES,
    feed_forward_program,
    has_feed_forward,
)
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Ended, Judged
from rnnsearch.execution.remote import judge_remotely, put_out_remotely, train_remotely
from rnnsearch.execution.worker_orders import Block, Judge, PutOut
from rnnsearch.models import FEED_FORWARD
from rnnsearch.outcomes import BaselineRecord, TrialRecord
from rnnsearch.tasks import Head, Task

__all__ = ["FeedForward", "as_graph"]

_LANES = len(LEARNING_RATES)
"""In which it trains."""


@dataclass(frozen=True)
class FeedForward:
    """Trains it, on divisions and on all data, as far as is asked for.

    Attributes:
        executor: Its workers, idle.
        planner: Of the search.
        data: What is learned from.
        program: Trains it.
        budget: Runs whose epochs and seeds are its own: one for each division.
        choosing: How many of them its learning rate is chosen by: the first ones.
    """

    executor: Executor
    planner: Planner
    data: SequenceData
    program: Program
    budget: Sequence[Run]
    choosing: int

    @classmethod
    def beside(
        cls,
        executor: Executor,
        planner: Planner,
        data: SequenceData,
        task: Task,
        best: TrialRecord,
        parameters: int,
    ) -> FeedForward | None:
        """That which is as large as the network of a trial; None where there can be none.

        Args:
            executor: Its workers, idle.
            planner: Of the search.
            data: What is learned from.
            task: Gives what the network sees in place of the sequence.
            best: The trial.
            parameters: Weights of its network.
        """
        recurrent = planner.with_longest_window(best.params)
        dataset = data.dataset(recurrent.window)
        if not has_feed_forward(task, dataset):
            return None
        program = feed_forward_program(recurrent, parameters, task, dataset)
        choosing = planner.regime.folds
        runs = planner.runs(best.number, best.params)[:choosing]
        # It is given no more than the trial had.
        epochs = max(1, best.epochs) if best.cut else runs[0].epochs
        later = [
            run
            for run in planner.confirming(best.number, best.params)
            if run.fold >= choosing  # where the data is divided several times
        ]
        budget = [replace(run, epochs=epochs) for run in (*runs, *later)]
        return cls(executor, planner, data, program, budget, choosing)

    @cached_property
    def record(self) -> BaselineRecord:
        """What it came to: means over divisions.

        Raises:
            WorkerError: It could not be trained.
        """
        folds, judged = list(self._best_rate.values()), self._judged
        if judged is None:
            return BaselineRecord(FEED_FORWARD, None, {}, 0.0)
        metrics = [_with_prefix(run.best.metrics, "val_") for run in folds if run.best is not None]
        metrics[-1] = _with_prefix(judged.metrics, "val_")
        return baseline_record(
            FEED_FORWARD,
            metrics,
            self.program.objective,
            seconds=sum(run.seconds for run in folds),
            test={},
            parameters=judged.parameters,
        )

    @cached_property
    def on_test(self) -> Judged | None:
        """What it came to on the test part, trained as what is delivered is.

        None where it diverged, or nothing is tested.

        Raises:
            WorkerError: It could not be trained.
        """
        if not len(self.data.dataset(self.program.window).test):
            return None
        if not self._best_rate or self.planner.regime.deliver == "best":
            return self._judged
        weights = next((run.weights for run in self._on_all if run.weights is not None), None)
        return None if weights is None else self._judge(weights, None)

    @cached_property
    def _judged(self) -> Judged | None:
        """What that of the last division came to; None where it diverged."""
        if not self._best_rate:
            return None
        last = self.budget[self.choosing - 1].fold
        weights = self._best_rate[last].weights
        assert weights is not None
        return self._judge(weights, last)

    def _judge(self, weights: list[np.ndarray], fold: int | None) -> Judged:
        return judge_remotely(self.executor, Judge(self.program, weights, fold=fold))

    def outputs(self, folds: Sequence[int]) -> Outputs | None:
        """What it puts out on the validation part of some divisions.

        None where it diverged, or reads what a model can't make of its inputs.

        Raises:
            WorkerError: It could not be trained.
        """
        dataset = self.data.dataset(self.program.window)
        if not _can_be_read(dataset, self.program.architecture.head.features):
            return None
        trained = self._best_rate
        if trained and not set(folds) <= set(trained):
            trained = {**trained, **self._later}
        weights = {fold: run.weights for fold, run in trained.items() if run.weights is not None}
        if not set(folds) <= set(weights):
            return None
        networks = tuple((fold, weights[fold]) for fold in folds)
        return put_out_remotely(self.executor, PutOut(self.program, networks))

    @cached_property
    def graph(self) -> LayersGraph | None:
        """A part of a model: the average of a few that are trained on all but the test part.

        None where it diverged, or reads what a model can't make of its inputs.

        Raises:
            WorkerError: It could not be trained.
        """
        if not self._best_rate:
            return None
        weights = [run.weights for run in self._on_all if run.weights is not None]
        return as_graph(
            self.program.architecture.head, weights, self.data.whole(self.program.window)
        )

    @cached_property
    def _on_all(self) -> list[Ended]:
        """Runs on all but the test part at the best rate, as long as was best on divisions."""
        epochs = statistics.fmean(_epochs(run) for run in self._best_rate.values())
        first = self.budget[0]
        runs = [
            replace(self._at(first, self._rate), epochs=round(epochs), index=n, seed=first.seed + n)
            for n in range(_LANES)
        ]
        return sorted(self._train(runs, whole=True), key=lambda run: run.key)

    @cached_property
    def _best_rate(self) -> dict[int, Ended]:
        """The runs at the learning rate that is best on the mean, by division; or none."""
        runs = [
            self._at(run, rate)
            for rate in range(len(LEARNING_RATES))
            for run in self.budget[: self.choosing]
        ]
        rates: dict[int, list[Ended]] = {}
        for run in sorted(self._train(runs), key=lambda run: run.key):
            rates.setdefault(run.trial, []).append(run)
        objective = self.program.objective
        scores = {
            rate: statistics.fmean(run.best.metrics[objective] for run in of if run.best)
            for rate, of in rates.items()
            if all(run.state == "COMPLETE" for run in of)
        }
        best = self.program.goal.best_of(scores, scores.get)
        folds = [run.fold for run in self.budget]
        return {} if best is None else {folds[run.index]: run for run in rates[best]}

    @property
    def _rate(self) -> int:
        return next(iter(self._best_rate.values())).trial

    @cached_property
    def _later(self) -> dict[int, Ended]:
        """The runs on the divisions that the learning rate was not chosen by."""
        budget = self.budget[self.choosing :]
        folds = {run.index: run.fold for run in budget}
        ended = self._train([self._at(run, self._rate) for run in budget])
        return {folds[run.index]: run for run in ended}

    def _at(self, run: Run, rate: int) -> Run:
        return replace(run, trial=rate, numbers=Numbers(LEARNING_RATES[rate]))

    def _train(self, runs: Sequence[Run], *, whole: bool = False) -> list[Ended]:
        schedule = self.planner.regime.plain_schedule(runs[0].epochs)
        if whole:  # nothing judges it there
            schedule = replace(schedule, keep="last", patience=None)
        block = Block(self.program, tuple(runs), schedule, _LANES, whole=whole)
        return train_remotely(self.executor, block)


def as_graph(
    head: Head, networks: Sequence[Sequence[np.ndarray]], dataset: Dataset
) -> LayersGraph | None:
    """The average of networks without memory, as one of as many times their units.

    Of classes the logits are averaged.

    Args:
        head: Theirs.
        networks: Weights of each: kernel and bias of each layer, in its order.
        dataset: Whose inputs they read.

    Returns:
        None of no networks, and of tokens, where not each is seen at its place.
    """
    if not networks:
        return None
    kernels, biases = (
        [[weights[n + of] for weights in networks] for n in range(0, len(networks[0]), 2)]
        for of in (0, 1)
    )
    first = _first(np.concatenate(kernels[0], axis=1), np.concatenate(biases[0]), dataset)
    if first is None:
        return None
    inner = [
        (_block_diagonal(kernel), np.concatenate(bias))
        for kernel, bias in zip(kernels[1:-1], biases[1:-1], strict=True)
    ]
    last = np.concatenate(kernels[-1]) / len(networks), np.mean(biases[-1], axis=0)
    shape = (*output_shape(dataset)[:-1], head.width)
    return LayersGraph(first, (*inner, last), shape, head.activation)


def _first(
    kernel: np.ndarray, bias: np.ndarray, dataset: Dataset
) -> LinearGraph | LookupGraph | None:
    """The layer that reads the network's input, as `Task.memoryless_features` has it."""
    x, steps_out = dataset.train.x, len(output_shape(dataset)) > 1
    units = len(bias)
    if dataset.vocabulary is None:
        read, steps = reads(x, steps_out), input_steps(dataset)
        return LinearGraph(read, kernel, bias, (units,), "relu", steps, dataset.masked)
    if not _can_be_read(dataset, len(kernel)):
        return None
    steps = np.asarray(x).shape[1]
    tables = np.zeros((steps, dataset.vocabulary, units))
    tables[:, 1:] = kernel.reshape(steps, dataset.vocabulary - 1, units)
    return LookupGraph(tables, bias, "relu")


def _can_be_read(dataset: Dataset, features: int) -> bool:
    """Whether a part of a model can make so many features of its inputs.

    Of tokens where each is seen at its place, and there is one output of a sequence.
    """
    if dataset.vocabulary is None:
        return True
    places = np.asarray(dataset.train.x).shape[1] * (dataset.vocabulary - 1)
    return len(output_shape(dataset)) == 1 and features == places


def _block_diagonal(kernels: Sequence[np.ndarray]) -> np.ndarray:
    """Kernels (H, O), each of which reads its own part of the layer below and no other's."""
    from scipy.linalg import block_diag

    return np.asarray(block_diag(*kernels))


def _epochs(run: Ended) -> int:
    """Up to the one that stands for it."""
    return run.best.number if run.best is not None else run.epochs


def _with_prefix(metrics: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name.startswith(prefix)}
