"""The rows of a CSV file as numbers and classes, checked and with gaps dealt with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rnnsearch.data.problems import Problems, name_nearest, name_rows, name_some
from rnnsearch.data.scaling import LARGEST
from rnnsearch.data.series.calendar import format_time, parse_times
from rnnsearch.data.series.table import Table

__all__ = ["Columns", "Series", "read_series"]

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True)
class Columns:
    """What to read from a file.

    Attributes:
        inputs, target: Names of columns; either may be empty.
        time: The column of time stamps, or None.
        kind: Of the target; ``auto`` takes text for classes.
        classes: The classes that may occur; None takes those that do.
        missing: What to do about empty cells.
        texts: The inputs that hold text; None takes those that do.
        trained: Whether there is a model already, so that the file must be as it knows it.
        time_optional: Whether the file may lack the time stamps.
    """

    inputs: tuple[str, ...]
    target: tuple[str, ...]
    time: str | None
    kind: Literal["auto", "numeric", "class"]
    missing: Literal["error", "interpolate", "drop"]
    classes: tuple[Any, ...] | None = None
    texts: tuple[str, ...] | None = ()
    trained: bool = False
    time_optional: bool = False


@dataclass(frozen=True)
class Series:
    """R rows, oldest first.

    Attributes:
        rows: (R,) where each stands in the file; the header is row 1.
        times: (R,) datetime64[us], or None.
        inputs: (R, …) float64 without gaps: the inputs that are numbers, in order.
        texts: Input that holds text → (R,) labels, "" where there is none.
        inputs_known: (R,) bool, whether all inputs were observed.
        targets: (R, O) float64, or (R,) int64 classes.
        targets_known: (R,) bool, whether the target was observed.
        kind, classes: Of the target.
    """

    rows: np.ndarray
    times: np.ndarray | None
    inputs: np.ndarray
    texts: dict[str, np.ndarray]
    inputs_known: np.ndarray
    targets: np.ndarray
    targets_known: np.ndarray
    kind: Literal["numeric", "class"]
    classes: tuple[Any, ...]

    def __len__(self) -> int:
        """R."""
        return len(self.rows)


def read_series(table: Table, columns: Columns, problems: Problems) -> Series:
    """Check the columns of a table.

    Columns with problems come out as NaN (no class), so that checking can go on.
    """
    reader = _Reader(table, columns, problems)
    texts = {name: reader.labels(name) for name in columns.inputs if reader.holds_text(name)}
    numbers = [name for name in columns.inputs if name not in texts]
    inputs = [reader.numbers(name, "data.inputs") for name in numbers]
    kind, classes, targets = reader.targets()
    rows, times = table.rows, reader.times()
    values = np.stack(inputs, axis=1) if inputs else np.zeros((len(rows), 0))
    known = np.asarray(np.isfinite(values).all(axis=1))
    for labels in texts.values():
        known &= labels != ""
    observed = targets >= 0 if kind == "class" else np.isfinite(targets).all(axis=1)
    targets_known = np.asarray(observed)
    keep = np.ones(len(rows), dtype=bool)
    if columns.missing == "drop":
        keep = ~reader.gaps
        if not keep.any():
            received = f"a gap in each of {len(rows)} rows"
            problems.add("data.missing", "must leave some rows", received, "use interpolate")
    elif columns.missing == "interpolate":
        values = _interpolated(values)
        targets = _interpolated(targets) if kind == "numeric" else targets
    return Series(
        rows[keep],
        None if times is None else times[keep],
        values[keep],
        {name: labels[keep] for name, labels in texts.items()},
        known[keep],
        targets[keep],
        targets_known[keep],
        kind,
        classes,
    )


def _interpolated(values: np.ndarray) -> np.ndarray:
    """Gaps in (R, F) filled along straight lines, by row; at the ends with the nearest value."""
    values = values.copy()
    rows = np.arange(len(values))
    for column in values.T:
        known = np.isfinite(column)
        if known.any() and not known.all():
            column[~known] = np.interp(rows[~known], rows[known], column[known])
    return values


class _Reader:
    """Reads the columns of one table, noting problems and gaps. Used once."""

    def __init__(self, table: Table, columns: Columns, problems: Problems) -> None:
        self.table = table
        self.columns = columns
        self.problems = problems
        self.gaps = np.zeros(len(table.rows), dtype=bool)
        self._read: dict[str, np.ndarray] = {}

    def cells(self, name: str, path: str) -> list[str] | None:
        """A column's text; None, and a problem, if there is no such column, or two."""
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
        cells = self.cells(name, path)
        self._read[name] = nothing
        if cells is None:
            return nothing
        values = np.array([_number(cell) for cell in cells])
        empty = np.array([cell.lower() in _MISSING for cell in cells])
        text = np.isnan(values) & ~empty
        if text.any():
            self._text(name, path, cells, text, empty)
            return nothing
        if not self._finite(name, path, cells, values) or not self._complete(name, path, empty):
            return nothing
        self._read[name] = values
        return values

    def holds_text(self, name: str) -> bool:
        """Whether an input is one of categories: more text in it than numbers, unless known."""
        if self.columns.texts is not None:
            return name in self.columns.texts
        return self.table.header.count(name) == 1 and _mostly_text(self.table.column(name))

    def labels(self, name: str) -> np.ndarray:
        """An input of text as (R,) labels, "" where it is empty or wrong."""
        nothing = np.full(len(self.table.rows), "")
        cells = self.cells(name, "data.inputs")
        if cells is None:
            return nothing
        labels = np.array(cells)
        empty = labels == ""
        if not self._complete(name, "data.inputs", empty):
            return nothing
        if empty.any() and self.columns.missing == "interpolate":
            received = (
                f"interpolate, and nothing in {name_rows(self.table.rows[empty])} of '{name}'"
            )
            must = "must be error or drop where a column of text has gaps"
            self.problems.add("data.missing", must, received, "use drop, or fill the gaps")
        return labels

    def targets(self) -> tuple[Literal["numeric", "class"], tuple[Any, ...], np.ndarray]:
        """Kind, classes, and (R, O) float64 or (R,) int64 with -1 where there is none."""
        names, kind, rows = self.columns.target, self.columns.kind, len(self.table.rows)
        if kind == "auto" and len(names) == 1 and names[0] in self.table.header:
            kind = "class" if _mostly_text(self.table.column(names[0])) else "numeric"
        if kind != "class" or not names:
            values = [self.numbers(name, "data.target") for name in names]
            return "numeric", (), np.stack(values, axis=1) if values else np.zeros((rows, 0))
        if len(names) > 1:
            received, advice = name_some(names), "search for each target on its own"
            self.problems.add("data.target", "must be one column of classes", received, advice)
            return "class", (), np.full(rows, -1)
        return ("class", *self._labels(names[0]))

    def times(self) -> np.ndarray | None:
        """The time stamps (R,), None if there are none or they can't be used."""
        name = self.columns.time
        if self.columns.time_optional and name not in self.table.header:
            return None
        cells = None if name is None else self.cells(name, "data.time")
        if cells is None:
            return None
        times, rows, path = parse_times(cells), self.table.rows, "data.time"
        bad = np.flatnonzero(np.isnat(times))
        if len(bad):
            received = f"'{cells[bad[0]]}' in {name_rows(rows[bad[:1]])} of '{name}'"
            if len(bad) > 1:
                received += f" ({len(bad)} such rows)"
            advice = "write dates as 2024-12-31 or 2024-12-31 23:59:59"
            self.problems.add(path, "must be time stamps, all of one form", received, advice)
            return None
        steps = np.diff(times).astype(np.int64)
        for found, must, advice in (
            (steps == 0, "must not occur twice", "keep one row a time stamp"),
            (steps < 0, "must be sorted, oldest first", "sort the file by time"),
        ):
            if found.any():
                at = int(found.argmax())
                received = (
                    f"{format_time(times[at + 1])} in row {rows[at + 1]} after "
                    f"{format_time(times[at])} in row {rows[at]}"
                )
                if found.sum() > 1:
                    received += f" ({found.sum()} such places)"
                self.problems.add(path, must, received, advice)
        return times if (steps > 0).all() else None

    def _text(
        self, name: str, path: str, cells: list[str], text: np.ndarray, empty: np.ndarray
    ) -> None:
        """Note text among numbers, or a whole column of text."""
        at = int(text.argmax())
        received = f"'{cells[at]}' in row {self.table.rows[at]} of '{name}'"
        mostly = path == "data.inputs" and text.sum() > (~empty).sum() / 2
        if mostly and not self.columns.trained:
            advice = (
                "only one_to_many reads text so far: leave the column out, or write it as "
                "columns of 0 and 1, one for each value"
            )
        else:
            received += f" ({text.sum()} such rows)" if text.sum() > 1 else ""
            advice = "correct the file; leave a cell empty where a value is missing"
        self.problems.add(path, "must be numbers", received, advice)

    def _finite(self, name: str, path: str, cells: list[str], values: np.ndarray) -> bool:
        """Note infinite and absurdly large numbers."""
        large = np.flatnonzero(np.abs(values) >= LARGEST)
        if len(large):
            received = f"{cells[large[0]]} in {name_rows(self.table.rows[large])} of '{name}'"
            must = f"must be finite numbers below {LARGEST:.0e}".replace("e+", "e")
            self.problems.add(path, must, received, "correct the file")
        return not len(large)

    def _complete(self, name: str, path: str, empty: np.ndarray) -> bool:
        """Note gaps, where the spec does not say what to do about them."""
        self.gaps |= empty
        if empty.all():
            received = f"nothing in any row of '{name}'"
            self.problems.add(path, "must have values", received, "leave the column out")
        elif empty.any() and self.columns.missing == "error":
            received = f"nothing in {name_rows(self.table.rows[empty])} of '{name}'"
            advice = "fill the gaps, or set data.missing to interpolate or drop"
            self.problems.add(path, "must have a value in every row", received, advice)
        else:
            return True
        return False

    def _labels(self, name: str) -> tuple[tuple[Any, ...], np.ndarray]:
        """A column's classes, and the index of each row's, -1 where it has none."""
        cells = self.cells(name, "data.target")
        nothing = np.full(len(self.table.rows), -1)
        if cells is None:
            return (), nothing
        empty = np.array([cell == "" for cell in cells])
        if not self._complete(name, "data.target", empty):
            return (), nothing
        values: list[Any] = [cell for cell in cells if cell]
        known = self.columns.classes
        if all(value.lstrip("-").isdecimal() for value in values) and not (
            known and isinstance(known[0], str)
        ):
            values = [int(value) for value in values]
        if known is None:
            counts = Counter(values)
            known = tuple(sorted(counts))
            alone = [label for label in known if counts[label] == 1]
            if alone:
                received = f"one of {name_some(alone)} in '{name}' ({len(counts)} classes)"
                advice = "leave such rows out, join classes, or set data.target_kind: numeric"
                must = "must have two rows or more of each class"
                self.problems.add("data.target", must, received, advice)
        index = {label: position for position, label in enumerate(known)}
        nothing[~empty] = [index.get(value, -2) for value in values]
        strange = np.flatnonzero(nothing == -2)
        if len(strange):
            received = f"'{cells[strange[0]]}' in {name_rows(self.table.rows[strange])}"
            advice = f"there are: {name_some(known, 20)}"
            must = "must be a class known from training"
            self.problems.add("data.target", must, received, advice)
        return known, nothing


def _mostly_text(cells: Sequence[str]) -> bool:
    """Whether more than half of the cells that are not empty are no numbers."""
    filled = [cell for cell in cells if cell.lower() not in _MISSING]
    return sum(bool(np.isnan(_number(cell))) for cell in filled) > len(filled) / 2


def _number(cell: str) -> float:
    """A cell as a number; NaN if it is none."""
    try:
        return float(cell) if "_" not in cell else float("nan")
    except ValueError:
        return float("nan")
