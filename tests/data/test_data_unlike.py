"""Inputs far outside what training showed are said, and those that are not are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import preparation_from_json, read


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
