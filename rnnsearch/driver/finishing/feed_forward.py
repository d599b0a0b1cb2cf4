"""A network without memory, as large as the winner: what the memory of a recurrent one is worth."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rnnsearch.data import Dataset, SequenceData
from rnnsearch.data.inputs import take
from rnnsearch.driver.comparing.simple_methods import baseline_record
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Block, Ended, Judge, Prepare, Schedule
from rnnsearch.execution.remote import judge_remotely, train_remotely
from rnnsearch.models import Architecture
from rnnsearch.outcomes import BaselineRecord, TrialRecord
from rnnsearch.tasks import Task

__all__ = [
    "feed_forward_baseline",
    "feed_forward_program",
    "has_feed_forward",
    "prepare_feed_forward",
]

_LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
_LAYERS = 2

_LANES = len(_LEARNING_RATES)
"""In which it trains."""


def prepare_feed_forward(
    planner: Planner, data: SequenceData, task: Task, best: TrialRecord
) -> Prepare | None:
    """The order to compile it ahead, should this trial be the winner; None where there is none."""
    winner = planner.program(best.params)
    dataset = data.dataset(winner.window)
    if not has_feed_forward(task, dataset):
        return None
    program = feed_forward_program(winner, best.parameters or 0, task, dataset)
    epochs = planner.runs(best.number, best.params)[0].epochs
    return Prepare(program, _LANES, _LANES, planner.regime.plain_schedule(epochs).stride)


def feed_forward_baseline(
    executor: Executor,
    winner: Program,
    parameters: int,
    task: Task,
    dataset: Dataset,
    budget: Sequence[Run],
    schedule: Schedule,
) -> BaselineRecord:
    """A network without memory, about as large as the winner, at its best learning rate.

    It is trained on each fold, at each of a few rates; the rate whose mean over the folds is best
    is taken, and its network of the last fold for the test part.

    Args:
        executor: Trains it.
        winner: The best trial's program; batch size, loss and metrics are its own.
        parameters: Weights of the winner.
        task: Gives what the network sees in place of the sequence.
        dataset: The data, of any fold.
        budget: Runs whose epochs, seeds and folds are the baseline's: one a fold.
        schedule: Of runs that nothing is compared with on the way.
    """
    program = feed_forward_program(winner, parameters, task, dataset)
    runs = tuple(
        replace(run, trial=rate, index=fold, numbers=Numbers(_LEARNING_RATES[rate]))
        for rate in range(len(_LEARNING_RATES))
        for fold, run in enumerate(budget)
    )
    block = Block(program, runs, schedule, _LANES)
    folds = _best(train_remotely(executor, block), program)
    weights = folds[-1].weights if folds else None
    if weights is None:
        return BaselineRecord("feed_forward", None, {}, 0.0)
    judged = judge_remotely(executor, Judge(program, weights, fold=budget[-1].fold))
    metrics = [_with_prefix(run.best.metrics, "val_") for run in folds if run.best is not None]
    metrics[-1] = _with_prefix(judged.metrics, "val_")
    return baseline_record(
        "feed_forward",
        metrics,
        program.objective,
        seconds=sum(run.seconds for run in folds),
        test=_with_prefix(judged.metrics, "test_"),
        parameters=judged.parameters,
    )


def _best(ended: Sequence[Ended], program: Program) -> list[Ended]:
    """The runs of the learning rate that is best on the mean, by fold; none where all failed."""
    rates: dict[int, list[Ended]] = {}
    for run in sorted(ended, key=lambda run: run.key):
        rates.setdefault(run.trial, []).append(run)
    scores = {
        rate: statistics.fmean(r.best.metrics[program.objective] for r in runs if r.best)
        for rate, runs in rates.items()
        if all(run.state == "COMPLETE" for run in runs)
    }
    best = program.goal.best_of(scores, scores.get)
    return [] if best is None else rates[best]


def _with_prefix(metrics: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name.startswith(prefix)}


def feed_forward_program(winner: Program, parameters: int, task: Task, dataset: Dataset) -> Program:
    """The program of a network without memory that has about as many weights as the winner."""
    head = winner.architecture.head
    features = _memoryless_width(task, dataset)
    assert features is not None
    head = replace(
        head,
        features=features,
        repeat=head.steps if task.at_once else None,
        masked=False,
        vocabulary=None,
        source=None,
        ahead=0,
    )
    outputs = head.width * (head.repeat or 1)
    units = _units(parameters, features, outputs)
    architecture = Architecture(
        cell="feed_forward",
        units=(units,) * _LAYERS,
        bidirectional=False,
        layer_norm=False,
        head=head,
    )
    return replace(
        winner,
        architecture=architecture,
        optimizer="adam",
        clip_mode=None,
        truncates=False,
        drops=False,
        drops_recurrent=False,
        decays=False,
    )


def has_feed_forward(task: Task, dataset: Dataset) -> bool:
    """Whether there is a network without memory to compare with.

    Of a stream n-grams are it, and the features of a long text would fill the memory.
    """
    if dataset.stream is not None:
        return False
    return task.mapping.recurrent and _memoryless_width(task, dataset) is not None


def _memoryless_width(task: Task, dataset: Dataset) -> int | None:
    """D of what a network without memory is given."""
    features = task.memoryless_features(take(dataset.train.x, slice(1)), dataset.vocabulary)
    return None if features is None else int(features.shape[-1])


def _units(parameters: int, features: int, outputs: int) -> int:
    """H of two dense layers with about as many weights: H² + (features + outputs) H ≈ weights."""
    linear = features + outputs + _LAYERS
    return max(4, round((-linear + math.sqrt(linear**2 + 4 * parameters)) / 2))
