"""A table of text with one sequence a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["TextTable"]


@dataclass(frozen=True)
class TextTable:
    """R rows of text.

    Attributes:
        header: Column names.
        rows: (R,) where each row stands in the file.
        columns: R cells each, as the header, "" where there is nothing.
        notes: What was decided in reading, for the user.
        decimal: What marks decimals in the file, where numbers are not plain; else "".
    """

    header: tuple[str, ...]
    rows: np.ndarray
    columns: tuple[Sequence[str], ...]
    notes: tuple[str, ...] = ()
    decimal: str = ""

    def column(self, name: str) -> Sequence[str]:
        """The cells of the first column of this name."""
        return self.columns[self.header.index(name)]
