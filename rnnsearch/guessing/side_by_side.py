"""Tables that stand beside each other in one sheet: rows of one are no rows of the other."""

from __future__ import annotations

import re

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import TimeProblem, read_stamps
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.times import holds_times

__all__ = ["check_one_table"]

_AGAIN = re.compile(r"\.\d+$")
"""What pandas adds to a name that the header has twice."""


def check_one_table(table: Table) -> None:
    """Refuse two columns of time stamps of one name whose rows are of other times.

    Beginnings and ends, which are a step apart in all rows, may be called alike.

    Raises:
        InvalidData: There are such.
    """
    names = [_AGAIN.sub("", name) for name in table.header]
    for at, name in enumerate(names):
        first = names.index(name)
        if first == at or not name:
            continue
        one, other = _times(table, first), _times(table, at)
        if one is None or other is None:
            continue
        both = ~np.isnat(one) & ~np.isnat(other)
        apart = (other - one)[both]
        where = f"'{name}' in columns {first + 1} and {at + 1}"
        alike = bool((np.isnat(one) == np.isnat(other)).all()) and len({*apart}) == 1
        same = alike and abs(apart[0]) <= np.median(np.abs(np.diff(one)))
        if same and table.header[first] == table.header[at]:
            refuse("must have a name of its own for each column", where, "rename or drop one")
        if same or not len(apart):
            continue
        odd = np.flatnonzero((one != other) | (np.isnat(one) != np.isnat(other)))[0]
        refuse(
            "must hold one table",
            f"{where}, of other times in row {table.rows[odd]}, as of tables beside each other",
            f"save each in a file of its own: frame.iloc[:, :{at}] and frame.iloc[:, {at}:]; rows "
            f"of one time are put together by left.merge(right, on='{name}')",
        )


def _times(table: Table, at: int) -> np.ndarray | None:
    """(R,) when rows were by a column; None where it holds no time stamps."""
    cells = table.columns[at].texts()
    filled = [cell for cell in cells if cell]
    if not filled or not holds_times(_AGAIN.sub("", table.header[at]), filled):
        return None
    try:
        found = read_stamps(filled).times
    except TimeProblem:
        return None
    times = np.full(len(cells), np.datetime64("NaT"), "datetime64[us]")
    times[[bool(cell) for cell in cells]] = found
    return times
