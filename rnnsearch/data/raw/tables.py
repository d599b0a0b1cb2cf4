"""A table as it was read: columns of cells, with the row of the file that each came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

__all__ = ["BackwardColumn", "Column", "Table", "TextColumn"]


class Column(Protocol):
    """R cells of a table."""

    def texts(self) -> Sequence[str]:
        """The cells as a CSV file would have them: "" where there is nothing."""

    def numbers(self) -> np.ndarray | None:
        """(R,) float64, NaN where there is nothing; None where `texts` must be looked at."""

    def times(self) -> np.ndarray | None:
        """(R,) datetime64[us], NaT where there is nothing; None where `texts` must be looked at."""

    def zone(self) -> str:
        """The zone of a column of times, which are UTC's then; "" where it has none."""


@dataclass(frozen=True)
class TextColumn:
    """Cells that were read as text, spaces around them removed."""

    cells: Sequence[str]

    def texts(self) -> Sequence[str]:
        """The cells."""
        return self.cells

    def numbers(self) -> np.ndarray | None:
        """None: text may hold anything."""
        return None

    def times(self) -> np.ndarray | None:
        """None, likewise."""
        return None

    def zone(self) -> str:
        """None."""
        return ""


@dataclass(frozen=True)
class BackwardColumn:
    """A column, its last cell first."""

    column: Column

    def texts(self) -> Sequence[str]:
        """The cells."""
        return self.column.texts()[::-1]

    def numbers(self) -> np.ndarray | None:
        """As of a column."""
        found = self.column.numbers()
        return None if found is None else found[::-1]

    def times(self) -> np.ndarray | None:
        """As of a column."""
        found = self.column.times()
        return None if found is None else found[::-1]

    def zone(self) -> str:
        """As of a column."""
        return self.column.zone()


@dataclass(frozen=True)
class Table:
    """R rows.

    Attributes:
        header: Column names.
        rows: (R,) where each row stands in the file; row 1 of a text file is its header.
        columns: As the header.
        notes: What was decided in reading, for the user.
        decimal: What marks decimals, where numbers were not plain; else "".
    """

    header: tuple[str, ...]
    rows: np.ndarray
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    decimal: str = ""

    def backward(self, note: str) -> Table:
        """The same, its last row first.

        Args:
            note: What is said of it.
        """
        columns = tuple(map(BackwardColumn, self.columns))
        notes = (*self.notes, note)
        return Table(self.header, self.rows[::-1], columns, notes, self.decimal)

    def column(self, name: str) -> Column:
        """The first column of this name."""
        return self.columns[self.header.index(name)]
