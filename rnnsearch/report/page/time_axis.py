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
    ("5min", "%H:%M", 1 / 288),
    ("30min", "%H:%M", 1 / 48),
    ("h", "%H:%M", 1 / 24),
    ("3h", "%m-%d %H:%M", 1 / 8),
    ("12h", "%m-%d %H:%M", 1 / 2),
    ("D", "%Y-%m-%d", 1),
    ("2D", "%Y-%m-%d", 2),
    ("W-MON", "%Y-%m-%d", 7),
    ("2W-MON", "%Y-%m-%d", 14),
    ("MS", "%Y-%m", 31),
    ("QS", "%Y-%m", 92),
    ("YS", "%Y", 366),
    ("2YS", "%Y", 731),
    ("5YS", "%Y", 1827),
    ("10YS", "%Y", 3653),
    ("50YS", "%Y", 18263),
)
"""pandas' names of distances, how their dates are written, and the days that one has at most."""


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
    days = (last - first) / pd.Timedelta(days=1)
    for spacing, form, longest in _SPACINGS:
        if days >= (_MOST + 1) * longest:  # too many: of a century there are millions
            continue
        found = pd.date_range(first.normalize(), last, freq=spacing)
        found = found[found >= first]
        if 1 < len(found) <= _MOST:
            return seconds, Axis("time", ticks={_place(t): t.strftime(form) for t in found})
    return seconds, Axis("time", ticks={_place(t): t.isoformat(" ") for t in (first, last)})


def _place(time: pd.Timestamp) -> float:
    return float(int(time.timestamp()))
