"""Vector → value or class: the case without any sequence."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.data.inputs import Inputs
from rnnsearch.tasks._base import Head, Task
from rnnsearch.tasks.heads import output_activation
from rnnsearch.vocabulary import ONE_TO_ONE

__all__ = ["OneToOne"]


class OneToOne(Task):
    """A feed-forward network of dense layers; nothing in it is recurrent."""

    mapping = ONE_TO_ONE

    def head(self, dataset: Dataset) -> Head:
        """One vector in, one output."""
        return Head(
            steps=1,
            features=dataset.train.sequences.shape[1],
            repeat=None,
            sequences=False,
            width=dataset.target.width,
            activation=output_activation(dataset.target),
            masked=False,
            recurrent=False,
            zero_start=dataset.train.anchor is not None,
        )

    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> np.ndarray | None:
        """The vector itself, (N, F)."""
        assert isinstance(x, np.ndarray)
        return x
