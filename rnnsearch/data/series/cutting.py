"""Rows of a fold, cut into the sequences of its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from rnnsearch.data._base import Dataset, Part, join_parts
from rnnsearch.data.inputs import within
from rnnsearch.data.places import Places, join_places
from rnnsearch.data.series.division import PARTS, Fold
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.series_preparation import SeriesPreparation
from rnnsearch.data.series.target_places import target_places
from rnnsearch.data.series.whole_series import is_whole
from rnnsearch.data.series.windows import Windows

__all__ = ["Cutting"]

_KEPT = 4
"""Datasets: of each little more than targets and naive forecasts is its own."""


@dataclass(frozen=True)
class Cutting:
    """How a table is cut, whichever fold and window.

    Attributes:
        series: Its rows.
        longest: The longest window; it decides which rows are predicted.
        stride: Of training windows.
        reaches_back: Whether windows of parts that are judged may begin in rows before the part.
    """

    series: Series
    longest: int | None
    stride: int
    reaches_back: bool

    def preparation(self, fold: Fold, window: int | None) -> SeriesPreparation:
        """The preparation for one length of window."""
        length = self.longest if window is None else window
        if self.longest is None or length == self.longest:
            return fold.prepared
        assert length is not None and length < self.longest, "a window longer than was read for"
        return replace(fold.prepared, window=length)

    @cached_property
    def dataset(self) -> Callable[[Fold, int | None], Dataset]:
        """The parts of a fold; the last few are kept: of many series cutting takes seconds."""
        return lru_cache(maxsize=_KEPT)(self._cut)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was cut can be cut again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def places(self, fold: Fold, part: Literal["validation", "test"], window: int | None) -> Places:
        """When each sequence's targets are, or in which rows; and of which series."""
        preparation, index = self.preparation(fold, window), PARTS.index(part)
        several = len(self.series.names) > 1
        found = []
        for one, segments in zip(self.series.each(), fold.segments, strict=True):
            windows = self._windows(preparation, one, segments[index], trains=False)
            found.append(target_places(one, windows.targets, named=several))
        return join_places(found)

    def _cut(self, fold: Fold, window: int | None) -> Dataset:
        preparation = self.preparation(fold, window)
        found: tuple[list[Part], ...] = ([], [], [])
        end = 0
        table = fold.table()
        for one, segments in zip(self.series.each(), fold.segments, strict=True):
            first, end = end, end + len(one)
            features = table[first:end]
            for index, segment in enumerate(segments):
                windows = self._windows(preparation, one, segment, trains=index == 0)
                part = preparation.part(one, features, windows)
                found[index].append(replace(part, x=within(part.x, table, first)))
        train, validation, test = map(join_parts, found)
        if not preparation.past_is_known and is_whole(self.series, fold.segments):
            train, validation, test = (replace(p, naive={}) for p in (train, validation, test))
        return Dataset(
            train=train,
            validation=validation,
            test=test,
            target=preparation.target,
            masked=False,
            output_steps=preparation.output_steps,
        )

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
