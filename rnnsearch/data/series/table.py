"""A table of text, with the row of the file that each cell came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """R rows of text.

    Attributes:
        header: Column names.
        rows: (R,) where each row stands in the file, which begins with row 1, the header.
        cells: A list of cells a row, spaces around them removed.
    """

    header: tuple[str, ...]
    rows: np.ndarray
    cells: list[list[str]]

    def column(self, name: str) -> list[str]:
        """All cells of one column."""
        index = self.header.index(name)
        return [row[index] for row in self.cells]
