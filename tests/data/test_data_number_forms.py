"""Counts of days, decimal years, days of the year, weeks and quarters: read, and written again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.data.time import read_stamps, with_writing

ORIGINS = {"excel": 25_569.0, "matlab": 719_529.0, "julian": 2_440_587.5}


def both_ways(cells: list[str], times: pd.DatetimeIndex, form: str | None = None) -> bool:
    """Whether cells are read as these times, and whether they are written so again."""
    stamps = read_stamps(cells, form)
    np.testing.assert_array_equal(stamps.times, times.to_numpy().astype("datetime64[us]"))
    clock = with_writing(stamps.clock, [cells], stamps.times, ["t"])
    written = clock.written(stamps.times)
    return written is not None and written[0].tolist() == cells


@given(
    form=st.sampled_from([*ORIGINS]),
    freq=st.sampled_from(["D", "h", "30min", "15min", "10min", "min"]),
    more=st.integers(0, 4),
    start=st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2050-01-01")),
)
def test_counts_of_days(form: str, freq: str, more: int, start: pd.Timestamp) -> None:
    times = pd.date_range(pd.Timestamp(start).floor("D"), periods=150, freq=freq)
    days = (times - pd.Timestamp(0)) / pd.Timedelta("1D") + ORIGINS[form]
    least = {"D": 0 if form != "julian" else 1, "h": 2, "min": 4}.get(freq, 3)
    assert both_ways([f"{day:.{least + more}f}" for day in days], times)


def test_spreadsheets_write_as_many_digits_as_it_takes() -> None:
    times = pd.date_range("2020-01-01", periods=60, freq="h")
    days = (times - pd.Timestamp(0)) / pd.Timedelta("1D") + ORIGINS["excel"]
    assert both_ways([f"{day:.10g}" for day in days], times)


@given(
    freq=st.sampled_from(["MS", "QS", "2QS"]), half=st.booleans(), digits=st.sampled_from([2, 3, 4])
)
def test_decimal_years(freq: str, half: bool, digits: int) -> None:
    times = pd.date_range("1958-01-01", periods=200, freq=freq)
    shares = (times.month - 1 + 0.5 * half) / 12
    assert both_ways([f"{year:.{digits}f}" for year in times.year + shares], times)


@pytest.mark.parametrize("october", ["10", "1"])
def test_months_after_a_point(october: str) -> None:
    times = pd.date_range("1871-01-01", periods=60, freq="MS")
    cells = [f"{day:%Y.%m}" if day.month != 10 else f"{day:%Y}.{october}" for day in times]
    assert both_ways(cells, times) == (october == "10")


def test_decimal_days() -> None:
    times = pd.date_range("2019-01-01", periods=800)
    shares = (times.day_of_year - 1) / np.where(times.is_leap_year, 366, 365)
    cells = [f"{year:.4f}" for year in times.year + shares]
    assert not both_ways(cells, times), "they are read, and predictions have dates in their place"


def test_counts_of_days_from_another_day_are_asked_for() -> None:
    times = pd.date_range("2020-01-01", periods=60, freq="h")
    days = (times - pd.Timestamp(0)) / pd.Timedelta("1D") + 40_587
    assert both_ways([f"{day:.6f}" for day in days], times, "mjd")


@pytest.mark.parametrize("form", ["%Y%j", "%Y-%j", "%y%j", "%j/%Y", "%Y-%jT00:00:00", "%Y%j 12:30"])
def test_days_of_the_year(form: str) -> None:
    days = pd.date_range("2020-01-01", periods=400)
    times = days + pd.Timedelta("12h30min") if "12:30" in form else days
    assert both_ways([f"{day:{form}}" for day in days], times)


@pytest.mark.parametrize(
    "form",
    ["{y}/W{w:02}", "Week {w} {y}", "{y} Week {w}", "Week {w}, {y}", "{y}W{w:02}", "KW{w:02}/{y}"],
)
def test_weeks(form: str) -> None:
    times = pd.date_range("2020-01-06", periods=110, freq="W-MON")
    parts = [day.isocalendar() for day in times]
    assert both_ways([form.format(y=part.year, w=part.week) for part in parts], times)


@pytest.mark.parametrize(
    "form", ["FY{y} Q{q}", "FY{z:02} Q{q}", "{q}Q{z:02}", "{y}T{q}", "Q{q}-{y}", "{q}Q {y}"]
)
def test_quarters(form: str) -> None:
    times = pd.date_range("1990-01-01", periods=110, freq="QS")
    cells = [form.format(y=day.year, q=day.quarter, z=day.year % 100) for day in times]
    assert both_ways(cells, times)


@pytest.mark.parametrize("form", ["{y}/{z:02}", "{y}-{z:02}", "{y}-{n}", "{y}/{n}"])
def test_years_that_begin_in_another_month(form: str) -> None:
    times = pd.date_range("1900-01-01", periods=100, freq="YS")
    cells = [form.format(y=y, z=(y + 1) % 100, n=y + 1) for y in times.year]
    both_ways(cells, times)
    assert np.isnat(read_stamps(["1990/93", *cells], "year").times[0])


def test_what_a_spreadsheet_has_cut_is_no_time_stamp() -> None:
    assert np.isnat(read_stamps(["1.577837E+12", "1.577923E+12"], "unix_ms").times).all()
    assert read_stamps(["1.5778368E12"], "unix_ms").times[0] == np.datetime64("2020-01-01")
