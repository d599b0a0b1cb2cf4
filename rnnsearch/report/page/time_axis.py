"""Dates along an axis: round ones, a handful."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.report.page.svg import Axis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["time_axis"]

_MOST = 6
_SPACINGS = (
    ("5min", "%H:%M"),
    ("30min", "%H:%M"),
    ("h", "%H:%M"),
    ("3h", "%m-%d %H:%M"),
    ("12h", "%m-%d %H:%M"),
    ("D", "%Y-%m-%d"),
    ("2D", "%Y-%m-%d"),
    ("W-MON", "%Y-%m-%d"),
    ("2W-MON", "%Y-%m-%d"),
    ("MS", "%Y-%m"),
    ("QS", "%Y-%m"),
    ("YS", "%Y"),
    ("2YS", "%Y"),
    ("5YS", "%Y"),
    ("10YS", "%Y"),
    ("50YS", "%Y"),
)
"""pandas' names of distances, and how their dates are written."""


def time_axis(times: np.ndarray) -> tuple[list[float], Axis]:
    """Where times stand on an axis, and the axis.

    Args:
        times: (N,) datetime64.

    Returns:
        Seconds since 1970, and an axis with round dates.
    """
    import pandas as pd

    seconds = times.astype("datetime64[s]").astype(np.int64).astype(float).tolist()
    first, last = pd.Timestamp(times.min()), pd.Timestamp(times.max())
    for spacing, form in _SPACINGS:
        found = pd.date_range(first.normalize(), last, freq=spacing)
        found = found[found >= first]
        if 1 < len(found) <= _MOST:
            return seconds, Axis("time", ticks={_place(t): t.strftime(form) for t in found})
    return seconds, Axis("time", ticks={_place(t): t.isoformat(" ") for t in (first, last)})


def _place(time: pd.Timestamp) -> float:
    return float(int(time.timestamp()))
