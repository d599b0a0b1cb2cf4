"""Sequence → value or class: forecasts, regression, classification."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.tasks._base import Head, Task

__all__ = ["ManyToOne"]


class ManyToOne(Task):
    """One output after the last step."""

    name = "many_to_one"

    def head(self, dataset: Dataset) -> Head:
        """Runs over the window; the output is taken after the last step."""
        _, steps, features = dataset.train.x.shape
        return Head(
            steps=steps,
            features=features,
            repeat=None,
            sequences=False,
            width=dataset.target.width,
            activation="softmax" if dataset.target.kind == "class" else "linear",
            masked=dataset.masked,
        )

    def memoryless_features(self, x: np.ndarray) -> np.ndarray:
        """The whole window at once, flattened: (N, T, F) to (N, T·F).

        Sequences end at the same place, so those of other lengths are aligned at the end.
        """
        real = np.where(x == np.float32(MASK_VALUE), 0, x)
        return real.reshape(len(x), x.shape[1] * x.shape[2]).astype(np.float32)
