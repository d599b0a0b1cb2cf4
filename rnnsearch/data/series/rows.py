"""The rows of a table as numbers and classes, series by series and with gaps dealt with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from rnnsearch.data.series.series_of_rows import named
from rnnsearch.data.time import Clock, Step

__all__ = ["Series"]


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
        keys: What names each series, a cell of each column that does; none where the table is one
            series.
        part: (R,) int8, 0, 1 or 2 where a row says that it is of the training, validation or test
            part; None where no column says it.
        clock: How time stamps were read.
        step: The usual distance of rows, of the longest series; None without time stamps.
        ticks: (R,) steps of the clock from a series' first row to each; None where each row is
            one, or nothing is known of a clock.
        gaps: (R, …) bool, inputs that were filled; None if none was.
        lacking: Which rows are missing by the clock, as text; "" if none is.
        decided: What was found of a text file's dialect, for new files to be read with.
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
    keys: tuple[tuple[str, ...], ...]
    part: np.ndarray | None = None
    clock: Clock = field(default_factory=Clock)
    step: Step | None = None
    ticks: np.ndarray | None = None
    gaps: np.ndarray | None = None
    lacking: str = ""
    decided: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """R."""
        return len(self.rows)

    @property
    def past(self) -> int:
        """Rows that do not lie in the future."""
        return len(self) - int(self.ahead.sum())

    @property
    def names(self) -> tuple[str, ...]:
        """Of the series, to be read; "" where the table is one series."""
        return tuple(map(named, self.keys))

    def each(self) -> list[Series]:
        """The series, one by one."""
        if len(self.keys) == 1:
            return [self]
        borders = np.searchsorted(self.group, np.arange(len(self.keys) + 1))
        return [self.take(slice(*pair)) for pair in pairwise(borders.tolist())]

    def take(self, rows: Any) -> Series:
        """Some of the rows: a slice, or (R,) bool."""
        group, keys = self.group[rows], self.keys
        if len(group) and group[0] == group[-1]:
            group, keys = np.zeros_like(group), (keys[group[0]],)
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
            keys=keys,
            part=None if self.part is None else self.part[rows],
            ticks=None if self.ticks is None else self.ticks[rows],
            gaps=None if self.gaps is None else self.gaps[rows],
        )
