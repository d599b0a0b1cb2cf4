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
QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)


def _written(
    index: pd.DatetimeIndex,
    values: np.ndarray,
    form: str,
    separator: str,
    decimal: str,
    quoting: int,
) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["Datum", "größe"])
    for time, value in zip(index, values, strict=True):
        offset = "" if index.tz is None else time.isoformat()[-6:]
        writer.writerow([time.strftime(form) + offset, f"{value:.2f}".replace(".", decimal)])
    return file.getvalue()


@given(
    offset=st.sampled_from(OFFSETS),
    start=st.dates(date(1990, 1, 1), date(2020, 1, 1)),
    rows=st.integers(40, 90),
    day=st.sampled_from(DATES),
    time=st.sampled_from(TIMES),
    zone=st.sampled_from(ZONES),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
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
    separator: str,
    decimal: str,
    encoding: str,
    quoting: Any,
) -> None:
    fine = offset in FINE
    index = pd.date_range(start, periods=rows + 3, freq=offset, tz=zone if fine else None)
    if "%y" in day and index[-1].year > 2039:  # of two digits that is the last
        return
    values = np.round(np.random.default_rng(rows).normal(500, 100, rows), 2)
    form = day + (time if fine else "")
    content = _written(index[:rows], values, form, separator, decimal, quoting)
    path = tmp_path_factory.mktemp("frame") / "a.csv"
    path.write_bytes(content.encode(encoding))
    found = look_at(CsvReader().read(path))
    assert found.time is not None and found.clocked is not None, content[:200]
    if any("if that is wrong" in note for note in found.time.stamps.notes):  # it is asked
        return
    expected = index.tz_convert(None) if index.tz is not None else index
    times = np.asarray(expected.to_numpy(), "datetime64[us]")
    series = found.clocked
    assert series.times is not None
    np.testing.assert_array_equal(series.times, times[:rows])
    np.testing.assert_array_equal(times_after(series.times, series.step, 3), times[rows:])
    (column,) = found.others
    np.testing.assert_allclose(column.values, values)


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
