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
from rnnsearch.data.sources import TABLES
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


def test_totals_may_begin_with_empty_cells(tmp_path: Path) -> None:
    rows = [f"{day};{value};{value}" for day, value in zip(DAYS, LOAD, strict=True)]
    found = look(tmp_path, ["date;load;price", *rows, ";Total;12000", "Source: accounts;;"])
    assert setting(found, "time") == "date"
    assert any("lines 122 to 123 are below the table left out" in note for note in found.notes)


def test_a_total_below_an_empty_row_as_sheets_have_it(tmp_path: Path) -> None:
    rows = [f"{day},north,{value}" for day, value in zip(DAYS, LOAD, strict=True)]
    above = ["Report,Unnamed: 1,Unnamed: 2", ",,", "date,region,load"]
    found = look(tmp_path, [*above, *rows, ",,", "Total,,12000"])
    assert setting(found, "time") == "date"
    assert "lines 124 to 125 are below the table left out: 'Total 12000'" in found.notes


@pytest.mark.parametrize("gap", ["", "Unnamed: 2"])
def test_names_below_merged_cells_may_come_again(gap: str, tmp_path: Path) -> None:
    rows = [f"{day},{load},{load},{load}" for day, load in zip(DAYS, LOAD, strict=True)]
    found = look(tmp_path, [f",load,{gap},price", "date,in,out,in", *rows])
    assert setting(found, "inputs") == ["load in", "load out", "price in"]


@pytest.mark.parametrize(("form", "freq"), [("%Y%m%d%H", "h"), ("%Y%m%d", "D"), ("%Y%m", "MS")])
@pytest.mark.parametrize("kept", ["all", "most", "few"])
def test_numbers_are_dates_under_any_name_where_only_so_they_are_regular(
    form: str, freq: str, kept: str, tmp_path: Path
) -> None:
    times = pd.date_range("2018-01-01", periods=4000, freq=freq).strftime(form)
    apart = np.random.default_rng(0).integers(1, 30, 120) if kept == "few" else np.ones(120, int)
    rows = [at for at in apart.cumsum().tolist() if kept != "most" or at % 7]
    found = look(tmp_path, ["obs,load", *(f"{times[at]},{LOAD[at % 120]}" for at in rows)])
    read = [one.value for one in found.data if one.key == "time"]
    assert read == ([] if kept == "few" else ["obs"])


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ("Subtotal,6000", "'Subtotal' in row 62 of 'date'; correct the rows"),
        ("date,kWh", r"the header of another one in row 62 \('date kWh'\)"),
    ],
)
def test_a_row_without_a_time_among_others_is_named(odd: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=said):
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


def test_a_gap_in_the_last_row_is_no_total(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "\n".join(["a,b", "NA,1", *(f"{at},2" for at in range(30)), "NA,3"])
    )
    assert len(TABLES["csv"].read(tmp_path / "a.csv").rows) == 32


def months_without_a_header() -> list[str]:
    """As observatories write sunspots: year, month, the year as a number, the count, its error."""
    months = pd.date_range("1990-01-01", periods=240, freq="MS")
    middle = months.year + (months.day_of_year + 14) / (365 + months.is_leap_year)
    counts = 100 + 50 * np.sin(2 * np.pi * np.arange(240) / 12)
    rows = zip(months, middle, counts, strict=True)
    return [
        f"{t:%Y;%m};{y:.3f};  {n:.1f};{-1.0 + at % 3:5.1f}" for at, (t, y, n) in enumerate(rows)
    ]


def test_years_and_months_without_a_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join(months_without_a_header()))
    found = guess(tmp_path / "a.csv", Wishes(target="column_4"))
    assert setting(found, "time") == ["column_1", "column_2"] and setting(found, "season") == 12
    assert "column_3" not in setting(found, "inputs")


def test_dates_as_numbers_without_a_header(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=100)
    for write, time in ((lambda t: f"{t:%Y%m%d}", "column_1"), (lambda t: f"{7 * t.day}", None)):
        rows = [f"{write(day)},{at * at % 17}" for at, day in enumerate(days)]
        (tmp_path / "a.csv").write_text("\n".join(rows))
        found = guess(tmp_path / "a.csv", Wishes(target="column_2"))
        assert next((s.value for s in found.data if s.key == "time"), None) == time


def test_units_in_cells_and_lakhs(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=90)
    rows = [
        f'{day:%Y-%m-%d},{15 + at % 23 / 10:.1f} °C,"{10 + at % 41},{at % 90 + 10},000",{at % 3} kg'
        for at, day in enumerate(days)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["day,warm,rupees,size", *rows]))
    found = guess(tmp_path / "a.csv", Wishes(target="warm"))
    assert {"warm", "rupees"} <= {*setting(found, "inputs")}
    assert any("°C' is 15" in note for note in found.notes)
    sizes = guess(tmp_path / "a.csv", Wishes(target="size"))
    assert setting(sizes, "target_kind") == "class"  # and comes back as it was written


def test_groups_of_columns_and_units_below_the_header(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=90)
    rows = [
        f"{day:%Y-%m-%d};{at % 7},5;{at % 11};1.{at * 37 % 89 + 100},25"
        for at, day in enumerate(days)
    ]
    for head, names in (
        (";load;;price\nday;north;south;spot", ["load north", "load south", "price spot"]),
        ("day;a;b;c\n[d];[kW];[kW];[EUR]", ["a", "b", "c"]),
    ):
        total = "\nTotal;1.000,5;2.000;3.000.000,1" if names[0] == "a" else ""
        (tmp_path / "a.csv").write_text("\n".join([head, *rows]) + total)
        found = guess(tmp_path / "a.csv", Wishes())
        assert setting(found, "time") == "day"
        assert setting(found, "inputs") == names


def test_names_of_series_in_merged_cells(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=40)
    rows = [
        f"{town if not at else ''},{day:%Y-%m-%d},{at * 7 % 11}"
        for town in ("Lyon", "Nice")
        for at, day in enumerate(days)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["town,day,y", *rows]))
    with pytest.raises(InvalidData, match=r"in each row; received 'town' .* table\['town'\].ffill"):
        guess(tmp_path / "a.csv", Wishes())


def test_a_series_that_begins_after_the_first_tests(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=300)
    rows = [
        f"{name},{day:%d/%m/%Y},{at % 7 + at % 5 / 10}"
        for name, first in (("a", 0), ("b", 120), ("c", 220))
        for at, day in enumerate(days)
        if at >= first
    ]
    (tmp_path / "a.csv").write_text("\n".join(["unit,day,y", *rows]))
    assert setting(guess(tmp_path / "a.csv", Wishes()), "series") == "unit"


def test_columns_of_lists_are_left_out(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=60), "y": np.arange(60) % 7})
    frame["parts"] = [[1, 2]] * 60
    frame.to_parquet(tmp_path / "a.parquet")
    written = rnnsearch.init(tmp_path / "a.parquet", output=tmp_path / "s.yaml")
    assert "'parts' is left out: its cells are no numbers, texts or times" in written.notes
    assert rnnsearch.check(written.path).task == "many_to_one"


def test_records_of_json_are_no_text_to_go_on_with(tmp_path: Path) -> None:
    lines = "".join(f'{{"t": "2021-01-01 {at % 24:02}:00", "v": {at}}}\n' for at in range(600))
    (tmp_path / "data.txt").write_text(lines)
    with pytest.raises(InvalidData, match=r"records of JSON, one a line.*lines=True"):
        guess(tmp_path / "data.txt", Wishes())


@pytest.mark.parametrize("columns", [1, 3])
def test_when_a_recording_began_is_no_sample(
    columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wristbands write the start and the rate in the first rows of each file."""
    rows = np.random.default_rng(0).integers(-60, 60, (90, columns)).tolist()
    head = [["1594920460.000000"] * columns, ["32.000000"] * columns]
    lines = [",".join(map(str, row)) for row in (*head, *rows)]
    with pytest.raises(InvalidData, match="1594920460 in the first row and 32 in the") as caught:
        look(tmp_path, lines)
    monkeypatch.chdir(tmp_path)
    code = str(caught.value).split("write time stamps: ")[1]
    exec(code.replace("FILE", "'data.csv'"), {"pandas": pd})
    found = guess(tmp_path / "data.csv", Wishes())
    assert setting(found, "time") == "time"
    times = pd.read_csv(tmp_path / "data.csv")["time"]
    assert pd.to_datetime(times).diff().dropna().dt.total_seconds().round(5).eq(1 / 32).all()
    # Without a start they are numbers.
    assert setting(look(tmp_path, lines[1:]), "time") is None
