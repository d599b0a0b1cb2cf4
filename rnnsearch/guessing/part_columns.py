"""Columns that say in which part of the data each row is, and those that only seem to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnsearch.data.collecting import name_some
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.splits import said_part

__all__ = ["fold_column", "folds_note", "parts_note", "says_parts"]

_NAMES = re.compile(
    r"(?:(?:data)?(?:set|split|subset|fold|partition|usage)(?:[ _.-]?(?:id|nr|no|name))?"
    r"|(?:is|in|for)?[ _.-]?(?:train|training|test|val|valid|validation|holdout)"
    r"|stichprobe|teilmenge|aufteilung|conjunto|particion|partición|ensemble|insieme|zbiór|выборка)",
    re.IGNORECASE,
)
"""Names of columns that tell training and test rows apart, whatever stands in them."""
_MOST_PARTS = 3
_FOLDS = re.compile(
    r"(?:k|cv|cross[ _.-]?val(?:idation)?)?[ _.-]?folds?(?:[ _.-]?(?:id|nr|no|num|idx|index))?",
    re.IGNORECASE,
)
_FOLD = re.compile(r"[^\W\d]*[ _.-]?\d{1,2}(?:\.0)?")
"""What stands in a column of folds: a number, or a word and a number."""
_MOST_FOLDS = 20


def says_parts(table: Table, name: str) -> bool:
    """Whether a column says train, validation or test in each row."""
    cells = set(table.column(name).texts())
    if not all(map(said_part, cells)):
        return False
    said = set(map(said_part, cells))
    return "train" in said and len(said) > 1


def fold_column(table: Table, names: Sequence[str]) -> str | None:
    """The column that says which fold of a cross-validation each row is in."""
    for name in names:
        cells = {*table.column(name).texts()} if _FOLDS.fullmatch(name.strip()) else set()
        if 2 <= len(cells) <= _MOST_FOLDS and all(map(_FOLD.fullmatch, cells)):
            return name
    return None


def folds_note(name: str, timed: bool) -> str:
    """That folds are left out, and the key that does something with them.

    Args:
        name: Of the column.
        timed: Whether rows are steps of time, and divided by it.
    """
    if timed:
        how = "rows of a series are divided by time; write train, validation and test there, and "
        return f"'{name}' says folds, and is left out: {how}set data.split: {{column: {name}}}"
    how = f"data.split: {{group: {name}}} keeps the rows of each in one part"
    return f"'{name}' says folds, and is left out: {how} (docs/spec.md)"


def parts_note(table: Table, names: Sequence[str], part: str | None) -> list[str]:
    """What to say of a column whose name speaks of parts and whose cells do so in no known words.

    Args:
        table: The file.
        names: Of columns.
        part: The one that says the parts, where one does.
    """
    if part is not None:
        return []
    for name in names:
        if not _NAMES.fullmatch(name.strip()):
            continue
        words = sorted({*table.column(name).texts()} - {""})
        if 2 <= len(words) <= _MOST_PARTS:
            return [
                f"'{name}' ({name_some(words)}) may say which rows are for training and which are "
                "for the test: write train, validation and test there, and set data.split: "
                f"{{column: {name}}}"
            ]
    return []
