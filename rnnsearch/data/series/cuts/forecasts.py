"""sequence_to_sequence: the rows up to one, and a forecast of several after it.

The decoder goes through the rows ahead and reads what is known of each in advance, and the step's
place in the forecast; it does not read its own outputs, so no error is fed back, and training and
prediction are the same computation. Every row that the longest window can end with is an origin in
the parts that are judged, so that scores depend on no time of day at which forecasts begin.
"""

from __future__ import annotations

from typing import final

import numpy as np

from rnnsearch.data._base import Scaling
from rnnsearch.data.inputs import Inputs, Windowed
from rnnsearch.data.series.cuts._base import Cut, readable, with_past
from rnnsearch.data.series.features import ahead_scaling, step_features
from rnnsearch.data.series.layout import SeriesLayout
from rnnsearch.data.series.rows import Series
from rnnsearch.data.series.windows import Windows

__all__ = ["Forecasts", "forecast_sequences"]


@final
class Forecasts(Cut):
    """A window and the steps that are forecast from it, with what is known ahead of each."""

    def windows(
        self,
        layout: SeriesLayout,
        series: Series,
        segment: range,
        first_target: int,
        stride: int | None,
    ) -> Windows:
        """See `forecast_sequences`; a step without a target or a past does not count."""
        assert layout.window is not None and layout.output_steps is not None
        found = forecast_sequences(
            segment,
            layout.window,
            layout.horizon,
            layout.output_steps,
            first_target,
            stride or 1,
            series.inputs_known,
        )
        return with_past(layout, series, found.counting(series.targets_known[found.targets]))

    def of_file(self, layout: SeriesLayout, series: Series) -> Windows:
        """The last forecast is that of the rows after the past; the others lie end to end before.

        So no row is forecast twice.
        """
        assert layout.window is not None and layout.output_steps is not None
        rows = readable(layout, series)
        last = rows.stop - layout.window
        starts = np.arange(last, rows.start - 1, -layout.output_steps)[::-1]
        return Windows(starts, layout.window, starts)

    def predicted(self, layout: SeriesLayout, windows: Windows) -> np.ndarray:
        """(N, T) from `horizon` rows after a window's last on."""
        first = windows.starts + windows.length - 1 + layout.horizon
        return np.asarray(first[:, None] + np.arange(layout.output_steps or 1))

    def origins(
        self, layout: SeriesLayout, windows: Windows
    ) -> tuple[np.ndarray, int | np.ndarray]:
        """A window's last row."""
        before = windows.starts - 1 + windows.length
        origins = np.broadcast_to(before[:, None], windows.targets.shape)
        return origins, windows.targets - origins

    def x(
        self, layout: SeriesLayout, series: Series, features: np.ndarray, windows: Windows
    ) -> Inputs:
        """``source`` (N, S, F) and ``ahead`` (N, T, A)."""
        source = Windowed(features, windows.starts.astype(np.int32), windows.length)
        rows = self.predicted(layout, windows)
        return {"source": source, "ahead": step_features(layout, series, features, rows)}

    def scalings(self, layout: SeriesLayout) -> dict[str, Scaling]:
        """Of what is read, and of what is known ahead."""
        return {"source": layout.scaling, "ahead": ahead_scaling(layout)}


def forecast_sequences(
    segment: range,
    window: int,
    horizon: int,
    steps: int,
    first_target: int,
    stride: int,
    inputs_known: np.ndarray,
) -> Windows:
    """sequence_to_sequence: the window that ends `horizon` rows before each sequence of targets.

    A window is left out if the inputs of its last row were not observed.

    Args:
        segment: Rows that may be used.
        window: Rows that are read (S).
        horizon: Rows from a window's end to its first target.
        steps: Targets of each (T).
        first_target: The first row that a sequence of targets may begin with, at least
            `window - 1 + horizon` into the segment.
        stride: Only every so-many-th row is the end of a window.
        inputs_known: (R,) bool.
    """
    firsts = np.arange(first_target, segment.stop - steps + 1, stride)
    firsts = firsts[inputs_known[firsts - horizon]]
    return Windows(firsts - horizon - window + 1, window, firsts[:, None] + np.arange(steps))
