"""A date and a time of day beside it, in every form of either: one series, and no panel of days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data.time import read_stamps
from tests.guessing.conftest import Look, numbers, setting

HOURS = pd.date_range("2021-03-20", periods=400, freq="h")
DATES = ["%d-%b-%y", "%d%b%Y", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%b %d, %Y"]
TIMES = {
    "ends": lambda hour: f"{hour + 1:02}:00",
    "begins": lambda hour: f"{hour}:00",
    "numbers": lambda hour: hour + 1,
    "marked": lambda hour: f"H{hour + 1:02}",
    "spans": lambda hour: f"{hour:02}:00-{hour + 1:02}:00",
}


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.parametrize("names", [("Date", "Hr_End"), ("OPR_DT", "HE"), ("Tag", "Stunde")])
def test_no_panel_of_hours_or_days(
    date: str, kind: str, names: tuple[str, str], look: Look
) -> None:
    hours = [TIMES[kind](hour) for hour in HOURS.hour]
    columns = {names[0]: HOURS.strftime(date), names[1]: hours, "mw": numbers(400)}
    found = look(columns)
    assert (setting(found, "time"), setting(found, "series")) == ([*names], None)


@pytest.mark.parametrize("name", ["interval", "bis", "x"])
@pytest.mark.parametrize("between", ["-", " - ", " to "])
def test_stretches_of_a_day_are_times_of_day_under_any_name(
    name: str, between: str, look: Look
) -> None:
    spans = [TIMES["spans"](hour).replace("-", between) for hour in HOURS.hour]
    found = look({"day": HOURS.strftime("%d/%m/%Y"), name: spans, "mw": numbers(400)})
    assert (setting(found, "time"), setting(found, "series")) == (["day", name], None)


def test_numbers_that_may_be_hours_are_asked_for(look: Look) -> None:
    slots = {"date": HOURS.strftime("%Y-%m-%d"), "slot": HOURS.hour + 1, "mw": numbers(400)}
    found = look(slots)
    assert setting(found, "series") == "slot"
    assert any("if these are hours, name both columns in data.time" in n for n in found.notes)
    slots["slot"] = HOURS.hour + 101
    assert not any("hours" in note for note in look(slots).notes)


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("20-Mar-21 01:00", "2021-03-20 01:00"),  # no Tuesday, as mardi or martes
        ("20 Mar 2021 10.30.00", "2021-03-20 10:30"),
        ("09/03/2021 mar 10:00", "2021-03-09 10:00"),
        ("mar 09/03/2021 10:00", "2021-03-09 10:00"),
        ("20MAR2021:01:00:00", "2021-03-20 01:00"),  # of SAS
        ("20Mar2021", "2021-03-20"),
    ],
)
def test_march_beside_a_time_of_day(cell: str, time: str) -> None:
    day_first = "%d/%m/%Y" if "/" in cell else None
    assert pd.Timestamp(read_stamps([cell], day_first).times[0]) == pd.Timestamp(time)


def test_trips_are_in_the_order_in_which_they_began(look: Look) -> None:
    begin = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(400) // 2 * 37, unit="s")
    end = begin + pd.to_timedelta([(7 * at % 50) * 60 + at % 2 for at in range(400)], unit="s")
    columns = {"dropoff": end.astype(str), "pickup": begin.astype(str), "fare": numbers(400)}
    assert len({*columns["dropoff"]}) > len({*columns["pickup"]})
    assert setting(look(columns), "time") == "dropoff"  # that tells twice as many rows apart
    columns["pickup"] = (begin + pd.to_timedelta(np.arange(400) // 1.1, unit="s")).astype(str)
    assert setting(look(columns), "time") == "pickup"


@pytest.mark.parametrize("first", [True, False])
def test_a_second_time_stamp_is_said_and_may_become_a_length(first: bool, look: Look) -> None:
    after = HOURS + pd.to_timedelta([7 * at % 50 for at in range(400)], unit="min")
    pair = {"start": HOURS.astype(str), "end": after.astype(str)}
    columns = pair if first else dict(reversed(pair.items()))
    found = look({**columns, "kwh": numbers(400)})
    assert setting(found, "time") == "start"
    said = next(note for note in found.notes if note.startswith("'end' is left out"))
    assert "holds time stamps, too, and rows are those of 'start' (data.time)" in said
    line = said.partition("a column: ")[2].replace("pandas.", "pd.")
    frame = pd.DataFrame(pair)
    lengths = eval(line, {"pd": pd, "frame": frame})
    assert lengths.tolist() == [60.0 * (7 * at % 50) for at in range(400)]


def test_codes_with_points_are_classes(look: Look) -> None:
    columns = {"day": HOURS.astype(str), "mw": numbers(400)}
    codes = [["01.02", "02.03", "13.10"][at * at % 7 % 3] for at in range(400)]
    assert setting(look({**columns, "trade": codes}), "target_kind") == "class"
    measured = [f"{at * at % 97 / 10:05.2f}" for at in range(400)]
    assert setting(look({**columns, "trade": measured}), "target_kind") is None


def test_a_value_that_is_asked_for_hides_no_season(look: Look) -> None:
    values = 20 + 5 * np.sin(np.arange(400) * 2 * np.pi / 24) + np.array(numbers(400)) / 5
    values[[5, 90, 91, 170, 333]] = -9999
    found = look({"time": HOURS.astype(str), "heat": values.round(2)})
    assert setting(found, "season") == 24
    assert any("set data.missing_values: [-9999]" in note for note in found.notes)


@pytest.mark.parametrize(
    "columns",
    [
        {"YEAR": "%Y", "MO": "%m", "DY": "%d", "HR": "%H"},
        {"#YY": "%y", "MM": "%m", "DD": "%d", "hh": "%H", "mm": "50"},
        {"yr": "%Y", "jday": "%j", "hhmm": "%H%M"},
        {"date": "%Y%m%d", "HHMMSS": "%H%M%S"},
        {"Datum von": "%d.%m.%Y", "Uhrzeit von": "%H:%M"},
        {"Start date": "%d/%m/%Y", "Start time": "%H:%M"},
    ],
)
def test_parts_under_the_names_of_weather_services_and_loggers(
    columns: dict[str, str], look: Look
) -> None:
    cells = {name: HOURS.strftime(form) for name, form in columns.items()}
    if "Datum von" in cells:
        end = HOURS + pd.Timedelta("1h")
        cells |= {"Datum bis": end.strftime("%d.%m.%Y"), "Uhrzeit bis": end.strftime("%H:%M")}
    found = look({**cells, "v": numbers(400)})
    assert (setting(found, "time"), setting(found, "series")) == ([*columns], None)
    assert next(s for s in found.data if s.key == "time").why == "a row every 1 hour"


def test_a_year_beside_an_hour_is_no_time(refusal: Callable[..., str]) -> None:
    columns = {"year": HOURS.year, "turn": HOURS.day, "HR": HOURS.hour, "v": numbers(400)}
    assert "400 series of 1 row, named by 'turn' and 'HR'" in refusal(columns)


def test_the_25th_hour_of_a_day_is_no_minute(refusal: Callable[..., str]) -> None:
    days = np.repeat(pd.date_range("2021-11-01", periods=16).strftime("%Y-%m-%d"), 24)
    hours = np.tile(np.arange(1, 25), 16)
    days, hours = np.insert(days, 168, days[167]), np.insert(hours, 168, 25)
    columns = {"Date": days, "HE": hours, "mw": numbers(385)}
    assert "received 25 in row 170 of 'HE'" in refusal(columns)


@pytest.mark.parametrize("count", [48, 96])
def test_half_hours_and_quarters_are_no_series(count: int, refusal: Callable[..., str]) -> None:
    days = np.repeat(pd.date_range("2021-11-01", periods=20).strftime("%d-%b-%Y"), count)
    slots = np.tile(np.arange(1, count + 1), 20)
    said = refusal({"date": days, "PERIOD": slots, "mw": numbers(20 * count)})
    assert f"pandas.Timedelta('{1440 // count} min')" in said


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"Date": (HOURS.strftime("%d/%m/%Y"), 24), "Hour": (HOURS.hour, 1)}, "Date"),
        ({"Year": (HOURS.year + np.arange(400) // 12, 12), "Month": (HOURS.hour, 1)}, "Year"),
    ],
)
def test_merged_cells_of_dates(
    columns: dict[str, tuple[Any, int]], name: str, refusal: Callable[..., str]
) -> None:
    cells = {
        key: [value if at % every == 0 else "" for at, value in enumerate(values)]
        for key, (values, every) in columns.items()
    }
    assert f"frame['{name}'].ffill()" in refusal({**cells, "v": numbers(400)})


def test_columns_that_are_months_by_number_are_said(look: Look) -> None:
    months = {str(month): numbers(100, month) for month in range(1, 13)}
    found = look({"Year": range(1900, 2000), **months, "Annual": numbers(100)})
    assert any("columns '1' to '12' look like months" in note for note in found.notes)


def test_quantities_below_each_other_are_said(look: Look) -> None:
    days = np.repeat(HOURS.strftime("%Y-%m-%d %H:%M"), 2)
    names = np.tile(["temp", "load"], 400)
    found = look({"t": days, "variable": names, "value": numbers(800)})
    assert any("frame.pivot" in note for note in found.notes)
    assert not any(
        "pivot" in note for note in look({"t": days, "shop": names, "value": numbers(800)}).notes
    )


@pytest.mark.parametrize(("first", "form"), [("2021-01-01", "%d-%b"), ("2021-03-10", "%b %d")])
def test_days_without_a_year_are_no_years(
    first: str, form: str, refusal: Callable[..., str]
) -> None:
    days = pd.date_range(first, periods=31)
    said = refusal({"day": days.strftime(form), "v": numbers(31)})
    assert "must have dates with a year" in said


def test_months_of_years_are_what_they_are(look: Look) -> None:
    months = pd.date_range("2001-01-01", periods=240, freq="MS").strftime("%y-%b")
    assert setting(look({"month": months, "v": numbers(240)}), "time") == "month"
    years = pd.date_range("1990-01-01", periods=40, freq="YS").strftime("%b-%y")
    assert setting(look({"month": years, "v": numbers(40)}), "time") == "month"
