"""A table as it was read: columns of cells, with the row of the file that each came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

__all__ = ["Column", "Table", "TextColumn"]


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
        """None: whether text says times is found out later."""
        return None

    def zone(self) -> str:
        """Empty: text has no type that would say one."""
        return ""


@dataclass(frozen=True)
class _TakenColumn:
    """Some cells of a column, in an order of their own: at `places` (R,)."""

    column: Column
    places: np.ndarray

    def texts(self) -> Sequence[str]:
        """The cells."""
        cells = self.column.texts()
        return [cells[place] for place in self.places.tolist()]

    def numbers(self) -> np.ndarray | None:
        """As of the column."""
        found = self.column.numbers()
        return None if found is None else found[self.places]

    def times(self) -> np.ndarray | None:
        """As of the column."""
        found = self.column.times()
        return None if found is None else found[self.places]

    def zone(self) -> str:
        """As of the column."""
        return self.column.zone()


@dataclass(frozen=True)
class Table:
    """R rows.

    Attributes:
        header: Column names.
        rows: (R,) where each row stands in the file; row 1 of a text file is its header.
        columns: As the header.
        notes: What was decided in reading, for the user.
        decided: What was found of a text file's dialect, for new files to be read with: what
            marks decimals, which encoding; nothing where that is as usual.
    """

    header: tuple[str, ...]
    rows: np.ndarray
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    decided: Mapping[str, str] = field(default_factory=dict)

    def take(self, places: np.ndarray, note: str = "") -> Table:
        """Some of the rows, in an order of their own.

        Args:
            places: (R,) of the rows that are taken.
            note: What is said of it.
        """
        columns = tuple(_TakenColumn(column, places) for column in self.columns)
        notes = (*self.notes, *filter(None, [note]))
        return replace(self, rows=self.rows[places], columns=columns, notes=notes)

    def column(self, name: str) -> Column:
        """The first column of this name."""
        return self.columns[self.header.index(name)]
