"""The columns of a table as numbers, labels and time stamps, checked one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rnnsearch.data.class_counts import said_alike
from rnnsearch.data.collecting import Problems, name_nearest, name_rows, name_some
from rnnsearch.data.raw.cell_numbers import (
    as_known,
    empty_cells,
    holds_codes,
    mostly_text,
    number,
    whole_number,
)
from rnnsearch.data.raw.tables import Column, Table
from rnnsearch.data.scaling import LARGEST
from rnnsearch.data.series.sentinels import said_missing, sentinel_note, without_values
from rnnsearch.data.series.series_of_rows import groups_of
from rnnsearch.data.splits import said_part
from rnnsearch.data.time import (
    Clock,
    Step,
)

__all__ = ["SAID_PARTS", "ColumnReader", "Columns"]

SAID_PARTS = ("train", "validation", "test")
"""What a column may say of a row's part."""


@dataclass(frozen=True)
class Columns:
    """What to read from a file.

    Attributes:
        inputs, target: Names of columns; either may be empty.
        time: The columns of time stamps, put together where there are several; empty for none.
        kind: Of the target; ``auto`` takes text for classes.
        classes: The classes that may occur; None takes those that do.
        missing: What to do about empty cells.
        texts: The inputs that hold text; None takes those that do.
        trained: Whether there is a model already, so that the file must be as it knows it.
        time_optional: Whether the file may lack the time stamps.
        series: The columns that name the series of a row; empty where there is one.
        known: The inputs known ahead of their time: the file's last rows may have no others.
        positive: The inputs and targets that must be above 0.
        part: The column that says which part a row is in; None where none does.
        time_format, time_zone: What the spec says of the time stamps, if it does.
        clock, step: How they were read in training, and how far rows were apart; None where there
            is no model yet.
        irregular: What is done where rows are missing.
        dialect: What is said of that of a text file: pairs of a key and its value.
        kinds: The inputs whose numbers name kinds, where there is no model yet.
        missing_values: Cells that stand for nothing.
        duplicates: What is done where a time stamp comes again.
    """

    inputs: tuple[str, ...]
    target: tuple[str, ...]
    time: tuple[str, ...]
    kind: Literal["auto", "numeric", "class"]
    missing: Literal["error", "interpolate", "drop"]
    classes: tuple[Any, ...] | None = None
    texts: tuple[str, ...] | None = ()
    trained: bool = False
    time_optional: bool = False
    series: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    part: str | None = None
    time_format: str | None = None
    time_zone: str | None = None
    clock: Clock | None = None
    step: Step | None = None
    irregular: Literal["rows", "error", "reindex"] = "rows"
    dialect: tuple[tuple[str, Any], ...] = ()
    kinds: tuple[str, ...] = ()
    missing_values: tuple[Any, ...] = ()
    duplicates: Literal["error", "first", "last", "mean"] = "error"


class ColumnReader:
    """Reads the columns of one table, noting problems and gaps. Used once.

    Attributes:
        table, columns, problems: What is read, and where to note what is wrong.
        gaps: (R,) bool, the rows in which something was missing so far.
        keys: What names each series: its cell of each column of `Columns.series`.
        group: (R,) which of them each row is of.
        members: Of each series, its rows' places in the table (M,).
        ahead: (R,) bool, the rows that lie in the future.
        clock: How time stamps were read.
        notes: What was decided, for the user.
        raw_times: (R,) as they stand, also in disorder; None where they can't be read.
    """

    def __init__(self, table: Table, columns: Columns, problems: Problems) -> None:
        self.table = table
        self.columns = columns
        self.problems = problems
        self.gaps = np.zeros(len(table.rows), dtype=bool)
        naming = {name: self.column(name, "data.series") for name in columns.series}
        found = {name: column for name, column in naming.items() if column is not None}
        self.keys, self.group = groups_of(found, table.rows, problems)
        order = np.argsort(self.group, kind="stable")
        self.members = np.split(order, np.cumsum(np.bincount(self.group))[:-1])
        self.ahead = self._rows_ahead()
        self.clock = Clock()
        self.notes: list[str] = [*table.notes]
        self.raw_times: np.ndarray | None = None
        self._read: dict[str, np.ndarray] = {}

    def _rows_ahead(self) -> np.ndarray:
        """(R,) bool, the last rows, where they have nothing but what is known ahead."""
        columns, rows = self.columns, len(self.table.rows)
        others = {*columns.inputs, *columns.target} - {*columns.known}
        if not columns.known or not others & {*self.table.header}:
            return np.zeros(rows, dtype=bool)
        filled = np.zeros(rows, dtype=bool)
        for name in others & {*self.table.header}:
            filled |= ~empty_cells(self.table.column(name))
        ahead = np.zeros(rows, dtype=bool)
        for members in self.members:
            past = np.flatnonzero(filled[members])
            ahead[members[past[-1] + 1 :] if len(past) else []] = True
        return ahead

    def path(self, name: str) -> str:
        """The key that names an input."""
        return "data.known" if name in self.columns.known else "data.inputs"

    def column(self, name: str, path: str) -> Column | None:
        """A column; None, and a problem, if there is no such column, or two."""
        count = self.table.header.count(name)
        if count == 1:
            return self.table.column(name)
        if count == 0:
            advice = name_nearest(name, self.table.header)
            self.problems.add(path, "must name a column of the file", f"'{name}'", advice)
        else:
            received = f"'{name}' {count} times in the header"
            self.problems.add(path, "must name one column", received, "rename all but one")
        return None

    def numbers(self, name: str, path: str) -> np.ndarray:
        """A column as (R,) float64, NaN where it is empty or wrong."""
        if name in self._read:
            return self._read[name]
        nothing = np.full(len(self.table.rows), np.nan)
        column = self.column(name, path)
        self._read[name] = nothing
        if column is None:
            return nothing
        numbers = column.numbers()
        if numbers is not None:
            values = without_values(numbers, self.columns.missing_values)
            empty = np.isnan(values)
        else:
            cells = column.texts()
            values = np.array([number(cell) for cell in cells])
            values = without_values(values, self.columns.missing_values)
            empty = empty_cells(column) | said_missing(cells, self.columns.missing_values)
            text = np.isnan(values) & ~empty
            if text.any():
                self._text(name, path, cells, text, empty)
                return nothing
        sound = self._finite(name, path, column, values) and self._complete(name, path, empty)
        if not sound or not self._positive(name, path, column, values):
            return nothing
        self._read[name] = values
        if not self.columns.trained:
            self.notes += sentinel_note(values, name)
        return values

    def holds_text(self, name: str) -> bool:
        """Whether an input is one of categories: unless that is known, if it is said to be one,

        if most of it is text, or if there are codes in it that numbers would not tell apart.
        """
        if self.columns.texts is not None:
            return name in self.columns.texts
        if name in self.columns.kinds:
            return True
        if self.table.header.count(name) != 1:
            return False
        column = self.table.column(name)
        return mostly_text(column) or (column.numbers() is None and holds_codes(column.texts()))

    def labels(self, name: str) -> np.ndarray:
        """An input of text as (R,) labels, "" where it is empty or wrong."""
        nothing = np.full(len(self.table.rows), "")
        column = self.column(name, self.path(name))
        if column is None:
            return nothing
        labels = np.array(column.texts())
        labels[said_missing(labels.tolist(), self.columns.missing_values)] = ""
        empty = labels == ""
        if not self._complete(name, self.path(name), empty):
            return nothing
        if empty.any() and self.columns.missing == "interpolate":
            received = (
                f"interpolate, and nothing in {name_rows(self.table.rows[empty])} of '{name}'"
            )
            must = "must be error or drop where a column of text has gaps"
            self.problems.add("data.missing", must, received, "use drop, or fill the gaps")
        if not self.columns.trained:
            self.notes += said_alike({*labels.tolist()}, f" of '{name}'")
        return labels

    def targets(self) -> tuple[Literal["numeric", "class"], tuple[Any, ...], np.ndarray]:
        """Kind, classes, and (R, O) float64 or (R,) int64 with -1 where there is none."""
        names, kind, rows = self.columns.target, self.columns.kind, len(self.table.rows)
        if kind == "auto" and len(names) == 1 and names[0] in self.table.header:
            kind = "class" if mostly_text(self.table.column(names[0])) else "numeric"
        if kind != "class" or not names:
            values = [self.numbers(name, "data.target") for name in names]
            return "numeric", (), np.stack(values, axis=1) if values else np.zeros((rows, 0))
        if len(names) > 1:
            received, advice = name_some(names), "search for each target on its own"
            self.problems.add("data.target", "must be one column of classes", received, advice)
            return "class", (), np.full(rows, -1)
        return ("class", *self._labels(names[0]))

    def parts(self) -> np.ndarray | None:
        """Which part each row says that it is in, (R,) int8; None where none, or not all, do."""
        name, path = self.columns.part, "data.split.column"
        column = None if name is None else self.column(name, path)
        if column is None:
            return None
        cells = column.texts()
        index = {said: number for number, said in enumerate(SAID_PARTS)}
        found = np.array([index.get(said_part(cell), -1) for cell in cells], np.int8)
        strange = np.flatnonzero((found < 0) & ~self.ahead)
        if len(strange):
            received = f"'{cells[strange[0]]}' in {name_rows(self.table.rows[strange])} of '{name}'"
            must = "must be a column of train, validation and test"
            self.problems.add(path, must, received, "correct the column")
        elif not (found == 0).any():
            received = name_some(sorted({*cells} - {""}))
            must, advice = "must say of some rows that they train", f"look at '{name}'"
            self.problems.add(path, must, received, advice)
        else:
            return found
        return None

    def _text(
        self, name: str, path: str, cells: Sequence[str], text: np.ndarray, empty: np.ndarray
    ) -> None:
        """Note text among numbers, or a whole column of text."""
        at = int(text.argmax())
        received = f"'{cells[at]}' in row {self.table.rows[at]} of '{name}'"
        received += f" ({text.sum()} such rows)" if text.sum() > 1 else ""
        advice = "correct the file; leave a cell empty where a value is missing"
        self.problems.add(path, "must be numbers", received, advice)

    def _finite(self, name: str, path: str, column: Column, values: np.ndarray) -> bool:
        """Note infinite and absurdly large numbers."""
        large = np.flatnonzero(np.abs(values) >= LARGEST)
        if len(large):
            received = (
                f"{column.texts()[large[0]]} in {name_rows(self.table.rows[large])} of '{name}'"
            )
            must = f"must be finite numbers below {LARGEST:.0e}".replace("e+", "e")
            self.problems.add(path, must, received, "correct the file")
        return not len(large)

    def _positive(self, name: str, path: str, column: Column, values: np.ndarray) -> bool:
        """Note numbers that have no logarithm, where it is needed."""
        low = np.flatnonzero(values <= 0) if name in self.columns.positive else np.array([])
        if len(low):
            where = name_rows(self.table.rows[low])
            received = f"{column.texts()[low[0]]} in {where} of '{name}'"
            advice = "set data.scaling: standard, or correct the file"
            self.problems.add(path, "must be above 0 for scaling: log", received, advice)
        return not len(low)

    def _complete(self, name: str, path: str, empty: np.ndarray) -> bool:
        """Note gaps, where the spec does not say what to do about them."""
        empty = empty if name in self.columns.known else empty & ~self.ahead
        self.gaps |= empty
        if empty.all():
            received = f"nothing in any row of '{name}'"
            self.problems.add(path, "must have values", received, "leave the column out")
        elif empty.any() and self.columns.missing == "error":
            received = f"nothing in {name_rows(self.table.rows[empty])} of '{name}'"
            advice = "fill the gaps, or set data.missing to interpolate or drop"
            if self.columns.trained:
                advice += ", and search again"
            self.problems.add(path, "must have a value in every row", received, advice)
        else:
            return True
        return False

    def _labels(self, name: str) -> tuple[tuple[Any, ...], np.ndarray]:
        """A column's classes, and the index of each row's, -1 where it has none."""
        column = self.column(name, "data.target")
        nothing = np.full(len(self.table.rows), -1)
        if column is None:
            return (), nothing
        cells = column.texts()
        empty = np.array([cell == "" for cell in cells])
        empty |= said_missing(cells, self.columns.missing_values)
        if not self._complete(name, "data.target", empty):
            return (), nothing
        values: list[Any] = [cell for cell, gap in zip(cells, empty, strict=True) if not gap]
        known = self.columns.classes
        if all(map(whole_number, set(values))) and not (known and isinstance(known[0], str)):
            values = [int(value) for value in values]
        if known is None:
            counts = Counter(values)
            known = tuple(sorted(counts))
            self.notes += said_alike(known, f" of '{name}'")
            alone = [label for label in known if counts[label] == 1]
            if alone:
                received = f"one of {name_some(alone)} in '{name}' ({len(counts)} classes)"
                advice = "leave such rows out, join classes, or set data.target_kind: numeric"
                must = "must have two rows or more of each class"
                self.problems.add("data.target", must, received, advice)
        index = {label: position for position, label in enumerate(known)}
        values = as_known(values, index)
        nothing[~empty] = [index.get(value, -2) for value in values]
        strange = np.flatnonzero(nothing == -2)
        if len(strange):
            received = f"'{cells[strange[0]]}' in {name_rows(self.table.rows[strange])}"
            advice = f"there are: {name_some(known, 20)}"
            must = "must be a class known from training"
            self.problems.add("data.target", must, received, advice)
        return known, nothing
