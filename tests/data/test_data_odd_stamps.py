"""Time stamps that can be read and can't be right: slips of years, clocks of twelve hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.series.odd_stamps import far_stamp, half_day, out_of_place
from rnnsearch.data.time.midnights import shifted_midnights
from tests.guessing.conftest import Look, look, refusal

__all__ = ["look", "refusal"]

DAYS = pd.date_range("2019-03-01", periods=300)
LOAD = (100 + 9 * np.sin(np.arange(300) * 2 * np.pi / 7)).round(2).tolist()


@pytest.mark.parametrize("at", [0, 150, 299])
@pytest.mark.parametrize("odd", ["1900-01-01", "1970-01-01", "2109-05-01", "9999-12-31"])
def test_a_stamp_far_outside_is_named(at: int, odd: str, refusal) -> None:
    days = DAYS.strftime("%Y-%m-%d").tolist()
    days[at] = odd
    said = refusal({"date": days, "load": LOAD})
    assert f"must have no time stamp far outside all others; received {odd} in row {at + 2}" in said
    assert "correct the row, or leave it out" in said


def test_long_breaks_are_no_slips() -> None:
    two = DAYS.append(DAYS + pd.Timedelta("9000D")).to_numpy().astype("datetime64[us]")
    assert far_stamp(two, 3) is None
    late = DAYS.append(DAYS[-1:] + pd.Timedelta("600D")).to_numpy().astype("datetime64[us]")
    assert far_stamp(late, 3) is None
    assert far_stamp(late, 1) == 300
    assert far_stamp(late[-5:], 1) is None


def test_new_files_may_be_short(tmp_path, look: Look) -> None:
    stamps = (
        DAYS[:40].append(DAYS[39:40] + pd.Timedelta("200D")).to_numpy().astype("datetime64[us]")
    )
    assert far_stamp(stamps, 3) == 40
    assert far_stamp(stamps, 20) is None


def test_hours_of_half_a_day(refusal) -> None:
    hours = pd.date_range("2021-03-05", periods=300, freq="h")
    said = refusal({"time": hours.strftime("%Y-%m-%d %I:%M").tolist(), "load": LOAD})
    assert "must tell the morning from the afternoon; received hours from 1 to 12 only" in said
    assert "write hours from 0 to 23, or AM and PM behind them" in said


def test_what_is_no_half_day() -> None:
    def stamps(index: pd.DatetimeIndex) -> np.ndarray:
        return index.to_numpy().astype("datetime64[us]")

    hours = pd.date_range("2021-03-05", periods=300, freq="h")
    assert not half_day(stamps(hours))
    mornings = hours[(hours.hour > 0) & (hours.hour < 13)]
    assert not half_day(stamps(mornings))  # an office's hours
    assert not half_day(np.repeat(stamps(DAYS + pd.Timedelta("6h")), 2))
    assert half_day(np.repeat(stamps(mornings), 2))


def test_the_wrong_one_of_two_rows() -> None:
    days = DAYS.to_numpy().astype("datetime64[us]")
    late, early = days.copy(), days.copy()
    late[5], early[6] = days[20], days[1]
    assert out_of_place(late, 5) == 5
    assert out_of_place(early, 5) == 6


@pytest.mark.parametrize(
    ("zone", "hours"), [("Europe/Berlin", "23:00"), ("Europe/Athens", "22:00"), ("Asia/Tokyo", "")]
)
def test_midnights_in_universal_time(zone: str, hours: str, look: Look) -> None:
    days = pd.date_range("2021-01-01", periods=300, tz=zone).tz_convert("UTC").tz_localize(None)
    found = look({"date": days.strftime("%Y-%m-%d %H:%M").tolist(), "load": LOAD})
    said = [note for note in found.notes if "as midnights" in note]
    assert len(said) == bool(hours)
    assert all(f"days begin at {hours}, and for a part of the year at" in note for note in said)


def test_evenings_that_are_no_midnights() -> None:
    def said(times: pd.DatetimeIndex) -> str:
        return shifted_midnights(times.to_numpy().astype("datetime64[us]"))

    days = pd.date_range("2021-01-01", periods=300)
    assert not said(days) and not said(days + pd.Timedelta("23h"))
    assert not said(days + pd.to_timedelta(np.arange(300) % 2 + 22, "h"))  # by turns
    assert not said(pd.date_range("2021-01-01 22:00", periods=2, freq="h"))
    assert not said(days + pd.to_timedelta(np.where(np.arange(300) < 150, 9, 8), "h"))
    assert said(days + pd.to_timedelta(np.where(np.arange(300) < 150, 23, 22), "h"))
