"""Cells of a text table, kept as bytes: numbers and texts are made of them when asked for.

A table is a sequence of blocks of rows. A block holds the bytes of its cells and where each ends,
which is a tenth of what as many of Python's strings would take, and parses a column at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnsearch.data.series.cells import MISSING, number

__all__ = ["PADDING", "BytesColumn", "Cells"]

PADDING = 256
"""Bytes that must follow a block's last cell. Columns with longer cells are read one by one."""

_MOST = 1 << 25
"""Bytes that the cells of a block, all as long as the longest, may take."""

_MISSING = np.array([word.encode() for word in sorted(MISSING)])

_ODD = np.zeros(256, dtype=bool)
_ODD[[*b"_\x1c\x1d\x1e\x1f", *range(128, 256)]] = True
"""Bytes by which NumPy's numbers and spaces differ from Python's."""


@dataclass(frozen=True)
class Cells:
    """A block of R rows.

    Attributes:
        text: UTF-8, cell after cell and row after row, and `PADDING` bytes more.
        begins: (R,) where each row's first cell begins.
        ends: (R, C) where each cell ends.
        between: Bytes from a cell's end to the beginning of the next one in its row.
        plain: Whether no cell holds a zero byte.
    """

    text: memoryview
    begins: np.ndarray
    ends: np.ndarray
    between: int
    plain: bool = True

    def texts(self, column: int) -> list[str]:
        """A column's cells, the space around them removed."""
        cells = self._array(column)
        if cells is None:
            begins, ends = self._edges(column)
            pairs = zip(begins.tolist(), ends.tolist(), strict=True)
            return [str(self.text[begin:end], "utf-8").strip() for begin, end in pairs]
        if _letters(cells).max(initial=0) < 128:
            return [cell.strip() for cell in cells.astype("U").tolist()]
        return [cell.decode().strip() for cell in cells.tolist()]

    def numbers(self, column: int) -> np.ndarray | None:
        """A column as (R,) float64, NaN where nothing is; None where a cell is no number."""
        cells = self._array(column)
        if cells is None or _ODD[_letters(cells)].any():
            texts = self.texts(column)
            values = np.array([number(text) for text in texts])
            missing = np.array([text.lower() in MISSING for text in texts])
            return None if (np.isnan(values) & ~missing).any() else values
        values = _parsed(cells, cells == b"")
        if values is None:
            values = _parsed(cells, _missing(cells))
        if values is None or not _missing(cells[np.isnan(values)]).all():
            return None
        return values

    def _edges(self, column: int) -> tuple[np.ndarray, np.ndarray]:
        """(R,) and (R,): where the cells begin and end."""
        begins = self.ends[:, column - 1] + self.between if column else self.begins
        return begins, self.ends[:, column]

    def _array(self, column: int) -> np.ndarray | None:
        """(R,) bytes, equally long; None where they would take too much memory."""
        begins, ends = self._edges(column)
        lengths = ends - begins
        width = max(1, int(lengths.max(initial=0)))
        if not self.plain or width > PADDING or width * len(lengths) > _MOST:
            return None
        # Every run of so many bytes, wherever it begins; then only those of the cells.
        places = len(self.text) - width + 1
        runs: np.ndarray = np.ndarray((places,), f"S{width}", self.text, strides=(1,))
        cells = runs[begins]
        _letters(cells)[np.arange(width) >= lengths[:, None]] = 0
        return cells


@dataclass(frozen=True)
class BytesColumn:
    """A column of a table of blocks.

    Attributes:
        blocks: The table's rows.
        index: Which of its columns.
    """

    blocks: Sequence[Cells]
    index: int

    def texts(self) -> list[str]:
        """The cells."""
        return [text for block in self.blocks for text in block.texts(self.index)]

    def numbers(self) -> np.ndarray | None:
        """The cells, where all but the empty ones are numbers; `texts` tells what they are."""
        return self._numbers

    def times(self) -> np.ndarray | None:
        """None: these are text."""
        return None

    @cached_property
    def _numbers(self) -> np.ndarray | None:
        found: list[np.ndarray] = []
        for values in self._each():
            if values is None:
                return None
            found.append(values)
        return np.concatenate(found)

    def _each(self) -> Iterator[np.ndarray | None]:
        return (block.numbers(self.index) for block in self.blocks)


def _letters(cells: np.ndarray) -> np.ndarray:
    """The bytes (R, W) of cells (R,), zeros behind them."""
    return cells.view(np.uint8).reshape(len(cells), cells.itemsize)


def _missing(cells: np.ndarray) -> np.ndarray:
    """(R,) bool, which cells stand for nothing."""
    return np.isin(np.strings.lower(np.strings.strip(cells)), _MISSING)


def _parsed(cells: np.ndarray, missing: np.ndarray) -> np.ndarray | None:
    """Cells (R,) as float64, NaN where they are missing; None where another is no number."""
    try:
        return np.where(missing, b"nan", cells).astype(np.float64)
    except ValueError:
        return None
