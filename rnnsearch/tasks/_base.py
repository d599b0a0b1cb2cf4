"""The contract of a task: one mapping between sequences, with its head, loss and metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnsearch.data import Dataset, Part, Target

if TYPE_CHECKING:
    from rnnsearch.tasks.baselines import Baselines

__all__ = ["Head", "Task"]


@dataclass(frozen=True)
class Head:
    """What a task asks of the network around its recurrent layers.

    Attributes:
        steps: T that the recurrent layers run over.
        features: F of the model's input.
        repeat: Times an input vector is repeated to make a sequence; None if it is one.
        sequences: Whether there is an output at every step, or only after the last.
        width: Outputs a step (O, or the number of classes).
        activation: Of the output layer.
        masked: Whether padding steps of the input must be masked.
    """

    steps: int
    features: int
    repeat: int | None
    sequences: bool
    width: int
    activation: Literal["linear", "softmax"]
    masked: bool


class Task(ABC):
    """One mapping. Stateless: an instance is shared by all programs and both engines."""

    name: str

    @abstractmethod
    def head(self, dataset: Dataset) -> Head:
        """The network's input and output for this data."""

    @abstractmethod
    def memoryless_features(self, x: np.ndarray) -> np.ndarray:
        """What a model without memory is given in place of the sequence.

        Args:
            x: (N, T, F) or (N, F) as in `Part.x`, padding as MASK_VALUE.

        Returns:
            (N, D) where there is one output a sequence, (N, T, D) where there is one a step;
            padding replaced by 0. Used by the linear baseline and the feed-forward network.
        """

    def loss(self, target: Target) -> Literal["mse", "cross_entropy"]:
        """The training loss, in scaled units."""
        return "cross_entropy" if target.kind == "class" else "mse"

    def metrics(self, target: Target) -> tuple[str, ...]:
        """Names in `METRICS` that are reported for this target, the usual one first."""
        return ("accuracy", "f1_macro") if target.kind == "class" else ("rmse", "mae", "r2")

    def fit_baselines(self, dataset: Dataset) -> Baselines:
        """The simple methods, fitted once; `Baselines.predict` is for as many parts as needed."""
        from rnnsearch.tasks.baselines import fit

        return fit(self, dataset)

    def baseline_names(self, dataset: Dataset) -> list[str]:
        """What `fit_baselines` will hold, without fitting it."""
        constant = "majority" if dataset.target.kind == "class" else "mean"
        if dataset.vocabulary is None:
            return [*dataset.validation.naive, constant, "linear"]
        from rnnsearch.tasks.token_baselines import model_names

        return [constant, *model_names(dataset)]

    def baselines(self, dataset: Dataset, part: Part) -> dict[str, np.ndarray]:
        """Predictions of the simple methods for one part, fitted on the training part.

        Returns:
            Name → predictions in the target's own units, shaped as y; or class
            probabilities with a last axis of classes.
        """
        return self.fit_baselines(dataset).predict(part)
