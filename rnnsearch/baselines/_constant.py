"""The same for every sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnsearch.baselines._affine import affine_graph
from rnnsearch.baselines._base import Fitted, scaled
from rnnsearch.baselines._rows import Features
from rnnsearch.baselines.graphs import Graph
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["Constant", "per_step"]


@dataclass(frozen=True)
class Constant(Fitted):
    """Values that do not depend on the input.

    Attributes:
        target: What is predicted.
        values: (O,) in own units, or class frequencies (C,); (T, …) where each step has its own.
        features: What a model without memory is given, if there is such a thing.
    """

    target: Target
    values: np.ndarray
    features: Features | None

    def predict(self, part: Part) -> np.ndarray:
        """The values, once for each entry of y."""
        numeric = self.target.kind == "numeric"
        shape = part.y.shape if numeric else (*part.y.shape, self.target.width)
        return np.broadcast_to(self.values, shape).copy()

    def outputs(self, part: Part) -> np.ndarray:
        """The values, scaled."""
        return scaled(self.target, self.predict(part), part)

    def as_graph(self, dataset: Dataset) -> Graph | None:
        """A constant; less what a change is from, where that is in the input."""
        return affine_graph(self, self.features, dataset)


def per_step(task: Task, dataset: Dataset) -> bool:
    """Whether each step has a constant of its own: they are the same in every sequence.

    Tokens are not: where one stands depends on how long those before were.
    """
    return task.at_once and dataset.vocabulary is None
