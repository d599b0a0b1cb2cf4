"""Hours of business: a step of rows at the same times of every day, and none over night."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.data.time import Step, infer_step, read_stamps
from tests.guessing.conftest import numbers, setting

DAYS = pd.bdate_range("2022-09-01", "2022-12-23").drop(["2022-11-24"])


def bars(begin: str, end: str, freq: str, days: pd.DatetimeIndex = DAYS) -> np.ndarray:
    each = [pd.date_range(f"{d:%F} {begin}", f"{d:%F} {end}", freq=freq) for d in days]
    return np.concatenate([one.to_numpy() for one in each]).astype("datetime64[us]")


EVERY_DAY = pd.date_range("2022-05-01", periods=40)
TWO_SHIFTS = np.sort(np.concatenate([bars("09:00", "11:00", "h"), bars("12:30", "14:30", "h")]))


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (bars("09:30", "15:30", "30min"), "30 minutes, Mon to Fri from 09:30 to 15:30"),
        (bars("09:30", "15:55", "5min"), "5 minutes, Mon to Fri from 09:30 to 15:55"),
        (bars("00:00", "23:00", "h"), "1 hour, Mon to Fri from 00:00 to 23:00"),
        (bars("06:00", "21:00", "h", EVERY_DAY), "1 hour, Mon to Sun from 06:00 to 21:00"),
        (TWO_SHIFTS, "1 hour, Mon to Fri from 09:00 to 14:30"),
    ],
)
def test_rows_go_on_in_the_next_session(times: np.ndarray, text: str) -> None:
    step = infer_step(times)
    assert step is not None and (step.unit, str(step)) == ("sessions", text)
    assert Step.from_json(step.to_json()) == step
    count = np.arange(len(times))
    assert (step.after(times[0], count) == times).all()
    ticks = step.ticks(times)
    assert ticks is not None
    part = infer_step(times[:-60])
    assert part is not None and (part.after(times[-61], count[1:61]) == times[-60:]).all()
    off = len(step.slots) * int("Fri" in text)  # the day off in November counts
    assert ticks[-1] == len(times) - 1 + off


@pytest.mark.parametrize(
    "times",
    [
        bars("00:00", "23:00", "h", EVERY_DAY),
        bars("00:00", "12:00", "12h", EVERY_DAY),
        np.delete(bars("00:00", "23:00", "h", EVERY_DAY), np.arange(5, 900, 11)),
        bars("09:00", "16:00", "h", DAYS[:4]),
    ],
)
def test_other_rows_are_none_of_sessions(times: np.ndarray) -> None:
    step = infer_step(times)
    assert step is not None and step.unit == "seconds"


def test_offsets_that_change_with_summer_time_leave_sessions_as_they_are() -> None:
    times = pd.DatetimeIndex(bars("09:30", "15:30", "30min")).tz_localize("America/New_York")
    stamps = read_stamps([time.isoformat(sep=" ") for time in times])
    step = infer_step(stamps.times)
    assert step is not None and step.unit == "sessions"
    following = step.after(stamps.times[-1:], np.array([1]))
    assert stamps.clock.texts(following).tolist() == ["2022-12-26 09:30:00-05:00"]


def test_half_days_are_missing_rows_and_nights_are_none(tmp_path: Path) -> None:
    times = bars("09:30", "15:30", "30min")
    day = times.astype("datetime64[D]") == np.datetime64("2022-11-25")
    late = times - times.astype("datetime64[D]") >= np.timedelta64(13, "h")
    kept = np.delete(times[~(day & late)], 20)
    table = pd.DataFrame({"when": kept, "close": np.cumsum(numbers(len(kept)))})
    table.to_csv(tmp_path / "data.csv", index=False)
    found = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "spec.yaml")
    assert setting(found.guess, "irregular") == "reindex"
    report = rnnsearch.check(found.path)
    notes = [text for label, text in report.data if label == "note"]
    assert any(note.startswith("7 rows are missing in 2 places") for note in notes)


def test_a_day_of_sessions_is_a_season_and_the_calendar_tells_its_hour(tmp_path: Path) -> None:
    times = bars("09:30", "15:30", "30min")
    wave = 5 * np.cos(np.arange(len(times)) % 13 / 13 * 2 * np.pi)
    table = pd.DataFrame({"when": times, "volume": wave + np.array(numbers(len(times))) / 5})
    table.to_csv(tmp_path / "data.csv", index=False)
    found = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "spec.yaml").guess
    assert setting(found, "season") == 13
    assert "hour" in setting(found, "calendar")
