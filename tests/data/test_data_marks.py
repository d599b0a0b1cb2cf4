"""Rows on the same days of each month or year, and rows whose step changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.time import Step, find_change, infer_step, read_stamps, times_after
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import numbers, setting, write_table

LAST = 31


def monthly(*marks: int) -> Iterator[pd.Timestamp]:
    for month in pd.period_range("2003-02", "2008-04", freq="M"):
        yield from (
            month.to_timestamp() + pd.Timedelta(days=min(m, month.days_in_month) - 1) for m in marks
        )


def yearly(step: int) -> Iterator[pd.Timestamp]:
    for year in range(2003, 2009):
        first = pd.Timestamp(year, 1, 1)
        yield from (first + pd.Timedelta(days=day) for day in range(0, 365, step))


CALENDARS = {
    "dekads": ([*monthly(1, 11, 21)], 36),
    "dekads by their last day": ([*monthly(10, 20, LAST)], 36),
    "half months": ([*monthly(1, 16)], 24),
    "half months by their last day": ([*monthly(15, LAST)], 24),
    "pentads": ([*monthly(1, 6, 11, 16, 21, 26)], 72),
    "16 days, anew each year": ([*yearly(16)], 23),
    "8 days, anew each year": ([*yearly(8)], 46),
    "weeks, anew each year": ([*yearly(7)], 53),
}


@pytest.mark.parametrize(("rows", "season"), CALENDARS.values(), ids=CALENDARS)
def test_the_next_rows_are_on_the_same_days(rows: list[pd.Timestamp], season: int) -> None:
    times = np.array(rows, "datetime64[us]")
    known, later = times[:-9], times[-9:]
    step = infer_step(known)
    assert step is not None and step.regular and step.season() == season
    assert (times_after(known, step, 9) == later).all()
    assert step.ticks(times).tolist() == [*range(len(times))]
    assert Step.from_json(step.to_json()) == step


def test_missing_rows_are_counted_on_these_days() -> None:
    times = np.array([*monthly(1, 11, 21)], "datetime64[us]")
    kept = np.delete(times, [40, 41, 90])
    step = infer_step(kept)
    assert step is not None and step.regular
    assert np.flatnonzero(np.diff(step.ticks(kept)) > 1).tolist() == [39, 87]


@pytest.mark.parametrize("freq", ["D", "7D", "16D", "W-WED", "B", "WOM-3FRI", "MS", "h"])
def test_other_steps_stay_what_they_are(freq: str) -> None:
    step = infer_step(
        np.asarray(pd.date_range("2003-01-01", periods=300, freq=freq), "datetime64[us]")
    )
    assert step is not None and step.unit not in ("monthly", "yearly")


def changing(first: str, second: str, rows: tuple[int, int] = (300, 200)) -> np.ndarray:
    early = pd.date_range("2003-01-01", periods=rows[0], freq=first)
    later = pd.date_range(early[-1], periods=rows[1] + 1, freq=second)
    return np.asarray(early.append(later[1:]), "datetime64[us]")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("15min", "h", ("15 minutes", "1 hour")),
        ("h", "15min", ("1 hour", "15 minutes")),
        ("10min", "15min", ("10 minutes", "15 minutes")),
        ("D", "W", ("1 day", "1 week")),
        ("MS", "D", ("1 month", "1 day")),
    ],
)
def test_a_step_that_changes_is_said_with_its_row(
    first: str, second: str, said: tuple[str, str], tmp_path: Path
) -> None:
    times = changing(first, second)
    change = find_change(times)
    assert change is not None and abs(change.at - 299) <= 1
    path = write_table(
        tmp_path / "a.csv", {"t": times.astype("datetime64[s]").tolist(), "v": numbers(len(times))}
    )
    found = guess(path, Wishes())
    note = next(note for note in found.notes if "from there on" in note)
    assert (
        note.startswith(f"rows are {said[0]} apart up to") and f"and {said[1]} from there" in note
    )
    assert f"(row {change.at + 2})" in note and setting(found, "irregular") is None


def test_gaps_and_holidays_are_no_change() -> None:
    hours = changing("h", "h")
    assert find_change(np.delete(hours, slice(100, 150))) is None
    assert find_change(np.delete(hours, [7, 70, 99, 300])) is None
    assert find_change(changing("B", "D")) is None
    assert find_change(changing("MS", "MS")) is None


@pytest.mark.parametrize("form", ["{quarter}-{year}", "{quarter}/{year}", "{year}-{quarter}"])
def test_numbers_up_to_four_are_quarters(form: str) -> None:
    quarters = pd.period_range("2005Q2", "2011Q3", freq="Q")
    stamps = read_stamps([form.format(quarter=q.quarter, year=q.year) for q in quarters])
    assert stamps.clock.form == "quarter" and infer_step(stamps.times).season() == 4
    months = pd.period_range("2005-02", "2006-11", freq="M")
    cells = [form.format(quarter=month.month, year=month.year) for month in months]
    assert infer_step(read_stamps(cells).times) == Step(1, "months")
