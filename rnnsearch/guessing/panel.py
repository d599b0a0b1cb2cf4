"""Panels: tables in which several series stand one below the other, or row by row in turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.cell_numbers import empty_cells
from rnnsearch.data.raw.tables import Table, TextColumn
from rnnsearch.data.series.sentinels import said_missing, without_values
from rnnsearch.data.splits import time_parts
from rnnsearch.guessing._base import Setting, refuse
from rnnsearch.guessing.column_cells import column_cells, parse_numbers
from rnnsearch.guessing.columns import Column, examine

__all__ = [
    "FEWEST_ROWS",
    "SHORTEST",
    "Panel",
]

FEWEST_ROWS = 30
"""Of a series alone; fewer teach nothing that could be judged."""
SHORTEST = 15
"""Rows of each of several series, on average: of fewer no part has a window and what follows it."""
_OF_A_DAY = [[*range(begin, begin + 24)] for begin in (0, 1)]
"""Numbers of the hours."""
_PARTS_OF_A_DAY = {48: (48, 46, 50), 96: (96, 92, 100)}
"""Half hours and quarters of an hour, also of days on which clocks change."""
_UNEQUAL = 3
"""The largest series over the smallest, from which they must be made alike."""


@dataclass(frozen=True)
class Panel:
    """Several series in one table.

    Attributes:
        names: The columns that name the series of a row, together where there are several.
        table: All of them.
        members: Of each series, its rows' places in the table (M,).
    """

    names: tuple[str, ...]
    table: Table
    members: tuple[np.ndarray, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Rows of each series."""
        return tuple(map(len, self.members))

    @property
    def longest(self) -> Table:
        """The longest series as a table, which stands for the others; of some the fullest."""
        cells = [empty_cells(column) for column in self.table.columns]
        empty = np.sum(cells, axis=0)
        places = max(self.members, key=lambda rows: (len(rows), -int(empty[rows].sum())))
        columns = [
            TextColumn([cells[place] for place in places])
            for cells in (column.texts() for column in self.table.columns)
        ]
        return Table(self.table.header, self.table.rows[places], tuple(columns))

    @property
    def shown(self) -> str:
        """The columns that name the series, to be read."""
        return " and ".join(f"'{name}'" for name in self.names)

    @property
    def _numbers(self) -> list[int]:
        """The numbers by which one column names the series, in order; empty where it doesn't."""
        if len(self.names) > 1:
            return []
        cells = column_cells(self.table, self.names[0])
        names = {cells[rows[0]] for rows in self.members}
        numbers = sorted(int(name) for name in names if name.isdecimal())
        return numbers if len(numbers) == len(names) else []

    @property
    def hours_note(self) -> str:
        """What to say where the names of the series may be hours of the day; "" where not."""
        numbers = self._numbers
        if numbers not in _OF_A_DAY:
            return ""
        return (
            f"'{self.names[0]}' counts from {numbers[0]} to {numbers[-1]} for each time stamp: if "
            "these are hours, name both columns in data.time and leave data.series out"
        )

    def check_no_parts_of_days(self, time: str) -> None:
        """Refuse numbers of half hours, or of quarters of an hour, beside dates.

        Args:
            time: The column of the dates.

        Raises:
            InvalidData: The names of the series are such.
        """
        numbers = self._numbers
        if not numbers or numbers[0] > 1:
            return
        if numbers != [*range(numbers[0], numbers[0] + len(numbers))]:
            return
        name = self.names[0]
        for parts, counts in _PARTS_OF_A_DAY.items():
            if len(numbers) in counts:
                since = f"frame['{name}'].astype(int)" + (" - 1" if numbers[0] else "")
                refuse(
                    "must have one column of time stamps",
                    f"'{name}', which counts from {numbers[0]} to {numbers[-1]} on each date",
                    f"put both together: frame['time'] = pandas.to_datetime(frame['{time}']) + "
                    f"({since}) * pandas.Timedelta('{1440 // parts} min'); if these are series of "
                    f"their own, give them other names than numbers",
                )

    @property
    def setting(self) -> Setting:
        """The key of a spec."""
        few, many = min(self.lengths), max(self.lengths)
        rows = f"{few}" if few == many else f"{few} to {many}"
        value = self.names[0] if len(self.names) == 1 else [*self.names]
        return Setting("series", value, f"{len(self.members)} series of {rows} rows")

    def with_all(self, column: Column) -> Column:
        """A column of the longest series that may be usable for what it has in the others.

        What is the same in all rows of a series (the size of a shop) tells the series apart.
        """
        empty = empty_cells(self.table.column(column.name))
        if column.kind == "label" and empty.any():  # nothing is no kind in between
            return replace(column, flaw=f"is text, and empty in {int(empty.sum())} rows")
        if not column.flaw or len(np.unique(column.values)) > 1:
            return column
        if column.kind != "number":
            return self._told_apart(column)
        values, _ = parse_numbers(column_cells(self.table, column.name))
        usable = np.isfinite(values).all() and len(np.unique(values)) > 1
        return replace(column, flaw="") if usable else column

    def training_rows(self, times: np.ndarray | None, share: float) -> np.ndarray:
        """Places in the table of all rows of the training part, which ends at once in all series.

        Args:
            times: Of the table's rows; where there are none, each series has its own part.
            share: Of the validation and of the test part, each.
        """
        if times is None:
            parts = [time_parts(len(rows), share, share)[0] for rows in self.members]
            return np.concatenate(
                [
                    rows[part.start : part.stop]
                    for rows, part in zip(self.members, parts, strict=True)
                ]
            )
        axis = np.unique(times)
        stop = time_parts(len(axis), share, share)[0].stop
        return np.flatnonzero(times < axis[min(stop, len(axis) - 1)])

    def learnt(self, column: Column, training: np.ndarray) -> Column:
        """A column of kinds, if training (R,) has them all: some series begin after it."""
        if column.kind != "label" or column.flaw:
            return column
        cells = column_cells(self.table, column.name)
        lacking = sorted({*cells} - {cells[at] for at in training.tolist()} - {""})
        if not lacking:
            return column
        return replace(
            column, flaw=f"has classes that the training rows lack: {name_some(lacking, 4)}"
        )

    def _told_apart(self, column: Column) -> Column:
        """A column of texts, the same in all rows of the longest series, for what the others have.

        A few kinds of series are an input; what is another text in each names them again.
        """
        cells = column_cells(self.table, column.name)
        kinds = {cells[rows[0]] for rows in self.members}
        if len(kinds) < 2 or any(len({cells[at] for at in rows}) > 1 for rows in self.members):
            return column
        if len(kinds) == len(self.members):
            return replace(column, flaw=f"names the series, as {self.shown} does")
        whole = examine(self.table, column.name, len(cells))
        return column if whole.flaw else replace(column, kind=whole.kind, flaw="")

    def static(self, names: Sequence[str]) -> frozenset[str]:
        """The columns that are the same in all rows of each series."""
        found = []
        for name in names:
            codes = pd.factorize(np.array(column_cells(self.table, name), dtype=object))[0]
            if all((codes[rows] == codes[rows[0]]).all() for rows in self.members):
                found.append(name)
        return frozenset(found)

    def gaps(self, column: Column) -> int:
        """Cells of a column without a value, of all series."""
        cells = column_cells(self.table, column.name)
        return int((parse_numbers(cells)[1] | said_missing(cells, column.absent)).sum())

    def least(self, column: Column) -> float:
        """The smallest number of a column, of all series."""
        values, _ = parse_numbers(column_cells(self.table, column.name))
        return float(np.nanmin(without_values(values, column.absent)))

    def size_settings(
        self, target: Column, share: float, *, logs: bool
    ) -> tuple[list[Setting], str]:
        """What makes series of unlike size alike, and a note where nothing does.

        Args:
            target: A column of numbers.
            share: Of the test part, which is not looked at.
            logs: Whether all that is read has logarithms.
        """
        values, _ = parse_numbers(column_cells(self.table, target.name))
        past = [values[rows[: len(rows) - round(share * len(rows))]] for rows in self.members]
        sizes = [np.nanmedian(np.abs(own)) for own in past if np.isfinite(own).any()]
        times = max(sizes) / min(sizes) if min(sizes) > 0 else np.inf
        if times < _UNEQUAL:
            return [], ""
        fold = f"{float(f'{times:.2g}'):,g}-fold" if np.isfinite(times) else "beyond measure"
        if not logs:
            unequal = f"series differ {fold} in size, and small ones count for little"
            return [], f"{unequal}: search for them apart, or give values above 0"
        why = f"learn changes from the last row: series differ {fold} in size"
        return [
            Setting("base", "last", why),
            Setting("scaling", "log", "and changes as shares, which are alike in all"),
        ], ""
