"""A date and a time of day beside it, in every form of either: one series, and no panel of days."""

from __future__ import annotations

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
