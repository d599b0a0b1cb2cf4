"""When, or in which row of the file, the targets of a series are."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.places import Places
from rnnsearch.data.series.rows import Series

__all__ = ["target_places"]


def target_places(series: Series, targets: np.ndarray, *, named: bool) -> Places:
    """Of sequences of one series.

    Args:
        series: Its rows.
        targets: (N,) or (N, T) rows that are predicted.
        named: Whether names say the series, too.
    """
    first = targets if targets.ndim == 1 else targets[:, 0]
    clock, times = series.clock, series.times
    if times is None:
        names = np.char.add("row ", series.rows[first].astype(str))
    else:
        names = clock.texts(times[first]).astype(str) if len(first) else np.zeros(0, "U1")
    if named:
        names = np.char.add(f"{series.names[0]}, ", names)
    if times is None or clock.elapsed:
        return Places(names)
    return Places(names, clock.local(times)[targets])
