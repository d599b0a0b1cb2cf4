"""Tables as they are passed around: what an expert would predict of them, and from what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.guessing import Guess, Wishes, guess

RANDOM = np.random.default_rng(0)
ROWS = 400
DAYS = pd.date_range("2021-01-01", periods=ROWS).strftime("%Y-%m-%d")


def wander(rows: int = ROWS) -> np.ndarray:
    """A quantity that goes on from row to row."""
    return RANDOM.normal(size=rows).cumsum().round(2)


def setting(found: Guess, key: str) -> Any:
    return next((s.value for s in found.data if s.key == key), None)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["p (mbar)", "T (degC)", "rh (%)", "wd (deg)"], "T (degC)"),
        (["meantemp", "humidity", "wind_speed", "meanpressure"], "meantemp"),
        (["pm2.5", "DEWP", "TEMP", "PRES", "Iws"], "pm2.5"),
        (["PM2.5", "PM10", "SO2", "TEMP", "WSPM"], "PM2.5"),
        (["total_cases", "new_cases", "stringency_index"], "new_cases"),
        (["Appliances", "T1", "RH_1", "Tdewpoint"], "Appliances"),
        (["open", "high", "low", "close", "adjusted_close", "volume"], "adjusted_close"),
        (["oil temperature", "rpm", "load"], "load"),
        (["rpm", "wind power"], "wind power"),
    ],
)
def test_chief_quantity_of_a_table_in_time(
    columns: list[str], expected: str, look: Callable[..., Guess]
) -> None:
    found = look({"date": DAYS, **{name: wander() for name in columns}})
    assert setting(found, "target") == expected


def test_a_column_that_stands_twice_is_no_target(look: Callable[..., Guess]) -> None:
    noise = RANDOM.normal(size=ROWS).round(3)
    found = look({"date": DAYS, "load": wander(), "rv1": noise, "rv2": noise})
    assert setting(found, "target") == "load"


def test_one_number_beside_letters_is_a_class(look: Callable[..., Guess]) -> None:
    kinds = RANDOM.choice(["0", "a", "b"], ROWS, p=[0.8, 0.1, 0.1])
    found = look({"date": DAYS, "sales": wander(), "holiday": kinds})
    assert (setting(found, "inputs"), setting(found, "missing_values")) == (
        ["sales", "holiday"],
        None,
    )


def test_a_number_that_is_none_in_several_columns(look: Callable[..., Guess]) -> None:
    values = {name: (20 + wander()).round(1) for name in ("a", "b", "c")}
    for name in ("a", "b"):
        values[name][RANDOM.choice(ROWS, 30)] = -200
    values["c"][60:] = -200
    found = look({"date": DAYS, **values, "load": wander()})
    assert setting(found, "missing_values") == [-200]
    assert (setting(found, "inputs"), setting(found, "missing")) == (
        ["a", "b", "load"],
        "interpolate",
    )
    assert any("'c' is left out: it is empty in" in note for note in found.notes)


def test_minus_one_in_several_columns_is_asked(look: Callable[..., Guess]) -> None:
    values = {name: RANDOM.normal(500, 2, ROWS).round(1) for name in ("a", "b")}
    for name in values:
        values[name][::40] = -1
    found = look({"date": DAYS, **values})
    assert setting(found, "missing_values") is None
    assert sum("-1 stands in" in note for note in found.notes) == 2


@pytest.mark.parametrize(("stays", "horizon"), [(40, 0), (2, 1)])
def test_a_state_that_lasts_is_found_of_its_own_row(
    stays: int, horizon: int, look: Callable[..., Guess]
) -> None:
    state = np.repeat(RANDOM.integers(2, size=ROWS // stays), stays)
    found = look({"date": DAYS, "co2": wander() + state, "occupancy": state})
    assert (setting(found, "target"), setting(found, "horizon")) == ("occupancy", horizon)
    assert ("occupancy" in setting(found, "inputs")) == (horizon == 1)
    assert any("lasts from row to row" in note for note in found.notes) == (horizon == 0)


def panel(lines: list[tuple[Any, ...]], header: str, path: Path) -> Guess:
    rows = [header, *(",".join(map(str, line)) for line in lines)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return guess(path, Wishes())


def test_an_empty_series_does_not_stand_for_the_others(tmp_path: Path) -> None:
    """Kaggle's stickers: Canada sells no goose, and comes first."""
    lines = [
        (day, country, thing, "" if (country, thing) == ("Canada", "goose") else 50 + at % 7)
        for at, day in enumerate(DAYS[:120])
        for country in ("Canada", "Kenya")
        for thing in ("goose", "duck")
    ]
    found = panel(lines, "date,country,product,num_sold", tmp_path / "train.csv")
    assert (setting(found, "target"), setting(found, "missing")) == ("num_sold", "interpolate")


def test_a_text_that_some_series_lack_is_left_out(tmp_path: Path) -> None:
    """Our World in Data: a continent has no continent."""
    lines = [
        (place, continent, day, at % 7 + size)
        for place, continent, size in (("AUT", "Europe", 3), ("BRA", "America", 9), ("EUR", "", 40))
        for at, day in enumerate(DAYS[:100])
    ]
    found = panel(lines, "iso_code,continent,date,new_cases", tmp_path / "covid.csv")
    assert setting(found, "inputs") == ["new_cases"]
    assert any("'continent' is left out: it is text, and empty" in note for note in found.notes)


def test_tweets_in_another_order_than_that_of_time(tmp_path: Path) -> None:
    """Sentiment140: no header, days in words, the classes one below the other."""
    day = pd.Timestamp("2009-04-06 22:19:45")
    lines = [
        (
            f'"{4 * (at % 2)}"',
            f'"{day + pd.Timedelta(hours=at * 37 % 200):%a %b %d %H:%M:%S PDT %Y}"',
            f'"so {" ".join(RANDOM.choice(["good", "bad", "rain", "day"], 6))} {at}"',
        )
        for at in range(200)
    ]
    path = tmp_path / "training.csv"
    path.write_text("\n".join(",".join(line) for line in lines) + "\n", "utf-8")
    found = guess(path, Wishes())
    assert (setting(found, "sequence"), setting(found, "target")) == ("column_3", "column_1")


def test_engines_without_names_of_columns(tmp_path: Path) -> None:
    """C-MAPSS: an engine, its cycles, and more numbers than a row of a sequence needs."""
    path = tmp_path / "train_FD001.txt"
    rows = [
        (engine, cycle, *(RANDOM.normal(size=20) + cycle / 20).round(2))
        for engine in range(1, 7)
        for cycle in range(1, 40 + engine)
    ]
    path.write_text("".join(" ".join(map(str, row)) + "  \n" for row in rows), "utf-8")
    assert setting(guess(path, Wishes()), "series") == "column_1"


def test_days_that_come_newest_first_within_years(tmp_path: Path) -> None:
    """PJM: years in order, days of each backwards, hours of each forwards; clocks change."""
    hours = pd.date_range("2021-11-20 00:00", "2022-02-10 23:00", freq="h", tz="America/New_York")
    clocks = hours.tz_localize(None)
    load = 100 + 10 * np.sin(np.arange(len(clocks)) * np.pi / 12) + RANDOM.normal(size=len(hours))
    frame = pd.DataFrame({"Datetime": clocks, "AEP_MW": load.round(1)}).drop(index=[300])
    day = frame["Datetime"].dt.normalize()
    order = np.lexsort((frame["Datetime"], -day.astype(np.int64), frame["Datetime"].dt.year))
    path = tmp_path / "AEP_hourly.csv"
    frame.iloc[order].to_csv(path, index=False)
    found = guess(path, Wishes())
    assert (setting(found, "time"), setting(found, "season")) == ("Datetime", 24)
    assert any("no order of time" in note for note in found.notes)


@pytest.mark.parametrize("same", [True, False])
def test_rows_of_one_hour_that_differ_in_words_only(same: bool, tmp_path: Path) -> None:
    """Interstate traffic: an hour has a row for each kind of weather in it."""
    hours = pd.date_range("2021-01-01", periods=300, freq="h")
    traffic = (2000 + 500 * np.sin(np.arange(300) * np.pi / 12) + RANDOM.normal(size=300)).round(1)
    lines = [
        (hour, weather, traffic[at] + (0 if same else 900 * (weather == "Mist")))
        for at, hour in enumerate(hours)
        for weather in (["Rain", "Mist"] if at % 3 == 0 else ["Mist" if at % 3 == 1 else "Rain"])
    ]
    found = panel(lines, "date_time,weather_main,traffic_volume", tmp_path / "metro.csv")
    assert setting(found, "duplicates") == ("first" if same else None)
    assert setting(found, "series") == (None if same else "weather_main")


def test_sentences_in_pairs_without_a_header(tmp_path: Path) -> None:
    """Tatoeba's: Go., a tab, Va !; the first pair is no header."""
    verbs = [f"{first}{second}" for first in "bdfglmnprst" for second in ("a", "ent", "it", "oma")]
    rows = [f"{verb.title()}{'.!'[at % 2]}\tVa {verb}\u202f!" for at, verb in enumerate(verbs)]
    path = tmp_path / "eng-fra.txt"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    assert setting(guess(path, Wishes()), "sequence") == "column_1"
    path.write_text("\n".join(["en\tfr", *rows]) + "\n", "utf-8")
    assert setting(guess(path, Wishes()), "sequence") == "en"


def test_what_somebody_does_stands_before_what_is_measured(tmp_path: Path) -> None:
    """WISDM: no header, a user, the activity, and accelerations."""
    doing = np.repeat(["Walking", "Sitting", "Jogging", "Walking", "Sitting"], 80)
    rows = zip(np.repeat([33, 7], 200), doing, wander(), wander(), wander(), strict=True)
    path = tmp_path / "raw.txt"
    path.write_text("".join(",".join(map(str, row)) + ";\n" for row in rows), "utf-8")
    found = guess(path, Wishes())
    assert (setting(found, "target"), setting(found, "horizon")) == ("column_2", 0)
