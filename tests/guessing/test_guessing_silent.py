"""Files whose kind was once read wrong without a word: codes, meters, tables below each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import ROWS, Look, days, numbers, setting


def test_codes_with_zeros_and_a_word_for_none_are_classes_as_written(look: Look) -> None:
    codes = [["01", "02", "NA"][at % 7 % 3] for at in range(ROWS)]
    found = look({"date": days(), "a": numbers(), "code": codes})
    assert setting(found, "target") == "code"
    assert setting(found, "inputs") == ["a", "code"]
    why = next(each.why for each in found.data if each.key == "target_kind")
    assert why == "rows of each: 01 172, 02 114, NA 114"


def test_a_meter_that_stands_still_has_no_classes(look: Look) -> None:
    """Where no column had a value there is ``?`` in it, too."""
    a, b = ([str(value) for value in numbers(seed=seed)] for seed in (0, 1))
    still = ["0.000"] * ROWS
    for column in (a, b, still):
        column[7::50] = ["?"] * len(column[7::50])
    found = look({"date": days(), "still": still, "a": a, "b": b})
    assert setting(found, "inputs") == ["a", "b"]
    assert "'still' is left out: it is 0.000 wherever it has a value" in found.notes


def _table(names: str, rows: int, seed: int) -> list[str]:
    values = zip(days(rows), numbers(rows, seed), numbers(rows, seed + 1), strict=True)
    return [names, *(f"{day},{a},{b}" for day, a, b in values)]


@pytest.mark.parametrize("title", [[], ["Costs of 2020"], ["Costs of 2020,,"]])
def test_of_tables_below_each_other_the_longest_is_read(tmp_path: Path, title: list[str]) -> None:
    lines = [*_table("date,a,b", 60, 0), "", *title, *_table("date,c,d", 90, 2)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    found = guess(tmp_path / "a.csv", Wishes())
    assert setting(found, "inputs") == ["c", "d"]
    said = "another table begins in line 1 ('date a b'), and is left out: data.dialect: {header: 1}"
    assert f"{said} reads it" in found.notes
    table = CsvReader().read(tmp_path / "a.csv", {"header": 1})
    assert table.header == ("date", "a", "b")
    assert len(table.rows) == 60
    at = 63 + len(title)
    assert f"another table begins in line {at} ('date c d')" in " ".join(table.notes)


def test_lines_without_anything_part_no_table(tmp_path: Path) -> None:
    """Nor does the header again, as files put together have it."""
    names, *rows = _table("date,a,b", 90, 0)
    (tmp_path / "a.csv").write_text("\n".join([names, *rows[:45], "", *rows[45:]]))
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 90
    (tmp_path / "a.csv").write_text("\n".join([names, *rows[:45], "", names, *rows[45:]]))
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 90


def test_the_header_of_another_table_is_no_row(tmp_path: Path) -> None:
    """As words among numbers ``b`` would be no value."""
    lines = ["t,a", *(f"{at},{at % 7}" for at in range(60)), "t,b"]
    lines += [f"{at},{at % 5}" for at in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    said = r"must hold one table; received the header of another one in row 62 \('t b'\)"
    with pytest.raises(InvalidData, match=said):
        CsvReader().read(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("\n".join(lines).replace("t,b", ",M"))
    assert len(CsvReader().read(tmp_path / "a.csv").rows) == 121
