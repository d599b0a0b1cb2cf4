"""Which columns name the series of a table, alone or together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time.written_names import is_weekday
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells
from rnnsearch.guessing.panel import SHORTEST, Panel
from rnnsearch.guessing.zone_columns import is_zone_column

__all__ = ["check_other_panels", "find_panel", "members_of"]

_MOST_NAMES = 10
"""Columns, of the fewest values each, of which some may name a series together."""
_MOST_TOGETHER = 3
"""Columns that may: country, shop and item."""
_SLIPS = 0.05
"""Share of rows whose time stamp another row has, up to which that is no sign of several series."""
_TWICE = 0.01
"""Share of rows whose series has their time stamp twice, up to which these are slips."""
_MEASURED = re.compile(r"[-+]?\d*[.,](?!0+$)\d+(e[-+]?\d+)?", re.IGNORECASE)
"""A number that is no name; 7.0 may be one, of a column that pandas had gaps in."""


@dataclass(frozen=True)
class _Coded:
    """What a column, or some together, say of each row, as numbers from 0.

    Attributes:
        names: Of the columns.
        groups: (R,) those numbers.
        count: Of them.
    """

    names: tuple[str, ...]
    groups: np.ndarray
    count: int

    def beside(self, other: _Coded) -> _Coded:
        """What both say."""
        groups, found = pd.factorize(self.groups * other.count + other.groups)
        return _Coded((*self.names, *other.names), groups, len(found))


def find_panel(table: Table, times: np.ndarray, names: Sequence[str]) -> Panel | None:
    """The series of a table; None where its time stamps occur once, or nothing tells them apart.

    The column that names them is the one with the fewest values in which no series has a time
    stamp twice, slips aside, and most go on while others do: parts of one series follow each other.
    Where no column does so alone, two or three may, of texts and whole numbers.

    Args:
        table: The file.
        times: Of its rows (R,).
        names: Its other columns.
    """
    again = len(times) - len(np.unique(times))
    if np.isnat(times).any() or again <= _SLIPS * len(times):
        return None
    moments = pd.factorize(times)[0]
    coded = [*_coded(table, names)]
    found = [*_dividing(coded, times, moments)]
    if not found:
        found = [*_dividing(_together(table, coded, len(times)), times, moments)]
    best = min(found, key=lambda one: (one.count, is_zone_column(one.names[0])), default=None)
    return None if best is None else Panel(best.names, table, members_of(best.groups))


def _coded(table: Table, names: Sequence[str]) -> Iterator[_Coded]:
    """Columns without gaps that do not say the same of all rows; weekdays name no series."""
    for name in names:
        groups, labels = pd.factorize(np.array(column_cells(table, name), dtype=object))
        if len(labels) > 1 and "" not in labels and not all(map(is_weekday, labels)):
            yield _Coded((name,), groups, len(labels))


def _together(table: Table, coded: Sequence[_Coded], rows: int) -> Iterator[_Coded]:
    """Columns of names, two and three together; those of three only where no two will do."""
    few = sorted(_names(table, coded, rows), key=lambda one: one.count)[:_MOST_NAMES]
    for several in range(2, _MOST_TOGETHER + 1):
        for first, *others in combinations(few, several):
            joint = first
            for other in others:
                joint = joint.beside(other)
            # What one of them says already needs no second one.
            if joint.count > max(one.count for one in (first, *others)):
                yield joint


def _names(table: Table, coded: Sequence[_Coded], rows: int) -> Iterator[_Coded]:
    """Columns of texts and whole numbers, of which there are enough rows each."""
    for one in coded:
        if one.count > rows / SHORTEST:
            continue
        cells = column_cells(table, one.names[0])
        firsts = np.unique(one.groups, return_index=True)[1]
        if not any(_MEASURED.fullmatch(cells[at]) for at in firsts):
            yield one


def _dividing(coded: Iterable[_Coded], times: np.ndarray, moments: np.ndarray) -> Iterator[_Coded]:
    """Those that could name series of enough rows.

    Args:
        coded: Columns.
        times: (R,) of the rows.
        moments: (R,) the same, as numbers from 0.
    """
    stamps = times.astype(np.int64)
    for one in coded:
        if one.count > len(times) / SHORTEST or not _tells_apart(moments, one.groups):
            continue
        members = members_of(one.groups)
        if _overlap(stamps, members) or _stacked(stamps, one.groups, members):
            yield one


def members_of(groups: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of each series, its rows' places in the table (M,); `groups` (R,) are numbers from 0."""
    order = np.argsort(groups, kind="stable")
    return tuple(np.split(order, np.cumsum(np.bincount(groups))[:-1]))


def _tells_apart(moments: np.ndarray, groups: np.ndarray) -> bool:
    """Whether rows (R,) of one group have other time stamps, slips aside; numbers from 0 both."""
    together = groups * (int(moments.max()) + 1) + moments
    return bool(pd.Series(together).duplicated().sum() <= _TWICE * len(moments))


def check_other_panels(table: Table, times: np.ndarray, names: Sequence[str]) -> None:
    """Refuse series that are too short, by whatever columns they are named.

    Args:
        table: The file, in which time stamps occur twice and no columns name longer series.
        times: Of its rows (R,).
        names: Its other columns.

    Raises:
        InvalidData: It holds such.
    """
    rows, moments = len(times), pd.factorize(times)[0]
    coded = [one for one in _coded(table, names) if one.count <= rows / 2]
    few = sorted(coded, key=lambda one: one.count)[:_MOST_NAMES]
    pairs = (one.beside(other) for one, other in combinations(few, 2))
    for possible in (coded, pairs):
        short = [one for one in possible if _tells_apart(moments, one.groups)]
        if short:
            least = min(short, key=lambda one: one.count)
            shown = Panel(least.names, table, ()).shown
            refuse(
                f"must have series of {SHORTEST} rows or more, on average",
                f"{least.count} series of {_rows(rows / least.count)}, named by {shown}",
                "give longer ones; or save what is known of each as a row of x, and what is to be "
                "predicted as y: numpy.savez('data.npz', x=x, y=y)",
            )


def _rows(mean: float) -> str:
    return "1 row" if mean == 1 else f"{mean:.3g} rows"


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
