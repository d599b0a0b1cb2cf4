"""Time stamps of predictions are written as the file has them, in its own columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.series.predicted_rows import iso_stamps
from rnnsearch.data.series.rows import Series
from rnnsearch.data.time import Clock, read_stamps, with_writing

ROWS, AFTER = 60, 3
FRENCH = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]


def half(time: Any) -> str:
    text: str = time.strftime("%I:%M").lstrip("0") + (" a.m." if time.hour < 12 else " p.m.")
    return text


FORMS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "german": ("h", lambda t: f"{t:%d.%m.%Y %H:%M}"),
    "Uhr": ("h", lambda t: f"{t:%d.%m.%Y %H:%M} Uhr"),
    "half a day": ("h", lambda t: f"{t.month}/{t.day}/{t.year} {half(t)}"),
    "T and Z": ("15min", lambda t: f"{t:%Y-%m-%dT%H:%M:%S}.000Z"),
    "offset": ("h", lambda t: f"{t:%d/%m/%Y %H:%M} +0200"),
    "months": ("MS", lambda t: f"{t:%b-%y}"),
    "loud months": ("MS", lambda t: f"{t:%b %Y}".upper()),
    "statistical": ("MS", lambda t: f"{t.year}M{t.month:02}"),
    "French": ("D", lambda t: f"{t.day} {FRENCH[t.month - 1]} {t.year}"),
    "weekdays": ("D", lambda t: f"{t:%a, %d %b %Y}"),
    "quarters": ("QS", lambda t: f"Q{(t.month + 2) // 3} {t.year}"),
    "weeks": ("W-MON", lambda t: f"{t:%G-W%V}"),
    "compact": ("h", lambda t: f"{t:%Y%m%d%H%M}"),
    "seconds": ("h", lambda t: str(int(t.timestamp()))),
    "Excel's days": ("D", lambda t: str((t - pd.Timestamp("1899-12-30")).days)),
    "ends at 24": ("h", lambda t: f"{t - pd.Timedelta('1s'):%d.%m.%Y} {t.hour or 24:02}:00"),
    "stretches": ("h", lambda t: f"{t:%d.%m.%Y %H:%M} - {t + pd.Timedelta('1h'):%d.%m.%Y %H:%M}"),
}


@pytest.mark.parametrize("name", FORMS)
def test_rows_to_come_are_written_as_those_of_the_file(name: str) -> None:
    freq, text = FORMS[name]
    whole = [text(time) for time in pd.date_range("2021-01-04 01:00", periods=ROWS, freq=freq)]
    if freq not in ("h", "15min"):
        whole = [text(time) for time in pd.date_range("2021-01-04", periods=ROWS, freq=freq)]
    every, cells = read_stamps(whole), whole[: ROWS - AFTER]
    stamps = read_stamps(cells)
    clock = with_writing(stamps.clock, [cells], stamps.times, ["t"])
    written = Clock.from_json(clock.to_json()).written(every.times)
    assert written is not None
    assert written[0].tolist() == whole


def test_what_would_be_lost_is_not_written_so() -> None:
    """Days in the file, hours of them predicted; a month of which no name is known."""
    stamps = read_stamps(["31/12/2020", "01/01/2021"])
    clock = with_writing(stamps.clock, [["31/12/2020", "01/01/2021"]], stamps.times, ["t"])
    assert clock.written(stamps.times)[0].tolist() == ["31/12/2020", "01/01/2021"]  # type: ignore[index]
    assert clock.written(stamps.times + np.timedelta64(1, "h")) is None
    assert clock.texts(stamps.times)[0] == "2020-12-31"
    cells = ["01.02.2021 10:00:00.5", "01.02.2021 10:00:01.0"]
    stamps = read_stamps(cells)
    clock = with_writing(stamps.clock, [cells], stamps.times, ["t"])
    assert clock.written(stamps.times)[0].tolist() == cells  # type: ignore[index]
    assert clock.written(stamps.times + np.timedelta64(250, "ms")) is None


def after(columns: dict[str, Any], time: Any, folder: Path, source: Any, **keys: Any) -> Any:
    """A function of other files and of the time after their last row, to what `predict` calls it."""
    path = folder / "rows.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    made = source(path, time=time, inputs=("y",), target="y", window=4, **keys)
    prepared = preparation_from_json(read(made, "many_to_one").preparation().to_json())

    def of(frame: pd.DataFrame, last: str) -> list[Any]:
        frame.to_csv(folder / "new.csv", index=False)
        found = prepared.inputs(str(folder / "new.csv"))[1]
        assert list(found) == [time] if isinstance(time, str) else list(found) == list(time)
        stamps = iso_stamps(prepared, found)
        assert stamps is not None and pd.Timestamp(stamps[-1]) == pd.Timestamp(last)
        return [str(value) for value in found.iloc[-1]]

    return of


def test_the_columns_of_the_file(tmp_path: Path, csv_source: Any) -> None:
    """Hours from 1 to 24 beside a date; a day of these later the date is another."""
    times = pd.date_range("2021-01-30 01:00", periods=47, freq="h")
    begun = times - pd.Timedelta("1s")
    columns = {
        "Date": begun.strftime("%m/%d/%Y"),
        "Hour": [time.hour or 24 for time in times],
        "y": np.sin(np.arange(47)).round(3),
    }
    of = after(columns, ("Date", "Hour"), tmp_path, csv_source)
    frame = pd.DataFrame(columns)
    assert of(frame, "2021-02-01") == ["01/31/2021", "24"]
    assert of(frame[:46], "2021-01-31 23:00") == ["01/31/2021", "23"]


def test_the_new_file_says_how(tmp_path: Path, csv_source: Any) -> None:
    days = pd.date_range("2021-01-01", periods=40, freq="D")
    values = np.sin(np.arange(40)).round(3)
    of = after({"t": days.strftime("%d/%m/%Y"), "y": values}, "t", tmp_path, csv_source)
    iso = pd.DataFrame({"t": days.strftime("%Y-%m-%d"), "y": values})
    assert of(iso[:10], "2021-01-11") == ["2021-01-11"]


@pytest.mark.parametrize("form", ["{:%d/%m/%Y}", "{0.day}/{0.month}/{0.year}"])
@pytest.mark.parametrize("apart", [False, True])
def test_what_few_rows_do_not_tell_is_written_as_in_training(
    form: str, apart: bool, tmp_path: Path, csv_source: Any
) -> None:
    """The last days of a year have no zeros before numbers; the next has, or has none."""

    def table(first: str, count: int) -> pd.DataFrame:
        days = [form.format(day) for day in pd.date_range(first, periods=count, freq="D")]
        columns = {"day": days, "hour": "7:00", "y": np.sin(np.arange(count)).round(3)}
        return pd.DataFrame(columns if apart else {k: v for k, v in columns.items() if k != "hour"})

    time = ("day", "hour") if apart else "day"
    of = after(dict(table("2021-01-01", 40)), time, tmp_path, csv_source)
    next_day = form.format(pd.Timestamp("2022-01-01"))
    hour = " 07:00" if apart else ""
    assert of(table("2021-12-27", 5), f"2022-01-01{hour}")[0] == next_day


def test_a_zone_that_is_asked_for_leaves_stamps_as_they_are(
    tmp_path: Path, csv_source: Any
) -> None:
    hours = pd.date_range("2021-03-27", periods=60, freq="h")
    columns = {"t": hours.strftime("%Y-%m-%dT%H:%MZ"), "y": np.sin(np.arange(60)).round(3)}
    keys = {"time_zone": "Europe/Berlin", "calendar": ("hour",)}
    of = after(columns, "t", tmp_path, csv_source, **keys)
    assert of(pd.DataFrame(columns), "2021-03-29T14:00+02:00") == ["2021-03-29T12:00Z"]


def test_offsets_that_change_by_another_zone_than_is_asked_for_are_not_written_again(
    tmp_path: Path, csv_source: Any
) -> None:
    """Which offset a later row has in the file nobody knows."""
    hours = pd.date_range("2021-03-27", periods=60, freq="h", tz="UTC").tz_convert("Europe/Berlin")
    texts = [f"{t:%d.%m.%Y %H:%M}+0{1 if t < hours[25] else 2}:00" for t in hours]
    columns = {"t": texts, "y": np.sin(np.arange(60)).round(3)}
    keys = {"time_zone": "America/New_York", "calendar": ("hour",)}
    of = after(columns, "t", tmp_path, csv_source, **keys)
    (written,) = of(pd.DataFrame(columns), "2021-03-29T12:00+00:00")
    assert pd.Timestamp(written) == pd.Timestamp("2021-03-29T12:00+00:00")
    assert written.endswith("-04:00")


def test_long_outages_are_one_computation(
    tmp_path: Path, csv_source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file with an outage of a month of hours takes no copy of the rows for each of them."""
    hours = pd.date_range("2021-01-01", periods=900, freq="h")
    values = np.sin(np.arange(900)).round(3)
    keep = (np.arange(900) < 60) | (np.arange(900) > 840)
    columns = {"t": hours.strftime("%d/%m/%Y %H:%M"), "y": values}
    keys = {"irregular": "reindex", "missing": "interpolate"}
    of = after(columns, "t", tmp_path, csv_source, **keys)
    taken = []
    take = Series.take
    monkeypatch.setattr(Series, "take", lambda self, rows: taken.append(rows) or take(self, rows))
    assert of(pd.DataFrame(columns)[keep], "2021-02-07 12:00") == ["07/02/2021 12:00"]
    assert len(taken) < 20


def test_years_and_weeks_in_columns_of_their_own(tmp_path: Path, csv_source: Any) -> None:
    """The first week of 2019 begins in 2018; years are those of the weeks."""
    weeks = pd.date_range("2018-01-01", periods=52, freq="7D").isocalendar()
    columns = {
        "Year": weeks["year"].tolist(),
        "Week": weeks["week"].tolist(),
        "y": np.sin(np.arange(52)).round(3),
    }
    path = tmp_path / "rows.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    keys: dict[str, Any] = {"time": ("Year", "Week"), "inputs": ("y",), "target": "y", "window": 4}
    prepared = read(csv_source(path, **keys), "many_to_one").preparation()
    found = preparation_from_json(prepared.to_json()).inputs(str(path))[1]
    assert [str(value) for value in found.iloc[-1]] == ["2019", "1"]
