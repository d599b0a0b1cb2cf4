"""Columns that say a zone, what sort of series it is, or what is left of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

RNG = np.random.default_rng(0)


def look(folder: Path, columns: dict[str, object]) -> Guess:
    pd.DataFrame(columns).to_csv(folder / "data.csv", index=False)
    return guess(folder / "data.csv", Wishes())


def local(zone: str, start: str = "2021-03-01", hours: int = 900) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=hours, freq="h", tz=zone)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "{:%Z}"),
        ("Europe/Berlin", "{:%Z}"),
        ("Europe/London", "{:%Z}"),
        ("Europe/Berlin", "Europe/Berlin"),
    ],
)
@pytest.mark.parametrize("start", ["2021-03-01", "2021-10-15"])
def test_a_column_says_whose_clocks(zone: str, said: str, start: str, tmp_path: Path) -> None:
    times = local(zone, start)
    columns = {
        "time": times.strftime("%Y-%m-%d %H:%M"),
        "tz_cd": [said.format(time) for time in times],
        "flow": RNG.normal(size=len(times)),
    }
    found = look(tmp_path, columns)
    assert setting(found, "time_zone") == zone
    assert setting(found, "irregular") is None  # no hour is missing in spring
    assert setting(found, "inputs") == ["flow"]
    assert f"'tz_cd' says whose clocks time stamps are of: {zone} (data.time_zone)" in found.notes
    written = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "a.yaml").path
    assert not any("missing" in text for _, text in rnnsearch.check(written).data)


@pytest.mark.parametrize(
    "zones",
    [
        lambda times: ["Europe/Berlin"] * len(times),  # which has no such hour in spring
        lambda times: ["north" if at % 2 else "south" for at in range(len(times))],
        lambda times: ["EST"] * len(times),
    ],
)
def test_what_is_no_zone_of_the_rows(zones, tmp_path: Path) -> None:
    times = pd.date_range("2021-03-01", periods=900, freq="h")
    found = look(tmp_path, {"time": times, "zone": zones(times), "flow": RNG.normal(size=900)})
    assert setting(found, "time_zone") is None
    assert setting(found, "irregular") is None


@pytest.mark.parametrize("zones", [["CET", "CEST"], ["EST", "EDT"]])
def test_summer_and_winter_by_turns_are_no_zone(zones: list[str], tmp_path: Path) -> None:
    times = pd.date_range("2021-05-01", periods=900, freq="h")
    found = look(tmp_path, {"time": times, "tz": zones * 450, "flow": RNG.normal(size=900)})
    assert setting(found, "time_zone") is None


def stores() -> dict[str, list[object]]:
    times = pd.date_range("2021-03-01", periods=60)
    rows = {name: ("big" if name in "AC" else "small") for name in "ABCD"}
    return {
        "time": [time for _ in rows for time in times],
        "time_zone": [f"Zone/{name}" for name in rows for _ in times],
        "store": [name for name in rows for _ in times],
        "city": [f"of {name}" for name in rows for _ in times],
        "kind": [kind for kind in rows.values() for _ in times],
        "sales": RNG.normal(size=60 * len(rows)).tolist(),
    }


def test_what_is_the_same_in_each_series(tmp_path: Path) -> None:
    found = look(tmp_path, stores())
    assert setting(found, "series") == "store"
    assert setting(found, "inputs") == ["kind", "sales"]
    for name in ("time_zone", "city"):
        assert f"'{name}' is left out: it names the series, as 'store' does" in found.notes
    written = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "a.yaml").path
    assert rnnsearch.check(written).task == "many_to_one"


@pytest.mark.parametrize("most", [1000, 60])
@pytest.mark.parametrize("name", ["RUL", "time_to_failure"])
def test_what_is_left_of_each_series(name: str, most: int, tmp_path: Path) -> None:
    units = {unit: 40 + 7 * unit for unit in range(1, 6)}
    columns = {
        "unit": [unit for unit, rows in units.items() for _ in range(rows)],
        "cycle": [at + 1 for rows in units.values() for at in range(rows)],
        name: [min(most, rows - at - 1) for rows in units.values() for at in range(rows)],
        "heat": RNG.normal(size=sum(units.values())),
    }
    found = look(tmp_path, columns)
    assert (setting(found, "target"), setting(found, "horizon")) == (name, 0)
    assert (setting(found, "series"), setting(found, "inputs")) == ("unit", ["heat"])
    assert setting(found, "base") is None and setting(found, "season") is None
    assert any("data.split: {by: series} holds out whole ones" in note for note in found.notes)
    written = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "a.yaml").path
    assert rnnsearch.check(written).task == "many_to_one"


@pytest.mark.parametrize("last", ["kind", "label"])
def test_what_is_the_same_in_each_series_is_no_target(last: str, tmp_path: Path) -> None:
    columns = stores()
    del columns["time_zone"], columns["city"]
    columns[last] = columns.pop("kind")
    found = look(tmp_path, columns)
    assert (setting(found, "target"), setting(found, "horizon")) == ("sales", 1)
    assert any(f"save each series as a row of x and its '{last}' as y" in n for n in found.notes)
    asked = guess(tmp_path / "data.csv", Wishes(target=last))  # its past would give it away
    assert (setting(asked, "inputs"), setting(asked, "horizon")) == (["sales"], 0)
