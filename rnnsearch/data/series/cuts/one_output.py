"""many_to_one and one_to_one: the rows up to one, and an output some rows later."""

from __future__ import annotations

from typing import final

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.inputs import Inputs, Windowed
from rnnsearch.data.scaling import side_by_side
from rnnsearch.data.series.cuts._base import Cut, known_rows, readable
from rnnsearch.data.series.features import starting_features
from rnnsearch.data.series.lagged import lag_scaling
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows

__all__ = ["OneOutput", "forecast_windows"]


@final
class OneOutput(Cut):
    """A window for each row that is predicted; of one_to_one it has one row."""

    def windows(
        self,
        layout: SeriesLayout,
        series: Series,
        segment: range,
        first_target: int,
        stride: int | None,
    ) -> Windows:
        """See `forecast_windows`."""
        assert layout.window is not None
        known = known_rows(layout, series)
        return forecast_windows(
            segment, layout.window, layout.horizon, first_target, stride or 1, *known
        )

    def of_file(self, layout: SeriesLayout, series: Series) -> Windows:
        """A window that ends at each row."""
        assert layout.window is not None
        rows = readable(layout, series)
        starts = np.arange(rows.start, rows.stop - layout.window + 1)
        return Windows(starts, layout.window, starts)

    def predicted(self, layout: SeriesLayout, windows: Windows) -> np.ndarray:
        """(N,) the row `horizon` rows after a window's last."""
        return np.asarray(windows.starts + windows.length - 1 + layout.horizon)

    def x(
        self, layout: SeriesLayout, series: Series, features: np.ndarray, windows: Windows
    ) -> Inputs:
        """(N, T, F), or (N, F) of one_to_one."""
        if not layout.mapping.recurrent:
            return starting_features(layout, series, features, windows.starts)
        return Windowed(features, windows.starts.astype(np.int32), windows.length)

    def scalings(self, layout: SeriesLayout) -> dict[str, Scaling]:
        """Of the one input."""
        name = "sequence" if layout.mapping.recurrent else "features"
        return {name: side_by_side(layout.scaling, lag_scaling(layout))}


def forecast_windows(
    segment: range,
    window: int,
    horizon: int,
    first_target: int,
    stride: int,
    inputs_known: np.ndarray,
    targets_known: np.ndarray,
) -> Windows:
    """many_to_one, one_to_one: the window that ends `horizon` rows before each target.

    A window is left out if its target or the inputs of its last row were not observed.
    (Gaps further back are filled from values that were known when the window ended.)

    Args:
        segment: Rows that may be used.
        window: T.
        horizon: Rows from a window's end to its target.
        first_target: The first row to predict, at least `window - 1 + horizon` into it.
        stride: Only every so-many-th target is predicted.
        inputs_known, targets_known: (R,) bool.
    """
    targets = np.arange(first_target, segment.stop, stride)
    ends = targets - horizon
    keep = targets_known[targets] & inputs_known[ends]
    return Windows(ends[keep] - window + 1, window, targets[keep])
