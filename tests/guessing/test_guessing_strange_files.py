"""Remarks with separators, dates in odd places, texts with scores: read, or refused with the place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.data.sources.headers import join_levels
from rnnsearch.data.sources.remarks import end_of_remarks
from rnnsearch.data.time import read_stamps
from rnnsearch.data.time.forms import forms_among
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

DAYS = [f"{day:%d.%m.%Y}" for day in pd.date_range("2020-01-01", periods=60)]
ROWS = [f"{day};1.5{at * at % 61:02},25" for at, day in enumerate(DAYS)]
VOCABULARY = ["good", "bad", "film", "plot", "long", "dull", "grand", "scene"]
WORDS = np.random.default_rng(0).choice(VOCABULARY, (60, 6))
TEXTS = [" ".join(words) for words in WORDS]


def look(folder: Path, lines: list[str]) -> Guess:
    (folder / "data.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return guess(folder / "data.csv", Wishes())


@pytest.mark.parametrize(
    "above",
    [
        ["Station: 7; north", "made on 05.03.2022", ""],
        ["Report;", ";"],
        ["Station:;north", "Unit:;kWh"],
        ["Report;2022;x"],
    ],
)
def test_remarks_may_hold_separators(above: list[str], tmp_path: Path) -> None:
    found = look(tmp_path, [*above, "Datum;Wert (kWh)", *ROWS])
    assert setting(found, "time") == "Datum"
    assert setting(found, "inputs") == ["Wert (kWh)"]
    assert any("above the header left out" in note for note in found.notes)


@pytest.mark.parametrize(
    "rows",
    [
        [["date", "a"], ["2020-01-01"], *([f"2020-01-{at:02}", "1"] for at in range(2, 9))],
        [["date", "a"], ["2020-01-01", "M"], *([f"2020-01-{at:02}", "1"] for at in range(2, 9))],
        [["", "a"], ["2020-01-01", "1"], *([f"2020-01-{at:02}", "1"] for at in range(2, 9))],
        [["text", "a"], *(["it is", "so"] for _ in range(9))],
    ],
)
def test_a_header_and_rows_are_no_remarks(rows: list[list[str]]) -> None:
    assert end_of_remarks(rows, 2) == 0


def test_a_header_of_several_lines(tmp_path: Path) -> None:
    above = ["Price,Close,Volume", "Ticker,AAPL,MSFT", "Date,,"]
    found = look(tmp_path, [*above, *(f"{day},{at * at},{at % 7}" for at, day in enumerate(DAYS))])
    assert setting(found, "time") == "Date"
    assert setting(found, "target") == "Volume MSFT"
    assert any("the header has 3 lines" in note for note in found.notes)
    assert join_levels(["a", "b"], [["1", "2"]] * 9) == (["a", "b"], 0)


def test_times_of_day_alone_go_on_after_midnight(tmp_path: Path) -> None:
    at = np.arange(8 * 60, 8 * 60 + 6 * 1440, 60)
    cells = [f"{minute // 60 % 24:02}:00" for minute in at]
    values = 20 + 5 * np.sin(at * 2 * np.pi / 1440) + np.random.default_rng(0).normal(0, 0.2, 144)
    lines = [f"{cell},{value:.2f}" for cell, value in zip(cells, values, strict=True)]
    found = look(tmp_path, ["Time,v", *lines])
    assert (setting(found, "time"), setting(found, "season")) == ("Time", 24)
    assert setting(found, "calendar") == ["hour"]
    assert any("time_of_day" in note for note in found.notes)
    stamps = read_stamps(cells)
    assert (np.diff(stamps.times) == np.timedelta64(60, "m")).all()
    assert stamps.clock.texts(stamps.times).tolist() == cells
    assert read_stamps(cells[5:], known=stamps.clock).times[0] == np.datetime64("1970-01-01T13:00")
    spec = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "s.yaml").path
    spec.write_text(spec.read_text("utf-8").replace("[hour]", "[weekday]"), "utf-8")
    with pytest.raises(InvalidData, match=r"must be hour or trend, or not given.*times of day"):
        rnnsearch.check(spec)


def test_times_of_day_beside_a_date_and_of_no_order_are_no_clock(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=60, freq="7h")
    rows = [f"{day:%H:%M};{day:%d.%m.%Y};{at * at}" for at, day in enumerate(days)]
    assert setting(look(tmp_path, ["Uhrzeit;Datum;v", *rows]), "time") == ["Datum", "Uhrzeit"]
    sunrise = [f"06:{abs(30 - at):02}" for at in range(60)]
    assert read_stamps(sunrise).clock.form == "duration"


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2019P03", "2019-03-01"),
        ("2019H2", "2019-07-01"),
        ("2019-S1", "2019-01-01"),
        ("31.12.2019 22:00 - 31.12.2019 23:00", "2019-12-31T22:00"),
        ("2019-12-31 22:00 to 2019-12-31 23:00", "2019-12-31T22:00"),
    ],
)
def test_stretches_of_time_are_read_by_their_begin(cell: str, time: str) -> None:
    assert read_stamps([cell]).times[0] == np.datetime64(time)


def test_begin_and_end_in_columns_beside_the_date(tmp_path: Path) -> None:
    hours = pd.date_range("2022-01-01", periods=72, freq="h")
    rows = [f"{h:%d.%m.%Y};{h:%H:%M};{h.hour + 1:02}:00;{at % 24}" for at, h in enumerate(hours)]
    found = look(tmp_path, ["Datum;Anfang;Ende;Last", *rows])
    assert setting(found, "time") == ["Datum", "Anfang"]


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ({31: "2020-02-30"}, r"'2020-02-30' in row 33 of 'date'"),
        ({31: ""}, r"'' in row 33 of 'date'"),
        (dict.fromkeys(range(20), "2019") | {20: "2019 Q1"}, r"'2019' in row 2 of 'date' \(21"),
        ({at: f"{at - 20:02}/02/2020" for at in range(45, 48)}, r"'25/02/2020' in row 47"),
    ],
)
def test_stamps_of_several_forms_are_refused(
    odd: dict[int, str], message: str, tmp_path: Path
) -> None:
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2020-01-01", periods=60)]
    rows = [f"{odd.get(at, day)},{at}" for at, day in enumerate(days)]
    with pytest.raises(InvalidData, match=message):
        look(tmp_path, ["date,v", *rows])


def test_dates_side_by_side_are_refused(tmp_path: Path) -> None:
    for names in (
        range(1960, 1990),
        [f"{day:%m/%d/%y}" for day in pd.date_range("2020", periods=9)],
    ):
        rows = [f"C{at}," + ",".join(str(at + i) for i, _ in enumerate(names)) for at in range(40)]
        with pytest.raises(InvalidData, match=r"must have a row a time step.*melt"):
            look(tmp_path, ["Country," + ",".join(map(str, names)), *rows])


@pytest.mark.parametrize("name", ["time_ms", "t [s]", "Elapsed Time (s)", "seconds"])
def test_a_clock_that_is_not_quite_regular_is_not_learned_from(name: str, tmp_path: Path) -> None:
    at = np.arange(60) * 20 + np.random.default_rng(0).integers(0, 3, 60)
    found = look(tmp_path, [f"{name},a", *(f"{t},{t % 7}" for t in at)])
    assert setting(found, "inputs") == ["a"]
    assert any("time as a number" in note for note in found.notes)


def test_what_stands_beside_texts(tmp_path: Path) -> None:
    scores = np.random.default_rng(0).normal(size=60).round(2)
    found = look(
        tmp_path, ["text,score", *(f"{t},{s}" for t, s in zip(TEXTS, scores, strict=True))]
    )
    assert (setting(found, "source"), setting(found, "target")) == ("table", "score")
    assert setting(found, "target_kind") == "numeric"
    spec = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(spec).task == "many_to_one"
    lines = [
        f"{day},{'' if at % 9 == 4 else text},{'ab'[at % 2]}"
        for at, (day, text) in enumerate(zip(DAYS, TEXTS, strict=True))
    ]
    found = look(tmp_path, ["date,text,label", *lines])
    assert (setting(found, "target"), setting(found, "missing")) == ("label", "drop")
    assert any("'date' is left out" in note for note in found.notes)


def test_a_number_of_four_characters_is_not_always_a_year() -> None:
    assert forms_among(["NA", "0.0", "-0.0"]) == []
    assert forms_among(["1999", "x"]) == ["year"]


def test_hours_with_am_and_pm_beside_the_date(tmp_path: Path) -> None:
    hours = pd.date_range("2021-02-14 05:00", periods=240, freq="h")
    rows = [f"{t:%m/%d/%Y},{t.hour % 12 or 12} {t:%p},{t.hour}.5" for t in hours]
    (tmp_path / "a.csv").write_text("\n".join(["Date,Time,MW", *rows]))
    found = guess(tmp_path / "a.csv", Wishes())
    assert setting(found, "time") == ["Date", "Time"]
    assert setting(found, "season") == 24


@pytest.mark.parametrize(
    "names", ["año,mes,día,hora", "rok,miesiąc,dzień,godzina", "год,месяц,день,час"]
)
def test_parts_of_the_time_in_other_languages(names: str, tmp_path: Path) -> None:
    hours = pd.date_range("2021-02-14 05:00", periods=240, freq="h")
    rows = [f"{t.year},{t.month},{t.day},{t.hour},{t.hour}.5" for t in hours]
    (tmp_path / "a.csv").write_text("\n".join([f"{names},MW", *rows]), encoding="utf-8")
    found = guess(tmp_path / "a.csv", Wishes())
    assert setting(found, "time") == names.split(",")


def test_the_odd_one_of_time_stamps_is_named(tmp_path: Path) -> None:
    months = pd.date_range("1995-04-01", periods=120, freq="MS").strftime("%Y-%m").tolist()
    months[100] = "2003"
    rows = [f"{month},{at % 12}.5" for at, month in enumerate(months)]
    (tmp_path / "a.csv").write_text("\n".join(["date,MW", *rows]))
    with pytest.raises(InvalidData, match=r"of one form in every row.*'2003' in row 102"):
        guess(tmp_path / "a.csv", Wishes())


def test_weeks_as_numbers(tmp_path: Path) -> None:
    weeks = pd.date_range("2012-01-02", periods=240, freq="7D")
    rows = [f"{t:%G}{t:%V},{at % 52}.5" for at, t in enumerate(weeks)]
    (tmp_path / "a.csv").write_text("\n".join(["yearweek,MW", *rows]))
    assert setting(guess(tmp_path / "a.csv", Wishes()), "time") == "yearweek"


def test_a_mark_behind_some_dates_is_named_with_its_row(tmp_path: Path) -> None:
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2021-01-01", periods=60)]
    lines = [f"{day}{' (p)' if at > 50 else ''},{at * at % 7}.5" for at, day in enumerate(days)]
    with pytest.raises(InvalidData, match=r"of one form .* '2021-02-21 \(p\)' in row 53 of 'date'"):
        look(tmp_path, ["date,sales", *lines])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # open(…)
def test_points_of_a_line_protocol_are_refused_with_what_makes_a_table(tmp_path: Path) -> None:
    second = 1_609_459_200
    lines = [
        f"weather,place=a temperature={20 + at % 5}.5,humidity={50 + at % 7} {second + 3600 * at}000000000"
        for at in range(80)
    ]
    (tmp_path / "points.txt").write_text("\n".join(lines))
    with pytest.raises(InvalidData, match="points in InfluxDB's line protocol") as caught:
        guess(tmp_path / "points.txt", Wishes())
    way = str(caught.value).split("as one: ")[1].split(" (times")[0]
    way = way.replace("'points.txt'", repr(str(tmp_path / "points.txt")))
    exec(way.replace("'data.csv'", repr(str(tmp_path / "data.csv"))), {"pandas": pd})
    found = guess(tmp_path / "data.csv", Wishes())
    settings = {one.key: one.value for one in found.data}
    assert settings["time"] == "time" and settings["inputs"] == ["temperature", "humidity"]


def test_lines_with_types_above_the_names_are_left_out(tmp_path: Path) -> None:
    types = ["#group,false,false,true", "#datatype,dateTime:RFC3339,double,string", "#default,,,"]
    rows = [f",2021-01-{1 + at // 24:02}T{at % 24:02}:00:00Z,{at % 24}.5,a" for at in range(240)]
    (tmp_path / "a.csv").write_text("\n".join([*types, ",_time,_value,place", *rows]))
    found = guess(tmp_path / "a.csv", Wishes())
    assert {one.key: one.value for one in found.data}["time"] == "_time"
    assert any("lines 1 to 3 are above the header left out" in note for note in found.notes)


def test_what_stays_until_a_count_begins_anew_is_no_target(tmp_path: Path) -> None:
    """As the diets of chicks, of which each was weighed a dozen times."""
    random = np.random.default_rng(0)
    rows = [
        f"{40 + 8 * day + random.normal():.0f},{day},{chick},{1 + chick // 13}"
        for chick in range(40)
        for day in range(0, 24, 2)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["weight,Time,Chick,Diet", *rows]))
    found = guess(tmp_path / "a.csv", Wishes())
    assert {one.key: one.value for one in found.data}["target"] == "weight"
    assert any("data.series: Chick" in note for note in found.notes)
