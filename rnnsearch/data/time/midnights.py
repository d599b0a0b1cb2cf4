"""Days whose midnights were turned into UTC's time, and lost their zone."""

from __future__ import annotations

import numpy as np

__all__ = ["shifted_midnights"]

_DAY, _HOUR = 86_400_000_000, 3_600_000_000
"""Microseconds."""
_SHARE = 0.1
"""Of the rows, that each of the two hours must have."""
_EVENING = 12
"""The hour from which on it is the evening before."""
_CHANGES = 2.5
"""Times a year, at most, that clocks are changed."""


def shifted_midnights(times: np.ndarray) -> str:
    """What to say where days (R,) begin late in the evening, in summer an hour sooner.

    So midnights of a zone east of Greenwich look in UTC: the date is that of the day before.
    """
    known = times[~np.isnat(times)].astype(np.int64)
    if len(known) < 2 or (known % _HOUR).any():
        return ""
    hours, counts = np.unique(known % _DAY // _HOUR, return_counts=True)
    if len(hours) != 2 or hours[1] - hours[0] != 1 or counts.min() < _SHARE * len(known):
        return ""
    steps = np.diff(known)
    years = (known[-1] - known[0]) / (365.25 * _DAY)
    changes = int((np.diff(known % _DAY) != 0).sum())
    daily = bool((np.abs(steps) >= _DAY - _HOUR).all())
    if hours[0] < _EVENING or not daily or changes > _CHANGES * max(years, 1):
        return ""
    ahead = 24 - int(hours[1])
    return (
        f"days begin at {hours[1]}:00, and for a part of the year at {hours[0]}:00, as midnights "
        f"{ahead} and {ahead + 1} hours ahead of UTC do in UTC: the calendar takes each for the "
        "day before; write their own dates"
    )
