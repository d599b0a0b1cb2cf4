"""one_to_many: a series in blocks, each predicted from what is known of its first row."""

from __future__ import annotations

from typing import final

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.inputs import Inputs
from rnnsearch.data.series.cuts._base import Cut, with_past
from rnnsearch.data.series.features import starting_features
from rnnsearch.data.series.lagged import lag_scaling, lagged
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows
from rnnsearch.data.time import infer_step

__all__ = ["Blocks", "a_row_a_block", "blocks"]


@final
class Blocks(Cut):
    """Blocks of `output_steps` rows, and beside the first row's features the target's past."""

    def windows(
        self,
        layout: SeriesLayout,
        series: Series,
        segment: range,
        first_target: int,
        stride: int | None,
    ) -> Windows:
        """See `blocks`."""
        size = layout.output_steps or 1
        found = blocks(segment, size, series.inputs_known, series.targets_known)
        return with_past(layout, series, found)

    def of_file(self, layout: SeriesLayout, series: Series) -> Windows:
        """Every `output_steps`-th row begins a block, the last of which may be incomplete.

        Each row does, where rows lie a block apart. Where the past is read, the last block is that
        of the rows after it, as of forecasts of several steps.
        """
        size = layout.output_steps or 1
        if layout.reads_past:
            starts = np.arange(series.past, layout.back - 1, -size)[::-1]
            return Windows(starts, size, starts[:, None])
        length = 1 if a_row_a_block(layout, series) else size
        starts = np.arange(0, len(series), length)
        return Windows(starts, length, starts[:, None])

    def predicted(self, layout: SeriesLayout, windows: Windows) -> np.ndarray:
        """(N, T) the rows of each block."""
        return np.asarray(windows.starts[:, None] + np.arange(layout.output_steps or 1))

    def origins(
        self, layout: SeriesLayout, windows: Windows
    ) -> tuple[np.ndarray, int | np.ndarray]:
        """The row before a block."""
        origins = np.broadcast_to(windows.starts[:, None] - 1, windows.targets.shape)
        return origins, windows.targets - origins

    def x(
        self, layout: SeriesLayout, series: Series, features: np.ndarray, windows: Windows
    ) -> Inputs:
        """(N, F); with lags ``vector`` (N, F) and ``ahead`` (N, T, A)."""
        vector = starting_features(layout, series, features, windows.starts)
        if not layout.lags:
            return vector
        ahead = lagged(layout, series, self.predicted(layout, windows))
        return {"vector": vector, "ahead": ahead}

    def scalings(self, layout: SeriesLayout) -> dict[str, Scaling]:
        """Of the vector, and of lags."""
        ahead = {"ahead": lag_scaling(layout)} if layout.lags else {}
        return {"vector": layout.scaling, **ahead}


def blocks(
    segment: range, output_steps: int, inputs_known: np.ndarray, targets_known: np.ndarray
) -> Windows:
    """one_to_many: consecutive blocks of `output_steps` rows; an incomplete one is left out."""
    starts = np.arange(segment.start, segment.stop - output_steps + 1, output_steps)
    targets = starts[:, None] + np.arange(output_steps)
    weight = targets_known[targets] & inputs_known[starts][:, None]
    return Windows(starts, output_steps, targets).counting(weight)


def a_row_a_block(layout: SeriesLayout, series: Series) -> bool:
    """Whether the rows of a new file lie a block apart, so that each begins one."""
    if layout.window is not None or layout.step is None or series.times is None:
        return False
    if layout.reads_past:
        return False
    if len(series) == 1:
        return True
    block = infer_step(series.times)
    steps = np.array([layout.output_steps or 1])
    return bool(
        block is not None
        and block.after(series.times[0], np.array([1])) == layout.step.after(series.times[0], steps)
    )
