"""Sequences as the numbers of their tokens, before a division says which of them it knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Numbered"]


@dataclass(frozen=True)
class Numbered:
    """N sequences, their tokens numbered and nothing scaled: all divisions are made of them.

    Attributes:
        x: Ids (N, T) int32, padded at the front; or the features of a vector (N, F) float64.
        y: Numbers (N, 1) float64; or classes, int32: (N,) or (N, T).
        weight: (N, T) float32, as in `Part`; None where y has no time axis or all steps count.
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None

    def __len__(self) -> int:
        """N."""
        return len(self.x)

    def take(self, index: np.ndarray) -> Numbered:
        """Some of the sequences."""
        weight = None if self.weight is None else self.weight[index]
        return Numbered(self.x[index], self.y[index], weight)
