"""Time stamps: every form that people write, the step between rows, the row after the last."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.tseries.holiday import USFederalHolidayCalendar
from pandas.tseries.offsets import CustomBusinessDay

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.time import (
    Clock,
    Step,
    find_form,
    infer_step,
    join_cells,
    read_stamps,
    read_times,
    times_after,
    with_writing,
)
from rnnsearch.errors import InvalidData

OFFSETS = (
    *("s", "15min", "h", "6h", "D", "2D", "W-SUN", "W-WED", "2W", "MS", "ME", "2MS", "QS", "QE"),
    *("QE-NOV", "YS", "YE", "YE-JUN", "B", "BME", "BMS", "SME", "SMS", "BQE", "WOM-3FRI"),
)
DATES = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d/%m/%y"),
    *("%m/%d/%y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%Y%m%d", "%a %d %b %Y", "%Y.%m.%d"),
)
TIMES = (" %H:%M", "T%H:%M:%S", " %H:%M:%S", " %I:%M:%S %p", " %H.%M")


def micro(index: Any) -> np.ndarray:
    return np.asarray(pd.DatetimeIndex(index).to_numpy(), "datetime64[us]")


@given(
    offset=st.sampled_from(OFFSETS),
    start=st.dates(
        min_value=pd.Timestamp("1975-01-01").date(), max_value=pd.Timestamp("2020").date()
    ),
    rows=st.integers(24, 120),
    date=st.sampled_from(DATES),
    time=st.sampled_from(TIMES),
)
@settings(max_examples=50)
def test_a_regular_series_comes_back_in_any_form(
    offset: str, start: Any, rows: int, date: str, time: str
) -> None:
    """All rows at their times, and the rows after the last at theirs; or both readings are said."""
    whole = pd.date_range(start, periods=rows + 3, freq=offset)
    if whole[-1].year > 2039:
        return
    fine = offset[-1] in "snh" or offset in ("15min", "h", "6h")
    form = date + (time if fine else "")
    if offset == "s" and "%S" not in form:
        form = date + " %H:%M:%S"
    found = find_form(whole[:rows].strftime(form).tolist())
    assert found is not None, form
    times = micro(whole)
    if found.others is not None:
        assert (found.times == times[:rows]).all() or (found.others == times[:rows]).all()
        return
    np.testing.assert_array_equal(found.times, times[:rows])
    cells = whole.strftime(form).tolist()
    clock = with_writing(Clock(found.form), [cells[:rows]], found.times, ["t"])
    assert [each.tolist() for each in clock.written(times) or ()] == [cells]
    step = infer_step(found.times)
    assert step is not None and step.regular
    np.testing.assert_array_equal(times_after(found.times, step, 3), times[rows:])
    np.testing.assert_array_equal(step.ticks(times), np.arange(rows + 3))
    assert Step.from_json(json.loads(json.dumps(step.to_json()))) == step


@pytest.mark.parametrize(
    ("write", "freq"),
    [
        (lambda t: t.strftime("%Y%m"), "MS"),
        (lambda t: t.strftime("%b-%y"), "MS"),
        (lambda t: t.strftime("%B %Y"), "MS"),
        (lambda t: t.strftime("%m/%Y"), "MS"),
        (lambda t: f"{t.year}Q{t.quarter}", "QS"),
        (lambda t: f"Q{t.quarter}-{t.year}", "QS"),
        (lambda t: t.strftime("%G-W%V"), "W-MON"),
        (lambda t: t.strftime("KW%V/%G"), "W-MON"),
        (lambda t: f"{t.year}M{t.month:02}", "MS"),
        (lambda t: f"{t.year}\u5e74{t.month}\u6708", "MS"),
        (lambda t: f"{t.year}\u5e74{t.month}\u6708{t.day}\u65e5", "D"),
        (lambda t: f"{t.day}. {t.month}. {t.year} {t.hour}:00", "6h"),
        (lambda t: str(int(t.timestamp())), "h"),
        (lambda t: str(int(t.timestamp() * 1000)), "h"),
        (lambda t: str((t - pd.Timestamp("1899-12-30")).days), "D"),
        (lambda t: f"{t:%d.%m.}{t.year} {t.hour + 1:02}:00" if t.hour < 23 else
         f"{t:%d.%m.}{t.year} 24:00", "h"),
    ],
)  # fmt: skip
def test_forms_that_are_no_dates(write: Callable[[pd.Timestamp], str], freq: str) -> None:
    whole = pd.date_range("1990-01-01", periods=90, freq=freq)
    cells = [write(time) for time in whole]
    late = pd.Timedelta("1h") if "24:00" in cells[23] else pd.Timedelta(0)
    np.testing.assert_array_equal(read_stamps(cells).times, micro(whole + late))


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["1990-01", "1990-02"], ["1990-03", "1990-04"]),
        (["199001", "199002"], ["1990-03", "1990-04"]),
        (["Dez 1990", "Jan 1991"], ["1991-02", "1991-03"]),
        (["1990Q3", "1990Q4"], ["1991Q1", "1991Q2"]),
        (["1990M11", "1990M12"], ["1991-01", "1991-02"]),
        (["1990\u5e748\u6708", "1990\u5e749\u6708"], ["1990-10", "1990-11"]),
        (["2003-01-01 22:00", "2003-01-01 23:00"], ["2003-01-02 00:00", "2003-01-02 01:00"]),
        (["1990-W51", "1990-W52"], ["1991-W01", "1991-W02"]),
        (["01/02/2003", "15/02/2003"], ["2003-03-01", "2003-03-15"]),
        (["00:00:05", "00:00:10"], ["00:00:15", "00:00:20"]),
        (["23:59:59", "24:00:00"], ["24:00:01", "24:00:02"]),
        (["2 days 01:00:00", "2 days 02:00:00"], ["51:00:00", "52:00:00"]),
        (["00:00:00.250", "00:00:00.500"], ["00:00:00.75", "00:00:01"]),
    ],
)
def test_the_next_rows_are_written_as_they_are_meant(cells: list[str], shown: list[str]) -> None:
    stamps = read_stamps(cells)
    step = infer_step(stamps.times)
    assert stamps.clock.texts(times_after(stamps.times, step, 2)).tolist() == shown
    again = Clock(**json.loads(json.dumps(stamps.clock.to_json())))
    np.testing.assert_array_equal(read_stamps(cells, known=again).times, stamps.times)


def test_the_whole_column_decides_which_comes_first() -> None:
    months = pd.date_range("2003-01-01", periods=60, freq="MS")
    assert find_form(months.strftime("%d/%m/%Y").tolist()).form == "%d/%m/%Y"  # type: ignore[union-attr]
    assert find_form(months.strftime("%m/%d/%Y").tolist()).form == "%m/%d/%Y"  # type: ignore[union-attr]
    missing = np.delete(months, [7, 30])
    assert find_form(missing.strftime("%d/%m/%Y").tolist()).form == "%d/%m/%Y"  # type: ignore[union-attr]
    newest_first = months[::-1].strftime("%d/%m/%Y").tolist()
    assert find_form(newest_first).form == "%d/%m/%Y"  # type: ignore[union-attr]


def test_what_can_be_read_both_ways_is_said_with_the_key() -> None:
    cells = pd.date_range("2003-01-01", periods=12, freq="MS").strftime("%d/%m/%Y").tolist()
    (note,) = read_stamps(cells).notes
    assert (note,) == read_stamps(["", *cells]).notes  # of a cell with a date
    years = pd.date_range("2003-01-01", periods=12, freq="YS").strftime("%d/%m/%Y").tolist()
    assert read_stamps(["", *years]).notes == read_stamps(years).notes  # both are the same
    assert "is '01/02/2003' 2 January 2003 or 1 February 2003?" in note
    assert 'data.time_format: "%d/%m/%Y"' in note
    given = read_stamps(cells, form="%d/%m/%Y")
    assert given.notes == () and str(given.times[1])[:10] == "2003-02-01"


@pytest.mark.parametrize(
    ("names", "columns", "joined"),
    [
        (("Year", "Month"), (["1990", "1990"], ["1", "12"]), ["1990-01", "1990-12"]),
        (("yr", "mo", "dy"), (["1990"], ["3"], ["5"]), ["1990-03-05"]),
        (("Date", "Hour"), (["01/02/2003"], ["5"]), ["01/02/2003 05:00"]),
        (("date", "HE"), (["2003-01-01"], ["24"]), ["2003-01-01 24:00"]),
        (("Date", "Time"), (["10/03/2004"], ["18.00.00"]), ["10/03/2004 18.00.00"]),
        (("day", "time"), (["2003-01-01"], ["1430"]), ["2003-01-01 14:30"]),
        (("year", "doy"), (["2004"], ["60"]), ["2004-02-29"]),
        (("year", "quarter"), (["2004"], ["2"]), ["2004Q2"]),
        (("year", "month", "hour"), (["2004"], ["Feb"], ["3.0"]), ["2004-02-01 03:00"]),
    ],
)
def test_time_in_several_columns(
    names: tuple[str, ...], columns: tuple[list[str], ...], joined: list[str]
) -> None:
    assert join_cells(names, columns) == joined


@pytest.mark.parametrize(
    "names", [("dteday", "hr"), ("date", "time"), ("day of it", "x"), ("d", "hour")]
)
@pytest.mark.parametrize(("freq", "form"), [("h", "%-H"), ("15min", "%H%M"), ("15min", "")])
def test_numbers_are_hours_or_hours_and_minutes(names: Any, freq: str, form: str) -> None:
    """By all of the column, whatever its name says."""
    index = pd.date_range("2011-01-01", periods=200, freq=freq)
    days = [f"{at:%Y-%m-%d}" for at in index]
    numbers = [at.strftime(form) if form else f"{at.hour * 100 + at.minute}" for at in index]
    stamps = read_stamps(join_cells(names, [days, numbers]))
    np.testing.assert_array_equal(stamps.times, micro(index))


def test_days_off_are_seen_and_foreseen() -> None:
    """American holidays of eight years tell those of the next three."""
    days = micro(
        pd.date_range(
            "2010-01-04", "2020-12-31", freq=CustomBusinessDay(calendar=USFederalHolidayCalendar())
        )
    )
    past = days[days < np.datetime64("2018-01-01")]
    step = infer_step(past)
    assert (step is not None and str(step) == "1 business day (Mon to Fri)") or "business" in str(
        step
    )
    assert step is not None and step.season() == 5
    due = times_after(past, step, len(days) - len(past))
    assert np.isin(due, days).mean() > 0.99
    assert "2018-12-25" in step.free and "2018-11-22" in step.free


def test_a_long_stretch_without_rows_is_no_holiday() -> None:
    days = micro(pd.bdate_range("2020-01-01", periods=300))
    step = infer_step(np.delete(days, slice(100, 120)))
    assert step is not None and step.free == ()


@pytest.mark.parametrize("week", ["Sun Mon Tue Wed Thu", "Mon Tue Wed Thu Fri Sat", "Tue Thu"])
def test_other_weeks(week: str) -> None:
    days = micro(pd.bdate_range("2020-01-01", periods=90, freq="C", weekmask=week))
    step = infer_step(days[:-5])
    assert step is not None
    np.testing.assert_array_equal(times_after(days[:-5], step, 5), days[-5:])


def test_month_ends_know_february(write_csv: Any, csv_source: Any) -> None:
    """The forecast of February is that of its own row, once the file has it."""
    index = pd.date_range("2000-01-31", periods=120, freq="ME")
    values = np.round(100 + 30 * (index.month == 2) + np.arange(120) % 7, 2)
    columns = {"day": index.strftime("%Y-%m-%d").tolist(), "y": values.tolist()}
    short = write_csv({name: cells[:109] for name, cells in columns.items()})
    longer = write_csv({name: cells[:110] for name, cells in columns.items()})
    source = csv_source(write_csv(columns), time="day", calendar=("month",), window=3)
    prepared = preparation_from_json(read(source, "many_to_one").preparation(fold=-1).to_json())
    x, frame = prepared.inputs(str(short))
    assert frame["day"].iloc[-1] == "2009-02-28"
    again, _ = prepared.inputs(str(longer))
    np.testing.assert_array_equal(
        np.asarray(x[len(x) - 1 :]), np.asarray(again[len(x) - 1 : len(x)])
    )


def test_a_new_file_is_read_as_the_first_was_or_refused(write_csv: Any, csv_source: Any) -> None:
    index = pd.date_range("2003-01-01", periods=90, freq="D")
    values = np.sin(np.arange(90)).tolist()
    source = csv_source(write_csv({"t": index.strftime("%d/%m/%Y"), "y": values}), time="t")
    prepared = preparation_from_json(read(source, "many_to_one").preparation(fold=-1).to_json())
    early = index[:10]  # nothing in it tells
    _, frame = prepared.inputs(str(write_csv({"t": early.strftime("%d/%m/%Y"), "y": values[:10]})))
    assert frame["t"].tolist()[-1] == "11/01/2003"
    _, frame = prepared.inputs(str(write_csv({"t": early.strftime("%Y-%m-%d"), "y": values[:10]})))
    assert frame["t"].tolist()[-1] == "2003-01-11"
    other = write_csv({"t": index[10:30].strftime("%m/%d/%Y"), "y": values[:20]})
    with pytest.raises(InvalidData, match="of the form that the network was trained with, %d/%m"):
        prepared.inputs(str(other))
    swapped = write_csv({"t": early.strftime("%m/%d/%Y"), "y": values[:10]})
    with pytest.raises(InvalidData, match=r"1 day apart.*1 month apart"):
        prepared.inputs(str(swapped))


def test_words_for_nothing_are_no_durations() -> None:
    times = read_times(["nan", "NaT", "nat", "00:10:00"], "duration")
    assert np.isnat(times).tolist() == [True, True, True, False]


def test_half_days_have_twelve_hours() -> None:
    cells = [f"2021-03-05 {time}" for time in ("12:30 AM", "12:30 PM", "13:30 PM", "0:30 AM")]
    hours = ["2021-03-05T00:30", "2021-03-05T12:30", "NaT", "NaT"]
    expected = np.array(hours, "datetime64[us]")
    np.testing.assert_array_equal(read_times(cells, "%Y-%m-%d"), expected)


def test_durations_as_iso_8601_writes_them() -> None:
    cells = [f"PT{second // 3600}H{second % 3600 // 60}M{second % 60}S" for second in (0, 30, 3690)]
    found = find_form(cells)
    assert found is not None and found.form == "duration"
    assert found.times.astype("datetime64[s]").astype(int).tolist() == [0, 30, 3690]


def test_a_step_of_business_days_is_said_in_words() -> None:
    step = infer_step(pd.date_range("2001-01-31", periods=60, freq="BME").to_numpy())
    assert str(step) == "month, on its last business day: 'BME' of pandas"
