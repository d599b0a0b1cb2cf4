"""The rows of a table as numbers and classes, series by series and with gaps dealt with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from rnnsearch.data.problems import Problems
from rnnsearch.data.series.cells import interpolated
from rnnsearch.data.series.columns import ColumnReader, Columns
from rnnsearch.data.series.table import Table
from rnnsearch.data.time import Clock

__all__ = ["Columns", "Series", "read_series"]


@dataclass(frozen=True)
class Series:
    """R rows, oldest first; of several series one after the other.

    Attributes:
        rows: (R,) where each stands in the file; the header is row 1.
        times: (R,) datetime64[us], or None.
        inputs: (R, …) float64 without gaps: the inputs that are numbers, in order.
        texts: Input that holds text → (R,) labels, "" where there is none.
        inputs_known: (R,) bool, whether all inputs were observed, but for those known ahead.
        targets: (R, O) float64, or (R,) int64 classes.
        targets_known: (R,) bool, whether the target was observed.
        kind, classes: Of the target.
        ahead: (R,) bool, the last rows of each series that lie in the future, and have only what
            is known of it.
        group: (R,) which series each row is of.
        names: Of the series; one without a name where the table is one series.
        part: (R,) int8, 0, 1 or 2 where a row says that it is of the training, validation or test
            part; None where no column says it.
        clock: How time stamps were read.
        notes: What was decided in reading, for the user.
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
    ahead: np.ndarray
    group: np.ndarray
    names: tuple[str, ...]
    part: np.ndarray | None = None
    clock: Clock = field(default_factory=Clock)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """R."""
        return len(self.rows)

    @property
    def past(self) -> int:
        """Rows that do not lie in the future."""
        return len(self) - int(self.ahead.sum())

    def each(self) -> list[Series]:
        """The series, one by one."""
        if len(self.names) == 1:
            return [self]
        borders = np.searchsorted(self.group, np.arange(len(self.names) + 1))
        return [self.take(slice(*pair)) for pair in pairwise(borders.tolist())]

    def take(self, rows: Any) -> Series:
        """Some of the rows: a slice, or (R,) bool."""
        group, names = self.group[rows], self.names
        if len(group) and group[0] == group[-1]:
            group, names = np.zeros_like(group), (names[group[0]],)
        return replace(
            self,
            rows=self.rows[rows],
            times=None if self.times is None else self.times[rows],
            inputs=self.inputs[rows],
            texts={name: labels[rows] for name, labels in self.texts.items()},
            inputs_known=self.inputs_known[rows],
            targets=self.targets[rows],
            targets_known=self.targets_known[rows],
            ahead=self.ahead[rows],
            group=group,
            names=names,
            part=None if self.part is None else self.part[rows],
        )


def read_series(table: Table, columns: Columns, problems: Problems) -> Series:
    """Check the columns of a table.

    Columns with problems come out as NaN (no class), so that checking can go on.
    """
    reader = ColumnReader(table, columns, problems)
    texts = {name: reader.labels(name) for name in columns.inputs if reader.holds_text(name)}
    numbers = [name for name in columns.inputs if name not in texts]
    inputs = [reader.numbers(name, reader.path(name)) for name in numbers]
    kind, classes, targets = reader.targets()
    rows, times, part = table.rows, reader.times(), reader.parts()
    values = np.stack(inputs, axis=1) if inputs else np.zeros((len(rows), 0))
    soon = [name not in columns.known for name in numbers]
    known = np.asarray(np.isfinite(values[:, soon]).all(axis=1))
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
        for members in reader.members:
            values[members] = interpolated(values[members])
            if kind == "numeric":
                targets[members] = interpolated(targets[members])
    # Series after series, each in the order of its rows.
    order: Any = np.concatenate([members[keep[members]] for members in reader.members])
    if np.array_equal(order, np.arange(len(rows))):
        order = slice(None)  # which copies nothing
    return Series(
        rows[order],
        None if times is None else times[order],
        values[order],
        {name: labels[order] for name, labels in texts.items()},
        known[order],
        targets[order],
        targets_known[order],
        kind,
        classes,
        reader.ahead[order],
        reader.group[order],
        reader.names,
        None if part is None else part[order],
        reader.clock,
        tuple(reader.notes),
    )
