"""What is predicted: the column that the user names, or that a rule finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from rnnsearch.data.collecting import name_nearest, name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.columns import COUNTS_ROWS, Column
from rnnsearch.guessing.target_rules import Candidates, first_found

__all__ = ["choose_target"]


def choose_target(
    table: Table,
    found: Sequence[Column],
    wanted: str | None,
    time: Sequence[str],
    series: Sequence[str],
) -> tuple[Column, str]:
    """The column to predict, and why this one.

    Args:
        table: The file.
        found: Its columns, but for those of time stamps and of the series' names.
        wanted: The one that the user asks for; None to guess it.
        time, series: Those, where there are such.

    Raises:
        InvalidData: It is none that can be predicted, or none can.
    """
    if wanted is not None:
        taken = dict.fromkeys(time, "the time")
        taken |= dict.fromkeys(series, "which names the series")
        return _wanted(table, found, wanted, taken), "as you said"
    choice = first_found(Candidates(found, dated=bool(time)))
    if choice is None:
        _refuse_all(table, found)
    column, rule = choice
    return column, rule.reason


def _wanted(table: Table, found: Sequence[Column], wanted: str, taken: Mapping[str, str]) -> Column:
    """The column that the user asks for, if it can be predicted."""
    path = "--target"
    if wanted in taken or table.header.count(wanted) > 1:
        received = f"'{wanted}', {taken.get(wanted, 'which is there twice')}"
        refuse("must be one column of values", received, "name another column", path=path)
    column = next((column for column in found if column.name == wanted), None)
    if column is None:
        advice = name_nearest(wanted, table.header)
        refuse("must name a column of the file", f"'{wanted}'", advice, path=path)
    if column.flaw not in ("", COUNTS_ROWS):
        received = f"'{wanted}', which {column.flaw}"
        refuse("must be numbers or classes", received, "name another column", path=path)
    return column


def _refuse_all(table: Table, found: Sequence[Column]) -> NoReturn:
    """Each column has a flaw: say which."""
    flaws = [f"'{column.name}' {column.flaw}" for column in found]
    twice = sorted({name for name in table.header if table.header.count(name) > 1})
    said = name_some([*flaws, *(f"'{name}' stands twice in the header" for name in twice)], 4)
    advice = "give each column a name of its own" if twice else "look at the file"
    if any("text among its numbers" in column.flaw for column in found):
        advice = "correct these cells, or leave them empty"
    received = said or "only time stamps"
    refuse("must have a column of numbers or classes", received, advice)
