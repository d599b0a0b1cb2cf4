"""Every form of a date with every form of a time of day after it, through all months of a year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.time import TimeProblem, read_stamps, read_times, split_offsets
from rnnsearch.data.time.written_names import without_weekday
from rnnsearch.errors import InvalidInput
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import numbers, write_table

DATES = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y_%m_%d", "%y-%m-%d", "%Y/%d/%m"),
    *("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%d_%m_%Y", "%d.%m.%y", "%d/%m/%y"),
    *("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y", "%Y. %m. %d.", "%d. %m. %Y"),
    *("%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%d. %B %Y", "%d/%b/%Y", "%d%b%Y"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%b %d %y", "%b-%d-%Y", "%Y-%b-%d", "%Y %B %d"),
    *("%a %d %b %Y", "%A, %d %B %Y", "%a, %d.%m.%Y", "%a %m/%d/%Y", "%m/%d/%Y %a"),
    *("%Y%m%d", "%d%m%Y", "%Y年%m月%d日", "%Y-%j"),
)
TIMES = (
    *(" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S%p", " %H.%M", " %H:%M:%S.%f", " %Hh%M"),
    *(" at %H:%M", " - %H:%M", " %H:%M:%S UTC", " %H:%M Uhr", " %H:%M:%S,%f"),
)
STAMPS = pd.date_range("2019-01-03 05:00", periods=32, freq="301h")
DAYS = pd.date_range("2019-01-03", periods=40, freq="10D")


def _same(cells: list[str], times: pd.DatetimeIndex) -> bool:
    stamps = read_stamps(cells)
    expected = np.asarray(times.to_numpy(), "datetime64[us]")
    return bool((stamps.clock.local(stamps.times) == expected).all())


@pytest.mark.parametrize("time", ["", *TIMES])
def test_a_date_and_a_time_of_day(time: str) -> None:
    times = STAMPS if time else DAYS
    wrong = [date for date in DATES if not _same([f"{at:{date}{time}}" for at in times], times)]
    assert not wrong


@pytest.mark.parametrize(
    "form",
    [
        *("%d%b%Y:%H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%Y:%m:%d %H:%M:%S", "%Y%m%d:%H:%M:%S"),
        *("%Y-%m-%d %H%M", "%Y-%m-%dT%H%M%S", "%d.%m.%Y %H", "%m/%d/%Y %H%M", "%Y%m%dT%H%M%S"),
        *("%y%m%d %H:%M", "%d%m%y %H:%M"),
    ],
)
def test_what_programs_write(form: str) -> None:
    assert _same([f"{at:{form}}" for at in STAMPS], STAMPS)


@pytest.mark.parametrize("names", [("mar", "3"), ("Mar", "03")])
def test_march_is_no_tuesday(names: tuple[str, str]) -> None:
    month, day = names
    for cell in (
        f"{month} {day} 2019 10:00",
        f"{month} {day} 2019 10.30.15",
        f"{day}-{month}-19 9:00",
    ):
        assert without_weekday(cell) == cell
    assert without_weekday(f"{month} 05/{day}/2019 10:00") == f"05/{day}/2019 10:00"
    assert without_weekday(f"05.{day}.2019, {month}") == f"05.{day}.2019"


@pytest.mark.parametrize("offset", ["+00:00", "+05:30", " -03:00"])
def test_offsets_after_times_with_points(offset: str) -> None:
    cells = [f"{at:%d.%m.%Y %H.%M.%S}{offset}" for at in STAMPS]
    stamps = read_stamps(cells)
    assert stamps.clock.local(stamps.times).tolist() == STAMPS.to_pydatetime().tolist()
    assert stamps.clock.offsets(stamps.times)[0] == {"0": 0, "5": 330, "3": -180}[offset.strip()[2]]


def test_offsets_beside_what_is_no_date_are_no_traceback() -> None:
    stamps = read_stamps([f"{at:%d,%m,%Y %H:%M:%S}Z" for at in STAMPS])
    assert np.isnat(stamps.times).all()
    with pytest.raises(TimeProblem, match="must be of the form"):
        read_stamps(["01,02,2020"], known=read_stamps(["2020-01-02"]).clock)


def test_dates_without_letters_that_nothing_reads_are_refused(tmp_path: Path) -> None:
    cells = [f"{at:%Y-%m-%d %H-%M-%S}" for at in pd.date_range("2019", periods=60, freq="h")]
    table = write_table(tmp_path / "data.csv", {"x": cells, "v": numbers(60)})
    with pytest.raises(
        InvalidInput, match=r"must hold time stamps.*'2019-01-01 00-00-00' in row 2"
    ):
        guess(table, Wishes())
    names = [f"2019-{at:05}" for at in range(60)]
    assert guess(write_table(table, {"x": names, "v": numbers(60)}), Wishes())


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2. Quartal 2020", "2020-04-01"),
        ("2nd quarter 2020", "2020-04-01"),
        ("2º trimestre de 2020", "2020-04-01"),
        ("Quarter 2, 2020", "2020-04-01"),
        ("II/2020", "2020-04-01"),
        ("2020-IV", "2020-10-01"),
        ("KW 05/20", "2020-01-27"),
        ("W05-20", "2020-01-27"),
        ("FY2020", "2020-01-01"),
        ("FY2020/21", "2020-01-01"),
        ("FY2020 P04", "2020-04-01"),
        ("27.01.2020 10:00:05:250", "2020-01-27 10:00:05.250"),
    ],
)
def test_what_offices_and_firms_write(cell: str, time: str) -> None:
    stamps = read_stamps([cell])
    assert pd.Timestamp(stamps.clock.local(stamps.times)[0]) == pd.Timestamp(time)


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("2021-10-25T00:00:00+02:00[Europe/Paris]", 120),
        ("2021-10-25 00:00 GMT+1", 60),
        ("2021-10-25 00:00 UTC+05:30", 330),
        ("2021-10-25 00:00 UTC+5:30", 330),
        ("2021-10-25 00:00 (UTC-3)", -180),
        ("25.10.2021 00:00 (CEST)", 120),
    ],
)
def test_offsets_in_words(cell: str, minutes: int) -> None:
    rests, offsets = split_offsets([cell])
    assert offsets is not None and offsets.tolist() == [minutes]
    assert read_stamps(rests).times[0] == np.datetime64("2021-10-25T00:00:00")


@pytest.mark.parametrize(
    ("form", "cells"),
    [
        ("iso", ["2024-01-02", "2024-01-01", ""]),
        ("%d/%m/%Y", ["13/01/2024", "01/02/2024", "2024"]),
        ("quarter", ["2024Q2", "2023Q1", "Q9"]),
    ],
)
def test_cells_that_come_again_are_read_as_the_first_time(form: str, cells: list[str]) -> None:
    once = read_times(cells, form)
    again = [0, 1, 1, 2, 0, 2, 1]
    np.testing.assert_array_equal(read_times([cells[at] for at in again], form), once[again])
