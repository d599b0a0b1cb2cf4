"""Time since a start as programs and people write it."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pandas as pd
import pytest

from rnnsearch.data.time import read_stamps
from rnnsearch.data.time.durations import is_duration_text, parse_duration

MINUTES = [*range(0, 60 * 60, 30)]

Write = Callable[[int, int, int], str]
"""Days, hours of the day and minutes as text."""

WRITINGS: dict[str, Write] = {
    "letters with blanks": lambda d, h, m: f"{24 * d + h} h {m} min",
    "letters": lambda d, h, m: f"{24 * d + h}h{m:02}m",
    "German": lambda d, h, m: f"{24 * d + h} Std. {m} Min.",
    "English": lambda d, h, m: f"{24 * d + h} hours and {m} minutes",
    "days": lambda d, h, m: f"{d}d {h}h {m}m",
    "what is 0 left out": lambda d, h, m: (
        " ".join(f"{n}{unit}" for n, unit in zip((d, h, m), "dhm", strict=True) if n) or "0m"
    ),
    "no last unit": lambda d, h, m: f"{24 * d + h}h{m:02}",
    ".NET": lambda d, h, m: f"{d}.{h:02}:{m:02}:00",
    "Unix": lambda d, h, m: f"{d}-{h:02}:{m:02}:00",
    "pandas": lambda d, h, m: f"{d} days {h:02}:{m:02}:00",
    "four numbers": lambda d, h, m: f"{d}:{h:02}:{m:02}:00",
    "a named day": lambda d, h, m: f"Day {d}, {h:02}:{m:02}",
    "a sign": lambda d, h, m: f"T+{24 * d + h:02}:{m:02}:00",
    "h behind": lambda d, h, m: f"{24 * d + h}:{m:02} h",
    "primes": lambda d, h, m: f"{24 * d + h}h{m:02}'00\"",
    "minutes and seconds": lambda d, h, m: f"{1440 * d + 60 * h + m}'00\"",
    "typeset": lambda d, h, m: f"{1440 * d + 60 * h + m}′00″",
    "ISO 8601": lambda d, h, m: f"P{d}DT{h}H{m}M",
}


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_each_writing_is_read_as_time_since_the_start(writing: Write) -> None:
    cells = [writing(at // 1440, at // 60 % 24, at % 60) for at in MINUTES]
    stamps = read_stamps(cells)
    assert stamps.clock.form == "duration"
    assert stamps.times.astype(int).tolist() == [at * 60_000_000 for at in MINUTES]


def test_a_day_of_hours_that_begins_again_holds_times_of_day() -> None:
    stamps = read_stamps([f"{at // 60 % 24:02}h{at % 60:02}" for at in MINUTES])
    assert stamps.clock.daily
    assert stamps.times.astype(int).tolist() == [at * 60_000_000 for at in MINUTES]


def test_hundredths_stand_behind_the_mark_of_seconds() -> None:
    for cell in ("0'58\"21", "0'58.21\"", "0'58,21''"):
        assert parse_duration(cell) == datetime.timedelta(seconds=58.21)
    assert parse_duration("0'58.2\"1") is None


def test_decimals_belong_to_their_unit() -> None:
    assert parse_duration("1,5 h") == datetime.timedelta(hours=1.5)
    assert parse_duration("2 min 3.25 s") == datetime.timedelta(minutes=2, seconds=3.25)


@pytest.mark.parametrize(
    "cell",
    [
        "30 min 1 h",
        "1 h 2 h",
        "1 h 75",
        "5 mg",
        "5 s 3",
        "5 Mai 2021",
        "2021",
        "P",
        "1990M11",
        "1 x",
    ],
)
def test_other_texts_are_none(cell: str) -> None:
    assert not is_duration_text(cell)


@pytest.mark.parametrize("pattern", ["%I:%M %p", "%I:%M:%S%p"])
def test_times_of_day_of_two_halves(pattern: str) -> None:
    hours = pd.date_range("2020-01-01", periods=60, freq="90min")
    stamps = read_stamps([hour.strftime(pattern) for hour in hours])
    assert stamps.clock.daily
    assert stamps.times.astype(int).tolist() == [at * 5_400_000_000 for at in range(60)]
