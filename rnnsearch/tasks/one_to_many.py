"""Vector or class → sequence: a load curve from the day's calendar."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.tasks._base import Head, Task

__all__ = ["OneToMany"]


class OneToMany(Task):
    """The vector is repeated at every step of the output."""

    name = "one_to_many"

    def head(self, dataset: Dataset) -> Head:
        """Runs over the steps of the output, with one output at each."""
        assert dataset.output_steps is not None
        return Head(
            steps=dataset.output_steps,
            features=dataset.train.x.shape[1],
            repeat=dataset.output_steps,
            sequences=True,
            width=dataset.target.width,
            activation="softmax" if dataset.target.kind == "class" else "linear",
            masked=False,
        )

    def memoryless_features(self, x: np.ndarray) -> np.ndarray:
        """The vector itself, (N, F): a model without memory gives all steps at once."""
        return x
