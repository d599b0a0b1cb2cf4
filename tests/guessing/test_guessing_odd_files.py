"""Files as programs and people leave them, which were once taken for something else in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.data import MASK_VALUE, read
from rnnsearch.data.series.sentinels import find_sentinel
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from rnnsearch.spec.sources import TsSource
from tests.guessing.conftest import setting

DAYS = pd.date_range("2018-01-01", periods=120).strftime("%Y-%m-%d")
LOAD = (100 + 9 * np.sin(np.arange(120) * 2 * np.pi / 7)).round(2)
ROWS = [f"{day},{value}" for day, value in zip(DAYS, LOAD, strict=True)]


def look(folder: Path, lines: list[str]) -> Guess:
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    return guess(folder / "data.csv", Wishes())


@pytest.mark.parametrize("last", [["Total,12000"], ["Sum,12000", "Mean,100"]])
def test_totals_below_the_table_are_no_rows(last: list[str], tmp_path: Path) -> None:
    found = look(tmp_path, ["date,load", *ROWS, *last])
    assert setting(found, "time") == "date"
    assert any("below the table left out" in note for note in found.notes)


@pytest.mark.parametrize("odd", ["Subtotal,6000", "date,load"])
def test_a_row_without_a_time_among_others_is_named(odd: str, tmp_path: Path) -> None:
    name = odd.split(",", maxsplit=1)[0]
    with pytest.raises(InvalidData, match=f"'{name}' in row 62 of 'date'; correct the rows"):
        look(tmp_path, ["date,load", *ROWS[:60], odd, *ROWS[60:]])


def test_words_among_numbers_are_no_values(tmp_path: Path) -> None:
    odd = [row if at % 20 else f"{DAYS[at]},{'MT'[at % 40 // 20]}" for at, row in enumerate(ROWS)]
    found = look(tmp_path, ["date,load", *odd])
    assert setting(found, "missing_values") == ["M", "T"]
    assert setting(found, "missing") == "interpolate"
    written = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == "many_to_one"


def test_many_words_are_still_a_flaw(tmp_path: Path) -> None:
    odd = [row if at % 3 else f"{DAYS[at]},ok" for at, row in enumerate(ROWS)]
    with pytest.raises(InvalidData, match="holds text among its numbers"):
        look(tmp_path, ["date,load", *odd])


def test_series_below_each_other_need_not_all_overlap(tmp_path: Path) -> None:
    rows = []
    for name, start in (("a", "2019-01-01"), ("b", "2019-02-15"), ("c", "2018-01-01")):
        days = pd.date_range(start, periods=90).strftime("%d/%m/%Y")
        rows += [f"{name},{day},{value}" for day, value in zip(days, LOAD, strict=False)]
    found = look(tmp_path, ["shop,date,sales", *rows])
    assert (setting(found, "series"), setting(found, "time")) == ("shop", "date")


def test_months_in_columns_of_their_own_are_said(tmp_path: Path) -> None:
    months = "Jan,Feb,Mar,Apr,Mai,Jun,Jul,Aug,Sep,Okt,Nov,Dez"
    rows = [f"{1950 + at}," + ",".join(map(str, LOAD[at : at + 12])) for at in range(60)]
    found = look(tmp_path, [f"Jahr,{months}", *rows])
    assert any("look like months: each is taken for a quantity" in note for note in found.notes)
    assert not any("look like" in note for note in look(tmp_path, ["date,load", *ROWS]).notes)


def test_hours_that_end_at_24(tmp_path: Path) -> None:
    hours = pd.date_range("2021-01-01", periods=240, freq="h")
    rows = [f"{t:%m/%d/%Y},{t.hour + 1},{t.hour}.5" for t in hours]
    found = look(tmp_path, ["Date,Hour Ending,MW", *rows])
    assert setting(found, "time") == ["Date", "Hour Ending"]


@pytest.mark.parametrize("gap", ["   ", "\t", " "])
def test_cells_set_apart_by_spaces(gap: str, tmp_path: Path) -> None:
    found = look(tmp_path, [f"date{gap}load", *(row.replace(",", gap) for row in ROWS)])
    assert (setting(found, "time"), setting(found, "target")) == ("date", "load")
    assert ("cells are separated by spaces" in found.notes) is (gap != "\t")


@pytest.mark.parametrize(
    ("value", "found"), [(-999.9, -999.9), (99.9, None), (-99.99, -99.99), (555.5, None)]
)
def test_values_of_nines_stand_for_nothing(value: float, found: Any) -> None:
    values = np.append(np.linspace(10.0, 60.0, 40), [value] * 5)
    assert find_sentinel(values) == found


def test_rows_of_the_ucr_archive_are_no_steps(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = [
        "\t".join([str(at % 2), *map("{:.3f}".format, generator.normal(size=30))])
        for at in range(60)
    ]
    with pytest.raises(InvalidData, match=r"a class \(2 of them\) and 30 numbers in each row"):
        look(tmp_path, rows)
    assert guess(tmp_path / "data.csv", Wishes(task="many_to_one"))


def _archive(folder: Path, head: str, rows: list[str]) -> Path:
    lines = ["@problemName made", "@timeStamps false", head, "@data", *rows]
    (folder / "Made.ts").write_text("\n".join(lines) + "\n")
    return folder / "Made.ts"


def test_whole_numbers_that_an_archive_calls_targets_are_amounts(tmp_path: Path) -> None:
    rows = [f"{at % 7},{at % 5},{at % 3},2:{at % 4}" for at in range(60)]
    path = _archive(tmp_path, "@targetLabel true", rows)
    assert setting(guess(path, Wishes()), "target_kind") == "numeric"


def test_what_is_missing_up_to_the_end_of_a_line_is_padding(tmp_path: Path) -> None:
    rows = [",".join(map(str, range(4 + at % 3))) + ",NaN" * (2 - at % 3) for at in range(60)]
    rows = [f"{row}:{'ab'[at % 2]}" for at, row in enumerate(rows)]
    path = _archive(tmp_path, "@classLabel true a b", rows)
    assert setting(guess(path, Wishes()), "missing") is None
    data = read(TsSource(source="ts", path=path, scaling="none"), "many_to_one")
    x = np.asarray(data.preparation().inputs(str(path))[0])[:3, :, 0]
    unread = np.float32(MASK_VALUE)
    np.testing.assert_array_equal(
        x, [[unread, unread, 0, 1, 2, 3], [unread, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]]
    )


def test_lines_with_fasttexts_labels_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("__label__good a film\n__label__bad no film\n" * 40)
    with pytest.raises(InvalidData, match="begin with __label__"):
        guess(tmp_path / "data.txt", Wishes())
