"""Sequence → value or class: forecasts, regression, classification."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.data.inputs import Inputs, Sequences, Windowed
from rnnsearch.tasks._base import Head, Task
from rnnsearch.tasks.heads import head_over_window
from rnnsearch.tasks.token_numbers import one_hot, shares
from rnnsearch.vocabulary import MANY_TO_ONE

__all__ = ["ManyToOne"]

_MOST_FEATURES = 2048
"""Of a sequence of tokens, one-hot; longer ones are counted."""


class ManyToOne(Task):
    """One output after the last step."""

    mapping = MANY_TO_ONE

    def head(self, dataset: Dataset) -> Head:
        """Runs over the window; the output is taken after the last step."""
        return head_over_window(dataset, sequences=False)

    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> Sequences | None:
        """The whole window at once, flattened: (N, T, F) to (N, T·F).

        Sequences end at the same place, so those of other lengths are aligned at the end.
        Tokens are one-hot; of long sequences the share of each token.
        """
        if isinstance(x, Windowed):
            return x.flattened()
        assert isinstance(x, np.ndarray)
        if vocabulary is not None:
            if x.shape[1] * (vocabulary - 1) > _MOST_FEATURES:
                return shares(x, vocabulary)
            x = one_hot(x, vocabulary)
        real = np.where(x == np.float32(MASK_VALUE), 0, x)
        return real.reshape(len(x), x.shape[1] * x.shape[2]).astype(np.float32)
