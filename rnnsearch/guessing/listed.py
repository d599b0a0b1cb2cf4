"""Tables with a whole sequence of numbers in a cell: these are arrays, no series or texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from rnnsearch.data.raw.tables import Table
from rnnsearch.errors import Problem
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import column_cells

__all__ = ["check_no_lists", "listed_note"]

_LIST = re.compile(
    r"[\[({]?\s*[-+.\deE]+(?:(?:\s*[,;]\s*|\s+)(?:[-+.\deE]+|nan|NaN|null)){3,}\s*[\])}]?"
)
"""Four numbers or more, as lists and arrays are printed: ``[0.1, 0.2, 0.3, 0.4]``."""
_LISTS = re.compile(r"(?:large_|fixed_size_)?list<.*> in '(?P<name>.*)'", re.DOTALL)
_FILES = re.compile(
    r"(?P<parts>struct<.*\bbytes: (?:large_)?binary.*>|)(?:large_)?(?:binary)? in '(?P<name>.*?)'"
)
"""Types of columns, as Parquet has them, and their names: those of recordings and pictures."""
_WRITE = (
    "write each to a file in the folder of its class: for at, row in frame.iterrows(): folder = "
    "pathlib.Path('data', str(row[CLASS])); folder.mkdir(parents=True, exist_ok=True); (folder / "
    "f'{{at}}.ENDING').write_bytes({content}), with the ending that they have, wav or png"
)
_SAMPLE = 200
_WAY = (
    "save the numbers of each row in a row of x, NaN after the end of shorter ones, and the "
    "classes or numbers to predict as y: numpy.savez('data.npz', x=x, y=y)"
)


def check_no_series_in_cells(table: Table, unread: Sequence[Problem]) -> None:
    """Refuse a table of time stamps whose numbers stand in lists, a series in each cell.

    Args:
        table: The file without the columns that have parts.
        unread: What the source says of these.

    Raises:
        InvalidData: It is one.
    """
    starts = [name for name in table.header if table.column(name).times() is not None]
    numbers = any(table.column(name).numbers() is not None for name in table.header)
    lists = [found for each in unread if (found := _LISTS.match(each.received))]
    if not starts or numbers or not lists:
        return
    name, start = lists[0]["name"], starts[0]
    refuse(
        "must have one number, text or time a cell",
        f"lists in '{name}'",
        f"write a row for each step: frame = frame.explode('{name}', ignore_index=True); "
        f"frame['time'] = frame['{start}'] + pandas.to_timedelta(frame.groupby([NAME, '{start}'])"
        f".cumcount(), STEP); frame.drop(columns='{start}').to_parquet('data.parquet'), where NAME "
        "is the column that names each series, and STEP 'h' or 'D'",
    )


def check_no_lists(table: Table, names: Sequence[str], unread: Sequence[Problem]) -> None:
    """Refuse a table without time stamps whose cells hold sequences of numbers.

    Args:
        table: The file.
        names: Its columns that hold text.
        unread: What the source says of columns whose cells have parts.

    Raises:
        InvalidData: It is one.
    """
    if unread and not any(_holds_sentences(table, name) for name in names):
        _refuse_parts(unread[0])
    for name in names:
        some = _some(table, name)
        points = any("." in cell or cell.startswith(("[", "(", "{")) for cell in some)
        if some and points and all(map(_LIST.fullmatch, some)):
            shown = some[0] if len(some[0]) < 30 else f"{some[0][:27]}…"
            received = f"'{shown}' in '{name}'"
            refuse("must have one number, text or time a cell", received, _WAY)


def _refuse_parts(problem: Problem) -> NoReturn:
    """With what to do about lists of numbers, files, or what else stands in the cells.

    Raises:
        InvalidData: Always.
    """
    must = "must have one number, text or time a cell"
    files, lists = _FILES.match(problem.received), _LISTS.match(problem.received)
    if files:
        name = files["name"]
        content = f"row['{name}']" + ("['bytes']" if files["parts"] else "")
        refuse(must, f"files in '{name}'", _WRITE.format(content=content))
    if lists:
        refuse(must, f"lists in '{lists['name']}'", _WAY)
    refuse(must, problem.received, problem.advice)


def listed_note(table: Table, name: str) -> list[str]:
    """What to say where the texts of a column are whole numbers: they are read as tokens."""
    some = _some(table, name)
    if not some or not all(map(_LIST.fullmatch, some)):
        return []
    return [
        f"'{name}' holds whole numbers, each of which is read as a word: if they are amounts, "
        "save them as arrays: numpy.savez('data.npz', x=x, y=y)"
    ]


def _some(table: Table, name: str) -> list[str]:
    """A sample of the cells that are filled."""
    cells = [cell for cell in column_cells(table, name) if cell]
    return cells[:: max(1, len(cells) // _SAMPLE)]


def _holds_sentences(table: Table, name: str) -> bool:
    """Whether a column holds sentences, which lists may only stand beside."""
    some = _some(table, name)
    return bool(some) and sum(cell.count(" ") for cell in some) >= 3 * len(some)
