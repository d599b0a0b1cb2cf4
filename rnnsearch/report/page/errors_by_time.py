"""Errors by when they were made: over time, by hour, weekday or month, by step ahead."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.report import text
from rnnsearch.report.page import svg
from rnnsearch.report.page._base import Figure, Part, Table
from rnnsearch.report.page.study import AtWork
from rnnsearch.report.page.time_axis import time_axis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["errors_by_time"]

_STRETCHES = 60
"""Parts of the time whose errors are one point."""

_FEWEST = 3
"""Errors at each hour, weekday or month that are worth a picture."""

_DAYS = 5

_CYCLES = {
    "hour": ([str(hour) for hour in range(24)], np.timedelta64(2, "h")),
    "weekday": (list(calendar.day_abbr), np.timedelta64(3, "D")),
    "month": (list(calendar.month_abbr)[1:], np.timedelta64(62, "D")),
}
"""What comes again: names of its places, and the longest distance of times that show them."""


def errors_by_time(work: AtWork, column: int, name: str) -> list[Part]:
    """Of one target: pictures of whatever its times and steps say."""
    errors = _errors(work, column)
    parts: list[Part] = []
    if errors.empty:
        return parts
    if "time" in errors:
        parts += [_over_time(work, errors, column, name)]
        parts += [_by_cycle(work, errors, cycle, column, name) for cycle in _cycles(errors)]
        parts += _worst_days(work, errors, column, name)
    if errors["step"].max() > 2:
        parts.append(_by_step(work, errors, column, name))
    return parts


def _errors(work: AtWork, column: int) -> pd.DataFrame:
    """A row a target that counts: its step, from 1, error, and time where there is one."""
    import pandas as pd

    assert work.truth is not None and work.predicted is not None
    error = work.predicted[..., column] - work.truth[..., column]
    steps = np.arange(1, error.shape[1] + 1) if error.ndim > 1 else np.ones(1, int)
    data = {"step": np.broadcast_to(steps if error.ndim > 1 else 1, error.shape), "error": error}
    if work.times is not None:
        data["time"] = work.times
    counts = np.isfinite(error)
    if work.weight is not None:
        weight = work.weight if work.weight.ndim == error.ndim else work.weight[:, None]
        counts &= weight > 0
    return pd.DataFrame({key: values[counts] for key, values in data.items()})


def _over_time(work: AtWork, errors: pd.DataFrame, column: int, name: str) -> Figure:
    """Mean error and mean absolute error of stretches of time, equally long."""
    import pandas as pd

    cuts = min(_STRETCHES, max(1, errors["time"].nunique() // 2))
    stretch = pd.cut(errors["time"], cuts, labels=False) if cuts > 1 else 0
    grouped = errors.assign(size=errors["error"].abs()).groupby(stretch)
    data = grouped.agg(
        time=("time", "median"),
        mean=("error", "mean"),
        low=("error", lambda each: each.quantile(0.1)),
        high=("error", lambda each: each.quantile(0.9)),
        absolute=("size", "mean"),
        errors=("error", "size"),
    ).reset_index(drop=True)
    places, along = time_axis(data["time"].to_numpy())
    series = [
        svg.Series("mean error", places, list(data["mean"]), list(data["low"]), list(data["high"])),
        svg.Series("mean absolute error", places, list(data["absolute"]), kind="dash", colour=1),
    ]
    alt = f"Errors of {name} over the {work.part} part"
    picture = svg.chart(series, x=along, y=f"error of {name}", alt=alt, level=("", 0.0))
    note = "Prediction less truth, of equally long stretches; the band holds four errors of five."
    return Figure(
        f"errors_over_time_{column}", f"{name}: errors over time", alt, picture, data, note
    )


def _cycles(errors: pd.DataFrame) -> list[str]:
    """The finest two of what comes again in these times, several times at most of its places."""
    usual = np.median(np.diff(np.unique(errors["time"].to_numpy()))) if len(errors) > 1 else None
    found = []
    for cycle, (names, longest) in _CYCLES.items():
        counts = _places(errors, cycle).value_counts()
        whole = len(counts) >= len(names) / 2 and counts.min() >= _FEWEST
        if whole and usual is not None and usual <= longest:
            found.append(cycle)
    return found[:2]


def _places(errors: pd.DataFrame, cycle: str) -> pd.Series:
    """Where in an hour's, weekday's or month's names each error stands."""
    times = errors["time"].dt
    places = {"hour": times.hour, "weekday": times.day_of_week, "month": times.month - 1}
    found: pd.Series = places[cycle]
    return found


def _by_cycle(work: AtWork, errors: pd.DataFrame, cycle: str, column: int, name: str) -> Figure:
    """The size of errors by hour, weekday or month."""
    place = _places(errors, cycle)
    data = _sizes(errors, place.rename(index="place"))
    names, _ = _CYCLES[cycle]
    worst = names[int(data["place"].iloc[int(data["mean"].argmax())])]
    alt = f"Mean absolute error of {name} by {cycle}; it is largest at {worst}"
    note = f"Largest at {worst}: {text.score(float(data['mean'].max()))}. {_BAND}"
    data.insert(0, cycle, [names[int(each)] for each in data["place"]])
    picture = svg.chart(
        _lines(data, "place"),
        x=svg.Axis(cycle, names=_shown(names)),
        y="mean absolute error",
        alt=alt,
    )
    return Figure(
        f"errors_by_{cycle}_{column}", f"{name}: errors by {cycle}", alt, picture, data, note
    )


def _worst_days(work: AtWork, errors: pd.DataFrame, column: int, name: str) -> list[Table]:
    """The days of the largest errors, where a day has several."""
    sizes = errors.assign(size=errors["error"].abs()).groupby(errors["time"].dt.date)
    found = sizes.agg(size=("size", "mean"), mean=("error", "mean"), count=("size", "count"))
    if len(found) <= _DAYS or found["count"].median() < 2:
        return []
    usual = float(found["size"].median())
    rows = [
        [
            f"{day:%a} {day}",
            text.score(float(row["size"])),
            text.score(float(row["mean"])),
            f"{row['size'] / usual:.1f} ×" if usual else "",
        ]
        for day, row in found.nlargest(_DAYS, "size").iterrows()
    ]
    columns = ["day", "mean absolute error", "mean error", "beside the median day"]
    caption = f"{name}: the days of the largest errors, of {len(found)} of the {work.part} part."
    return [Table(f"worst_days_{column}", caption, columns, rows, numbers=frozenset({1, 2, 3}))]


def _shown(names: list[str]) -> list[str]:
    """Of many each third, as more do not fit."""
    return [name if len(names) < 13 or not n % 3 else "" for n, name in enumerate(names)]


_BAND = "The band holds the middle half of the errors."


def _by_step(work: AtWork, errors: pd.DataFrame, column: int, name: str) -> Figure:
    """The size of errors by the step of a sequence."""
    data = _sizes(errors, errors["step"])
    alt = f"Mean absolute error of {name} by step of the sequence"
    picture = svg.chart(_lines(data, "step"), x="step", y="mean absolute error", alt=alt)
    return Figure(f"errors_by_step_{column}", f"{name}: errors by step", alt, picture, data, _BAND)


def _sizes(errors: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Mean, quartiles and count of absolute errors, by something."""
    sizes = errors["error"].abs().groupby(by)
    found = sizes.agg(["mean", "count"])
    found.insert(1, "low", sizes.quantile(0.25))
    found.insert(2, "high", sizes.quantile(0.75))
    return found.reset_index()


def _lines(data: pd.DataFrame, place: str) -> list[svg.Series]:
    places = [float(each) for each in data[place]]
    return [svg.Series("", places, list(data["mean"]), list(data["low"]), list(data["high"]))]
