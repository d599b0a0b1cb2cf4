"""Rows that come twice, values that stand for nothing, columns that say the parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.series.sentinels import find_sentinel
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess


def stamps(rows: int) -> list[str]:
    return pd.date_range("2024-01-01", periods=rows, freq="h").strftime("%Y-%m-%d %H:%M").tolist()


def twice(at: int, y: float) -> dict[str, Any]:
    """90 hours of y, one of them again."""
    times, values = stamps(90), [float(n % 7) for n in range(90)]
    times.insert(at + 1, times[at])
    values.insert(at + 1, y)
    return {"t": times, "y": values}


@pytest.mark.parametrize(("how", "value"), [("first", 3.0), ("last", 9.0), ("mean", 6.0)])
def test_one_row_is_taken_of_two(how: str, value: float, write_csv: Any, csv_source: Any) -> None:
    path = write_csv(twice(10, 9.0))
    data = read(csv_source(path, time="t", duplicates=how), "many_to_one")
    assert len(data.series) == 90 and data.series.targets[10, 0] == value
    assert data.notes[0].startswith("1 row has the time stamp of the row before")
    prepared = preparation_from_json(data.preparation().to_json())
    x, _ = prepared.inputs(str(path))
    assert len(x) == 90 - 3
    with pytest.raises(InvalidData, match=r"must not occur twice.*data.duplicates: first, last"):
        read(csv_source(path, time="t"), "many_to_one")


def guessed(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    found = guess(path, Wishes())
    return {setting.key: setting.value for setting in found.data}, found.notes


def test_init_chooses_and_says_how_many(write_csv: Any) -> None:
    found, notes = guessed(write_csv(twice(10, 9.0)))
    assert found["duplicates"] == "mean" and "series" not in found
    assert any(note.startswith("1 row has the time stamp") for note in notes)


def test_what_can_not_be_sorted_is_said_of_the_file(write_csv: Any) -> None:
    times = stamps(60)
    times[30] = times[33]
    with pytest.raises(InvalidData, match=r"series.csv, column 't': must be sorted"):
        guess(write_csv({"t": times, "y": np.arange(60) % 7}), Wishes())


def with_sentinel() -> dict[str, Any]:
    generator = np.random.default_rng(0)
    y = generator.normal(15, 8, 200).round(1)
    y[[5, 60, 61, 150]] = -9999
    return {"t": stamps(200), "y": y.tolist()}


def test_values_that_stand_for_nothing_are_noted(write_csv: Any, csv_source: Any) -> None:
    path = write_csv(with_sentinel())
    note = "set data.missing_values: [-9999]"
    data = read(csv_source(path, time="t"), "many_to_one")
    assert "-9999 stands in 4 rows of 'y'" in data.notes[0] and note in data.notes[0]
    assert any(note in said for said in guessed(path)[1])
    keys = {"time": "t", "missing_values": (-9999,), "missing": "interpolate"}
    clean = read(csv_source(path, **keys), "many_to_one")
    assert not clean.series.targets_known[[5, 60, 61, 150]].any() and clean.notes == ()
    assert clean.series.targets.min() > -30
    prepared = preparation_from_json(clean.preparation().to_json())
    x, _ = prepared.inputs(str(path))
    assert np.abs(np.asarray(x)).max() < 6
    with pytest.raises(InvalidData, match="must have a value in every row"):
        read(csv_source(path, time="t", missing_values=(-9999,)), "many_to_one")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([*range(50), 999, 999, 999], 999),
        ([*range(50), -1, -1, -1], None),
        ([*range(50), 49, 49, 49], None),
        ([0] * 40 + [5] * 10, None),
        ([*np.linspace(0, 1, 50), -999, -999, -999], -999),
        ([*range(50), 999], 999),
        ([*range(50), 998], None),
        ([*range(5, 50), *[-1] * 3], -1),  # thrice, and all others once
        ([*range(5, 50), *range(5, 50), *[-1] * 3], None),
        ([*range(50), -99], None),
        ([*np.linspace(5, 25, 50), -99], -99),
        ([*np.linspace(5, 10, 50), -1, -1, -1], -1),
    ],
)
def test_what_looks_like_no_value(values: list[float], found: float | None) -> None:
    assert find_sentinel(np.array(values, float)) == found


@pytest.mark.parametrize(
    "names",
    [("training", "validation", "test"), ("train", "val", "test"), ("Train", "dev", "eval")],
)
def test_a_column_of_parts_is_no_target(names: tuple[str, ...], write_csv: Any) -> None:
    said = [names[0]] * 120 + [names[1]] * 40 + [names[2]] * 40
    columns = {"t": stamps(200), "y": np.sin(np.arange(200)).round(3), "split": said}
    path = write_csv(columns)
    found, _ = guessed(path)
    assert found["target"] == "y" and found["split"] == {"column": "split"}
    from rnnsearch.spec.sources import CsvSource, SplitSpec

    source = CsvSource(
        source="csv", path=path, time="t", inputs=("y",), target="y", window=4,
        split=SplitSpec(column="split"),
    )  # fmt: skip
    assert [len(part) for part in read(source, "many_to_one").segments[0]] == [120, 40, 40]


def test_a_column_of_parts_of_texts(tmp_path: Path) -> None:
    parts = ["train"] * 3 + ["valid", "test"]
    rows = [f"win the cash {n} now or never,{n // 5 % 2},{parts[n % 5]}" for n in range(100)]
    (tmp_path / "a.csv").write_text("text,label,set\n" + "\n".join(rows))
    found, _ = guessed(tmp_path / "a.csv")
    assert found["target"] == "label" and found["split"] == {"column": "set"}


def test_the_newest_row_may_come_first(write_csv: Any, csv_source: Any) -> None:
    times, values = stamps(90), [float(n % 7) for n in range(90)]
    forwards = read(csv_source(write_csv({"t": times, "y": values}), time="t"), "many_to_one")
    path = write_csv({"t": times[::-1], "y": values[::-1]})
    data = read(csv_source(path, time="t"), "many_to_one")
    assert data.notes == ("the newest row comes first: rows are read from the last to the first",)
    np.testing.assert_array_equal(data.series.targets, forwards.series.targets)
    assert data.series.rows[0] == 91
    _, frame = preparation_from_json(data.preparation().to_json()).inputs(str(path))
    assert frame["t"].iloc[-1] == "2024-01-04 18:00"
    found, notes = guessed(path)
    assert found["time"] == "t" and notes == data.notes


def test_a_separator_at_the_end_of_each_row_shifts_nothing(tmp_path: Path) -> None:
    rows = [f"{time},{n % 7}.5," for n, time in enumerate(stamps(60))]
    (tmp_path / "a.csv").write_text("t,y\n" + "\n".join(rows))
    found, _ = guessed(tmp_path / "a.csv")
    assert (found["time"], found["target"]) == ("t", "y")
    named = [f"r{n}," + row[:-1] for n, row in enumerate(rows)]  # as R writes names of rows
    (tmp_path / "b.csv").write_text("t,y\n" + "\n".join(named))
    assert guessed(tmp_path / "b.csv")[0]["time"] == "t"
