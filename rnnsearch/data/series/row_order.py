"""Files whose rows are in another order than that of time, as exchanges and exports write them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.raw.tables import Table
from rnnsearch.data.time import infer_step

__all__ = ["in_order_of_time"]

_NEWEST_FIRST = "the newest row comes first: rows are read from the last to the first"
_DISORDER = "rows are in no order of time: they are read as if sorted by it"
_PIECES = "some rows stand out of place: they are read as if sorted by time; none is missing then"
_SLIPS = 0.05
"""Share of rows older than the one before, up to which these are wrong stamps, and an error."""
_PIECE = 12
"""Such rows from which pieces of the file stand in disorder, where sorting closes the gaps."""
_CLOSED = 0.1
"""Share of the jumps, back and forth, that may be left then: hours that clocks leave out."""


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
    if back.sum() >= _PIECE and _closes_gaps(times, groups):
        return table.take(np.argsort(times, kind="stable"), _DISORDER)
    if back.any() and all(_regular(np.sort(times[rows])) for rows in groups):
        return table.take(np.argsort(times, kind="stable"), _PIECES)
    return None


def _closes_gaps(times: np.ndarray, groups: Sequence[np.ndarray]) -> bool:
    """Whether rows in order of time are nearly all one step apart, where jumps were before."""
    before = sum(_jumps(times[rows]) for rows in groups)
    return sum(_jumps(np.sort(times[rows])) for rows in groups) <= _CLOSED * before


def _jumps(times: np.ndarray) -> int:
    """Steps between times (M,) that are not the usual one."""
    steps = np.diff(times).astype(np.int64)
    return int((steps != np.median(steps)).sum()) if len(steps) else 0


def _regular(times: np.ndarray) -> bool:
    """Whether sorted times (M,) are all as far apart: then none of them is a wrong one."""
    if len(times) < 2:
        return True
    step = infer_step(times)
    ticks = step.ticks(times) if step is not None and step.regular else None
    return ticks is not None and bool((np.diff(ticks) == 1).all())
