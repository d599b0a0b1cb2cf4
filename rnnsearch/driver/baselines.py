"""What a recurrent network must beat: simple methods, and a network without memory."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnsearch.baselines import Fitted, fit_baselines
from rnnsearch.data import Dataset, Part
from rnnsearch.data.inputs import take
from rnnsearch.data.tokens.coding import Writing
from rnnsearch.driver.outcome import spread
from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import Block, Ended, Judge, Schedule
from rnnsearch.execution.requests import judge_remotely, train_remotely
from rnnsearch.models import Architecture
from rnnsearch.outcomes import BaselineRecord
from rnnsearch.tasks import Loss, Task, judge, loss_weights
from rnnsearch.tasks.texts import written_as

__all__ = [
    "LANES",
    "SimpleMethods",
    "feed_forward_baseline",
    "feed_forward_program",
    "has_feed_forward",
    "simple_baselines",
]

_LEARNING_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
_LAYERS = 2

LANES = len(_LEARNING_RATES)
"""In which the feed-forward baseline trains."""


def simple_baselines(
    task: Task,
    folds: Sequence[Dataset],
    objective: str,
    loss: Loss,
    metrics: Sequence[str],
    writing: Writing | None = None,
) -> list[BaselineRecord]:
    """Naive forecasts, mean or majority, and a linear model, on validation and test part.

    Fitted on each fold; validation scores are means over the folds, test scores the last one's.

    Args:
        task: Fits them.
        folds: The data.
        objective: What ranks.
        loss: That of the networks.
        metrics: Names of those that are reported.
        writing: How classes are read as text, where text is written.
    """
    return SimpleMethods.fit(task, folds, loss, writing).records(objective, metrics)


@dataclass(frozen=True)
class SimpleMethods:
    """The simple methods, fitted on each fold once.

    Attributes:
        fits: Those of each fold.
        loss: That of the networks.
        seconds: That fitting took.
    """

    fits: Sequence[_Fitted]
    loss: Loss
    seconds: float

    @classmethod
    def fit(
        cls, task: Task, folds: Sequence[Dataset], loss: Loss, writing: Writing | None = None
    ) -> SimpleMethods:
        """Fit all that suit the data."""
        started = time.perf_counter()
        fits = [_Fitted.on(task, dataset, loss, writing) for dataset in folds]
        return cls(fits, loss, time.perf_counter() - started)

    def records(self, objective: str, metrics: Sequence[str]) -> list[BaselineRecord]:
        """What each came to: means over the folds, and the last one's on the test part."""
        validations = [fit.scores(fit.dataset.validation, metrics, "val") for fit in self.fits]
        last = self.fits[-1]
        test = last.scores(last.dataset.test, metrics, "test") if len(last.dataset.test) else {}
        return [
            _record(
                name,
                [scores[name] for scores in validations],
                objective,
                seconds=self.seconds / max(1, len(validations[0])),
                test=test.get(name, {}),
            )
            for name in validations[0]
        ]

    def members(self) -> list[str]:
        """Those that a network can compute, and so stand beside networks in an ensemble."""
        if self.loss.quantiles:
            return []
        last = self.fits[-1]
        return [n for n, fit in last.baselines.items() if fit.as_graph(last.dataset) is not None]

    def outputs(self, name: str, folds: Sequence[int]) -> list[np.ndarray]:
        """What one puts out on the validation part of some folds."""
        return [
            self.fits[fold].baselines[name].outputs(self.fits[fold].dataset.validation)
            for fold in folds
        ]


@dataclass(frozen=True)
class _Fitted:
    """The simple baselines of one fold.

    Attributes:
        baselines: By their names.
        dataset: The fold.
        loss: What they are judged by, beside metrics.
        errors: Name → (Q, O) quantiles of the scaled errors in the training part; empty where no
            quantiles are asked for.
        writing: How classes are read as text, where text is written.
    """

    baselines: Mapping[str, Fitted]
    dataset: Dataset
    loss: Loss
    errors: Mapping[str, np.ndarray]
    writing: Writing | None = None

    @classmethod
    def on(
        cls, task: Task, dataset: Dataset, loss: Loss, writing: Writing | None = None
    ) -> _Fitted:
        """Fit them on a fold."""
        baselines, train = fit_baselines(task, dataset), dataset.train
        errors: dict[str, np.ndarray] = {}
        if loss.quantiles:
            counts = train.weights > 0
            errors = {
                name: np.quantile((train.y - fit.outputs(train))[counts], loss.quantiles, axis=0)
                for name, fit in baselines.items()
            }
        return cls(baselines, dataset, loss, errors, writing)

    def scores(
        self, part: Part, metrics: Sequence[str], prefix: str
    ) -> dict[str, dict[str, float]]:
        """Name → metrics and loss of each baseline, those that are finite.

        A quantile of a forecast is the forecast and that quantile of its training errors.
        """
        target, loss = self.dataset.target, self.loss
        weights = loss_weights(loss, self.dataset, part)
        scores = {}
        for name, fit in self.baselines.items():
            outputs = fit.outputs(part)
            if loss.quantiles:
                levels = outputs[..., None, :] + self.errors[name]
                outputs = levels.reshape(*part.y.shape[:-1], -1)
            values = judge(outputs, part, target, loss, metrics, weights)
            if name == "nearest" and self.writing is not None:
                # The only one that writes a text as a whole; others say chances of each token.
                values |= written_as(self.writing, part.y, outputs.argmax(axis=-1))
            finite = {k: float(v) for k, v in values.items() if math.isfinite(v)}
            scores[name] = {f"{prefix}_{k}": v for k, v in finite.items()}
        return scores


def _record(
    name: str,
    folds: Sequence[Mapping[str, float]],
    objective: str,
    *,
    seconds: float,
    test: Mapping[str, float],
    parameters: int | None = None,
) -> BaselineRecord:
    """A baseline's record, from its validation metrics on each fold.

    A metric that is missing on a fold, as it is not finite there, has no mean.
    """
    shared = [metric for metric in folds[0] if all(metric in fold for fold in folds)]
    metrics = {metric: statistics.fmean(fold[metric] for fold in folds) for metric in shared}
    return BaselineRecord(
        name=name,
        score=metrics.get(objective),
        metrics=metrics,
        seconds=seconds,
        parameters=parameters,
        test=test,
        runs=len(folds),
        spread=spread([fold[objective] for fold in folds]) if objective in shared else None,
    )


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
    block = Block(program, runs, schedule, LANES)
    folds = _best(train_remotely(executor, block), program)
    weights = folds[-1].weights if folds else None
    if weights is None:
        return BaselineRecord("feed_forward", None, {}, 0.0)
    judged = judge_remotely(executor, Judge(program, weights, fold=budget[-1].fold))
    metrics = [_with_prefix(run.best.metrics, "val_") for run in folds if run.best is not None]
    metrics[-1] = _with_prefix(judged.metrics, "val_")
    return _record(
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
