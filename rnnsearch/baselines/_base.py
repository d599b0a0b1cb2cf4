"""The contract of a baseline: a simple method that a network must beat, and may stand beside.

A `Baseline` says which data it suits, and is fitted on the training part of a dataset; what comes
of it, `Fitted`, predicts any part as often as is asked. Neither reads a file nor imports a
backend, and a network that trains is no baseline of this folder.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from rnnsearch.baselines.graphs import Graph
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["Baseline", "Fitted", "scaled"]


class Fitted(ABC):
    """A baseline, fitted. Immutable.

    Attributes:
        target: What is predicted.
    """

    target: Target

    @abstractmethod
    def predict(self, part: Part) -> np.ndarray:
        """Numbers in the target's own units, shaped as y; or class probabilities (N, …, C)."""

    @abstractmethod
    def outputs(self, part: Part) -> np.ndarray:
        """What a network of the dataset would put out: scaled numbers, or class probabilities.

        Shaped as `predict`; ensembles average these. (The quantiles of a quantile loss are not
        among them: a baseline predicts one value.)
        """

    @abstractmethod
    def as_graph(self, dataset: Dataset) -> Graph | None:
        """How a network computes `outputs` from the input of this dataset's networks.

        Args:
            dataset: What it was fitted on.

        Returns:
            A description that `rnnsearch.models.simple_members` makes plain layers of, the same to
            single precision; None where there is no such thing, which a subclass says.
        """


class Baseline(ABC):
    """A simple method. Stateless.

    Attributes:
        name: As the leaderboard has it. No two that suit the same data share it.
    """

    name: str

    @abstractmethod
    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Whether it can predict this data. Fits nothing."""

    @abstractmethod
    def fit(self, task: Task, dataset: Dataset) -> Fitted:
        """Fit it on the training part of data that it suits."""

    def fit_like(self, task: Task, dataset: Dataset, like: Fitted) -> Fitted:
        """Fit it on another division of data: what takes long to choose need not be chosen again.

        A choice of large data has then seen, of some of what judges it, which penalty does best
        there: one number, as all that a search chooses of networks has.

        Args:
            task: That is learned.
            dataset: The division.
            like: What came of the first one.
        """
        return self.fit(task, dataset)


def scaled(target: Target, values: np.ndarray, part: Part) -> np.ndarray:
    """Predictions in own units as a model's outputs: the way back from `Target.own_units`.

    In double precision, so that there and back again is the same number.
    """
    if target.kind == "class":
        return values
    scaling = target.scaling
    linked = scaling.link(values) if part.anchor is None else scaling.link(values) - part.anchor
    return np.asarray((linked - scaling.offset) / scaling.scale)
