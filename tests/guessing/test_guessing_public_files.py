"""Files as public data sets have them, which were taken for something else, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.data import read
from rnnsearch.data.time import find_form
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from rnnsearch.spec import load
from tests.guessing.conftest import setting

ROWS = 240
DAYS = pd.date_range("2018-01-01", periods=ROWS)
RNG = np.random.default_rng(0)
LOAD = (100 + 9 * np.sin(np.arange(ROWS) * 2 * np.pi / 7) + RNG.normal(size=ROWS)).round(2)


def look(folder: Path, lines: Sequence[str], name: str = "data.csv") -> Guess:
    (folder / name).write_text("\n".join(lines) + "\n")
    return guess(folder / name, Wishes())


@pytest.mark.parametrize(
    ("header", "names"),
    [("0,1,2", ["0", "1", "2"]), (",0,1,2", ["0", "1", "2"]), ("1,2,3", ["1", "2", "3"])],
)
def test_columns_that_pandas_counted_have_names(
    header: str, names: list[str], tmp_path: Path
) -> None:
    columns = np.cumsum(RNG.normal(size=(ROWS, 3)), axis=0).round(4)
    index = [f"{at}," if header[0] == "," else "" for at in range(ROWS)]
    lines = [head + ",".join(map(str, row)) for head, row in zip(index, columns, strict=True)]
    assert setting(look(tmp_path, [header, *lines]), "inputs") == names


@pytest.mark.parametrize("first", ["0,1", "3,4,5"])
def test_numbers_that_rise_by_chance_are_no_names(first: str, tmp_path: Path) -> None:
    others = RNG.integers(0, 9, size=(ROWS, first.count(",") + 1))
    found = look(tmp_path, [first, *(",".join(map(str, row)) for row in others)])
    assert setting(found, "target").startswith("column_")


def test_rows_that_go_on_counting_are_all_values(tmp_path: Path) -> None:
    rows = [f"{3 * at},{3 * at + 1},{3 * at + 2}" for at in range(ROWS)]
    with pytest.raises(InvalidData, match="'column_1' only counts the rows"):
        look(tmp_path, rows)


def test_seasons_show_where_nothing_says_when_rows_were(tmp_path: Path) -> None:
    hours = np.arange(24 * 7 * 14)
    values = np.sin(hours * 2 * np.pi / 24) * (1 + (hours // 24 % 7 < 5)) + 5
    values += 0.1 * RNG.normal(size=len(hours))
    found = look(tmp_path, ["load", *values.round(3).astype(str)])
    assert setting(found, "season") == 168
    assert setting(found, "lags") == [24, 168]


def test_rows_in_no_order_are_sorted_by_time(tmp_path: Path) -> None:
    rows = [f"{day:%d.%m.%Y},{value}" for day, value in zip(DAYS, LOAD, strict=True)]
    found = look(tmp_path, ["day,load", *rows])
    mixed = look(tmp_path, ["day,load", *(rows[at] for at in RNG.permutation(ROWS))], "mixed.csv")
    assert [setting(mixed, key) for key in ("time", "window", "season")] == [
        setting(found, key) for key in ("time", "window", "season")
    ]
    assert any("no order of time" in note for note in mixed.notes)
    datasets = []
    for name in ("data", "mixed"):
        spec = load(
            rnnsearch.init(tmp_path / f"{name}.csv", output=tmp_path / f"{name}.yaml").path
        ).spec
        datasets.append(read(spec.data, spec.task).dataset(None).validation)
    np.testing.assert_array_equal(datasets[0].y, datasets[1].y)
    np.testing.assert_array_equal(datasets[0].array, datasets[1].array)


def test_a_stamp_out_of_order_is_an_error(tmp_path: Path) -> None:
    rows = [f"{day:%Y-%m-%d},{value}" for day, value in zip(DAYS, LOAD, strict=True)]
    rows[50] = f"2019-02-20,{LOAD[50]}"
    with pytest.raises(InvalidData, match="must be sorted, oldest first; received 2018-02-21 in"):
        look(tmp_path, ["day,load", *rows])


def test_years_counted_from_one_stand_before_months(tmp_path: Path) -> None:
    months = [f"{at // 12 + 1}-{at % 12 + 1:02}" for at in range(ROWS)]
    found = look(
        tmp_path, ["Month,Sales", *(f"{m},{v}" for m, v in zip(months, LOAD, strict=True))]
    )
    assert setting(found, "time") == "Month"
    assert any("with the year first: %y-%m" in note for note in found.notes)
    reading = find_form(["1-99", "2-99", "12-99", "1-00"])
    assert reading is not None
    assert (reading.form, reading.other) == ("%m-%y", "")


def test_a_slip_in_one_series_leaves_a_panel_one(tmp_path: Path) -> None:
    rows = [f"{day:%Y-%m-%d},{shop},{at}" for at, day in enumerate(DAYS) for shop in "abc"]
    found = look(tmp_path, ["day,shop,sales", *rows, rows[-1]])
    assert setting(found, "series") == "shop"
    assert setting(found, "duplicates") == "mean"


def test_what_the_date_says_is_no_target(tmp_path: Path) -> None:
    rows = [
        f"{day:%Y-%m-%d},{value},{day.year},{day:%b},{day.weekday()},{day.isocalendar().week}"
        for day, value in zip(DAYS, LOAD, strict=True)
    ]
    found = look(tmp_path, ["date,load,year,monthf,dow,week", *rows])
    assert setting(found, "target") == "load"


def test_one_of_three_axes_is_not_the_target_by_its_name(tmp_path: Path) -> None:
    walks = np.cumsum(RNG.normal(size=(ROWS, 4)), axis=0).round(4)
    found = look(tmp_path, ["acc_x,acc_y,acc_z,speed", *(",".join(map(str, w)) for w in walks)])
    assert setting(found, "target") == "speed"


def test_nothing_without_a_logarithm_gets_one(tmp_path: Path) -> None:
    grown = np.exp(np.arange(ROWS) / 60) * (1 + 0.1 * RNG.normal(size=ROWS))
    columns = zip(DAYS, RNG.integers(0, 3, ROWS), grown.round(4), strict=True)
    rows = [f"{day:%Y-%m-%d},{count},{value}" for day, count, value in columns]
    assert setting(look(tmp_path, ["day,count,value", *rows]), "scaling") is None
    alone = [",".join(row.split(",")[::2]) for row in rows]
    assert setting(look(tmp_path, ["day,value", *alone]), "scaling") == "log"


def test_texts_stand_in_the_order_of_their_classes_beside_names(tmp_path: Path) -> None:
    words = ["ball", "net", "bread", "salt", "team", "oven", "goal", "soup"]
    rows = [
        f"name{at},https://example.org/{at},{' '.join(RNG.choice(words, 12))},{'sft'[at // 20]}"
        for at in range(60)
    ]
    found = look(tmp_path, ["title,link,content,kind", *rows])
    assert (setting(found, "sequence"), setting(found, "target")) == ("content", "kind")


def test_a_letter_in_each_column_is_refused_with_a_way_out(tmp_path: Path) -> None:
    rows = [f"{at % 2},{','.join(RNG.choice(list('acgt'), 40))}" for at in range(90)]
    header = ",".join(["Class", *(f"V{at}" for at in range(2, 42))])
    with pytest.raises(
        InvalidData, match=r"40 columns of letters in each row, 'V2' to 'V41'; join"
    ):
        look(tmp_path, [header, *rows])
    last = [f"{','.join(RNG.choice(list('acgt'), 30))},{'np'[at % 2]}" for at in range(90)]
    with pytest.raises(InvalidData, match=r"30 columns of letters .* frame.iloc\[:, 0:30\].agg"):
        look(tmp_path, [",".join([*(f"V{at}" for at in range(30)), "class"]), *last])
