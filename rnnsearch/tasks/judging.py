"""From a model's outputs to scores: the one way, whoever the model is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data import Part, Target
from rnnsearch.tasks.losses import Loss, mean_loss, own_units
from rnnsearch.tasks.metrics import metric_values

__all__ = ["judge"]


def judge(
    outputs: np.ndarray,
    part: Part,
    target: Target,
    loss: Loss,
    metrics: Sequence[str],
    weights: np.ndarray | None = None,
    least: float = 0.0,
) -> dict[str, float]:
    """Metrics in the target's own units, and the loss.

    Programs do the same with arrays that they trace: `rnnsearch.engines.fused`.

    Args:
        outputs: A model's for a part: scaled numbers (N, …, O), their quantiles (N, …, O·Q), or
            class probabilities (N, …, C).
        part: What they are judged by.
        target: What they are of.
        loss: What was trained on.
        metrics: Names in `METRICS`.
        weights: What each entry weighs in the loss, as `loss_weights` gives it; None where no
            loss is asked for.
        least: As in `mean_loss`.

    Returns:
        ``loss`` where there are weights, then each metric.
    """
    values: dict[str, float] = {}
    if weights is not None:
        values["loss"] = mean_loss(loss, part.y, outputs, weights, least)
    truth = target.own_units(part.y, part.anchor)
    predicted = own_units(outputs, target, loss, part.anchor)
    return values | metric_values(metrics, truth, predicted, part.weights, loss.facts(target))
