"""What a recurrent network must beat: naive forecasts, means and majorities, linear models."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.baselines import Fitted, fit_baselines, input_steps
from rnnsearch.data import Dataset, Part, Preparation
from rnnsearch.data.texts.coding import Writing
from rnnsearch.driver.comparing.standing import spread
from rnnsearch.outcomes import BaselineRecord
from rnnsearch.tasks import Loss, Task, entry_errors, judge, loss_weights
from rnnsearch.tasks.text_metrics import written_as

__all__ = ["SimpleMethods", "baseline_record"]


@dataclass(frozen=True)
class SimpleMethods:
    """The simple methods, fitted on each fold once, and as they would be delivered.

    Attributes:
        task: That is learned.
        fits: Those of each fold.
        final: Those that the test part judges: of all that networks may be trained on, too.
        loss: That of the networks.
        seconds: That fitting took.
        told: Those that are told targets of earlier steps, which networks do not read.
    """

    task: Task
    fits: Sequence[_Fitted]
    final: _Fitted
    loss: Loss
    seconds: float
    told: frozenset[str] = frozenset()

    @classmethod
    def fit(
        cls,
        task: Task,
        folds: Sequence[Dataset],
        loss: Loss,
        prepared: Preparation | None = None,
        whole: Dataset | None = None,
    ) -> SimpleMethods:
        """Fit all that suit the data.

        Args:
            task: Fits them.
            folds: The data.
            loss: That of the networks.
            prepared: How classes are read as text, where text is written, and what is known.
            whole: All but the test part, where what is delivered may be trained on that; else the
                test part judges those of the last fold.
        """
        started = time.perf_counter()
        writing = None if prepared is None else prepared.writing
        fits: list[_Fitted] = []
        for dataset in folds:
            like = fits[0].baselines if fits else None
            fits.append(_Fitted.on(task, dataset, loss, writing, like))
        final = fits[-1]
        if whole is not None and len(whole.test):
            final = _Fitted.on(task, whole, loss, writing, fits[0].baselines)
        known = prepared is None or prepared.past_is_known
        told = frozenset(() if known else folds[-1].validation.naive)
        return cls(task, fits, final, loss, time.perf_counter() - started, told)

    def records(self, objective: str, metrics: Sequence[str]) -> list[BaselineRecord]:
        """What each came to: means over the folds, and on the test part."""
        validations = [fit.scores(fit.dataset.validation, metrics, "val") for fit in self.fits]
        part = self.final.dataset.test
        test = self.final.scores(part, metrics, "test") if len(part) else {}
        return [
            baseline_record(
                name,
                [scores[name] for scores in validations],
                objective,
                seconds=self.seconds / max(1, len(validations[0])),
                test=test.get(name, {}),
                told=name in self.told,
            )
            for name in validations[0]
        ]

    def test_errors(self, metric: str) -> dict[str, np.ndarray]:
        """Name → `entry_errors` of the test part, where a metric is a mean of such."""
        final = self.final
        part, target = final.dataset.test, final.dataset.target
        found = {}
        for name, fit in final.baselines.items() if len(part) else ():
            outputs = final.outputs(name, fit, part)
            errors = entry_errors(outputs, part, target, self.loss, metric)
            if errors is not None:
                found[name] = errors
        return found

    def fitted_on(self, whole: Dataset, names: Collection[str]) -> dict[str, Fitted]:
        """Some of them, fitted on all but the test part.

        Args:
            whole: The data.
            names: Of those that are wanted.
        """
        of_all = self.final is not self.fits[-1]
        if of_all and input_steps(whole) == input_steps(self.final.dataset):
            return {name: self.final.baselines[name] for name in names}
        return fit_baselines(self.task, whole, names, self.fits[0].baselines)

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
        cls,
        task: Task,
        dataset: Dataset,
        loss: Loss,
        writing: Writing | None = None,
        like: Mapping[str, Fitted] | None = None,
    ) -> _Fitted:
        """Fit them on a fold, `like` they were on the first one."""
        baselines, train = fit_baselines(task, dataset, like=like), dataset.train
        errors: dict[str, np.ndarray] = {}
        if loss.quantiles:
            counts = train.weights > 0
            errors = {
                name: np.quantile((train.y - fit.outputs(train))[counts], loss.quantiles, axis=0)
                for name, fit in baselines.items()
            }
        return cls(baselines, dataset, loss, errors, writing)

    def outputs(self, name: str, fit: Fitted, part: Part) -> np.ndarray:
        """What one says of a part, as networks put it out.

        A quantile of a forecast is the forecast and that quantile of its training errors.
        """
        outputs = fit.outputs(part)
        if not self.loss.quantiles:
            return outputs
        levels = outputs[..., None, :] + self.errors[name]
        return np.asarray(levels.reshape(*part.y.shape[:-1], -1))

    def scores(
        self, part: Part, metrics: Sequence[str], prefix: str
    ) -> dict[str, dict[str, float]]:
        """Name → metrics and loss of each baseline, those that are finite."""
        target, loss = self.dataset.target, self.loss
        weights = loss_weights(loss, self.dataset, part)
        scores = {}
        for name, fit in self.baselines.items():
            outputs = self.outputs(name, fit, part)
            values = judge(outputs, part, target, loss, metrics, weights)
            if name == "nearest" and self.writing is not None:
                # The only one that writes a text as a whole; others say chances of each token.
                values |= written_as(self.writing, part.y, outputs.argmax(axis=-1))
            finite = {k: float(v) for k, v in values.items() if math.isfinite(v)}
            scores[name] = {f"{prefix}_{k}": v for k, v in finite.items()}
        return scores


def baseline_record(
    name: str,
    folds: Sequence[Mapping[str, float]],
    objective: str,
    *,
    seconds: float,
    test: Mapping[str, float],
    parameters: int | None = None,
    told: bool = False,
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
        told=told,
        spread=spread([fold[objective] for fold in folds]) if objective in shared else None,
    )
