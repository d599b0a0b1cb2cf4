"""Whatever program wrote a regular series, `init` finds the same rows and the same next ones."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.time import times_after
from rnnsearch.errors import InvalidData
from rnnsearch.guessing.table_columns import look_at
from rnnsearch.spec import parse

FINE = ("10min", "15min", "h", "6h")
OFFSETS = (
    *FINE,
    *("D", "W-SUN", "W-WED", "MS", "ME", "QS", "QE", "QE-NOV", "YS", "YE", "B", "BME", "SMS"),
)
DATES = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d.%m.%y"),
    *("%d-%b-%Y", "%d %B %Y", "%Y%m%d"),
)
TIMES = (" %H:%M", "T%H:%M:%S", " %I:%M %p")
ZONES = (None, None, "UTC", "Europe/Berlin", "America/New_York")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1")
LAYOUTS = ("one", "one", "one", "date, time", "parts", "unix_s", "unix_ms", "quarter")
NOTHING = ("", "NA", "-", "n/a", "?", "#N/A")
ORDERS = ("forward", "forward", "backward", "some missing", "shuffled")
QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)


def _written(
    index: pd.DatetimeIndex,
    values: np.ndarray,
    form: str,
    separator: str,
    decimal: str,
    quoting: int,
) -> str:
    times = [[time.strftime(form) + _offset(time)] for time in index]
    numbers = [[f"{value:.2f}".replace(".", decimal)] for value in values]
    return _table(["Datum"], times, ["größe"], numbers, separator, quoting)


def _table(
    clocks: list[str],
    times: list[list[str]],
    names: list[str],
    numbers: list[list[str]],
    separator: str,
    quoting: int,
) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow([*clocks, *names])
    writer.writerows([*time, *row] for time, row in zip(times, numbers, strict=True))
    return file.getvalue()


def _offset(time: pd.Timestamp) -> str:
    return "" if time.tz is None else time.isoformat()[-6:]


def _laid_out(
    index: pd.DatetimeIndex, layout: str, form: str
) -> tuple[list[str], list[list[str]]] | None:
    """Names and cells of the columns that say when; None where a layout can't say it."""
    fine = any(time.hour or time.minute for time in index)
    if layout == "date, time" and fine and index.tz is None:
        day = form.replace("T", " ").split(" %H")[0].split(" %I")[0]
        return ["Date", "Time"], [[f"{t:{day}}", f"{t:%H:%M}"] for t in index]
    if layout == "parts" and index.tz is None and not any(time.minute for time in index):
        names = ["year", "month", "day", *(["hour"] if fine else [])]
        return names, [
            [f"{t.year}", f"{t.month}", f"{t.day}", f"{t.hour}"][: len(names)] for t in index
        ]
    if layout in ("unix_s", "unix_ms"):
        scale = 1000 if layout == "unix_ms" else 1
        return ["time"], [[str(int(t.timestamp()) * scale)] for t in index]
    if (layout == "quarter" and index.freqstr == "QS-OCT") or (
        layout == "quarter" and index.freqstr == "QS-JAN"
    ):
        return ["Quarter"], [[f"Q{t.quarter} {t.year}"] for t in index]
    return (
        (["Datum"], [[t.strftime(form) + _offset(t)] for t in index]) if layout == "one" else None
    )


def _number(value: float, decimal: str, thousands: str) -> str:
    text = f"{value:,.2f}".replace(",", "T").replace(".", decimal)
    return text.replace("T", thousands)


@given(
    offset=st.sampled_from(OFFSETS),
    start=st.dates(date(1990, 1, 1), date(2020, 1, 1)),
    rows=st.integers(40, 90),
    day=st.sampled_from(DATES),
    time=st.sampled_from(TIMES),
    zone=st.sampled_from(ZONES),
    layout=st.sampled_from(LAYOUTS),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    thousands=st.sampled_from(["", "", "'", " "]),
    nothing=st.sampled_from(NOTHING),
    order=st.sampled_from(ORDERS),
    encoding=st.sampled_from(ENCODINGS),
    quoting=st.sampled_from(QUOTING),
)
@settings(max_examples=40)
def test_the_same_frame_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    offset: str,
    start: date,
    rows: int,
    day: str,
    time: str,
    zone: str | None,
    layout: str,
    separator: str,
    decimal: str,
    thousands: str,
    nothing: str,
    order: str,
    encoding: str,
    quoting: Any,
) -> None:
    """Or it is refused, or what is doubtful is asked: never are other numbers or times read."""
    fine = offset in FINE
    index = pd.date_range(start, periods=rows + 3, freq=offset, tz=zone if fine else None)
    if index[-1].year > 2035:  # of two digits, and of Unix seconds, that is late
        return
    laid_out = _laid_out(index, layout, day + (time if fine else ""))
    if laid_out is None:
        return
    generator = np.random.default_rng(rows)
    values = np.round(generator.normal(500, 3000, (rows, 2)), 2)
    values[generator.random((rows, 2)) < 0.05] = np.nan
    known = np.arange(rows)
    if order == "some missing":
        known = known[(generator.random(rows) > 0.06) | (known % (rows - 1) < 12)]
    places = {"backward": known[::-1], "shuffled": generator.permutation(known)}.get(order, known)
    numbers = [
        [nothing if np.isnan(v) else _number(v, decimal, thousands) for v in values[place]]
        for place in places
    ]
    clocks, times = laid_out
    cells = [times[place] for place in places]
    content = _table(clocks, cells, ["größe", "Preis"], numbers, separator, quoting)
    path = tmp_path_factory.mktemp("frame") / "a.csv"
    path.write_bytes(content.encode(encoding))
    try:
        found = look_at(CsvReader().read(path))
    except InvalidData as error:  # nothing tells a shuffled year's days from its months
        assert order != "forward", (str(error), content[:200])
        return
    assert found.time is not None and found.clocked is not None, content[:200]
    if any("if that is wrong" in note for note in found.time.stamps.notes):  # it is asked
        return
    expected = index.tz_convert(None) if index.tz is not None else index
    whole = np.asarray(expected.to_numpy(), "datetime64[us]")
    series = found.clocked
    assert series.times is not None
    np.testing.assert_array_equal(series.times, whole[known])
    if order != "some missing":
        np.testing.assert_array_equal(times_after(series.times, series.step, 3), whole[rows:])
    read_of = {column.name: np.where(column.gaps, np.nan, column.values) for column in found.others}
    for name, column in zip(("größe", "Preis"), values.T, strict=True):
        np.testing.assert_allclose(read_of[name], column[known], err_msg=content[:200])


@given(
    offset=st.sampled_from(OFFSETS),
    start=st.dates(date(1995, 1, 1), date(2010, 1, 1)),
    day=st.sampled_from(DATES),
    time=st.sampled_from(TIMES),
    zone=st.sampled_from(ZONES),
    backward=st.booleans(),
    separators=st.tuples(st.sampled_from(",;\t|"), st.sampled_from(",;\t|")),
    later=st.integers(0, 50),
    rows=st.integers(8, 30),
)
@settings(max_examples=40)
def test_a_later_file_is_read_as_the_first_was(
    tmp_path_factory: pytest.TempPathFactory,
    offset: str,
    start: date,
    day: str,
    time: str,
    zone: str | None,
    backward: bool,
    separators: tuple[str, str],
    later: int,
    rows: int,
) -> None:
    """Whatever its first rows could mean, however few there are, and however cells are set apart.

    A column more, and other places of the columns, change nothing.
    """
    fine = offset in FINE
    index = pd.date_range(
        start, periods=100 + later + rows + 1, freq=offset, tz=zone if fine else None
    )
    if "%y" in day and index[-1].year > 2039:
        return
    folder = tmp_path_factory.mktemp("later")
    form = day + (time if fine else "")
    values = np.round(np.random.default_rng(rows).normal(500, 100, len(index)), 2)
    order = slice(None, None, -1) if backward else slice(None)
    first, new = slice(0, 100), slice(100 + later, 100 + later + rows)
    content = _written(index[first][order], values[first][order], form, separators[0], ".", 0)
    (folder / "a.csv").write_text(content, "utf-8")
    keys = {"source": "csv", "path": "a.csv", "time": "Datum", "inputs": ["größe"], "window": 4}
    keys["base"] = "none"  # so that values are read, no changes
    spec = parse(
        {"task": "many_to_one", "data": {**keys, "target": "größe"}, "space": {"cell": "GRU"}},
        name="a",
        directory=folder,
    )
    data = read(spec.data, spec.task, (4,))
    if any("if that is wrong" in note for _, note in data.summary()):  # it is asked
        return
    ready = preparation_from_json(data.preparation(4).to_json())
    written = _written(index[new], values[new], form, separators[1], ".", 0).splitlines()
    mark = separators[1]
    cells = [line.split(mark) for line in written]
    if all(len(row) == 2 for row in cells):
        written = [mark.join(["x", row[1], row[0]]) for row in cells]
    (folder / "new.csv").write_text("\n".join(written) + "\n", "utf-8")
    x, frame = ready.inputs(str(folder / "new.csv"))
    expected, said = index[100 + later + rows], frame["Datum"].iloc[-1]
    cell = expected.strftime(form) + ("" if index.tz is None else expected.isoformat()[-6:])
    if said != cell:  # clocks change in the new file, which training has not shown
        assert len({time.utcoffset() for time in index[first]}) == 1 and index.tz is not None
        assert pd.Timestamp(said) == expected
    np.testing.assert_allclose(
        ready.scalings["sequence"].invert(np.asarray(x)[-1, :, :1])[:, 0],
        values[new][-4:],
        rtol=1e-4,
    )
