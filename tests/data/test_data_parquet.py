"""Parquet: typed columns come out as those of a CSV of the same table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import read
from rnnsearch.data.collecting import Problems
from rnnsearch.data.series.checked_columns import Columns
from rnnsearch.data.series.table_reading import read_series
from rnnsearch.data.sources import TABLES
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.parquet import ParquetReader
from rnnsearch.errors import InvalidData, MissingExtra
from rnnsearch.records import frame_to_parquet
from rnnsearch.spec.sources import CsvSource, ParquetSource, TableSource, TokensSplitSpec

pa = pytest.importorskip("pyarrow")


def frame(rows: int = 80) -> pd.DataFrame:
    index = np.arange(rows)
    counts = pd.array(index % 9, dtype="Int64")
    counts[7] = pd.NA
    reading = np.sin(index) * 3e4 / 7
    reading[11] = np.nan
    return pd.DataFrame(
        {
            "t": pd.date_range("2024-01-01", periods=rows, freq="90min"),
            "y": np.cos(index),
            "reading": reading,
            "count": counts,
            "small": (index % 5).astype(np.int8),
            "kind": pd.Categorical(np.array(["low", "high", "mid"])[index % 3]),
        }
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("same")
    table = frame()
    table.to_csv(folder / "table.csv", index=False)
    table.to_parquet(folder / "table.parquet", index=False)
    return folder / "table.csv", folder / "table.parquet"


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "forecast": (
        "many_to_one",
        {"inputs": ("y", "reading", "count", "small"), "target": "y", "calendar": ("hour",)},
    ),
    "classes": ("many_to_many", {"inputs": ("y",), "target": "kind"}),
    "whole numbers as classes": (
        "many_to_one",
        {"inputs": ("y",), "target": "small", "target_kind": "class"},
    ),
    "text as input": (
        "one_to_many",
        {
            "inputs": ("kind", "small"),
            "target": "y",
            "output_steps": 4,
            "window": None,
            "missing": "error",
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_table_as_csv_and_parquet(case: str, both: tuple[Path, Path]) -> None:
    task, changes = CASES[case]
    values: dict[str, Any] = {"time": "t", "window": 4, "missing": "interpolate"} | changes
    csv = read(CsvSource(source="csv", path=both[0], **values), task, ())
    parquet = read(ParquetSource(source="parquet", path=both[1], **values), task, ())
    left, right = csv.dataset(), parquet.dataset()
    assert left.target.classes == right.target.classes
    assert csv.summary()[1:3] == parquet.summary()[1:3]
    for name in ("train", "validation", "test"):
        one, other = getattr(left, name), getattr(right, name)
        assert len(one)
        for field in ("x", "y", "weight"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    own, of_csv = parquet.preparation(fold=-1), csv.preparation(fold=-1).to_json()
    # Parquet has times and no way of writing them.
    clock = own.to_json()["clock"] | {"writing": of_csv["clock"]["writing"]}
    assert own.to_json() | {"reader": "csv", "clock": clock} == of_csv
    x, labels = own.inputs(str(both[1]))
    expected, named = csv.preparation(fold=-1).inputs(str(both[0]))
    np.testing.assert_array_equal(x, expected)
    pd.testing.assert_frame_equal(
        labels.assign(t=pd.to_datetime(labels["t"])), named.assign(t=pd.to_datetime(named["t"]))
    )


@pytest.mark.parametrize(
    "times",
    [
        pd.date_range("2024-03-01", periods=60, freq="D").date,
        pd.date_range("2024-03-01", periods=60, freq="h").astype("datetime64[ns]"),
        pd.date_range("2024-03-01", periods=60, freq="h", tz="Europe/Berlin"),
        [f"2024-03-01 00:{n:02}" for n in range(60)],
        pd.period_range("2019-01", periods=60, freq="M"),
    ],
    ids=["dates", "nanoseconds", "time zone", "text", "periods"],
)
def test_time_stamps_of_every_type(times: Any, tmp_path: Path) -> None:
    table = pd.DataFrame({"t": times, "y": np.arange(60.0)})
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet", index=False)
    columns = Columns(("y",), ("y",), "t", "numeric", "error")
    found = [
        read_series(reader.read(tmp_path / name), columns, Problems()).times
        for reader, name in ((CsvReader(), "t.csv"), (ParquetReader(), "t.parquet"))
    ]
    assert found[0] is not None
    np.testing.assert_array_equal(found[0], found[1])


def message(path: Path, **changes: Any) -> str:
    values: dict[str, Any] = {"inputs": ("y",), "target": "y", "window": 4} | changes
    with pytest.raises(InvalidData) as error:
        read(ParquetSource(source="parquet", path=path, **values), "many_to_one", ())
    return str(error.value)


def test_messages_name_the_file_and_the_row(tmp_path: Path) -> None:
    path = tmp_path / "bad.parquet"
    assert message(path) == (
        f"data.path: must be an existing file; received {path}; a path in a spec is relative to "
        "the spec's folder"
    )
    path.write_bytes(b"y\n1\n2\n")
    assert message(path).startswith(
        f"data.path: must be a readable Parquet file; received {path} (Parquet "
    )
    assert message(path).endswith("; write it with pandas.DataFrame.to_parquet, or use source: csv")
    frame().iloc[:0].to_parquet(path)
    assert message(path) == f"data.path: must have rows; received none; look at {path}"
    frame().to_parquet(path)
    assert message(path, inputs=("reading",), target="reading") == (
        "data.inputs: must have a value in every row; received nothing in row 12 of 'reading'; "
        "fill the gaps, or set data.missing to interpolate or drop"
    )
    table = frame()
    table.loc[3, "y"] = np.inf
    table["pair"] = [[1, 2]] * len(table)
    table.to_parquet(path)
    assert message(path) == (
        "data.inputs: must be finite numbers below 1e30; received inf in row 4 of 'y'; correct "
        "the file"
    )
    assert message(path, inputs=("pair",)) == (
        "data.path: must have one number, text or time a cell in the columns it names; received "
        "list<element: int64> in 'pair'; write each part to a column of its own"
    )


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as error:
        ParquetReader().read(tmp_path / "t.parquet")
    assert str(error.value) == (
        "a Parquet file needs the library pyarrow, which is not installed; run: pip install "
        "'rnnsearch[parquet]'"
    )


def test_a_table_of_sequences_as_csv_and_parquet(tmp_path: Path) -> None:
    names = pd.DataFrame({"text": [f"{chr(97 + n % 7)}b {n}" for n in range(40)]})
    names["label"] = np.array(["x", "y"])[np.arange(40) % 2]
    names.to_csv(tmp_path / "t.csv", index=False)
    names.to_parquet(tmp_path / "t.parquet", index=False)
    split = TokensSplitSpec(validation=0.2, test=0.2)
    left, right = (
        read(
            TableSource(
                source="table", path=tmp_path / name, sequence="text", target="label", split=split
            ),
            "many_to_one",
        ).dataset()
        for name in ("t.csv", "t.parquet")
    )
    assert left.vocabulary == right.vocabulary
    np.testing.assert_array_equal(left.train.array, right.train.array)
    np.testing.assert_array_equal(left.test.y, right.test.y)


@pytest.mark.parametrize(
    ("times", "texts"),
    [
        (
            pd.date_range("2024-03-30 22:00", periods=6, freq="h", tz="Europe/Berlin"),
            lambda times: times.strftime("%Y-%m-%d %H:%M:%S%z"),
        ),
        (pd.date_range("2024-01-31", periods=6, freq="ME").date, lambda days: map(str, days)),
        (pd.date_range("2024-01-31", periods=6, freq="ME"), lambda days: days.strftime("%F")),
        (np.array([f"{day}.1.2024" for day in range(1, 7)]), list),
    ],
)
def test_predictions_have_the_type_of_the_file(times: Any, texts: Any, tmp_path: Path) -> None:
    pd.DataFrame({"when": times, "y": 1.0}).to_parquet(tmp_path / "a.parquet")
    said = pd.DataFrame({"when": list(texts(times)), "predicted_y": np.arange(6.0)})
    (tmp_path / "b.parquet").write_bytes(frame_to_parquet(said, tmp_path / "a.parquet"))
    both = [pd.read_parquet(tmp_path / f"{name}.parquet") for name in "ab"]
    joined = both[0].merge(both[1], on="when")
    assert joined["predicted_y"].tolist() == np.arange(6.0).tolist()


def test_periods_and_numbers_beyond_a_floats_digits(tmp_path: Path) -> None:
    periods = pd.Series(pd.period_range("2019-01", periods=3, freq="Q"))
    large = np.array([2**63, 2**63 + 1, 5], np.uint64)
    pd.DataFrame({"p": periods, "u": large}).to_parquet(tmp_path / "a.parquet")
    quarters, numbers = ParquetReader().read(tmp_path / "a.parquet").columns
    times = quarters.times()
    assert times is not None and quarters.numbers() is None
    assert times.astype("datetime64[D]").astype(str).tolist() == [
        "2019-01-01",
        "2019-04-01",
        "2019-07-01",
    ]
    assert numbers.numbers().tolist() == [2.0**63, 2.0**63, 5.0]


@pytest.mark.parametrize("trained", ["csv", "parquet"])
def test_a_new_file_may_be_of_the_other_kind(trained: str, tmp_path: Path) -> None:
    times = pd.date_range("2024-03-01", periods=60, freq="h", tz="Europe/Berlin")
    table = pd.DataFrame({"t": times, "y": np.sin(np.arange(60.0))})
    table.to_parquet(tmp_path / "a.parquet", index=False)
    table.to_csv(tmp_path / "a.csv.gz", index=False)
    kind = {"csv": CsvSource, "parquet": ParquetSource}[trained]
    path = tmp_path / {"csv": "a.csv.gz", "parquet": "a.parquet"}[trained]
    keys = {
        "source": trained,
        "path": path,
        "time": "t",
        "inputs": ("y",),
        "target": "y",
        "window": 4,
    }
    prepared = read(kind(**keys), "many_to_one").preparation()
    (one, said), (other, too) = (
        prepared.inputs(str(tmp_path / name)) for name in ("a.csv.gz", "a.parquet")
    )
    np.testing.assert_array_equal(one, other)
    assert said["t"].tolist()[-1].startswith("2024-03-03 12:00") and len(said) == len(too)


def test_time_since_a_start(tmp_path: Path) -> None:
    steps = pd.to_timedelta([0.0, 90.5, 90_000.0], "s")
    pd.DataFrame({"t": steps}).to_parquet(tmp_path / "a.parquet")
    (column,) = ParquetReader().read(tmp_path / "a.parquet").columns
    assert column.texts() == ["00:00:00", "00:01:30.500000", "25:00:00"]


@pytest.mark.parametrize("stocks", [1, 2])
def test_levels_of_columns_are_called_as_in_csv(stocks: int, tmp_path: Path) -> None:
    days = pd.bdate_range("2020-01-01", periods=30, name="Date")
    pairs = [(kind, f"S{at}") for at in range(stocks) for kind in ("Close", "High")]
    columns = pd.MultiIndex.from_tuples(pairs, names=["Price", "Ticker"])
    table = pd.DataFrame(np.ones((30, 2 * stocks)), days, columns)
    table.to_parquet(tmp_path / "a.parquet")
    table.to_csv(tmp_path / "a.csv")
    found = ParquetReader().read(tmp_path / "a.parquet")
    assert sorted(found.header) == sorted(TABLES["csv"].read(tmp_path / "a.csv").header)
    assert found.notes == (
        f"columns have 2 levels: they are called {', '.join(found.header[: 2 * stocks])}",
    )
