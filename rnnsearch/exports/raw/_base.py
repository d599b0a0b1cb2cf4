"""What stands around a network in an export: raw values in, the target's own units out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rnnsearch.data import Preparation, Target
from rnnsearch.tasks import Loss

__all__ = ["Examples", "Given", "RawForm", "Signature"]

Tensor = Any


@dataclass(frozen=True)
class Given:
    """An input of an exported model.

    Attributes:
        name: By which it is given.
        shape: Its axes after B.
        dtype: float32 or int32.
        columns: What stands on the last axis, where it has names.
        about: What it holds, for people.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    columns: tuple[str, ...]
    about: str


@dataclass(frozen=True)
class Signature:
    """What an exported model takes and gives.

    Attributes:
        inputs: In the order of the model's inputs.
        output: Its name: ``predicted`` or ``probabilities``.
        axes: Those of the output after B, as words.
        targets: Names of what is predicted, in their order.
        classes: Labels in the order of the probabilities; empty for numbers.
        quantiles: In their order; empty where there are none.
        vocabulary: How text becomes ids, where tokens are read.
    """

    inputs: tuple[Given, ...]
    output: str
    axes: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[Any, ...] = ()
    quantiles: tuple[float, ...] = ()
    vocabulary: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, for signature.json."""
        return asdict(self)


@dataclass(frozen=True)
class Examples:
    """Raw inputs, and what they lead to.

    Attributes:
        inputs: Name → (N, …).
        places: (N,) which of the sequences that are predicted these are.
        counts: (N, T) bool, where an output is no padding; None where each counts.
    """

    inputs: dict[str, np.ndarray]
    places: np.ndarray
    counts: np.ndarray | None = None


class RawForm(ABC):
    """How raw values lead to a network's input, for one kind of data, as Keras graphs.

    Attributes:
        prepared: The way from raw data to the network, that it repeats.
        target: What is predicted.
    """

    prepared: Preparation
    target: Target

    @property
    @abstractmethod
    def inputs(self) -> tuple[Given, ...]:
        """What the exported model is given."""

    @abstractmethod
    def network_inputs(self, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Raw tensors by name to those of the network, by its names."""

    def anchor(self, given: Mapping[str, Tensor]) -> Tensor | None:
        """What outputs are changes from, linked: (B, …, O); None where values are predicted."""
        return None

    @abstractmethod
    def examples(self, path: str, most: int, *, judged: bool) -> Examples:
        """Raw inputs of the last sequences of a file, in the order in which predictions come.

        Args:
            path: The file.
            most: So many at most.
            judged: Whether those of `Preparation.targets` are meant, or of `Preparation.inputs`.

        Raises:
            InvalidData: The file can't be used.
        """

    @property
    def vocabulary(self) -> Mapping[str, Any] | None:
        """How text becomes ids; None where no tokens are read."""
        return None

    def signature(self, loss: Loss, per_step: bool) -> Signature:
        """What goes in and comes out.

        Args:
            loss: What was trained on.
            per_step: Whether there is an output at each step.
        """
        steps = ("step",) if per_step else ()
        target = self.target
        if target.kind == "class":
            axes = (*steps, "class")
            return Signature(
                self.inputs,
                "probabilities",
                axes,
                target.names,
                target.classes,
                (),
                self.vocabulary,
            )
        axes = (*steps, *(("quantile",) if loss.quantiles else ()), "target")
        return Signature(
            self.inputs, "predicted", axes, target.names, (), loss.quantiles, self.vocabulary
        )

    @property
    def roughness(self) -> float:
        """How many deviations the raw numbers lie from 0: what 32 bits lose of a scaled one."""
        return 0.0
