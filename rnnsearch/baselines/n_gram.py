"""What follows the tokens before, by how often it did: the baseline of language models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines.witten_bell import WittenBell, contexts
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["NGram"]

_LONGEST = 6
"""Tokens of context that n-grams have at most."""

_SHARE = 0.9
"""Of the training tokens, after which the rest says how long a context should be."""


@final
class NGram(Baseline):
    """Interpolated n-grams, the length of their context chosen inside the training part."""

    name = "n_gram"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where tokens are written one by one."""
        if dataset.vocabulary is None:
            return False
        return isinstance(dataset.train.x, dict) or bool(dataset.stream)

    def fit(self, task: Task, dataset: Dataset) -> FittedNGram:
        """Counts of the training part."""
        before, where = _before(dataset.train, dataset.stream)
        y, classes = dataset.train.y[where], dataset.target.width
        cut = round(_SHARE * len(y))
        tried = WittenBell(before[:cut], y[:cut], classes)
        chances = tried.chances(before[cut:], y[cut:])
        length = int(np.log(chances).mean(axis=1).argmax())
        model = WittenBell(before, y, classes)
        return FittedNGram(dataset.target, model, length, dataset.stream)


@dataclass(frozen=True)
class FittedNGram(Fitted):
    """N-grams with the context that does best on validation.

    Attributes:
        target: What is predicted.
        model: Fitted.
        length: Tokens of context.
        rows: B of a stream, else None.
    """

    target: Target
    model: WittenBell
    length: int
    rows: int | None

    def predict(self, part: Part) -> np.ndarray:
        """(N, T, C) float32; where nothing counts all classes are equally likely."""
        before, where = _before(part, self.rows)
        found = self.model.probabilities(before, self.length)
        classes = found.shape[1]
        every = np.full((*part.y.shape, classes), 1 / classes, np.float32)
        every[where] = found
        return every

    def outputs(self, part: Part) -> np.ndarray:
        """The chances themselves: a network puts out the same."""
        return self.predict(part)

    def as_graph(self, dataset: Dataset) -> None:
        """None: what follows a context is looked up in a table that grows with the text."""


def _before(part: Part, rows: int | None) -> tuple[np.ndarray, Any]:
    """Contexts (M, L) of the steps that count, and where these are in y.

    The rows of a stream follow each other in the text, so that all of it is one sequence.
    """
    ids = np.asarray(part.x["previous"] if isinstance(part.x, dict) else part.x)
    if rows is None:
        where = np.nonzero(part.weights > 0)
        return contexts(ids, _LONGEST)[where], where
    count, steps = ids.shape
    order = np.arange(count * steps).reshape(-1, rows, steps).transpose(1, 0, 2).ravel()
    order = order[part.weights.ravel()[order] > 0]
    before = contexts(ids.ravel()[order][None], _LONGEST)[0]
    row, step = np.divmod(order, steps)
    return before, (row, step)
