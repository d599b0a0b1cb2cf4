"""From the rows of a table to model input and targets, and the JSON that keeps the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsearch.data._base import Part, Preparation, Scaling, join_parts
from rnnsearch.data.inputs import Inputs
from rnnsearch.data.series.cuts import cut_for, past_of
from rnnsearch.data.series.features import ahead_names, row_features
from rnnsearch.data.series.lagged import lag_names
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.naive import naive_forecasts
from rnnsearch.data.series.new_rows import check_categories, read_new
from rnnsearch.data.series.predicted_rows import predicted_rows, predictions
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.stored import from_plain, to_plain
from rnnsearch.data.series.unlike_columns import unlike_rows
from rnnsearch.data.series.windows import Windows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SeriesPreparation"]


@dataclass(frozen=True)
class SeriesPreparation(SeriesLayout, Preparation):
    """The way from rows to model input and back; what its task's way is, a `Cut` knows."""

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return to_plain(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SeriesPreparation:
        """The inverse of `to_json`."""
        return cls(**from_plain(values))

    @property
    def scalings(self) -> dict[str, Scaling]:
        """Of each input of the network; the identity of categories, the calendar and the place."""
        return cut_for(self.mapping).scalings(self)

    @property
    def ahead_names(self) -> tuple[str, ...]:
        """Names of what is known of each step (A): of a forecast its place in it is the last."""
        return ahead_names(self)

    @property
    def read_names(self) -> tuple[str, ...]:
        """Names of the features of a row, or of what a block begins with."""
        return self.features_names + (() if self.output_steps else lag_names(self))

    def features(self, series: Series) -> np.ndarray:
        """Model input of each row: (R, F) float32."""
        return row_features(self, series)

    def windows(
        self, series: Series, segment: range, first_target: int, stride: int | None
    ) -> Windows:
        """The sequences within a segment of the rows; see `Cut.windows`."""
        return cut_for(self.mapping).windows(self, series, segment, first_target, stride)

    def part(
        self, series: Series, features: np.ndarray, windows: Windows, *, compared: bool = True
    ) -> Part:
        """The sequences with their targets and, where they are to be compared, naive forecasts."""
        cut = cut_for(self.mapping)
        y = series.targets[windows.targets]
        naive = {}
        if compared:
            naive = naive_forecasts(
                series.targets,
                series.targets_known,
                windows.targets,
                *cut.origins(self, windows),
                self.season,
                series.ticks,
            )
        x = cut.x(self, series, features, windows)
        if self.target.kind == "class":
            return Part(x, np.maximum(y, 0).astype(np.int32), windows.weight, naive)
        anchor = past_of(self, series, windows.targets)
        if anchor is not None:
            # Steps that do not count may have no past.
            anchor = np.nan_to_num(anchor)
        scaled = self.target.scaling.apply(y, anchor)
        return Part(x, scaled, windows.weight, naive, anchor)

    def inputs(self, path: str) -> tuple[Inputs, pd.DataFrame]:
        """x of every sequence of a new file, and what each prediction is of; see `predictions`."""
        return predictions(self, path)

    def unlike(self, path: str, *, targets: bool = False) -> tuple[str, ...]:
        """What lies far outside what training showed, a line a column; see `unlike_rows`."""
        return unlike_rows(self, path, targets)

    def anchors(self, path: str) -> np.ndarray | None:
        """What the predictions are changes from: of a new file, too, the target is read."""
        if self.lag is None:
            return None
        found = [
            past_of(self, one, predicted_rows(self, one))
            for one in read_new(self, path, targets=False).each()
        ]
        return np.concatenate([past for past in found if past is not None])

    def targets(self, path: str) -> Part:
        """Every sequence of a CSV file that has the target, in one part.

        Sequences and targets are the file's own: naive forecasts know nothing before it.
        """
        return join_parts([self._targets(one) for one in read_new(self, path, targets=True).each()])

    def _targets(self, series: Series) -> Part:
        """`targets` of one series."""
        rows = self.usable(range(series.past))
        first = rows.start + (self.window or 1) - 1 + self.horizon
        windows = self.windows(series, rows, first, None)
        check_categories(self, series, windows)
        return self.part(series, self.features(series), windows)
