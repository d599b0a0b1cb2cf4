"""Tables with a whole sequence of numbers in a cell: these are arrays, no series or texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnsearch.data.raw.tables import Table
from rnnsearch.guessing._base import refuse
from rnnsearch.guessing.column_cells import UNREADABLE, column_cells

__all__ = ["check_no_lists", "listed_note"]

_LIST = re.compile(
    r"[\[({]?\s*[-+.\deE]+(?:(?:\s*[,;]\s*|\s+)(?:[-+.\deE]+|nan|NaN|null)){3,}\s*[\])}]?"
)
"""Four numbers or more, as lists and arrays are printed: ``[0.1, 0.2, 0.3, 0.4]``."""
_SAMPLE = 200
_WAY = (
    "save the numbers of each row in a row of x, NaN after the end of shorter ones, and the "
    "classes or numbers to predict as y: numpy.savez('data.npz', x=x, y=y)"
)


def check_no_lists(table: Table, names: Sequence[str]) -> None:
    """Refuse a table without time stamps whose cells hold sequences of numbers.

    Args:
        table: The file.
        names: Its columns that hold text.

    Raises:
        InvalidData: It is one.
    """
    lists = [note for note in table.notes if note.endswith(UNREADABLE)]
    if lists and not any(_holds_sentences(table, name) for name in names):
        name = lists[0].removesuffix(UNREADABLE).strip(" '")
        refuse("must have one number, text or time a cell", f"lists in '{name}'", _WAY)
    for name in names:
        some = _some(table, name)
        points = any("." in cell or cell.startswith(("[", "(", "{")) for cell in some)
        if some and points and all(map(_LIST.fullmatch, some)):
            shown = some[0] if len(some[0]) < 30 else f"{some[0][:27]}…"
            received = f"'{shown}' in '{name}'"
            refuse("must have one number, text or time a cell", received, _WAY)


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
