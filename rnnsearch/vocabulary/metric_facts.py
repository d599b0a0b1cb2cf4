"""The metrics that predictions are judged by; `rnnsearch.tasks.metrics` computes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from rnnsearch.vocabulary.objective import Direction, Objective

__all__ = ["METRICS", "Kind", "MetricFact", "TargetKind", "counts_evenly"]

TargetKind = Literal["numeric", "class"]
"""What a target is."""

Kind = Literal["numeric", "class", "quantile"]
"""What is predicted: numbers, the probability of each class, or quantiles of numbers."""


@dataclass(frozen=True)
class MetricFact:
    """A score of predictions.

    Attributes:
        name: As in ``val_<name>``.
        direction: Whether small or large is good; None where neither is, so that it can't be
            an objective.
        kind: Of predictions it is for.
        title: What it is, for the reference.
        usual: Whether it is reported without being asked for.
        least, most: Values that it can have, both included.
        even: Whether each class counts as much as any other, however rare.
    """

    name: str
    direction: Direction | None
    kind: Kind
    title: str
    usual: bool = False
    least: float = 0.0
    most: float = math.inf
    even: bool = False

    @property
    def target_kind(self) -> TargetKind:
        """Whether targets are numbers or classes."""
        return "class" if self.kind == "class" else "numeric"


METRICS: dict[str, MetricFact] = {
    fact.name: fact
    for fact in (
        MetricFact(
            "rmse",
            "minimize",
            "numeric",
            "the root of the mean squared error, over all outputs",
            usual=True,
        ),
        MetricFact("mae", "minimize", "numeric", "the mean absolute error", usual=True),
        MetricFact(
            "r2",
            "maximize",
            "numeric",
            "the share of variance explained, mean over outputs",
            usual=True,
            least=-math.inf,
            most=1.0,
        ),
        MetricFact(
            "mape",
            "minimize",
            "numeric",
            "the mean absolute error as a share of the true value's size",
        ),
        MetricFact(
            "smape",
            "minimize",
            "numeric",
            "the same as a share of the mean size of true and predicted value; 2 at most",
            most=2.0,
        ),
        MetricFact(
            "mase", "minimize", "numeric", "the mean absolute error in units of a naive forecast's"
        ),
        MetricFact(
            "nrmse",
            "minimize",
            "numeric",
            "the root mean squared error in deviations of each target, mean over these",
        ),
        MetricFact(
            "pinball", "minimize", "quantile", "the mean pinball loss of the quantiles", usual=True
        ),
        MetricFact(
            "coverage",
            None,
            "quantile",
            "the share of true values from the lowest to the highest quantile",
            usual=True,
            most=1.0,
        ),
        MetricFact(
            "accuracy",
            "maximize",
            "class",
            "the share whose most probable class is right",
            usual=True,
            most=1.0,
        ),
        MetricFact(
            "f1_macro",
            "maximize",
            "class",
            "F1, mean over classes",
            usual=True,
            most=1.0,
            even=True,
        ),
        MetricFact(
            "log_loss",
            "minimize",
            "class",
            "the mean negative logarithm of the true class's probability",
        ),
        MetricFact(
            "roc_auc",
            "maximize",
            "class",
            "the area under the receiver operating characteristic, mean over classes",
            most=1.0,
        ),
        MetricFact(
            "perplexity",
            "minimize",
            "class",
            "of texts: of how many equally likely tokens each is as hard to guess as",
            least=1.0,
        ),
        MetricFact("bits", "minimize", "class", "of texts: bits a token"),
    )
}
"""Every metric by its name, the usual ones of a target in the order in which they are reported."""


def counts_evenly(objective: Objective) -> bool:
    """Whether each class counts as much as any other in what is searched for, however rare."""
    metric = METRICS.get(objective.name.removeprefix("val_"))
    return metric is not None and metric.even
