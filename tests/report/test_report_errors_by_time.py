"""When a winner errs: over time, by hour, weekday and month, by step ahead; the days are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.report.page._base import Figure, Table
from rnnsearch.report.page.errors_by_time import errors_by_time
from rnnsearch.report.page.predicted_numbers import number_parts
from rnnsearch.report.page.study import AtWork
from rnnsearch.report.page.svg import Scale
from rnnsearch.report.page.time_axis import time_axis


def at_work(times, error, weight=None):
    truth = np.zeros((*times.shape, 1))
    return AtWork(
        "test", ("load",), truth=truth, predicted=error[..., None], times=times, weight=weight
    )


def parts_of(work):
    return {part.key: part for part in errors_by_time(work, 0, "load")}


def stamps(start, step, count):
    return pd.date_range(start, periods=count, freq=step).to_numpy()


def test_the_hour_the_weekday_and_the_day_of_the_largest_errors_are_named():
    times = stamps("2024-03-04", "h", 24 * 28)
    stamp = pd.DatetimeIndex(times)
    error = np.where(stamp.hour == 7, -5.0, 1.0) + np.where(stamp.day_of_week == 5, 3.0, 0.0)
    error[stamp.normalize() == "2024-03-13"] = 9.0
    parts = parts_of(at_work(times, error))
    assert list(parts) == [
        "errors_over_time_0",
        "errors_by_hour_0",
        "errors_by_weekday_0",
        "worst_days_0",
    ]
    hours = parts["errors_by_hour_0"]
    assert isinstance(hours, Figure) and "largest at 7" in hours.alt
    by_hand = pd.Series(np.abs(error)).groupby(stamp.hour).mean()
    np.testing.assert_allclose(hours.data["mean"], by_hand)
    assert "largest at Sat" in parts["errors_by_weekday_0"].alt
    days = parts["worst_days_0"]
    assert isinstance(days, Table)
    assert days.rows[0][0] == "Wed 2024-03-13" and days.rows[0][1:3] == ["9", "9"]


@pytest.mark.parametrize(
    ("step", "count", "cycles"),
    [
        ("D", 60, ["weekday"]),
        ("B", 60, ["weekday"]),
        ("MS", 48, ["month"]),
        ("QS", 40, []),
        ("YS", 20, []),
        ("h", 30, []),
        ("W-SUN", 100, ["month"]),
    ],
)
def test_only_what_comes_again_is_shown(step, count, cycles):
    parts = parts_of(at_work(stamps("2020-01-01", step, count), np.ones(count)))
    assert [key for key in parts if key.startswith("errors_by")] == [
        f"errors_by_{cycle}_0" for cycle in cycles
    ]
    assert ("worst_days_0" in parts) is False, "a day of one row is no day of several"


def test_steps_that_do_not_count_are_not_judged_and_steps_ahead_are():
    times = stamps("2024-01-01", "D", 40)[:, None] + np.arange(4) * np.timedelta64(1, "D")
    error = np.broadcast_to([1.0, -2.0, 3.0, 100.0], (40, 4))
    weight = np.broadcast_to([1.0, 1.0, 1.0, 0.0], (40, 4))
    steps = parts_of(at_work(times, error, weight))["errors_by_step_0"]
    assert steps.data["step"].tolist() == [1, 2, 3]
    assert steps.data["mean"].tolist() == [1.0, 2.0, 3.0]


def test_nothing_is_drawn_of_nothing():
    times = stamps("2024-01-01", "D", 3)
    assert errors_by_time(at_work(times, np.full(3, np.nan)), 0, "load") == []


def test_a_forecast_stands_by_its_dates_and_the_worst_by_their_names():
    times = stamps("2024-01-01", "D", 30)
    names = np.datetime_as_string(times, unit="D")
    error = np.where(np.arange(30) == 11, 8.0, 0.5)
    work = AtWork(
        "test",
        ("load",),
        truth=np.arange(30.0)[:, None],
        predicted=np.arange(30.0)[:, None] + error[:, None],
        times=times,
        places=names,
    )
    parts = {part.key: part for part in number_parts(work)}
    assert "2024-01-08" in parts["forecast_0"].svg, "the second Monday is marked"
    assert parts["worst"].rows[0][0] == "2024-01-12"


@given(
    start=st.datetimes(min_value=pd.Timestamp("1900-01-01"), max_value=pd.Timestamp("2100-01-01")),
    seconds=st.floats(0, 5e9),
)
def test_an_axis_of_time_has_a_handful_of_ticks_within_it(start, seconds):
    last = np.datetime64(start, "us") + np.timedelta64(int(seconds * 1e6), "us")
    places, axis = time_axis(np.array([np.datetime64(start, "us"), last]))
    assert len(axis.ticks) <= 6
    scale = Scale.over(places, 0, 100)
    labels = axis.labels(scale)
    assert labels, "an axis without a label says nothing"
    assert len(set(labels.values())) == len(labels)
