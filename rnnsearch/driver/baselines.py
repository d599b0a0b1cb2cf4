"""What a recurrent network must beat: simple methods, and a network without memory."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.driver.trials import BaselineRecord
from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Block, Ended, Judge, Schedule
from rnnsearch.execution.requests import judge_remotely, train_remotely
from rnnsearch.models import Architecture
from rnnsearch.tasks import Baselines, Task, metric_values

__all__ = ["feed_forward_baseline", "simple_baselines"]

_LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
_LAYERS = 2


def simple_baselines(task: Task, dataset: Dataset, objective: str) -> list[BaselineRecord]:
    """Naive forecasts, mean or majority, and a linear model, on validation and test part."""
    started = time.perf_counter()
    fitted = task.fit_baselines(dataset)
    validation = _scores(fitted, task, dataset, dataset.validation, "val")
    test = _scores(fitted, task, dataset, dataset.test, "test") if len(dataset.test) else {}
    seconds = (time.perf_counter() - started) / max(1, len(validation))
    return [
        BaselineRecord(
            name=name,
            score=metrics.get(objective),
            metrics=metrics,
            seconds=seconds,
            test=test.get(name, {}),
        )
        for name, metrics in validation.items()
    ]


def _scores(
    fitted: Baselines, task: Task, dataset: Dataset, part: Part, prefix: str
) -> dict[str, dict[str, float]]:
    target = dataset.target
    truth = target.scaling.invert(part.y) if target.kind == "numeric" else part.y
    names = task.metrics(target)
    scores = {}
    for name, predicted in fitted.predict(part).items():
        values = metric_values(names, truth, predicted, part.weights)
        values["loss"] = _loss(dataset, part, predicted)
        finite = {k: float(v) for k, v in values.items() if math.isfinite(v)}
        scores[name] = {f"{prefix}_{k}": v for k, v in finite.items()}
    return scores


def _loss(dataset: Dataset, part: Part, predicted: np.ndarray) -> float:
    """The training loss in scaled units; infinite where a certain class was the wrong one."""
    weight = part.weights
    if dataset.target.kind == "class":
        chosen = np.take_along_axis(predicted, part.y[..., None], axis=-1)[..., 0]
        with np.errstate(divide="ignore"):
            losses = -np.log(chosen)
        return float(losses[weight > 0].mean())
    losses = np.square(part.y - dataset.target.scaling.apply(predicted)).mean(axis=-1)
    return float((losses * weight).sum() / weight.sum())


def feed_forward_baseline(
    executor: Executor,
    winner: Program,
    parameters: int,
    task: Task,
    dataset: Dataset,
    budget: Run,
    patience: int | None,
) -> BaselineRecord:
    """A network without memory, about as large as the winner, at its best learning rate.

    Args:
        executor: Trains it.
        winner: The best trial's program; batch size, loss and metrics are its own.
        parameters: Weights of the winner.
        task: Gives what the network sees in place of the sequence.
        dataset: The data.
        budget: Its epochs and seed are the baseline's.
        patience: As in the search.
    """
    program = _feed_forward_program(winner, parameters, task, dataset)
    runs = tuple(
        replace(budget, trial=i, numbers=Numbers(rate)) for i, rate in enumerate(_LEARNING_RATES)
    )
    block = Block(program, runs, Schedule(patience, frozenset()), len(runs))
    best = _best(train_remotely(executor, block), program)
    if best is None or best.weights is None:
        return BaselineRecord("feed_forward", None, {}, 0.0)
    judged = judge_remotely(executor, Judge(program, best.weights))
    return BaselineRecord(
        name="feed_forward",
        score=judged.metrics[program.objective],
        metrics=_with_prefix(judged.metrics, "val_"),
        seconds=best.seconds,
        parameters=judged.parameters,
        test=_with_prefix(judged.metrics, "test_"),
    )


def _best(ended: list[Ended], program: Program) -> Ended | None:
    sign = -1.0 if program.maximize else 1.0
    done = [run for run in ended if run.state == "COMPLETE" and run.best is not None]

    def score(run: Ended) -> float:
        assert run.best is not None
        return sign * run.best.metrics[program.objective]

    return min(done, key=score, default=None)


def _with_prefix(metrics: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name.startswith(prefix)}


def _feed_forward_program(
    winner: Program, parameters: int, task: Task, dataset: Dataset
) -> Program:
    head = winner.architecture.head
    features = task.memoryless_features(dataset.train.x[:1]).shape[-1]
    outputs = head.width * (head.repeat or 1)
    units = _units(parameters, features, outputs)
    architecture = Architecture(
        cell="feed_forward",
        units=(units,) * _LAYERS,
        bidirectional=False,
        layer_norm=False,
        head=replace(head, features=features, masked=False),
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


def _units(parameters: int, features: int, outputs: int) -> int:
    """H of two dense layers with about as many weights: H² + (features + outputs) H ≈ weights."""
    linear = features + outputs + _LAYERS
    return max(4, round((-linear + math.sqrt(linear**2 + 4 * parameters)) / 2))
