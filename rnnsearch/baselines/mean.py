"""The mean of the training part."""

from __future__ import annotations

from typing import final

import numpy as np

from rnnsearch.baselines._base import Baseline
from rnnsearch.baselines._constant import Constant, per_step
from rnnsearch.baselines._rows import features_if_any
from rnnsearch.data import Dataset
from rnnsearch.tasks import Task

__all__ = ["Mean"]


@final
class Mean(Baseline):
    """The mean of each output over what counts, of each step where all are put out at once."""

    name = "mean"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where numbers are predicted."""
        return dataset.target.kind == "numeric"

    def fit(self, task: Task, dataset: Dataset) -> Constant:
        """The mean in the target's own units, of each step where there is an output a step."""
        train, target = dataset.train, dataset.target
        own = target.own_units(train.y, train.anchor).astype(np.float64)
        weights = (train.weights > 0)[..., None].astype(np.float64)
        axes = (0,) if per_step(task, dataset) else tuple(range(own.ndim - 1))
        total = np.maximum(weights.sum(axis=axes), 1)
        values = np.asarray((own * weights).sum(axis=axes) / total)
        return Constant(target, values, features_if_any(task, dataset))
