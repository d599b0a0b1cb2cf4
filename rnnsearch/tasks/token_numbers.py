"""Tokens as numbers, for models that have no embedding."""

from __future__ import annotations

import numpy as np

__all__ = ["one_hot", "shares"]


def one_hot(ids: np.ndarray, vocabulary: int) -> np.ndarray:
    """(N, T) ids to (N, T, V - 1) float32, a column a token; padding, 0, has none."""
    found = np.zeros((*ids.shape, vocabulary - 1), np.float32)
    np.put_along_axis(found, np.maximum(ids - 1, 0)[..., None], 1.0, axis=-1)
    found[ids == 0] = 0.0
    return found


def shares(ids: np.ndarray, vocabulary: int) -> np.ndarray:
    """(N, T) ids to (N, V - 1) float32, which share of a sequence's tokens each one is."""
    counts = np.stack([np.bincount(row, minlength=vocabulary)[1:] for row in ids])
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), np.float32)
