"""The last value that was seen."""

from __future__ import annotations

from typing import final

from rnnsearch.baselines._base import Baseline
from rnnsearch.baselines._naive import Naive, constant
from rnnsearch.baselines._rows import features_if_any
from rnnsearch.data import Dataset
from rnnsearch.tasks import Task

__all__ = ["LastValue"]


@final
class LastValue(Baseline):
    """The last value known when the forecast is made; where there is none, the mean."""

    name = "last_value"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where the source has it."""
        return self.name in dataset.validation.naive

    def fit(self, task: Task, dataset: Dataset) -> Naive:
        """Only what is predicted where nothing was seen before is fitted."""
        features = features_if_any(task, dataset)
        return Naive(dataset.target, self.name, constant(task, dataset), features)
