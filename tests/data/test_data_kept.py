"""What is kept between searches: found by content, mapped, and removed when there is no room."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnsearch.data import read
from rnnsearch.data.collecting import Problems
from rnnsearch.data.series import kept_rows
from rnnsearch.data.series.checked_columns import Columns
from rnnsearch.data.series.kept_rows import read_file
from rnnsearch.data.series.rows import Series
from rnnsearch.errors import InvalidData, InvalidInput
from rnnsearch.files import cache_folder, keep, kept

COLUMNS = Columns(
    ("a", "mood", "k"),
    ("label",),
    "t",
    "auto",
    "error",
    texts=None,
    series=("town",),
    known=("k",),
    part="part",
)


def table(rows: int = 20) -> dict[str, list[Any]]:
    half = rows // 2
    days = [str(np.datetime64("2024-01-01") + n) for n in range(half)]
    return {
        "t": days * 2,
        "town": ["rome"] * half + ["øslo"] * half,
        "a": [*np.random.default_rng(0).normal(size=rows - 1), None],
        "mood": [*(["good", "schön"][n % 2] for n in range(rows - 1)), None],
        "k": list(range(rows)),
        "label": [*(["wet", "dry"][n % 3 % 2] for n in range(rows - 1)), None],
        "part": (["train"] * (half - 4) + ["validation", "validation", "test", "test"]) * 2,
    }


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_rows, "_LARGE", 0)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were parsed."""
    found: list[Path] = []
    reader = kept_rows.TABLES["csv"]
    usual = type(reader).read

    def noting(self: Any, path: Path, dialect: Any) -> Any:
        found.append(path)
        return usual(self, path, dialect)

    monkeypatch.setattr(type(reader), "read", noting)
    return found


def same(left: Series, right: Series) -> None:
    for field in dataclasses.fields(Series):
        one, other = getattr(left, field.name), getattr(right, field.name)
        if field.name == "texts":
            assert list(one) == list(other)
            assert all((one[name] == other[name]).all() for name in one)
        elif isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other


def only_file() -> Path:
    (file,) = cache_folder("tables").iterdir()
    return file


def test_a_table_is_parsed_once(
    write_csv: Any, parsed: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write_csv(table())
    with monkeypatch.context() as context:
        context.setenv("RNNSEARCH_CACHE_GB", "0")
        plain = read_file("csv", path, COLUMNS, Problems())
        assert not cache_folder("tables").exists()
    first = read_file("csv", path, COLUMNS, Problems())
    moved = tmp_path / "elsewhere.csv"
    moved.write_bytes(path.read_bytes())
    again = read_file("csv", moved, COLUMNS, Problems())
    assert parsed == [path, path]
    same(plain, first)
    same(plain, again)
    assert not again.inputs.flags.writeable
    read_file("csv", path, dataclasses.replace(COLUMNS, known=()), Problems())
    path.write_text(path.read_text().replace("dry", "hot"))
    assert read_file("csv", path, COLUMNS, Problems()).classes == ("hot", "wet")
    assert len(parsed) == 4


@pytest.mark.parametrize("damage", ["short", "empty", "other"])
def test_a_damaged_file_is_written_anew(damage: str, write_csv: Any, parsed: list[Path]) -> None:
    path = write_csv(table())
    first = read_file("csv", path, COLUMNS, Problems())
    file = only_file()
    whole = file.read_bytes()
    content = {"short": whole[: len(whole) // 2], "empty": b"", "other": b"PK" * 40}
    file.unlink()  # `first` maps it
    file.write_bytes(content[damage])
    same(first, read_file("csv", path, COLUMNS, Problems()))
    assert len(parsed) == 2
    assert only_file().stat().st_size == len(whole)


def test_a_table_with_problems_is_not_kept(write_csv: Any) -> None:
    columns = table()
    columns["a"][3] = "?"
    problems = Problems()
    read_file("csv", write_csv(columns), COLUMNS, problems)
    assert len(problems.found) == 1
    assert not cache_folder("tables").exists()


def test_what_a_missing_file_says_is_the_readers(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="must be an existing file"):
        read_file("csv", tmp_path / "none.csv", COLUMNS, Problems())


def test_a_search_of_what_is_kept_is_the_same(
    write_csv: Any, csv_source: Any, parsed: list[Path], tmp_path: Path
) -> None:
    path = write_csv({"t": np.arange(60) + 1960, "y": np.sin(np.arange(60))})
    source = csv_source(path, time="t", calendar=("trend",), difference=1)
    first, again = (read(source, "many_to_one", (2,)) for _ in range(2))
    assert parsed == [path]
    assert first.summary() == again.summary()
    for left, right in zip(
        (first.dataset(2), first.packed(tmp_path).dataset(2)), (again.dataset(2),) * 2, strict=True
    ):
        for name in ("train", "validation", "test"):
            for field in ("x", "y", "anchor"):
                np.testing.assert_array_equal(
                    getattr(getattr(left, name), field), getattr(getattr(right, name), field)
                )


def test_values_come_back_as_they_were() -> None:
    place = cache_folder("tables") / "x"
    arrays = [np.arange(6.0).reshape(3, 2), np.zeros((5, 0)), np.array(["", "añb"])]
    keep(place, {"arrays": arrays, "kind": None})
    found = kept(place)
    assert found["kind"] is None
    for one, other in zip(arrays, found["arrays"], strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert isinstance(found["arrays"][0], np.memmap)
    assert [file.name for file in place.parent.iterdir()] == ["x"]


def test_what_was_not_used_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNSEARCH_CACHE_GB", "3e-5")  # 30 kB
    array = np.arange(1000.0)  # 8 kB
    places = [cache_folder(name) / "x" for name in ("features", "tables")]
    places += [cache_folder("tables") / name for name in "yz"]
    for age, place in zip((30, 20, 10), places, strict=False):
        keep(place, array)
        os.utime(place, (place.stat().st_mtime - age,) * 2)
    mapped = kept(places[1])
    assert mapped is not None and kept(places[0]) is not None  # used now
    keep(places[3], array)
    assert [place.exists() for place in places] == [True, True, False, True]
    places[1].unlink()
    np.testing.assert_array_equal(mapped, array)
    keep(places[2], np.arange(4000.0))  # 32 kB
    assert [place.exists() for place in places] == [True, False, False, True]


def test_no_cache_and_no_size(monkeypatch: pytest.MonkeyPatch) -> None:
    place = cache_folder("tables") / "x"
    keep(place, [1])
    monkeypatch.setenv("RNNSEARCH_CACHE_GB", "0")
    assert kept(place) is None
    for wrong in ("big", "-1", "nan"):
        monkeypatch.setenv("RNNSEARCH_CACHE_GB", wrong)
        with pytest.raises(InvalidInput) as error:
            kept(place)
        assert str(error.value) == (
            "RNNSEARCH_CACHE_GB: must be the size of the cache in GB, 0 for none; received "
            f"'{wrong}'; such as 5"
        )


def test_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = cache_folder("tables") / "x"
    keep(place, [1])

    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("joblib.dump", full)
    keep(cache_folder("tables") / "y", [1])
    assert [file.name for file in place.parent.iterdir()] == ["x"]
