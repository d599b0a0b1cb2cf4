"""Inputs far outside what training showed are said, and those that are not are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import preparation_from_json, read
from rnnsearch.errors import InvalidData


@pytest.fixture(scope="module")
def prepared(write_csv: Any, csv_source: Any) -> Any:
    y = 600 + 200 * np.sin(np.arange(200) / 5)
    source = csv_source(write_csv({"y": y.round(2), "z": np.arange(200) % 7}), inputs=("y", "z"))
    return preparation_from_json(read(source, "many_to_one").preparation().to_json())


@pytest.mark.parametrize("factor", [1000, 0.001, -1])
def test_another_unit_is_said_with_column_and_rows(
    factor: float, prepared: Any, write_csv: Any
) -> None:
    y = factor * (600 + 200 * np.sin(np.arange(30) / 5))
    (line,) = prepared.unlike(str(write_csv({"y": y, "z": np.arange(30) % 7})))
    assert line.startswith("inputs of 'y' lie far outside what training showed (400 to 799.98)")
    assert "in 30 rows (2 to 31) of" in line


def test_a_slip_is_said_and_a_trend_is_not(prepared: Any, write_csv: Any) -> None:
    y = 650 + 200 * np.sin(np.arange(30) / 5)
    assert prepared.unlike(str(write_csv({"y": y, "z": np.arange(30) % 7}))) == ()
    y[7] = 9000
    (line,) = prepared.unlike(str(write_csv({"y": y, "z": np.arange(30) % 7})))
    assert "9000 in row 9 of" in line


HOURS = pd.date_range("2024-03-01", periods=200, freq="h").strftime("%Y-%m-%d %H:%M").to_numpy()


@pytest.mark.parametrize("irregular", ["rows", "reindex"])
def test_missing_rows_of_a_new_file_are_said(
    irregular: str, write_csv: Any, csv_source: Any
) -> None:
    y = (600 + 200 * np.sin(np.arange(200) / 5)).round(2)
    how = {"time": "t", "irregular": irregular, "missing": "interpolate"}
    source = csv_source(write_csv({"t": HOURS, "y": y}), inputs=("y",), **how)
    fitted = preparation_from_json(read(source, "many_to_one").preparation().to_json())
    assert fitted.unlike(str(write_csv({"t": HOURS[:60], "y": y[:60]}))) == ()
    kept = [at for at in range(60) if at not in (20, 21, 40)]
    lines = fitted.unlike(str(write_csv({"t": HOURS[kept], "y": y[kept]})))
    assert len(lines) == (irregular == "rows")
    for line in lines:
        assert "3 rows are missing in 2 places, the first after 2024-03-01 19:00 (row 21)" in line
        assert "windows count rows, and go across as if no time had passed" in line


def test_a_long_break_in_a_short_new_file_is_no_slip(write_csv: Any, csv_source: Any) -> None:
    y = (600 + 200 * np.sin(np.arange(200) / 5)).round(2)
    source = csv_source(write_csv({"t": HOURS, "y": y}), inputs=("y",), time="t")
    fitted = preparation_from_json(read(source, "many_to_one").preparation().to_json())
    for hour, fits in (("2024-03-09 04:00", True), ("2025-03-09 04:00", False)):
        path = str(write_csv({"t": [*HOURS[:40], hour], "y": y[:41]}))
        if fits:  # five times the rest
            assert len(fitted.inputs(path)[1])
            continue
        with pytest.raises(InvalidData, match=r"no time stamp far outside all others"):
            fitted.inputs(path)


def test_gaps_of_a_new_file_say_what_to_do(prepared: Any, write_csv: Any) -> None:
    y: list[Any] = (600 + 200 * np.sin(np.arange(30) / 5)).tolist()
    y[7] = None
    with pytest.raises(InvalidData, match=r"set data.missing to interpolate or drop, and search"):
        prepared.unlike(str(write_csv({"y": y, "z": np.arange(30) % 7})))
