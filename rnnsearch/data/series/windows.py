"""Which rows of a table make up each sequence and its target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Windows"]


@dataclass(frozen=True)
class Windows:
    """N sequences of T rows.

    Attributes:
        starts: (N,) first row of each.
        length: T.
        targets: Rows that are predicted: (N,), or (N, T) where each step has one, of a forecast
            as many as it has steps.
        weight: (N, T) float32, 1 where the step counts; None if all do.
    """

    starts: np.ndarray
    length: int
    targets: np.ndarray
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        """N."""
        return len(self.starts)

    def counting(self, steps: np.ndarray) -> Windows:
        """The sequences of which a step counts, with the weights that follow.

        Args:
            steps: (N, T) bool, those that count.
        """
        keep = steps.any(axis=1)
        counts = steps[keep].astype(np.float32)
        weight = None if counts.all() else counts
        return Windows(self.starts[keep], self.length, self.targets[keep], weight)
