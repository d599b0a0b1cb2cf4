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

from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.time import times_after
from rnnsearch.guessing.table_columns import look_at

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
