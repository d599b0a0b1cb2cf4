"""Panels: tables in which several series stand one below the other, or row by row in turns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from rnnsearch.data.raw.tables import Table, TextColumn
from rnnsearch.guessing._base import Setting, refuse
from rnnsearch.guessing.column_cells import column_cells, parse_numbers
from rnnsearch.guessing.columns import Column, examine
from rnnsearch.guessing.zone_columns import is_zone_column

__all__ = [
    "FEWEST_ROWS",
    "SHORTEST",
    "Panel",
    "check_other_panels",
    "find_panel",
    "members_of",
]

FEWEST_ROWS = 30
"""Of a series alone; fewer teach nothing that could be judged."""
_MOST_NAMES = 20
"""Columns, of the fewest values each, of which two may name a series together."""
SHORTEST = 15
"""Rows of each of several series, on average: of fewer no part has a window and what follows it."""
_SLIPS = 0.05
"""Share of rows whose time stamp another row has, up to which that is no sign of several series."""
_TWICE = 0.01
"""Share of rows whose series has their time stamp twice, up to which these are slips."""
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
        name: The column that names the series of a row.
        table: All of them.
        members: Of each series, its rows' places in the table (M,).
    """

    name: str
    table: Table
    members: tuple[np.ndarray, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Rows of each series."""
        return tuple(map(len, self.members))

    @property
    def longest(self) -> Table:
        """The longest series as a table, which stands for the others."""
        places = max(self.members, key=len)
        columns = [
            TextColumn([cells[place] for place in places])
            for cells in (column.texts() for column in self.table.columns)
        ]
        return Table(self.table.header, self.table.rows[places], tuple(columns))

    @property
    def hours_note(self) -> str:
        """What to say where the names of the series may be hours of the day; "" where not."""
        names = {self.table.column(self.name).texts()[rows[0]] for rows in self.members}
        numbers = sorted(int(name) for name in names if name.isdecimal())
        if len(numbers) < len(names) or numbers not in _OF_A_DAY:
            return ""
        return (
            f"'{self.name}' counts from {numbers[0]} to {numbers[-1]} for each time stamp: if these"
            " are hours, name both columns in data.time and leave data.series out"
        )

    def check_no_parts_of_days(self, time: str) -> None:
        """Refuse numbers of half hours, or of quarters of an hour, beside dates.

        Args:
            time: The column of the dates.

        Raises:
            InvalidData: The names of the series are such.
        """
        names = {self.table.column(self.name).texts()[rows[0]] for rows in self.members}
        numbers = sorted(int(name) for name in names if name.isdecimal())
        if len(numbers) < len(names) or numbers[0] > 1:
            return
        if numbers != [*range(numbers[0], numbers[0] + len(numbers))]:
            return
        for parts, counts in _PARTS_OF_A_DAY.items():
            if len(numbers) in counts:
                since = f"frame['{self.name}'].astype(int)" + (" - 1" if numbers[0] else "")
                refuse(
                    "must have one column of time stamps",
                    f"'{self.name}', which counts from {numbers[0]} to {numbers[-1]} on each date",
                    f"put both together: frame['time'] = pandas.to_datetime(frame['{time}']) + "
                    f"({since}) * pandas.Timedelta('{1440 // parts} min'); if these are series of "
                    f"their own, give them other names than numbers",
                )

    @property
    def setting(self) -> Setting:
        """The key of a spec."""
        few, many = min(self.lengths), max(self.lengths)
        rows = f"{few}" if few == many else f"{few} to {many}"
        return Setting("series", self.name, f"{len(self.members)} series of {rows} rows")

    def with_all(self, column: Column) -> Column:
        """A column of the longest series that may be usable for what it has in the others.

        What is the same in all rows of a series (the size of a shop) tells the series apart.
        """
        if not column.flaw or len(np.unique(column.values)) > 1:
            return column
        if column.kind != "number":
            return self._told_apart(column)
        values, _ = parse_numbers(column_cells(self.table, column.name))
        usable = np.isfinite(values).all() and len(np.unique(values)) > 1
        return replace(column, flaw="") if usable else column

    def _told_apart(self, column: Column) -> Column:
        """A column of texts, the same in all rows of the longest series, for what the others have.

        A few kinds of series are an input; what is another text in each names them again.
        """
        cells = column_cells(self.table, column.name)
        kinds = {cells[rows[0]] for rows in self.members}
        if len(kinds) < 2 or any(len({cells[at] for at in rows}) > 1 for rows in self.members):
            return column
        if len(kinds) == len(self.members):
            return replace(column, flaw=f"names the series, as '{self.name}' does")
        whole = examine(self.table, column.name, len(cells))
        return column if whole.flaw else replace(column, kind=whole.kind, flaw="")

    def static(self, names: Sequence[str]) -> frozenset[str]:
        """The columns that are the same in all rows of each series."""
        found = []
        for name in names:
            cells = column_cells(self.table, name)
            if all(len({cells[at] for at in rows}) == 1 for rows in self.members):
                found.append(name)
        return frozenset(found)

    def gaps(self, name: str) -> int:
        """Empty cells of a column, of all series."""
        _, empty = parse_numbers(column_cells(self.table, name))
        return int(empty.sum())

    def least(self, name: str) -> float:
        """The smallest number of a column, of all series."""
        values, _ = parse_numbers(column_cells(self.table, name))
        return float(np.nanmin(values))

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


def find_panel(table: Table, times: np.ndarray, names: Sequence[str]) -> Panel | None:
    """The series of a table; None where its time stamps occur once, or nothing tells them apart.

    The column that names them is the one with the fewest values in which no series has a time
    stamp twice, slips aside, and most go on while others do: parts of one series follow each other.

    Args:
        table: The file.
        times: Of its rows (R,).
        names: Its other columns.
    """
    again = len(times) - len(np.unique(times))
    if np.isnat(times).any() or again <= _SLIPS * len(times):
        return None
    found = [
        Panel(name, table, members) for name, members in _divided(table, names, times.astype(int))
    ]
    return min(
        found, key=lambda panel: (len(panel.members), is_zone_column(panel.name)), default=None
    )


def _divided(
    table: Table, names: Sequence[str], times: np.ndarray
) -> Iterator[tuple[str, tuple[np.ndarray, ...]]]:
    """Columns that could name series, and each one's rows."""
    for name in names:
        labels, groups = np.unique(np.array(column_cells(table, name)), return_inverse=True)
        if "" in labels or not 1 < len(labels) <= len(times) / SHORTEST:
            continue
        if not _tells_apart(times, groups):
            continue
        members = members_of(groups)
        if _overlap(times, members) or _stacked(times, groups, members):
            yield name, members


def members_of(groups: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of each series, its rows' places in the table (M,); `groups` (R,) are numbers from 0."""
    order = np.argsort(groups, kind="stable")
    return tuple(np.split(order, np.cumsum(np.bincount(groups))[:-1]))


def _tells_apart(times: np.ndarray, *groups: np.ndarray) -> bool:
    """Whether rows of one group have other time stamps, slips aside."""
    keys = np.stack([*groups, times])
    return bool(len(times) - np.unique(keys, axis=1).shape[1] <= _TWICE * len(times))


def check_other_panels(table: Table, times: np.ndarray, names: Sequence[str]) -> None:
    """Refuse series that are too short, and those that two columns name together.

    Args:
        table: The file, in which time stamps occur twice and no column alone names the series.
        times: Of its rows (R,).
        names: Its other columns.

    Raises:
        InvalidData: It holds such.
    """
    coded = {}
    for name in names:
        labels, groups = np.unique(np.array(column_cells(table, name)), return_inverse=True)
        if "" not in labels and 1 < len(labels) <= len(times) / 2:
            coded[name] = groups
    stamps = times.astype(np.int64)
    short = [name for name in coded if _tells_apart(stamps, coded[name])]
    if short:
        name = min(short, key=lambda each: int(coded[each].max()))
        count = int(coded[name].max()) + 1
        refuse(
            f"must have series of {SHORTEST} rows or more, on average",
            f"{count} series of {len(times) / count:.3g} rows, named by '{name}'",
            "give longer ones; or save what is known of each as a row of x, and what is to be "
            "predicted as y: numpy.savez('data.npz', x=x, y=y)",
        )
    few = sorted(coded, key=lambda name: int(coded[name].max()))[:_MOST_NAMES]
    pairs = [
        pair for pair in combinations(few, 2) if _tells_apart(stamps, *(coded[n] for n in pair))
    ]
    if pairs:
        one, other = min(pairs, key=lambda pair: math.prod(int(coded[n].max()) for n in pair))
        refuse(
            "must name the series of a row in one column",
            f"series that '{one}' and '{other}' name together",
            f"put them together: frame['series'] = frame['{one}'].astype(str) + ' ' + "
            f"frame['{other}'].astype(str) of pandas",
        )


def _stacked(times: np.ndarray, groups: np.ndarray, members: Sequence[np.ndarray]) -> bool:
    """Whether series stand one below the other, each in order, and some at the same time.

    Then rows go back in time where a series begins, and no single series does.
    """
    blocks = int((np.diff(groups) != 0).sum()) == len(members) - 1
    rise = all((np.diff(times[rows]) >= 0).all() for rows in members)
    spans = sorted((times[rows].min(), times[rows].max()) for rows in members)
    ends = np.maximum.accumulate([end for _, end in spans[:-1]])
    some = bool((np.array([begin for begin, _ in spans[1:]]) < ends).any())
    return blocks and rise and some


def _overlap(times: np.ndarray, members: Sequence[np.ndarray]) -> bool:
    """Whether most series begin before another one has ended."""
    spans = sorted((times[rows].min(), times[rows].max()) for rows in members)
    begins = np.array([begin for begin, _ in spans[1:]])
    ends = np.maximum.accumulate([end for _, end in spans[:-1]])
    return bool((begins < ends).mean() > 0.5)
