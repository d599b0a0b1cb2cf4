"""Forecasts that come with the data: what was seen before, once more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnsearch.baselines._affine import affine_graph
from rnnsearch.baselines._base import Fitted, scaled
from rnnsearch.baselines._rows import Features
from rnnsearch.baselines.graphs import Graph
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
        features: What a model without memory is given, if there is such a thing.
    """

    target: Target
    name: str
    fallback: Fitted
    features: Features | None

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

    def as_graph(self, dataset: Dataset) -> Graph | None:
        """A slice of the input, or no change; None of classes, and where the input has it not."""
        return affine_graph(self, self.features, dataset)


def constant(task: Task, dataset: Dataset) -> Fitted:
    """What is predicted where nothing was seen before: the mean, or the class frequencies."""
    kind = Mean() if dataset.target.kind == "numeric" else Majority()
    return kind.fit(task, dataset)
