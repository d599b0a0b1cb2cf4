"""Dates as other languages, scripts and calendars have them: read, or refused with the row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.time import read_stamps
from rnnsearch.data.time.written_names import MONTHS, month_of
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import Look, numbers, setting

DAYS = pd.date_range("2021-01-01", periods=120)
HOURS = pd.date_range("2021-01-01", periods=120, freq="h")


def test_no_name_is_that_of_two_months() -> None:
    wrong = [(n, at) for names in MONTHS for at, n in enumerate(names, 1) if month_of(n) != at]
    assert not wrong
    assert all(len(names) == 12 for names in MONTHS)


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2021. október 3.", "2021-10-03"),
        ("2021. okt. 3. 13:00", "2021-10-03T13"),
        ("3 Μαΐου 2021", "2021-05-03"),
        ("3 أكتوبر 2021", "2021-10-03"),
        ("3 жовтня 2021", "2021-10-03"),
        ("3 אוקטובר 2021", "2021-10-03"),
        ("03/10/2021 12:30 a. m.", "2021-10-03T00:30"),
        ("2021-10-03 오후 1:05", "2021-10-03T13:05"),
        ("2021/10/3 上午 12:05:06", "2021-10-03T00:05:06"),
        ("2021年10月3日 午後 1:05", "2021-10-03T13:05"),
        ("03/10/2021 1:05 μμ", "2021-10-03T13:05"),
        ("03/10/2021 1:05 م", "2021-10-03T13:05"),
        ("10/3/2021 1:05p", "2021-10-03T13:05"),
    ],
)
def test_names_of_months_and_of_halves_of_the_day(cell: str, time: str) -> None:
    cells = [cell, cell.replace("2021", "2022")]
    form = "%m/%d/%Y" if cell.startswith("10/") else "%d/%m/%Y" if "/10/2021" in cell else None
    assert read_stamps(cells, form).times[0] == np.datetime64(time)


def _translated(cells: list[str], zero: str) -> list[str]:
    return [cell.translate({48 + n: ord(zero) + n for n in range(10)}) for cell in cells]


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "０"])
def test_digits_of_another_script(look: Look, zero: str) -> None:
    dates = _translated([f"{day:%Y-%m-%d}" for day in DAYS], zero)
    values = _translated([f"{value:.2f}" for value in numbers(120)], zero)
    found = look({"d": dates, "v": [value.replace(".", "٫") for value in values]})
    assert (setting(found, "time"), setting(found, "inputs")) == ("d", ["v"])
    assert any("digits of another script are read as 0 to 9" in note for note in found.notes)


def test_digits_of_another_script_in_names_of_classes_stay(look: Look) -> None:
    kinds = ["نوع ١", "نوع ٢"] * 60
    found = look({"d": [f"{day:%Y-%m-%d}" for day in DAYS], "v": numbers(120), "kind": kinds})
    assert not any("script" in note for note in found.notes)


@pytest.mark.parametrize("more", [543, -621])
def test_years_of_another_calendar_are_asked_for(
    refusal: Callable[..., str], more: int, tmp_path: Path
) -> None:
    columns: dict[str, Any] = {"d": [f"{d.year + more:04}-{d:%m-%d}" for d in DAYS[:59]]}
    columns["v"] = numbers(59)
    message = refusal(columns)
    assert "must be dates of the Gregorian calendar" in message
    assert 'set data.time_format: "iso" if they are' in message


def test_old_years_are_years(look: Look) -> None:
    found = look({"year": list(range(1510, 1610)), "ring": numbers(100)})
    assert setting(found, "time") == "year"


def test_dates_that_nothing_reads_are_refused_under_any_name(refusal: Callable[..., str]) -> None:
    words = [
        "ม.ค.",
        "ก.พ.",
        "มี.ค.",
        "เม.ย.",
        "พ.ค.",
        "มิ.ย.",
        "ก.ค.",
        "ส.ค.",
        "ก.ย.",
        "ต.ค.",
        "พ.ย.",
        "ธ.ค.",
    ]
    cells = [f"{day.day} {words[day.month - 1]} {day.year}" for day in DAYS]
    message = refusal({"x": cells, "v": numbers(120)})
    assert "must hold time stamps that can be read" in message
    assert "'1 ม.ค. 2021' in row 2 of 'x'" in message


def test_texts_with_a_year_are_no_dates(tmp_path: Path) -> None:
    cars = [f"{chr(97 + n % 26)}{chr(97 + n // 26)} {n} 2021" for n in range(120)]
    table = pd.DataFrame({"v": numbers(120), "car": cars})
    table.to_csv(tmp_path / "data.csv", index=False)
    assert setting(guess(tmp_path / "data.csv", Wishes()), "time") is None
