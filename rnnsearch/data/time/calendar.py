"""What the calendar says of times: hours, weekdays, months, a trend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["calendar_features", "calendar_names"]

_KINDS = {
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "month_name": (
        *("jan", "feb", "mar", "apr", "may", "jun"),
        *("jul", "aug", "sep", "oct", "nov", "dec"),
    ),
    "quarter": ("1", "2", "3", "4"),
}
"""Features of which a time has one of a few; a column each."""
_CYCLES = ("hour", "day_of_month", "month", "day_of_year")


def calendar_names(features: Sequence[str]) -> tuple[str, ...]:
    """Names of the columns that `calendar_features` makes."""
    names: list[str] = []
    for feature in features:
        if feature in _CYCLES:
            names += [f"{feature}_sin", f"{feature}_cos"]
        elif feature in _KINDS:
            names += [f"{feature.removesuffix('_name')}_{kind}" for kind in _KINDS[feature]]
        else:
            names.append(feature)
    return tuple(names)


def calendar_features(
    times: np.ndarray, features: Sequence[str], span: tuple[np.datetime64, np.datetime64]
) -> np.ndarray:
    """What the calendar says of each time stamp.

    Cyclic features become a sine and a cosine; weekday, month_name and quarter zeros and a one,
    the weekend a zero or one, and the trend a line that rises from 0 to 1 over the training part.

    Args:
        times: (R,) datetime64[us].
        features: As in the spec's `calendar`.
        span: First and last time stamp of the training part.

    Returns:
        (R, C) float64, columns as `calendar_names` names them.
    """
    columns: list[np.ndarray] = []
    for feature in features:
        if feature in _CYCLES:
            angle = 2 * np.pi * _phase(feature, times)
            columns += [np.sin(angle), np.cos(angle)]
        elif feature in _KINDS:
            kind = _kind(feature, times)
            columns += [(kind == one).astype(np.float64) for one in range(len(_KINDS[feature]))]
        elif feature == "weekend":
            columns.append((_kind("weekday", times) >= 5).astype(np.float64))
        else:
            columns.append((times - span[0]) / (span[1] - span[0]))
    return np.stack(columns, axis=1) if columns else np.zeros((len(times), 0))


def _kind(feature: str, times: np.ndarray) -> np.ndarray:
    """Which weekday, month or quarter each time (R,) is in, from 0."""
    if feature == "weekday":
        days = times.astype("datetime64[D]").astype(np.int64)
        return np.asarray((days + 3) % 7)  # 1970-01-01 was a Thursday
    months = times.astype("datetime64[M]").astype(np.int64) % 12
    return np.asarray(months if feature == "month_name" else months // 3)


def _phase(feature: str, times: np.ndarray) -> np.ndarray:
    """How much of the feature's cycle has gone by at each time (R,), 0 to 1."""
    days = times.astype("datetime64[D]")
    months = times.astype("datetime64[M]")
    years = times.astype("datetime64[Y]")
    if feature == "hour":
        return np.asarray((times - days) / np.timedelta64(1, "D"))
    if feature == "month":
        return np.asarray((months - years.astype("datetime64[M]")).astype(np.float64) / 12)
    begin, end = (months, months + 1) if feature == "day_of_month" else (years, years + 1)
    begin, end = begin.astype("datetime64[D]"), end.astype("datetime64[D]")
    return np.asarray((days - begin) / (end - begin))
