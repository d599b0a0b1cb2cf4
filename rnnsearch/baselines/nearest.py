"""The target of the training sequence that is most alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast, final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines._tokens import Counts
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["Nearest"]


@final
class Nearest(Baseline):
    """The target of the training sequence that shares most with the one to be translated."""

    name = "nearest"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where one sequence of tokens is written for another."""
        if dataset.vocabulary is None or not isinstance(dataset.train.x, dict):
            return False
        return bool(dataset.source_vocabulary)

    def fit(self, task: Task, dataset: Dataset) -> FittedNearest:
        """Of the training part."""
        train, classes = dataset.train, dataset.target.width
        source = cast("dict[str, np.ndarray]", train.x)["source"]
        counts = Counts(source)
        y = np.where(train.weights > 0, train.y, classes - 1)
        return FittedNearest(dataset.target, counts, counts.of(source), y)


@dataclass(frozen=True)
class FittedNearest(Fitted):
    """The training part, in which the nearest sequence is looked up.

    Attributes:
        target: What is predicted.
        counts: Makes features whose products are cosines.
        known: Those of the training part.
        y: (N, T) its targets; what does not count is the last class, the end.
    """

    target: Target
    counts: Counts
    known: Any
    y: np.ndarray

    def predict(self, part: Part) -> np.ndarray:
        """(N, T, C) float32, certain of what it says."""
        source = cast("dict[str, np.ndarray]", part.x)["source"]
        alike = self.counts.of(source) @ self.known.T
        nearest = np.asarray(alike.argmax(axis=1)).ravel()
        found = np.zeros((*part.y.shape, self.target.width), np.float32)
        np.put_along_axis(found, self.y[nearest][..., None], 1, axis=-1)
        return found

    def outputs(self, part: Part) -> np.ndarray:
        """The chances themselves: a network puts out the same."""
        return self.predict(part)

    def as_graph(self, dataset: Dataset) -> None:
        """None: it looks through the training part."""
