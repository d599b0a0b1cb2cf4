"""Files whose rows are in another order than that of time, as exchanges and exports write them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.raw.tables import Table

__all__ = ["in_order_of_time"]

_NEWEST_FIRST = "the newest row comes first: rows are read from the last to the first"
_DISORDER = "rows are in no order of time: they are read as if sorted by it"
_SLIPS = 0.05
"""Share of rows older than the one before, up to which these are wrong stamps, and an error."""


def in_order_of_time(
    table: Table, times: np.ndarray | None, groups: Sequence[np.ndarray]
) -> Table | None:
    """The table with its rows sorted by time, and a note; None where it stays as it is.

    Args:
        table: The file.
        times: Of its rows (R,); None where they can't be read.
        groups: Of each series, its rows' places in the table (M,).
    """
    if times is None or len(times) < 2 or np.isnat(times).any():
        return None
    steps = np.concatenate([np.diff(times[rows]).astype(np.int64) for rows in groups])
    back = steps < 0
    if len(steps) and (steps <= 0).all() and back.any():
        return table.take(np.arange(len(times))[::-1], _NEWEST_FIRST)
    if back.sum() > _SLIPS * len(steps):
        return table.take(np.argsort(times, kind="stable"), _DISORDER)
    return None
