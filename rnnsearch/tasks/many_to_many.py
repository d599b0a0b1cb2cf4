"""Sequence → sequence of the same length, aligned: an output at every step."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Dataset
from rnnsearch.data.inputs import Inputs
from rnnsearch.tasks._base import Head, Task
from rnnsearch.tasks.heads import head_over_window
from rnnsearch.tasks.token_numbers import one_hot
from rnnsearch.vocabulary import MANY_TO_MANY

__all__ = ["LAGS", "ManyToMany"]

LAGS = 32
"""Steps that a model without memory sees at each step: the current one and those before."""

_MOST_FEATURES = 512


class ManyToMany(Task):
    """An output at every step, from the steps up to it."""

    mapping = MANY_TO_MANY

    def head(self, dataset: Dataset) -> Head:
        """Runs over the window, with one output at each step."""
        return head_over_window(dataset, sequences=True)

    def memoryless_features(self, x: Inputs, vocabulary: int | None = None) -> np.ndarray | None:
        """Causal lags: at each step the step itself and up to 31 before it, flattened.

        The current step alone would make a weak baseline. As a recurrent network does, a
        model without memory knows nothing from before the window: there, and in padding,
        lags are 0. Fewer lags are taken where they would be more than 512 numbers a step.

        Returns:
            (N, T, L·F), the current step first; None of more than 512 different tokens.
        """
        assert not isinstance(x, dict)
        x = np.asarray(x)
        if vocabulary is not None:
            if vocabulary - 1 > _MOST_FEATURES:
                return None
            x = one_hot(x, vocabulary)
        steps, features = x.shape[1:]
        lags = max(1, min(LAGS, steps, _MOST_FEATURES // features))
        known = np.where(x == np.float32(MASK_VALUE), 0, x).astype(np.float32)
        lagged = np.zeros((*x.shape[:2], lags, features), np.float32)
        for lag in range(lags):
            lagged[:, lag:, lag] = known[:, : steps - lag]
        return lagged.reshape(*x.shape[:2], lags * features)
