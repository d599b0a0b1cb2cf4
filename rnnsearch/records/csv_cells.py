"""CSV that means the same to a spreadsheet, to pandas and to us: text never becomes a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "frame_to_csv",
    "from_csv",
    "is_integer",
    "is_number",
    "neutralise",
    "restore",
    "text",
    "to_csv",
]

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED = re.compile(r'[,;"\t\r\n]')


def is_number(cell: str) -> bool:
    """Whether a cell reads as a finite number."""
    return _NUMBER.fullmatch(cell) is not None


def is_integer(cell: str) -> bool:
    """Whether a cell reads as an integer of 64 bits."""
    return _INTEGER.fullmatch(cell) is not None


def text(value: object) -> str:
    """A value as a cell; empty for None and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def neutralise(cell: str) -> str:
    """A cell that no spreadsheet executes: text that starts a formula gets an apostrophe.

    Text that has apostrophes before such a start gets one more, so that `restore` knows.
    """
    return f"'{cell}" if _FORMULA.match(cell) and not is_number(cell) else cell


def restore(cell: str) -> str:
    """What `neutralise` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def to_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as CSV text, neutralised; quoted also where a spreadsheet splits at ``;``."""
    lines = (",".join(_quoted(neutralise(cell)) for cell in row) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def frame_to_csv(frame: pd.DataFrame) -> str:
    """A frame as CSV, as pandas writes it, but for text that a spreadsheet would run."""
    safe = frame.rename(columns=lambda name: neutralise(str(name)))
    for place in range(frame.shape[1]):
        cells = frame.iloc[:, place].to_list()
        if any(isinstance(cell, str) for cell in cells):
            texts = [neutralise(cell) if isinstance(cell, str) else cell for cell in cells]
            safe.isetitem(place, texts)
    return str(safe.to_csv(index=False, lineterminator="\n"))


def from_csv(content: str) -> list[list[str]]:
    """The rows of cells that `to_csv` was given."""
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    return [[restore(cell) for cell in row] for row in rows]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell
