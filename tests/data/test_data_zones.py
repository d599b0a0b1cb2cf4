"""Offsets from UTC and time zones are kept; the hour that comes twice is understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.time import Clock, infer_step, read_stamps, times_after
from rnnsearch.errors import InvalidData

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "+03:30", "Australia/Sydney")
AUTUMN = {"Europe/Berlin": "2023-10-28", "America/New_York": "2023-11-04"}


def index_of(zone: str, start: str, rows: int, freq: str) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=rows, freq=freq, tz=zone)


@given(
    zone=st.sampled_from(ZONES),
    start=st.sampled_from(["2023-01-05", "2023-03-20", "2023-10-25"]),
    freq=st.sampled_from(["h", "15min", "D"]),
    form=st.sampled_from(["iso", "%Y-%m-%d %H:%M:%S%z", "%d.%m.%Y %H:%M%z"]),
)
@settings(max_examples=25)
def test_stamps_with_offsets_keep_them(zone: str, start: str, freq: str, form: str) -> None:
    index = index_of(zone, start, 900, freq)
    cells = [time.isoformat() if form == "iso" else time.strftime(form) for time in index]
    stamps = read_stamps(cells[:800])
    clock = Clock(**json.loads(json.dumps(stamps.clock.to_json())))
    local = clock.local(stamps.times)
    np.testing.assert_array_equal(local, index[:800].tz_localize(None).to_numpy())
    step = infer_step(stamps.times)
    assert step is not None and step.regular
    later = clock.texts(times_after(stamps.times, step, 100)).tolist()
    if form != "%d.%m.%Y %H:%M%z":
        assert clock.texts(stamps.times).tolist() == cells[:800]
    if zone in ("UTC", "+03:30", "Asia/Kolkata", "Europe/Berlin"):
        expected = cells[800:] if form != "%d.%m.%Y %H:%M%z" else None
        assert expected is None or later == expected


@pytest.mark.parametrize("zone", AUTUMN)
@pytest.mark.parametrize("freq", ["h", "30min"])
def test_the_hour_that_comes_twice_is_understood(zone: str, freq: str) -> None:
    index = index_of(zone, AUTUMN[zone], 120, freq)
    cells = index.strftime("%Y-%m-%d %H:%M").tolist()
    stamps = read_stamps(cells)
    universal = index.tz_convert("UTC").tz_localize(None).to_numpy()
    np.testing.assert_array_equal(stamps.times, universal)
    assert stamps.clock.texts(stamps.times).tolist() == cells
    (note,) = stamps.notes
    assert "data.time_zone" in note


def test_a_zone_that_is_given_says_which_hours_there_are(write_csv: Any, csv_source: Any) -> None:
    index = index_of("Europe/Berlin", "2024-03-25", 400, "h")
    columns = {"t": index.strftime("%Y-%m-%d %H:%M"), "y": np.sin(np.arange(400))}
    path = write_csv(columns)
    data = read(csv_source(path, time="t", time_zone="Europe/Berlin"), "many_to_one")
    assert data.prepared.step.regular and data.series.ticks is None
    assert "row is missing" in read(csv_source(path, time="t"), "many_to_one").notes[0]
    with pytest.raises(InvalidData, match="must be a time zone; received 'Berlin'"):
        read(csv_source(path, time="t", time_zone="Berlin"), "many_to_one")
    bad = {"t": [*columns["t"][:100], "2024-03-31 02:30"], "y": columns["y"][:101]}
    with pytest.raises(InvalidData, match="which Europe/Berlin leaves out in spring"):
        read(csv_source(write_csv(bad), time="t", time_zone="Europe/Berlin"), "many_to_one")


def test_the_calendar_is_local_and_predictions_match_rows(
    write_csv: Any, csv_source: Any, tmp_path: Path
) -> None:
    index = index_of("America/New_York", "2023-10-30", 300, "h")
    columns = {"t": [time.isoformat() for time in index], "y": np.sin(np.arange(300))}
    source = csv_source(write_csv(columns), time="t", calendar=("hour",))
    prepared = preparation_from_json(read(source, "many_to_one").preparation().to_json())
    x, frame = prepared.inputs(str(write_csv({k: v[:200] for k, v in columns.items()})))
    assert frame["t"].tolist() == columns["t"][4:201]
    angle = 2 * np.pi * index.hour[4:201] / 24
    np.testing.assert_allclose(np.asarray(x)[:, -1, 1], np.sin(angle), atol=1e-6)
    naive = write_csv({"t": index.strftime("%Y-%m-%d %H:%M")[:20], "y": np.arange(20)})
    with pytest.raises(InvalidData, match="must be time stamps with an offset from UTC"):
        prepared.inputs(str(naive))


def test_parquet_keeps_its_zone(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from rnnsearch.spec.sources import ParquetSource

    index = index_of("Europe/Berlin", "2023-10-20", 400, "h")
    frame = pd.DataFrame({"t": index, "y": np.sin(np.arange(400))})
    frame.to_parquet(tmp_path / "a.parquet")
    source = ParquetSource(
        source="parquet", path=tmp_path / "a.parquet", time="t", inputs=("y",), target="y",
        window=4, calendar=("hour",), base="none",
    )  # fmt: skip
    prepared = preparation_from_json(read(source, "many_to_one").preparation().to_json())
    x, found = prepared.inputs(str(tmp_path / "a.parquet"))
    assert found["t"].tolist()[:-1] == [str(time) for time in index[4:]]
    angle = 2 * np.pi * index.hour[4:] / 24
    np.testing.assert_allclose(np.asarray(x)[:-1, -1, 1], np.sin(angle), atol=1e-6)


def test_days_of_a_zone_are_days_also_when_clocks_change() -> None:
    index = index_of("Europe/Berlin", "2023-10-01", 60, "D")
    stamps = read_stamps([time.isoformat() for time in index])
    assert str(infer_step(stamps.times)) == "1 day"
    assert stamps.clock.text(stamps.times[-1]) == index[-1].isoformat()


def test_offsets_of_no_zone_are_asked_about() -> None:
    from rnnsearch.data.time import TimeProblem

    cells = ["2024-01-01T00:00:00+01:00", "2024-01-01T02:00:00+05:00", "2024-01-02T00:00:00-07:00"]
    with pytest.raises(TimeProblem) as caught:
        read_stamps(cells)
    assert caught.value.path == "data.time_zone"
    found = read_stamps(cells, zone="Europe/Berlin")
    assert found.clock.texts(found.times)[1] == "2023-12-31T22:00:00+01:00"


@pytest.mark.parametrize("cell", ["2021-01-01T00:00:00.000Z", "2021-01-01T00:00:00.5+01:00"])
def test_fractions_have_as_many_digits_as_in_the_file(cell: str) -> None:
    assert read_stamps([cell]).clock.texts(read_stamps([cell]).times).tolist() == [cell]
