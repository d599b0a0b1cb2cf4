"""A table with one row a time step: read, split by time, scaled and cut into sequences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from rnnsearch.data._base import Dataset, SequenceData
from rnnsearch.data.places import Places
from rnnsearch.data.series.cutting import Cutting
from rnnsearch.data.series.division import Fold
from rnnsearch.data.series.fitting import Segments
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.series.table_summary import summary_of
from rnnsearch.data.unlike_targets import size_note

__all__ = ["SeriesData"]


@dataclass(frozen=True)
class SeriesData(SequenceData):
    """A table, ready to be cut.

    Attributes:
        cutting: Its rows, and how they are cut.
        divided: The folds, the largest training part last.
        final: The fold of `whole`, whose training part is all but the test part.
        chosen: From what the base of the forecasts was chosen; empty where it was given.
    """

    cutting: Cutting
    divided: tuple[Fold, ...]
    final: Fold
    chosen: str = ""

    @property
    def series(self) -> Series:
        """The rows."""
        return self.cutting.series

    @property
    def segments(self) -> tuple[Segments, ...]:
        """Rows of the parts of the last fold."""
        return self.divided[-1].segments

    @property
    def prepared(self) -> SeriesPreparation:
        """The preparation for the longest window, of the last fold."""
        return self.divided[-1].prepared

    @property
    def folds(self) -> int:
        """How many ways there are to divide the rows."""
        return len(self.divided)

    @property
    def ordered(self) -> bool:
        """Rows of a table are in the order of their time."""
        return True

    @property
    def past(self) -> bool:
        """Windows hold what comes before a forecast: of nothing later could it know."""
        return True

    def dataset(
        self, window: int | None = None, fold: int = -1, rows: int | None = None
    ) -> Dataset:
        """The parts. Those for validation and test predict the same rows for every window.

        many_to_one: every row of the segment that the longest window can reach, which may begin
        before it (`Cutting.reaches_back`).
        many_to_many: every row from `horizon` on into the segment, once (`aligned_windows`).
        sequence_to_sequence: from every row at which the longest window can end, so that most
        rows are judged as each step of a forecast once.
        """
        return self.cutting.dataset(self.divided[fold], window)

    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """All rows before the test part to train on: the latest count."""
        return self.cutting.dataset(self.final, window)

    def places(
        self, part: Literal["validation", "test"], window: int | None, fold: int | None
    ) -> Places:
        """When each sequence's targets are, or in which rows; and of which series."""
        return self.cutting.places(self._fold(fold), part, window)

    def preparation(self, window: int | None = None, fold: int | None = None) -> SeriesPreparation:
        """The preparation for one length of window, that of `whole` if no fold is named."""
        return self.cutting.preparation(self._fold(fold), window)

    def _fold(self, fold: int | None) -> Fold:
        return self.final if fold is None else self.divided[fold]

    def packed(self, folder: Path) -> SeriesData:
        """Without what features were made of, and with these in files of their own."""
        bare = replace(self.series, inputs=np.zeros((len(self.series), 0)), texts={})
        folds = [fold.packed(folder / f"rows-{n}.npy") for n, fold in enumerate(self.divided)]
        final = self.final.packed(folder / "rows-all.npy")
        cutting = replace(self.cutting, series=bare)
        return replace(self, cutting=cutting, divided=tuple(folds), final=final)

    def in_memory(self) -> SeriesData:
        """The same with features as arrays."""
        folds = [replace(fold, features=np.array(fold.table())) for fold in self.divided]
        final = replace(self.final, features=np.array(self.final.table()))
        return replace(self, divided=tuple(folds), final=final)

    @property
    def steps(self) -> int:
        """The longest window, or the steps of an output sequence if they are more."""
        return max(self.prepared.output_steps or 1, self.cutting.longest or 1)

    def summary(self) -> list[tuple[str, str]]:
        """Rows, time, season, parts, input and target."""
        reaches_back = self.cutting.reaches_back
        lines = summary_of(
            self.series, self.divided, self.dataset(), self.chosen, reaches_back=reaches_back
        )
        return lines + [("note", note) for note in self.notes]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed of the file."""
        return (*self.series.notes, *size_note(self.prepared.target))
