"""Averages of what configurations put out, judged on the parts that none of them was trained on."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.tasks import Loss, judge, loss_weights

__all__ = ["Court", "Outputs", "averaged", "mean_of"]

_LEAST = 1e-7
"""Chance that nothing is thought to have less than, as in Keras's loss."""

Outputs = Sequence[np.ndarray]
"""What a configuration puts out on the held-out part of each division: (N, …) arrays."""


def averaged(outputs: Sequence[Outputs], shares: Sequence[float]) -> list[np.ndarray]:
    """The weighted sum of several configurations' outputs on each division."""
    return [
        np.asarray(sum(share * array for share, array in zip(shares, of, strict=True)))
        for of in zip(*outputs, strict=True)
    ]


@dataclass(frozen=True)
class Court:
    """Judges outputs on the held-out part of each division.

    Attributes:
        datasets: The divisions, in their order.
        loss: Of the networks.
        metrics: Names of those that are reported.
    """

    datasets: Sequence[Dataset]
    loss: Loss
    metrics: Sequence[str]

    def judged(self, outputs: Outputs) -> list[dict[str, float]]:
        """``val_…`` metrics and loss on each division."""
        pairs = zip(outputs, self.datasets, strict=True)
        return [self._one(array, dataset) for array, dataset in pairs]

    def _one(self, outputs: np.ndarray, dataset: Dataset) -> dict[str, float]:
        part, loss = dataset.validation, self.loss
        weights = loss_weights(loss, dataset, part)
        values = judge(outputs, part, dataset.target, loss, self.metrics, weights, _LEAST)
        return {f"val_{name}": value for name, value in values.items()}


def mean_of(judged: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each metric over the divisions."""
    return {name: statistics.fmean(one[name] for one in judged) for name in judged[0]}
