"""How often each class is, whatever the input."""

from __future__ import annotations

from typing import final

import numpy as np

from rnnsearch.baselines._base import Baseline
from rnnsearch.baselines._constant import Constant, per_step
from rnnsearch.baselines.unseen import class_shares
from rnnsearch.data import Dataset
from rnnsearch.tasks import Task

__all__ = ["Majority"]


@final
class Majority(Baseline):
    """The frequencies of the classes in the training part, of which the greatest is predicted."""

    name = "majority"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where classes are predicted."""
        return dataset.target.kind == "class"

    def fit(self, task: Task, dataset: Dataset) -> Constant:
        """Over what counts; of each step where all are put out at once."""
        train, classes = dataset.train, dataset.target.width
        counts = train.weights > 0
        if not per_step(task, dataset):
            return Constant(dataset.target, class_shares(train.y[counts], classes), None)
        steps = zip(train.y.T, counts.T, strict=True)
        shares = np.stack([class_shares(y[of], classes) for y, of in steps])
        return Constant(dataset.target, shares, None)
