"""How a network computes what a baseline puts out: plain descriptions, without any backend.

`rnnsearch.models.simple_members` makes Keras layers of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.data.inputs import Inputs

__all__ = [
    "Activation",
    "ConstantGraph",
    "Graph",
    "LayersGraph",
    "LinearGraph",
    "LookupGraph",
    "Reads",
    "RunsGraph",
    "input_steps",
    "output_shape",
    "reads",
]

Reads = Literal["vector", "sequence", "steps", "forecast", "block"]
"""What a linear map reads of a network's input, flattened, padding replaced by 0, as
`Task.memoryless_features` has it.

``vector``: all of it, (B, F). ``sequence``: all steps, (B, T, F). ``steps``: at each of the steps
(B, T, F) that one and those before it, the present one first. ``forecast``: all steps of ``source``
(B, S, F), then those of ``ahead`` (B, T, A) without the last feature, which is the step's place.
``block``: ``vector`` (B, F), then all steps of ``ahead`` (B, T, A).
"""

Activation = Literal["linear", "softmax", "relu"]


@dataclass(frozen=True, eq=False)
class ConstantGraph:
    """The same output for every input.

    Attributes:
        values: (O,), (T, O): one sequence's output.
    """

    values: np.ndarray


@dataclass(frozen=True, eq=False)
class LinearGraph:
    """A linear map of the input.

    Attributes:
        reads: Of what.
        kernel: (D, outputs); of ``steps`` the outputs of a step.
        bias: (outputs,).
        shape: Of one sequence's output: (O,) or (T, O).
        activation: Of the outputs, over the last axis.
        steps: T of the input that is read, S of a forecast's source, 1 of a vector. Of more steps
            than these the last are meant.
        masked: Whether the input has padding.
    """

    reads: Reads
    kernel: np.ndarray
    bias: np.ndarray
    shape: tuple[int, ...]
    activation: Activation
    steps: int
    masked: bool


@dataclass(frozen=True, eq=False)
class LookupGraph:
    """The sum of a row for each token (B, T) of a sequence.

    Attributes:
        tables: (T, V, O), at each step a row for each token's id.
        bias: (O,).
        activation: Of the sum.
    """

    tables: np.ndarray
    bias: np.ndarray
    activation: Activation


@dataclass(frozen=True, eq=False)
class RunsGraph:
    """A linear map of how often runs of tokens occur in a sequence (B, T), whatever their place.

    A run that occurs c times counts ``(1 + log min(c, most)) · rarity``; all that a sequence has
    are scaled to a length of 1. The last of the P + 1 places is that of runs that are not known.

    Attributes:
        run: Tokens of a run, at most.
        hashes: Factor and size of the hash that says a run's place, and of that which tells it
            from others; see `rnnsearch.baselines._tokens.runs_of`.
        marks: (P + 1,) the second hash of the run of each place, -1 of none.
        most: As often a run counts.
        rarity: (P + 1,).
        kernel: (P + 1, O).
        bias: (O,).
        activation: Of the outputs.
    """

    run: int
    hashes: tuple[tuple[int, int], tuple[int, int]]
    marks: np.ndarray
    most: int
    rarity: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    activation: Activation


@dataclass(frozen=True, eq=False)
class LayersGraph:
    """Dense layers, one after the other: a network without memory.

    Attributes:
        first: The first of them, rectified: what it reads, and its H outputs of a sequence, or of
            a step where there is one at each.
        others: Kernel (H, outputs) and bias (outputs,) of each further one; all but the last are
            rectified.
        shape: Of one sequence's output: (O,) or (T, O).
        activation: Of the outputs, over the last axis.
    """

    first: LinearGraph | LookupGraph
    others: Sequence[tuple[np.ndarray, np.ndarray]]
    shape: tuple[int, ...]
    activation: Activation


Graph = ConstantGraph | LayersGraph | LinearGraph | LookupGraph | RunsGraph


def reads(x: Inputs, steps_out: bool) -> Reads:
    """What `Task.memoryless_features` makes of an input of numbers.

    Args:
        x: As in `Part.x`.
        steps_out: Whether there is an output at every step.
    """
    if isinstance(x, dict):
        return "block" if "vector" in x else "forecast"
    if x.ndim == 2:
        return "vector"
    return "steps" if steps_out else "sequence"


def output_shape(dataset: Dataset) -> tuple[int, ...]:
    """Of one sequence's output: (O,) or (T, O), classes as O."""
    shape = dataset.train.y.shape[1:]
    return shape if dataset.target.kind == "numeric" else (*shape, dataset.target.width)


def input_steps(dataset: Dataset) -> int:
    """T that a linear map reads; see `LinearGraph`."""
    x = dataset.train.x
    array = x.get("source", x.get("vector")) if isinstance(x, dict) else x
    assert array is not None
    return int(array.shape[1]) if array.ndim == 3 else 1
