"""Rows that are missing: counted and said, put in as gaps, and never counted as steps of the clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.series.naive import naive_forecasts, seasonal_rows
from rnnsearch.data.time import infer_step
from rnnsearch.errors import InvalidData

SEASON = 24


def outages(write_csv: Any, seed: int = 0, rows: int = 900) -> tuple[Any, pd.Series]:
    """A file that lacks a tenth of its hours, in stretches, and its values by the hour."""
    generator = np.random.default_rng(seed)
    index = pd.date_range("2024-03-01", periods=rows, freq="h")
    y = pd.Series(np.sin(np.arange(rows) / SEASON * 2 * np.pi) * 10 + np.arange(rows) / 90, index)
    keep = np.ones(rows, bool)
    for start in range(40, rows - 20, 60):
        keep[start : start + generator.integers(1, 14)] = False
    y = y.round(4)[keep]
    return write_csv({"t": y.index.strftime("%Y-%m-%d %H:%M"), "y": y.tolist()}), y


def test_seasons_go_by_the_clock(write_csv: Any, csv_source: Any) -> None:
    path, y = outages(write_csv)
    data = read(csv_source(path, time="t"), "many_to_one")
    part = data.dataset().validation
    truth = data.dataset().target.own_units(part.y)[:, 0]
    naive = part.naive["seasonal_naive"][:, 0]
    times = y.index[np.searchsorted(y.to_numpy().round(3), -99) :]
    first = data.segments[0][1].start + 4  # the window's rows and the one it predicts
    times = y.index[first : first + len(naive)]
    for time, value in zip(times, naive, strict=True):
        past = [time - pd.Timedelta(days=back) for back in range(1, 5)]
        expected = next(y[earlier] for earlier in past if earlier in y.index)
        assert value == pytest.approx(expected)
    clock = y.asfreq("h")  # where the row a day before is there it is pandas' figure
    errors = (clock - clock.shift(SEASON)).reindex(times[: len(naive)]).to_numpy()
    there = np.isfinite(errors)
    assert 0 < there.sum() < len(naive)
    np.testing.assert_allclose((truth - naive)[there], errors[there], atol=1e-4)
    assert np.sqrt(np.mean((naive - truth) ** 2)) < 1
    assert data.dataset().target.naive_error == pytest.approx(24 / 90, rel=0.05)


def test_they_are_counted_and_said(write_csv: Any, csv_source: Any) -> None:
    path, y = outages(write_csv)
    holes = np.diff(y.index) > np.timedelta64(1, "h")
    lacking = len(pd.date_range(y.index[0], y.index[-1], freq="h")) - len(y)
    (note,) = read(csv_source(path, time="t"), "many_to_one").notes
    assert note.startswith(f"{lacking} rows are missing in {holes.sum()} places, the first after")
    assert "data.irregular: reindex" in note
    summary = read(csv_source(path, time="t"), "many_to_one").summary()
    assert ("note", note) in summary


@given(seed=st.integers(0, 20), step=st.sampled_from(["h", "15min", "D", "ME", "MS", "QE", "W"]))
@settings(max_examples=25)
def test_they_are_put_in_as_gaps(write_csv: Any, csv_source: Any, seed: int, step: str) -> None:
    """The same as if the file had empty cells there."""
    generator = np.random.default_rng(seed)
    index = pd.date_range("2000-01-31", periods=120, freq=step)
    there = generator.random(120) < 0.85
    there[[0, 119]] = True
    y = generator.normal(size=120).round(3)
    stamps = index.strftime("%Y-%m-%d %H:%M")
    empty = {"t": stamps, "y": [v if has else None for v, has in zip(y, there, strict=True)]}
    lacking = {"t": stamps[there], "y": y[there].tolist()}
    keys = {"time": "t", "missing": "interpolate", "window": 5, "season": 4}
    one = read(csv_source(write_csv(empty), **keys), "many_to_one")
    two = read(csv_source(write_csv(lacking), **keys, irregular="reindex"), "many_to_one")
    for left, right in zip(*map(parts, (one, two)), strict=True):
        np.testing.assert_array_equal(left, right)
    prepared = preparation_from_json(two.preparation().to_json())
    found = prepared.inputs(str(write_csv(lacking)))
    expected = preparation_from_json(one.preparation().to_json()).inputs(str(write_csv(empty)))
    np.testing.assert_array_equal(np.asarray(found[0]), np.asarray(expected[0]))
    assert found[1].equals(expected[1])


def parts(data: Any) -> list[np.ndarray]:
    dataset = data.dataset()
    found = []
    for part in (dataset.train, dataset.validation, dataset.test):
        found += [part.array, part.y, *part.naive.values()]
    return found


def test_something_must_be_done_about_them(write_csv: Any, csv_source: Any) -> None:
    path, _ = outages(write_csv)
    with pytest.raises(InvalidData, match="must say what to do about rows that are missing"):
        read(csv_source(path, time="t", irregular="reindex"), "many_to_one")


def test_days_off_are_no_gaps(write_csv: Any, csv_source: Any) -> None:
    """Of business days with public holidays left out, nothing is missing."""
    days = pd.bdate_range("2015-01-01", "2019-12-31")
    days = days[~((days.month == 12) & (days.day == 25)) & ~((days.month == 1) & (days.day == 1))]
    columns = {"t": days.strftime("%Y-%m-%d"), "y": np.arange(len(days)) % 9}
    data = read(csv_source(write_csv(columns), time="t"), "many_to_one")
    assert data.notes == () and data.prepared.season == 5
    assert str(data.prepared.step) == "1 business day (Mon to Fri)".removeprefix("1 ")


def test_a_season_ago_is_never_after_the_forecast_is_made() -> None:
    """The target may lie further ahead by the clock than by rows."""
    ticks = np.array([0, 1, 2, 3, 10, 11, 12])
    values = np.arange(7.0)[:, None]
    known = np.ones(7, bool)
    for season in (1, 2, 4, 8):
        for target in range(2, 7):
            origin = np.array([target - 2])
            rows = seasonal_rows(known, np.array([target]), season, season, ticks, origin)
            assert rows[0] <= origin[0]
            found = naive_forecasts(values, known, np.array([target]), origin, 2, season, ticks)
            assert np.nan_to_num(found["seasonal_naive"][0, 0], nan=-1) <= origin[0]


@pytest.mark.parametrize(
    ("zone", "lost", "said"),
    [("Europe/Berlin", 0, True), ("UTC", 5, False), ("Europe/Berlin", 5, False)],
)
def test_an_hour_that_clocks_left_out_is_said_to_be_one(
    zone: str, lost: int, said: bool, write_csv: Any, csv_source: Any
) -> None:
    index = pd.date_range("2021-03-20", periods=300, freq="h", tz=zone)
    times = [f"{t:%Y-%m-%d %H:%M}" for n, t in enumerate(index) if not lost or n != 40]
    path = write_csv({"t": times, "y": np.sin(np.arange(len(times)))})
    notes = read(csv_source(path, time="t"), "many_to_one").notes
    assert any("1 row is missing" in n or "2 rows are missing" in n for n in notes)
    assert any("clocks went forward there" in note for note in notes) is said


def test_rows_that_are_not_equally_far_apart_are_said(write_csv: Any, csv_source: Any) -> None:
    """As of a calendar of 4, 4 and 5 weeks: the row after the last may come a week later."""
    weeks = np.cumsum([4, 4, 5] * 20)
    days = [str(np.datetime64("2005-01-01") + 7 * int(week)) for week in weeks]
    path = write_csv({"end": days, "y": (np.arange(60) % 7).tolist()})
    data = read(csv_source(path, time="end"), "many_to_one", (4,))
    note = "the time stamp of a forecast is a guess, 4 weeks after the row before it"
    assert any(note in said for said in data.notes)
    days = [str(np.datetime64("2020-01-01") + day) for day in range(60)]
    even = write_csv({"end": days, "y": (np.arange(60) % 7).tolist()})
    data = read(csv_source(even, time="end"), "many_to_one", (4,))
    assert not any("guess" in said for said in data.notes)


@pytest.mark.parametrize("late", [2, 300])
def test_rows_that_are_a_little_late_are_on_the_clock(
    late: int, write_csv: Any, csv_source: Any
) -> None:
    """As loggers on a network write them; a tenth of the rows is missing, too."""
    generator = np.random.default_rng(3)
    there = np.flatnonzero(generator.random(400) > 0.1)
    there[0] = 0
    times = pd.Timestamp("2024-03-01") + pd.to_timedelta(there * 3600, unit="s")
    times += pd.to_timedelta(generator.integers(0, late, len(there)), unit="s")
    columns = {"t": [str(time) for time in times], "y": (there % SEASON).tolist()}
    path = write_csv(columns)
    source = csv_source(path, time="t", irregular="reindex", missing="interpolate", season=SEASON)
    data = read(source, "many_to_one", (4,))
    assert str(data.series.step) == "1 hour"  # type: ignore[attr-defined]
    assert len(data.series) == there[-1] + 1  # type: ignore[attr-defined]
    assert f"{there[-1] + 1 - len(there)} rows are missing" in " ".join(data.notes)
    prepared = preparation_from_json(data.preparation().to_json())
    new = write_csv({"t": columns["t"][-9:], "y": columns["y"][-9:]})
    assert len(prepared.inputs(str(new))[1])
    half = pd.date_range("2024-05-01", periods=9, freq="30min").astype(str).tolist()
    new = write_csv({"t": half, "y": columns["y"][-9:]})
    with pytest.raises(InvalidData, match="must be rows 1 hour apart, as in training"):
        prepared.inputs(str(new))


def test_events_are_on_no_clock() -> None:
    generator = np.random.default_rng(0)
    waits = generator.exponential(100, 400)
    events = np.cumsum(waits)
    late = 3600 * (np.arange(400) + generator.uniform(0, 0.35, 400))
    for seconds in (events, late):
        step = infer_step(np.datetime64("2024-03-01", "us") + seconds.astype("timedelta64[s]"))
        assert step is not None and not step.regular
