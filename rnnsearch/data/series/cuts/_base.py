"""The contract of a cut: how the rows of a table become the sequences of one kind of mapping.

A cut is stateless; what is known of the rows is given to it as a layout. It works on row numbers
and on features that were computed before, and leaves files, labels and time stamps to others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.inputs import Inputs
from rnnsearch.data.series.changes import past_targets
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows

__all__ = ["Cut", "known_rows", "past_of", "readable", "with_past"]


class Cut(ABC):
    """How rows are cut into sequences."""

    @abstractmethod
    def windows(
        self,
        layout: SeriesLayout,
        series: Series,
        segment: range,
        first_target: int,
        stride: int | None,
    ) -> Windows:
        """The sequences within a segment of the rows; none and no target of it leaves this.

        Args:
            layout: What is known of the rows.
            series: The rows.
            segment: Those to use.
            first_target: The first row that one output is of, or that a forecast begins with.
            stride: Of training windows; None in the other parts.
        """

    @abstractmethod
    def of_file(self, layout: SeriesLayout, series: Series) -> Windows:
        """What is predicted of a new file; the targets may lie beyond it."""

    @abstractmethod
    def predicted(self, layout: SeriesLayout, windows: Windows) -> np.ndarray:
        """Rows predicted, (N,) or (N, T)."""

    def repeated(self, predicted: np.ndarray) -> np.ndarray:
        """Which of these rows the window before has too, bool alike."""
        return np.zeros(predicted.shape, dtype=bool)

    def origins(
        self, layout: SeriesLayout, windows: Windows
    ) -> tuple[np.ndarray, int | np.ndarray]:
        """The last row known when each target is forecast, and how far ahead that is.

        Where each target is forecast by itself: the row `horizon` before, or the one before where
        that is the target's own.
        """
        distance = max(layout.horizon, 1)
        return windows.targets - distance, distance

    @abstractmethod
    def x(
        self, layout: SeriesLayout, series: Series, features: np.ndarray, windows: Windows
    ) -> Inputs:
        """Input of each sequence from features of each row (R, F), as `Part.x`."""

    @abstractmethod
    def scalings(self, layout: SeriesLayout) -> dict[str, Scaling]:
        """Of each input of the network; the identity of categories, the calendar and the place."""


def past_of(layout: SeriesLayout, series: Series, rows: np.ndarray) -> np.ndarray | None:
    """`Part.anchor` of targets in these rows (N,) or (N, T)."""
    values = layout.target.scaling.link(series.targets) if layout.lag else series.targets
    return past_targets(values, series.targets_known, rows, layout.lag, series.ticks)


def with_past(layout: SeriesLayout, series: Series, found: Windows) -> Windows:
    """Sequences of several steps, of which those without a past do not count."""
    past = past_of(layout, series, found.targets)
    if past is None:
        return found
    counts = np.isfinite(past).all(axis=2)
    return found.counting(counts if found.weight is None else counts & (found.weight > 0))


def known_rows(layout: SeriesLayout, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """(R,) bool: rows whose inputs were observed, and those whose targets were and have a past."""
    past = past_of(layout, series, np.arange(len(series)))
    has_past = True if past is None else np.isfinite(past).all(axis=1)
    return series.inputs_known, series.targets_known & has_past


def readable(layout: SeriesLayout, series: Series) -> range:
    """The rows of a new file that windows may have: from where each input was observed once."""
    first = _complete_from(series, layout.soon) - (layout.window or 1) + 1
    return layout.usable(range(max(0, first), series.past))


def _complete_from(series: Series, soon: np.ndarray) -> int:
    """The first row up to which each input was observed once."""
    if series.gaps is None or not len(series):
        return 0
    seen = ~series.gaps[:, soon]
    return int(seen.argmax(axis=0).max(initial=0)) if seen.any(axis=0).all() else len(series)
