"""Forecasts that come with the data: what was seen before, once more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnsearch.baselines._base import Fitted, scaled
from rnnsearch.baselines.majority import Majority
from rnnsearch.baselines.mean import Mean
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["Naive", "constant"]


@dataclass(frozen=True)
class Naive(Fitted):
    """A forecast of `Part.naive`.

    Attributes:
        target: What is predicted.
        name: Of the forecast.
        fallback: What is predicted where the past does not reach back far enough.
    """

    target: Target
    name: str
    fallback: Fitted

    def predict(self, part: Part) -> np.ndarray:
        """The forecast; a class is certain."""
        forecast, filled = part.naive[self.name], self.fallback.predict(part)
        if self.target.kind == "numeric":
            return np.where(np.isnan(forecast), filled, forecast)
        one_hot = np.eye(self.target.width)[np.maximum(forecast, 0)]
        return np.where((forecast < 0)[..., None], filled, one_hot)

    def outputs(self, part: Part) -> np.ndarray:
        """The forecast, scaled."""
        return scaled(self.target, self.predict(part), part)


def constant(task: Task, dataset: Dataset) -> Fitted:
    """What is predicted where nothing was seen before: the mean, or the class frequencies."""
    kind = Mean() if dataset.target.kind == "numeric" else Majority()
    return kind.fit(task, dataset)
