"""many_to_many: windows whose every step has an output, some rows later."""

from __future__ import annotations

from typing import final

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.inputs import Inputs, Windowed
from rnnsearch.data.scaling import side_by_side
from rnnsearch.data.series.cuts._base import Cut, known_rows, readable
from rnnsearch.data.series.lagged import lag_scaling
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows

__all__ = ["Aligned", "aligned_windows"]


@final
class Aligned(Cut):
    """Windows that lie end to end where they are judged, and may overlap in training."""

    def windows(
        self,
        layout: SeriesLayout,
        series: Series,
        segment: range,
        first_target: int,
        stride: int | None,
    ) -> Windows:
        """See `aligned_windows`; where a part's targets begin follows from the segment."""
        assert layout.window is not None
        known = known_rows(layout, series)
        return aligned_windows(segment, layout.window, layout.horizon, stride, *known)

    def of_file(self, layout: SeriesLayout, series: Series) -> Windows:
        """End to end; the last is moved back to end where the rows do."""
        assert layout.window is not None
        rows = readable(layout, series)
        last = rows.stop - layout.window
        starts = np.arange(rows.start, last + 1, layout.window)
        if len(starts) and starts[-1] < last:
            starts = np.append(starts, last)
        return Windows(starts, layout.window, starts)

    def predicted(self, layout: SeriesLayout, windows: Windows) -> np.ndarray:
        """(N, T) the row `horizon` rows after each step's."""
        steps = np.arange(windows.length)
        return np.asarray(windows.starts[:, None] + steps + layout.horizon)

    def repeated(self, predicted: np.ndarray) -> np.ndarray:
        """Those of the last window, where it was moved back."""
        repeated = super().repeated(predicted)
        if len(predicted) > 1:
            repeated[-1] = predicted[-1] <= predicted[-2, -1]
        return repeated

    def x(
        self, layout: SeriesLayout, series: Series, features: np.ndarray, windows: Windows
    ) -> Inputs:
        """(N, T, F)."""
        return Windowed(features, windows.starts.astype(np.int32), windows.length)

    def scalings(self, layout: SeriesLayout) -> dict[str, Scaling]:
        """Of the one input."""
        return {"sequence": side_by_side(layout.scaling, lag_scaling(layout))}


def aligned_windows(
    segment: range,
    window: int,
    horizon: int,
    stride: int | None,
    inputs_known: np.ndarray,
    targets_known: np.ndarray,
) -> Windows:
    """many_to_many: windows whose every step has a target, `horizon` rows later.

    With a stride windows may overlap (training). Without one they lie end to end, and the
    last is moved back to end where the segment ends, with weight 0 on the steps that the
    window before has: so every row from `segment.start + horizon` on is a target that
    counts exactly once, whatever the window. Steps whose target or inputs were not observed
    have weight 0.
    """
    last = segment.stop - horizon - window
    starts = np.arange(segment.start, last + 1, stride or window)
    if stride is None and len(starts) and starts[-1] < last:
        starts = np.append(starts, last)
    current = starts[:, None] + np.arange(window)
    targets = current + horizon
    weight = targets_known[targets] & inputs_known[current]
    if stride is None and len(starts) > 1:
        weight[-1] &= current[-1] >= starts[-2] + window
    return Windows(starts, window, targets).counting(weight)
