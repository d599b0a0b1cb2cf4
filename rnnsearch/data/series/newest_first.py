"""Files whose newest row comes first, as exchanges write them."""

from __future__ import annotations

import numpy as np

from rnnsearch.data.series.checked_columns import ColumnReader

__all__ = ["NEWEST_FIRST", "newest_first"]

NEWEST_FIRST = "the newest row comes first: rows are read from the last to the first"
"""What is said of such a file."""


def newest_first(reader: ColumnReader) -> bool:
    """Whether each row of every series is older than the one before."""
    times = reader.raw_times
    if times is None or len(times) < 2 or np.isnat(times).any():
        return False
    steps = np.concatenate([np.diff(times[rows]).astype(np.int64) for rows in reader.members])
    return bool(len(steps) and (steps <= 0).all() and (steps < 0).any())
