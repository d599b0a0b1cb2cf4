"""One way to divide the rows of a table, and what is fitted on its training part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rnnsearch.data.series.fitting import Segments
from rnnsearch.data.series.series_preparation import SeriesPreparation

__all__ = ["PARTS", "Fold"]

PARTS = ("training", "validation", "test")


@dataclass(frozen=True, eq=False)
class Fold:
    """One way to divide the rows, and what is fitted on its training part; equal to itself alone.

    Attributes:
        segments: Of each series, the rows of its parts.
        prepared: The preparation for the longest window.
        features: Model input of each row, whatever the window: (R, F) float32, or a file of it.
    """

    segments: tuple[Segments, ...]
    prepared: SeriesPreparation
    features: np.ndarray | Path

    def table(self) -> np.ndarray:
        """`features`; those of a file are mapped, so that all workers read the same memory."""
        if isinstance(self.features, Path):
            return np.asarray(np.load(self.features, mmap_mode="r"))
        return self.features

    def packed(self, path: Path) -> Fold:
        """With the features in a file. There they begin at a multiple of 64 bytes (`aligned`)."""
        np.save(path, self.table())
        return replace(self, features=path)
