"""What heads of several tasks have in common."""

from __future__ import annotations

from typing import Literal

from rnnsearch.data import Dataset, Target
from rnnsearch.tasks._base import Head

__all__ = ["head_over_window", "output_activation"]


def output_activation(target: Target) -> Literal["linear", "softmax"]:
    """What the output layer ends with: chances of classes, or numbers as they are."""
    return "softmax" if target.kind == "class" else "linear"


def head_over_window(dataset: Dataset, *, sequences: bool) -> Head:
    """The head of a network that runs over the steps it reads.

    Args:
        dataset: Whose inputs are (N, T, F), or token ids (N, T).
        sequences: Whether there is an output at every step, or only after the last.
    """
    shape: tuple[int, ...] = dataset.train.sequences.shape
    steps, features, *_ = (*shape[1:], 1)
    return Head(
        steps=steps,
        features=features,
        repeat=None,
        sequences=sequences,
        width=dataset.target.width,
        activation=output_activation(dataset.target),
        masked=dataset.masked,
        vocabulary=dataset.vocabulary,
        stream=dataset.stream,
        zero_start=dataset.train.anchor is not None,
    )
