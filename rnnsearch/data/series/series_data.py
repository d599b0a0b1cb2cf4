"""A table with one row a time step: read, split by time, scaled and cut into sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rnnsearch.data._base import Dataset, Part, SequenceData, join_parts
from rnnsearch.data.inputs import within
from rnnsearch.data.places import Places, join_places
from rnnsearch.data.series.division import PARTS, Fold
from rnnsearch.data.series.fitting import Segments
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.series.table_summary import summary_of
from rnnsearch.data.series.target_places import target_places
from rnnsearch.data.series.whole_series import is_whole
from rnnsearch.data.series.windows import Windows
from rnnsearch.data.unlike_targets import size_note

__all__ = ["SeriesData"]

_KEPT = 4
"""Datasets: of each little more than targets and naive forecasts is its own."""


@dataclass(frozen=True)
class SeriesData(SequenceData):
    """A table, ready to be cut.

    Attributes:
        series: Its rows.
        divided: The folds, the largest training part last.
        longest: The longest window; it decides which rows are predicted.
        stride: Of training windows.
        final: The fold of `whole`, whose training part is all but the test part.
        reaches_back: Whether windows of parts that are judged may begin in rows before the part.
        chosen: From what the base of the forecasts was chosen; empty where it was given.
    """

    series: Series
    divided: tuple[Fold, ...]
    longest: int | None
    stride: int
    final: Fold
    reaches_back: bool = False
    chosen: str = ""

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
        before it (`reaches_back`).
        many_to_many: every row from `horizon` on into the segment, once (`aligned_windows`).
        sequence_to_sequence: from every row at which the longest window can end, so that most
        rows are judged as each step of a forecast once.
        """
        return self._once(range(self.folds)[fold], window)

    def whole(self, window: int | None = None, rows: int | None = None) -> Dataset:
        """All rows before the test part to train on: the latest count."""
        return self._once(None, window)

    @cached_property
    def _once(self) -> Callable[[int | None, int | None], Dataset]:
        """Cuts a fold, or all before the test part; the last few are kept: of many series it takes
        seconds."""
        return lru_cache(maxsize=_KEPT)(self._cut)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was cut can be cut again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _cut(self, fold: int | None, window: int | None) -> Dataset:
        """The parts of a fold."""
        divided = self.final if fold is None else self.divided[fold]
        preparation = self._preparation(window, divided)
        found: tuple[list[Part], ...] = ([], [], [])
        end = 0
        table = divided.table()
        for one, segments in zip(self.series.each(), divided.segments, strict=True):
            first, end = end, end + len(one)
            features = table[first:end]
            for index, segment in enumerate(segments):
                part = self._part(preparation, one, features, segment, index == 0)
                found[index].append(replace(part, x=within(part.x, table, first)))
        train, validation, test = map(join_parts, found)
        if not preparation.past_is_known and is_whole(self.series, divided.segments):
            train, validation, test = (replace(p, naive={}) for p in (train, validation, test))
        return Dataset(
            train=train,
            validation=validation,
            test=test,
            target=preparation.target,
            masked=False,
            output_steps=preparation.output_steps,
        )

    def places(
        self, part: Literal["validation", "test"], window: int | None, fold: int | None
    ) -> Places:
        """When each sequence's targets are, or in which rows; and of which series."""
        divided = self.final if fold is None else self.divided[fold]
        preparation, index = self._preparation(window, divided), PARTS.index(part)
        several = len(self.series.names) > 1
        found = []
        for one, segments in zip(self.series.each(), divided.segments, strict=True):
            windows = self._windows(preparation, one, segments[index], trains=False)
            found.append(target_places(one, windows.targets, named=several))
        return join_places(found)

    def preparation(self, window: int | None = None, fold: int | None = None) -> SeriesPreparation:
        """The preparation for one length of window, that of `whole` if no fold is named."""
        return self._preparation(window, self.final if fold is None else self.divided[fold])

    def packed(self, folder: Path) -> SeriesData:
        """Without what features were made of, and with these in files of their own."""
        bare = replace(self.series, inputs=np.zeros((len(self.series), 0)), texts={})
        folds = [fold.packed(folder / f"rows-{n}.npy") for n, fold in enumerate(self.divided)]
        final = self.final.packed(folder / "rows-all.npy")
        return replace(self, series=bare, divided=tuple(folds), final=final)

    def in_memory(self) -> SeriesData:
        """The same with features as arrays."""
        folds = [replace(fold, features=np.array(fold.table())) for fold in self.divided]
        final = replace(self.final, features=np.array(self.final.table()))
        return replace(self, divided=tuple(folds), final=final)

    def _preparation(self, window: int | None, fold: Fold) -> SeriesPreparation:
        prepared = fold.prepared
        length = self.longest if window is None else window
        if self.longest is None or length == self.longest:
            return prepared
        assert length is not None and length < self.longest, "a window longer than was read for"
        return replace(prepared, window=length)

    @property
    def steps(self) -> int:
        """The longest window, or the steps of an output sequence if they are more."""
        return max(self.prepared.output_steps or 1, self.longest or 1)

    def summary(self) -> list[tuple[str, str]]:
        """Rows, time, season, parts, input and target."""
        lines = summary_of(
            self.series, self.divided, self.dataset(), self.chosen, reaches_back=self.reaches_back
        )
        return lines + [("note", note) for note in self.notes]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed of the file."""
        return (*self.series.notes, *size_note(self.prepared.target))

    def _part(
        self,
        preparation: SeriesPreparation,
        series: Series,
        features: np.ndarray,
        segment: range,
        trains: bool,
    ) -> Part:
        windows = self._windows(preparation, series, segment, trains=trains)
        return preparation.part(series, features, windows)

    def _windows(
        self, preparation: SeriesPreparation, series: Series, segment: range, *, trains: bool
    ) -> Windows:
        """The sequences of a part; each target of one that is judged is one for every window."""
        window = preparation.window if trains else self.longest
        reach = (window or 1) - 1 + preparation.horizon
        before = reach if self.reaches_back and not trains else 0
        rows = preparation.usable(range(segment.start - before, segment.stop))
        first = rows.start + reach
        return preparation.windows(series, rows, first, self.stride if trains else None)
