"""The head of the tasks that read one sequence, and put out one value or one a step."""

from __future__ import annotations

from rnnsearch.data import Dataset
from rnnsearch.tasks._base import Head

__all__ = ["head_over_window"]


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
        activation="softmax" if dataset.target.kind == "class" else "linear",
        masked=dataset.masked,
        vocabulary=dataset.vocabulary,
        stream=dataset.stream,
        zero_start=dataset.train.anchor is not None,
    )
