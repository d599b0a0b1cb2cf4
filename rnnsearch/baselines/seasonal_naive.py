"""The value a season before."""

from __future__ import annotations

from typing import final

from rnnsearch.baselines._base import Baseline
from rnnsearch.baselines._naive import Naive, constant
from rnnsearch.baselines._rows import features_if_any
from rnnsearch.baselines.last_value import LastValue
from rnnsearch.data import Dataset
from rnnsearch.tasks import Task

__all__ = ["SeasonalNaive"]


@final
class SeasonalNaive(Baseline):
    """The value a season before, which is known; where the past is too short, the last one."""

    name = "seasonal_naive"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where there is a season."""
        return self.name in dataset.validation.naive

    def fit(self, task: Task, dataset: Dataset) -> Naive:
        """Only what is predicted where nothing was seen before is fitted."""
        last = LastValue()
        found = last.fit(task, dataset) if last.suits(task, dataset) else constant(task, dataset)
        return Naive(dataset.target, self.name, found, features_if_any(task, dataset))
