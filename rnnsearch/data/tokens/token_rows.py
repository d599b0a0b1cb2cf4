"""The rows of a table as sequences of tokens with their targets, checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rnnsearch.data.collecting import Problems, name_nearest, name_rows
from rnnsearch.data.raw.cell_numbers import whole_number
from rnnsearch.data.raw.text_rows import TextTable
from rnnsearch.data.scaling import LARGEST
from rnnsearch.data.texts.tokenizers import Tokenizer

__all__ = ["Kind", "Rows", "TokenColumns", "read_rows"]

Kind = Literal["numeric", "class", "labels", "text"]
"""Of a target: a number, a class, a class at each step, or a text of tokens."""

_FEW = 20
"""Different whole numbers that may well be classes."""


@dataclass(frozen=True)
class TokenColumns:
    """What to read from a table.

    Attributes:
        sequence: The text that the network reads, or None.
        inputs: The columns that it reads where it reads no text.
        target: What is predicted; None where that is not needed.
        kind: Of the target; ``auto`` takes text for classes.
        reads, writes: How texts are cut, that of the input and that of the target.
        missing: What to do about empty cells.
        texts: The inputs that are categories; None takes those that hold text.
        named: Whether classes are texts even where each is a whole number.
    """

    sequence: str | None
    inputs: tuple[str, ...]
    target: str | None
    kind: Kind | Literal["auto"]
    reads: Tokenizer
    writes: Tokenizer
    missing: str = "error"
    texts: tuple[str, ...] | None = None
    named: bool = False


@dataclass(frozen=True)
class Rows:
    """N sequences.

    Attributes:
        rows: (N,) where each stands in the file; the header is row 1.
        positions: (N,) which row of the table each is, from 0.
        sequence: The tokens that the network reads, a list a sequence; empty if it reads none.
        numbers: (N, …) float64, the inputs that are numbers, in order.
        texts: Input that is a category → (N,) labels.
        kind: Of the target.
        target: (N, 1) float64; or N labels; or N lists of labels or tokens; None if not read.
    """

    rows: np.ndarray
    positions: np.ndarray
    sequence: list[list[str]]
    numbers: np.ndarray
    texts: dict[str, np.ndarray]
    kind: Kind
    target: Any

    def __len__(self) -> int:
        """N."""
        return len(self.rows)

    def take(self, index: np.ndarray) -> Rows:
        """Some of the sequences."""
        target = self.target
        if target is not None:
            numeric = isinstance(target, np.ndarray)
            target = target[index] if numeric else [target[i] for i in index]
        return Rows(
            self.rows[index],
            self.positions[index],
            [self.sequence[i] for i in index] if self.sequence else [],
            self.numbers[index],
            {name: labels[index] for name, labels in self.texts.items()},
            self.kind,
            target,
        )


def read_rows(table: TextTable, columns: TokenColumns, problems: Problems) -> Rows:
    """Check the columns of a table, and cut texts into tokens.

    Raises:
        InvalidData: A column is not there, a cell is empty or no number.
    """
    reader = _Reader(table, columns, problems)
    sequence = reader.cells(columns.sequence, "data.sequence")
    inputs = {name: reader.cells(name, "data.inputs") for name in columns.inputs}
    target = reader.cells(columns.target, "data.target")
    problems.raise_any()
    if not reader.keep.any():
        received = f"a gap in each of {len(table.rows)} rows"
        problems.add("data.missing", "must leave some rows", received, "fill the gaps")
        problems.raise_any()
    positions = np.flatnonzero(reader.keep)
    keep: list[int] = positions.tolist()
    texts = [name for name in inputs if reader.is_category(name, [inputs[name][i] for i in keep])]
    numbers = [
        reader.numbers(inputs[name], name, "data.inputs") for name in inputs if name not in texts
    ]
    kind, values = reader.target([target[i] for i in keep]) if target else (columns.kind, None)
    tokens = [columns.reads.tokens(sequence[i]) for i in keep] if sequence else []
    if kind == "labels" and values is not None:
        reader.check_aligned(tokens, values)
    problems.raise_any()
    return Rows(
        table.rows[positions],
        positions,
        tokens,
        np.stack(numbers, axis=1) if numbers else np.zeros((len(keep), 0)),
        {name: np.array([inputs[name][i] for i in keep]) for name in texts},
        "class" if kind == "auto" else kind,
        values,
    )


class _Reader:
    """Reads the columns of one table, noting problems and gaps."""

    def __init__(self, table: TextTable, columns: TokenColumns, problems: Problems) -> None:
        self._table = table
        self._columns = columns
        self._problems = problems
        self.keep = np.ones(len(table.rows), dtype=bool)

    def cells(self, name: str | None, path: str) -> Sequence[str]:
        """A column's cells; empty where none is asked for or it is not there."""
        if name is None:
            return []
        count = self._table.header.count(name)
        if count != 1:
            must, advice = "must name a column of the file", name_nearest(name, self._table.header)
            received = f"'{name}'"
            if count:
                must, advice = "must name one column", "rename all but one"
                received = f"'{name}' {count} times in the header"
            self._problems.add(path, must, received, advice)
            return []
        cells = self._table.column(name)
        empty = np.array([cell == "" for cell in cells])
        if empty.any() and self._columns.missing == "error":
            received = f"nothing in {name_rows(self._table.rows[empty])} of '{name}'"
            advice = "fill the gaps, or set data.missing to drop"
            self._problems.add(path, "must have a value in every row", received, advice)
        self.keep &= ~empty
        return cells

    def is_category(self, name: str, cells: Sequence[str]) -> bool:
        """Whether an input is one of several categories."""
        if self._columns.texts is not None:
            return name in self._columns.texts
        return _mostly_text(cells)

    def numbers(self, cells: Sequence[str], name: str, path: str) -> np.ndarray:
        """(N,) float64 of the rows that are kept."""
        rows = self._table.rows[self.keep]
        kept = [cell for cell, keep in zip(cells, self.keep, strict=True) if keep]
        values = np.array([_number(cell) for cell in kept])
        bad = np.flatnonzero(~(np.abs(values) < LARGEST))
        if len(bad):
            received = f"'{kept[bad[0]]}' in row {rows[bad[0]]} of '{name}'"
            received += f" ({len(bad)} such rows)" if len(bad) > 1 else ""
            must = f"must be finite numbers below {LARGEST:.0e}".replace("e+", "e")
            self._problems.add(path, must, received, "correct the file")
        return values

    def target(self, cells: Sequence[str]) -> tuple[Kind, Any]:
        """Kind and values of the target, of the rows that are kept."""
        kind, name = self._columns.kind, self._columns.target
        if kind in ("text", "labels"):
            return kind, [self._columns.writes.tokens(cell) for cell in cells]
        if kind == "auto":
            kind = "class" if _mostly_text(cells) else "numeric"
            if kind == "numeric" and len(set(cells)) <= _FEW and all(map(whole_number, set(cells))):
                few = f"'{name}' holds {len(set(cells))} different whole numbers, taken for amounts"
                self._problems.notes.append(f"{few} (data.target_kind: class makes them classes)")
        if kind == "class":
            whole = all(map(whole_number, set(cells))) and not self._columns.named
            return "class", [int(cell) for cell in cells] if whole else cells
        assert name is not None
        every = self._table.column(name)
        return "numeric", self.numbers(every, name, "data.target")[:, None]

    def check_aligned(self, tokens: list[list[str]], labels: list[list[str]]) -> None:
        """Note rows whose target has not one label for each token."""
        pairs = zip(tokens, labels, strict=True)
        counts = [(len(one), len(other)) for one, other in pairs]
        bad = [index for index, (one, other) in enumerate(counts) if one != other]
        if bad:
            one, other = counts[bad[0]]
            received = f"{one} and {other} in row {self._table.rows[self.keep][bad[0]]}"
            received += f" ({len(bad)} such rows)" if len(bad) > 1 else ""
            must = "must have as many labels as data.sequence has tokens in every row"
            advice = "look at data.tokens and data.target_tokens, which say how both are cut"
            self._problems.add("data.target", must, received, advice)


def _mostly_text(cells: Sequence[str]) -> bool:
    """Whether more than half of the cells are no numbers."""
    return sum(math.isnan(_number(cell)) for cell in cells) > len(cells) / 2


def _number(cell: str) -> float:
    """A cell as a number; NaN if it is none."""
    try:
        return float(cell) if "_" not in cell else math.nan
    except ValueError:
        return math.nan
