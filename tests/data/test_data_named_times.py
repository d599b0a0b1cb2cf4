"""Months and weekdays by their names in many languages: read, and written again."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from rnnsearch.data.time import read_stamps, with_writing
from rnnsearch.data.time.written_names import MONTHS, WEEKDAYS, without_weekday
from tests.data.test_data_number_forms import both_ways


@pytest.mark.parametrize("names", MONTHS, ids="-".join)
def test_months_of_all_languages(names: tuple[str, ...]) -> None:
    days = pd.date_range("2019-06-05", periods=400)
    assert both_ways([f"{day.day} {names[day.month - 1]} {day.year}" for day in days], days)


@pytest.mark.parametrize("names", MONTHS, ids="-".join)
def test_no_name_is_of_two_months(names: tuple[str, ...]) -> None:
    for style in (str.upper, str.lower, str.title):
        cells = [f"{style(name)} 2001" for name in names]
        if style is str.upper and any(style(name).lower() != name.lower() for name in names):
            continue  # Turkish capitals lose their dots
        months = read_stamps(cells, "%b %Y").times.astype("datetime64[M]").astype(int) % 12
        assert months.tolist() == [*range(12)]


@pytest.mark.parametrize("names", WEEKDAYS, ids="-".join)
@pytest.mark.parametrize(
    "form", ["{day} {date}", "{day}, {date}", "{date} ({day})", "{date} {day}"]
)
def test_weekdays_beside_the_date(names: tuple[str, ...], form: str) -> None:
    days = pd.date_range("2021-03-05", periods=60)
    cells = [form.format(day=names[day.weekday()], date=f"{day:%d.%m.%Y}") for day in days]
    assert read_stamps(cells).times.tolist() == [day.to_pydatetime() for day in days]


@pytest.mark.parametrize(
    ("cell", "bare"),
    [
        ("vendredi 5 mars 2021", "5 mars 2021"),
        ("mar 9 mar 2021", "9 mar 2021"),
        ("mar 2021", "mar 2021"),
        ("2021-03-05 (Fri) 10:00", "2021-03-05 10:00"),
        ("2021/03/05(金)", "2021/03/05"),
        ("Sunday 7.3.2021", "7.3.2021"),
        ("Monte 5", "Monte 5"),
    ],
)
def test_what_is_a_weekday(cell: str, bare: str) -> None:
    assert without_weekday(cell) == bare


def test_weekdays_are_written_again() -> None:
    days = pd.date_range("2021-03-05", periods=60)
    french = next(names for names in WEEKDAYS if names[0] == "lundi")
    assert both_ways([f"{french[day.weekday()]} {day:%d/%m/%Y}" for day in days], days)


@pytest.mark.parametrize(
    ("cells", "pattern"),
    [
        (["2021-03-01_18-00-00", "2021-03-01_19-00-00"], "%Y-%m-%d_%H-%M-%S"),
        (["2021-03-01-18", "2021-03-01-19"], "%Y-%m-%d-%H"),
        (["20210301-1800", "20210301-1900"], "%Y%m%d-%H%M"),
        (["01.03.2021 18 Uhr", "01.03.2021 19 Uhr"], "%d.%m.%Y %H Uhr"),
        (["2021.03.01.1800", "2021.03.01.1900"], "%Y.%m.%d.%H%M"),
        (["2021年3月1日18時", "2021年3月1日19時"], "%Y年%-m月%-d日%H時"),
        (["2021年3月1日 18時00分", "2021年3月1日 19時00分"], "%Y年%-m月%-d日 %H時%M分"),
        (["2021/3/1 18時", "2021/3/1 19時"], "%Y/%-m/%-d %H時"),
    ],
)
def test_stamps_as_names_of_files_and_hours_alone(cells: list[str], pattern: str) -> None:
    stamps = read_stamps(cells)
    assert stamps.times.tolist() == [datetime(2021, 3, 1, 18), datetime(2021, 3, 1, 19)]
    assert with_writing(stamps.clock, [cells], stamps.times, ["t"]).writing == (pattern,)


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("4T2020", "2020-10-01"),
        ("Wk 5 2020", "2020-01-27"),
        ("2020-S05", "2020-01-27"),
        ("Semaine 5 2020", "2020-01-27"),
        ("2020-S1", "2020-01-01"),
    ],
)
def test_quarters_and_weeks_as_languages_call_them(cell: str, date: str) -> None:
    assert str(read_stamps([cell]).times[0])[:10] == date
