"""Endings of files, columns without names, and tables with a series in each row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

DAYS = pd.date_range("2018-01-01", periods=120).strftime("%Y-%m-%d")
LOAD = (100 + 9 * np.sin(np.arange(120) * 2 * np.pi / 7)).round(2)
ROWS = [f"{day},{value}" for day, value in zip(DAYS, LOAD, strict=True)]


def look(folder: Path, lines: list[str], name: str = "data.csv") -> Guess:
    (folder / name).write_text("\n".join(lines) + "\n")
    return guess(folder / name, Wishes())


@pytest.mark.parametrize("ending", ["tab", "dat", "data", "psv"])
def test_other_endings_of_tables(ending: str, tmp_path: Path) -> None:
    mark = {"tab": "\t", "psv": "|"}.get(ending, " ")
    found = look(tmp_path, [row.replace(",", mark) for row in ["date,load", *ROWS]], f"a.{ending}")
    assert (setting(found, "source"), setting(found, "time")) == ("csv", "date")


def test_other_endings_of_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"date": pd.to_datetime(DAYS), "load": LOAD}).to_parquet(tmp_path / "a.pq")
    found = guess(tmp_path / "a.pq", Wishes())
    assert (setting(found, "source"), setting(found, "target")) == ("parquet", "load")


@pytest.mark.parametrize("name", ["a.dat", "a.txt", "a.csv", "a"])
def test_bytes_that_are_no_text(name: str, tmp_path: Path) -> None:
    content = np.random.default_rng(0).integers(0, 256, 4000, np.uint8).tobytes()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidData, match="binary: it has bytes that no text has"):
        guess(tmp_path / name, Wishes())


def test_a_web_page_may_be_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("<html>" + "A page of words, and so on.\n" * 200)
    assert setting(guess(tmp_path / "a.txt", Wishes()), "source") == "text"


def test_numbers_of_rows_that_were_left_out_between(tmp_path: Path) -> None:
    kept = [at for at in range(120) if at % 5]
    found = look(tmp_path, [",date,load", *(f"{at},{ROWS[at]}" for at in kept)])
    assert setting(found, "inputs") == ["load"]
    assert any("'column_1' is left out: it has no name" in note for note in found.notes)


def test_a_column_twice(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="give each column a name of its own"):
        look(tmp_path, ["date,load,load", *(f"{row},1" for row in ROWS)])


@pytest.mark.parametrize("first", ["d_1", "2018-01-01"])
def test_few_series_in_rows(first: str, tmp_path: Path) -> None:
    names = DAYS if first[0] == "2" else [f"d_{at}" for at in range(1, 121)]
    rows = [",".join(map(str, [f"i{at}", *(LOAD + at)])) for at in range(12)]
    with pytest.raises(InvalidData, match=r"must have a row a time step.*melt\(id_vars"):
        look(tmp_path, [",".join(["id", *names]), *rows])


def test_names_of_files_are_no_numbers_with_units(tmp_path: Path) -> None:
    rows = [f"{row},{at:03}.png" for at, row in enumerate(ROWS)]
    found = look(tmp_path, ["date,load,file", *rows])
    assert not any("written in their own way" in note for note in found.notes)
    assert setting(found, "inputs") == ["load"]


WORDS = [
    "the",
    "a",
    "film",
    "plot",
    "actor",
    "was",
    "is",
    "bad",
    "good",
    "slow",
    "loud",
    "fine",
    "boring",
    "great",
]
TEXTS = [" ".join(np.random.default_rng(at).choice(WORDS, 7)) for at in range(90)]


def test_sentences_under_one_name_are_no_series(tmp_path: Path) -> None:
    rows = [f"{text},{text},{'ab'[at % 2]}" for at, text in enumerate(TEXTS)]
    with pytest.raises(InvalidData, match="must have another name for each column of texts"):
        look(tmp_path, ["text,text,label", *rows])


def test_numbers_beside_sentences_are_no_years(tmp_path: Path) -> None:
    rows = [f"{1200 + at}\t{text}\t{5000 + at}\t{text[::-1]}" for at, text in enumerate(TEXTS)]
    found = look(tmp_path, rows, "a.tsv")
    assert (setting(found, "sequence"), setting(found, "target")) == ("column_2", "column_4")


@pytest.mark.parametrize("form", ['="{}"', "'{}", '"=""{}"""'])
def test_marks_of_a_spreadsheet_for_texts(form: str, tmp_path: Path) -> None:
    rows = [",".join(form.format(cell) for cell in row.split(",")) for row in ROWS]
    found = look(tmp_path, ["date,load", *rows])
    assert (setting(found, "time"), setting(found, "target")) == ("date", "load")
    assert any("marked as texts of a spreadsheet" in note for note in found.notes)
    one = ["date,load,word", *(f"{row},'tis" if at else f"{row},it" for at, row in enumerate(ROWS))]
    assert not any("marked as texts" in note for note in look(tmp_path, one).notes)


def test_rows_of_the_future_are_said(tmp_path: Path) -> None:
    rows = [
        f"{row.split(',')[0]},{at % 9},{'' if at > 110 else row.split(',')[1]}"
        for at, row in enumerate(ROWS)
    ]
    found = look(tmp_path, ["date,warmth,load", *rows])
    (said,) = [note for note in found.notes if "in the future" in note]
    assert said.startswith("the last 9 rows have no 'load'") and "data.known: [warmth]" in said
    assert not any("in the future" in n for n in look(tmp_path, ["date,load", *ROWS]).notes)
