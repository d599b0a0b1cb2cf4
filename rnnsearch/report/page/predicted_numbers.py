"""Predictions of numbers beside the truth: a forecast, each against its truth, the worst."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.report import text
from rnnsearch.report.page import svg
from rnnsearch.report.page._base import Figure, Part, Table
from rnnsearch.report.page.errors_by_time import errors_by_time
from rnnsearch.report.page.study import AtWork
from rnnsearch.report.page.time_axis import time_axis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["number_parts"]

_SHOWN, _WORST, _TARGETS, _SCATTERED = 200, 8, 3, 800


def number_parts(work: AtWork) -> list[Part]:
    """Of the first targets each."""
    parts: list[Part] = []
    for column, name in enumerate(work.names[:_TARGETS]):
        parts += [_forecast(work, column, name), _residuals(work, column, name)]
        parts += errors_by_time(work, column, name)
    parts.append(_worst_numbers(work))
    return parts


def _last_steps(work: AtWork, array: np.ndarray, column: int) -> np.ndarray:
    """(N,) of one column: the last step, where there is one output a step."""
    values: np.ndarray = array[..., column]
    return values if values.ndim == 1 else values[:, -1]


def _forecast(work: AtWork, column: int, name: str) -> Figure:
    """Truth and prediction; of sequences some whole ones, else the last of the part."""
    assert work.truth is not None and work.predicted is not None
    if work.truth.ndim == 3 and work.truth.shape[1] > 2:
        return _sequences(work, column, name)
    data = _pairs(work, column).tail(_SHOWN)
    places, along = _along(work, data)
    banded = "low" in data
    low, high = work.levels
    series = [
        svg.Series("truth", places, list(data["truth"]), colour=1),
        svg.Series(
            f"prediction, {low:.0%} to {high:.0%}" if banded else "prediction",
            places,
            list(data["predicted"]),
            list(data["low"]) if banded else (),
            list(data["high"]) if banded else (),
        ),
    ]
    if "naive" in data:
        named = _best_naive(work, column) or ""
        series.append(
            svg.Series(named.replace("_", " "), places, list(data["naive"]), kind="dash", colour=3)
        )
    alt = f"Truth and prediction of {name} for the last {len(data)} of the {work.part} part"
    picture = svg.chart(series, x=along, y=name, alt=alt)
    return Figure(f"forecast_{column}", f"{name}: truth and prediction", alt, picture, data)


def _along(work: AtWork, data: pd.DataFrame) -> tuple[list[float], svg.Axis]:
    """Where the rows of `_pairs` stand, and the axis: by time, where one series has dates."""
    if "time" in data and data["time"].is_monotonic_increasing:
        return time_axis(data["time"].to_numpy())
    title = f"sequence of the {work.part} part"
    return [float(place) for place in data["sequence"]], svg.Axis(title)


def _pairs(work: AtWork, column: int) -> pd.DataFrame:
    import pandas as pd

    assert work.truth is not None and work.predicted is not None
    data = {
        "truth": _last_steps(work, work.truth, column),
        "predicted": _last_steps(work, work.predicted, column),
    }
    if work.low is not None and work.high is not None:
        data["low"] = _last_steps(work, work.low, column)
        data["high"] = _last_steps(work, work.high, column)
    best = _best_naive(work, column)
    if best is not None:
        data["naive"] = _last_steps(work, work.naive[best], column)
    if work.times is not None:
        data["time"] = work.times if work.times.ndim == 1 else work.times[:, -1]
    frame = pd.DataFrame(data)
    frame.insert(0, "sequence", np.arange(len(frame)))
    weight = work.weight
    if weight is not None:
        frame = frame[(weight if weight.ndim == 1 else weight[:, -1]) > 0]
    return frame


def _best_naive(work: AtWork, column: int) -> str | None:
    """The naive forecast of least error; None where there is none."""
    assert work.truth is not None
    truth = _last_steps(work, work.truth, column)
    errors = {
        name: float(np.nanmean(np.abs(_last_steps(work, values, column) - truth)))
        for name, values in work.naive.items()
        if values.shape == work.truth.shape and np.isfinite(values).any()
    }
    return min(errors, key=errors.__getitem__, default=None)


def _sequences(work: AtWork, column: int, name: str) -> Figure:
    """A sequence of median error and the worst, with their truths."""
    import pandas as pd

    assert work.truth is not None and work.predicted is not None
    truth, predicted = work.truth[..., column], work.predicted[..., column]
    errors, best = np.abs(truth - predicted).mean(axis=1), _best_naive(work, column)
    order = np.argsort(errors)
    chosen = {"median error": order[len(order) // 2], "largest error": order[-1]}
    steps = [float(step) for step in range(1, truth.shape[1] + 1)]
    series, rows = [], []
    for place, (which, number) in enumerate(chosen.items()):
        series.append(
            svg.Series(f"truth, {which}", steps, list(truth[number]), kind="dash", colour=place)
        )
        series.append(
            svg.Series(f"predicted, {which}", steps, list(predicted[number]), colour=place)
        )
        if best is not None and place == 0:
            named = f"{best.replace('_', ' ')}, {which}"
            level = list(work.naive[best][number, :, column])
            series.append(svg.Series(named, steps, level, kind="dash", colour=3))
        rows += [
            (which, int(number), int(step), a, b)
            for step, a, b in zip(steps, truth[number], predicted[number], strict=True)
        ]
    data = pd.DataFrame(rows, columns=["which", "sequence", "step", "truth", "predicted"])
    alt = f"Two sequences of {name} of the {work.part} part, one of median and one of largest error"
    picture = svg.chart(series, x="step", y=name, alt=alt)
    return Figure(f"forecast_{column}", f"{name}: truth and prediction", alt, picture, data)


def _residuals(work: AtWork, column: int, name: str) -> Figure:
    data = _pairs(work, column)
    if len(data) > _SCATTERED:
        data = data.iloc[:: -(-len(data) // _SCATTERED)]
    series = [svg.Series("", list(data["truth"]), list(data["predicted"]), kind="points")]
    errors = data["predicted"] - data["truth"]
    bias, size = float(errors.mean()), float(errors.abs().mean())
    alt = f"Prediction against truth of {name}; mean error {text.score(bias)}"
    picture = svg.chart(series, x="truth", y="prediction", alt=alt, diagonal=True)
    note = (
        f"On the dashed line a prediction is right. Mean error {text.score(bias)}, mean absolute "
        f"error {text.score(size)}."
    )
    return Figure(
        f"residuals_{column}", f"{name}: prediction against truth", alt, picture, data, note
    )


def _worst_numbers(work: AtWork) -> Table:
    """The sequences of largest error."""
    assert work.truth is not None and work.predicted is not None
    errors = np.abs(work.truth - work.predicted)
    if work.weight is not None:
        weight = work.weight.reshape(*work.weight.shape, *(1,) * (errors.ndim - work.weight.ndim))
        errors = errors * (weight > 0)
    of_each = errors.reshape(len(errors), -1).mean(axis=1)
    usual = float(np.median(of_each)) or math.nan
    rows = []
    for number in np.argsort(-of_each)[:_WORST]:
        truth, predicted = work.truth[number].ravel(), work.predicted[number].ravel()
        rows.append(
            [
                str(number) if work.places is None else str(work.places[number]),
                _few(truth),
                _few(predicted),
                text.score(float(of_each[number])),
                f"{of_each[number] / usual:.1f} ×",
            ]
        )
    columns = ["sequence", "truth", "prediction", "mean absolute error", "beside the median"]
    caption = f"Where it errs most, of {len(of_each)} sequences of the {work.part} part"
    caption += ", from 0." if work.places is None else "."
    return Table("worst", caption, columns, rows, numbers=frozenset({3, 4}))


def _few(values: np.ndarray) -> str:
    shown = [text.score(float(value)) for value in values[:3]]
    return ", ".join(shown) + (" …" if len(values) > 3 else "")
