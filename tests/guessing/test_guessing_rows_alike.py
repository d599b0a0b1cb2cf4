"""What rows are where little says it: series that names or counts part, examples, sequences."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

RANDOM = np.random.default_rng(0)
DAYS = [f"{day:%Y-%m-%d}" for day in pd.date_range("2020-01-01", periods=60)]


def guessed(folder: Path, *lines: str) -> Guess:
    (folder / "data.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return guess(folder / "data.csv", Wishes())


def refused(folder: Path, *lines: str) -> str:
    with pytest.raises(InvalidData) as caught:
        guessed(folder, *lines)
    return str(caught.value)


def test_time_below_a_name_that_says_nothing(tmp_path: Path) -> None:
    turns = [f"{s};{day};{RANDOM.normal():.3f}" for s, day in product("ab", DAYS)]
    for rows in (turns, sorted(turns, key=lambda row: row[2:])):
        found = guessed(tmp_path, "shop;Wann;v", *rows)
        assert (setting(found, "time"), setting(found, "series")) == ("Wann", "shop")


def test_a_time_of_day_beside_the_only_day_there_is(tmp_path: Path) -> None:
    minutes = pd.date_range("2020-01-01", periods=300, freq="min")
    rows = [f"{at:%Y.%m.%d},{at:%H:%M},{RANDOM.normal():.3f}" for at in minutes]
    assert setting(guessed(tmp_path, "<DATE>,<TIME>,v", *rows), "time") == ["<DATE>", "<TIME>"]
    assert setting(guessed(tmp_path, *rows), "time") == ["column_1", "column_2"]


def test_short_series(tmp_path: Path) -> None:
    rows = [f"{s},{day},{RANDOM.normal():.3f}" for s, day in product("abcd", DAYS[:20])]
    assert setting(guessed(tmp_path, "shop,date,v", *rows), "series") == "shop"
    few = [row for row in rows if row[2:12] <= DAYS[9]]
    said = refused(tmp_path, "shop,date,v", *few)
    assert "must have series of 15 rows or more, on average; received 4 series of 10" in said


def test_two_columns_that_name_a_series_together(tmp_path: Path) -> None:
    every = product("ab", "xyz", DAYS)
    rows = [f"{day},{shop},{item},{RANDOM.normal():.3f}" for shop, item, day in every]
    found = guessed(tmp_path, "date,shop,item,v", *rows)
    assert setting(found, "series") == ["shop", "item"]
    named = next(one for one in found.data if one.key == "series")
    assert named.why == f"6 series of {len(DAYS)} rows"


def test_three_columns_that_name_a_series_together(tmp_path: Path) -> None:
    every = product(DAYS, "ab", ("1.0", "2.0"), "xyz")
    rows = [f"{n},{row},{RANDOM.poisson(9)}" for n, row in enumerate(map(",".join, every))]
    found = guessed(tmp_path, "id,date,country,store,item,sold", *rows)
    assert setting(found, "series") == ["country", "store", "item"]
    assert setting(found, "target") == "sold"


def test_short_series_of_two_names(tmp_path: Path) -> None:
    every = product(DAYS[:9], "ab", "xyz")
    rows = [f"{day},{shop},{item},{RANDOM.normal():.3f}" for day, shop, item in every]
    said = refused(tmp_path, "date,shop,item,v", *rows)
    assert "15 rows or more, on average; received 6 series of 9 rows" in said
    assert "named by 'shop' and 'item'" in said


def test_what_counts_beside_a_name_is_a_series(tmp_path: Path) -> None:
    rows = [f"u{unit},{at},{RANDOM.normal():.3f}" for unit in range(6) for at in range(20 + unit)]
    assert setting(guessed(tmp_path, "unit,cycle,v", *rows), "series") == "unit"


@pytest.mark.parametrize("names", ["abc", "10"])
def test_rows_sorted_by_their_class(names: str, tmp_path: Path) -> None:
    classes = np.repeat([*names], 120 // len(names))
    values = RANDOM.normal(size=(120, 2)) + 5 * np.repeat([0, 1, 2], 40)[:, None]  # classes differ
    if names == "10":
        values = RANDOM.normal(size=(120, 2))
    rows = [f"{x:.3f},{y:.3f},{c}" for (x, y), c in zip(values, classes, strict=True)]
    said = refused(tmp_path, "x,y,species", *rows)
    count = len(names)
    assert f"received rows sorted by 'species' ({count} classes), none of which follows" in said
    values = np.cumsum(values, axis=0)
    rows = [f"{x:.3f},{y:.3f},{c}" for (x, y), c in zip(values, classes, strict=True)]
    notes = guessed(tmp_path, "x,y,species", *rows).notes
    said = f"{count} series below each other, set data.series: species"
    assert any(said in note for note in notes)


@pytest.mark.parametrize("walk", [False, True])
def test_rows_that_are_examples(walk: bool, tmp_path: Path) -> None:
    values = RANDOM.normal(size=(200, 2))
    values = np.cumsum(values, axis=0) if walk else values
    found = guessed(tmp_path, "x,y", *(f"{x:.3f},{y:.3f}" for x, y in values))
    assert any("no row follows from the one before" in note for note in found.notes) != walk


@pytest.mark.parametrize(("letters", "kind"), [("ACGT", "class"), ("CNOc1(=)", "numeric")])
def test_what_is_spelt_is_a_sequence(letters: str, kind: str, tmp_path: Path) -> None:
    words = ["".join(RANDOM.choice([*letters], 24)) for _ in range(80)]
    value = [f"{at % 2}" if kind == "class" else f"{RANDOM.normal():.3f}" for at in range(80)]
    rows = [f"Compound {at},{word},{value[at]}" for at, word in enumerate(words)]
    found = guessed(tmp_path, "id,what,y", *rows)
    assert (setting(found, "source"), setting(found, "sequence")) == ("table", "what")
    assert setting(found, "target_kind") == kind


def test_what_counts_is_no_sequence(tmp_path: Path) -> None:
    rows = [f"slot {at},{np.sin(at):.3f}" for at in range(80)]
    assert setting(guessed(tmp_path, "id,y", *rows), "source") == "csv"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            [f"{day}T00:00" + "Z" * (at > 5) for at, day in enumerate(DAYS)],
            "in every row, or in none",
        ),
        (
            [f"at {at}x{at * at}" for at in range(60)],
            "that can be read; received 'at 0x0'",
        ),
        ([f"1.57{at:02}E+12" for at in range(60)], "with all of their digits; received '1.5700E"),
    ],
)
def test_time_stamps_that_no_form_reads(cells: list[str], message: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "date,v", *(f"{cell},{at * at % 7}" for at, cell in enumerate(cells)))
    assert message in said and "of 'date'; write them as 2024-12-31" in said


def test_separators_in_quotes_are_none(tmp_path: Path) -> None:
    rows = [f'"it is {at} so very good","a;{"bc"[at % 2]}"' for at in range(60)]
    found = guessed(tmp_path, "text,tags", *rows)
    assert (setting(found, "sequence"), setting(found, "target")) == ("text", "tags")


def test_pieces_in_another_order_where_no_row_is_missing(tmp_path: Path) -> None:
    rows = [f"{day},{at * at % 11}" for at, day in enumerate(DAYS)]
    found = guessed(tmp_path, "date,v", *rows[30:], *rows[:30])
    assert any("some rows stand out of place" in note for note in found.notes)
    assert "must be sorted" in refused(tmp_path, "date,v", *rows[31:], *rows[:30])


def test_of_several_series_no_row_may_be_missing_in_any(tmp_path: Path) -> None:
    one, other = ([f"{shop},{day},{at * at % 11}" for at, day in enumerate(DAYS)] for shop in "ab")
    pieces = [*one, *other[30:], *other[:30]]
    assert guessed(tmp_path, "shop,date,v", *pieces).notes
    pieces.remove(other[45])
    assert "must be sorted" in refused(tmp_path, "shop,date,v", *pieces)


def test_a_name_says_from_which_day_days_are_counted(tmp_path: Path) -> None:
    rows = [f"{58_849 + at},{at * at % 11}" for at in range(80)]
    found = guessed(tmp_path, "MJD,v", *rows)
    assert (setting(found, "time"), setting(found, "time_format")) == ("MJD", "mjd")


def test_a_series_in_each_row(tmp_path: Path) -> None:
    header = ",".join(f"V{at}" for at in range(1, 27))
    values = RANDOM.normal(size=(40, 25)).round(3)
    said = refused(
        tmp_path, header, *(f"D{at},{','.join(map(str, v))}" for at, v in enumerate(values))
    )
    assert "received a series in each row, named by 'V1', in columns 'V2' to 'V25'" in said
    assert "frame.melt(id_vars=['V1'], var_name='step')" in said


def test_what_is_no_number_and_how_numbers_are_written(tmp_path: Path) -> None:
    values = [f"{at * at % 11 + 0.5:.4E}".replace("E", "D") for at in range(60)]
    found = guessed(
        tmp_path, "date,v", *(f"{day},{v}" for day, v in zip(DAYS, values, strict=True))
    )
    assert any("'5.0000D-01' is 0.5" in note for note in found.notes)
    values[7], values[9] = "inf", "-Infinity"
    values = [value.replace("D", "E") for value in values]
    found = guessed(
        tmp_path, "date,v", *(f"{day},{v}" for day, v in zip(DAYS, values, strict=True))
    )
    assert setting(found, "missing_values") == ["-Infinity", "inf"]


def test_widths_of_columns_below_their_names(tmp_path: Path) -> None:
    rows = [f"USGS\t{day}\t{at * at % 7}\tA" for at, day in enumerate(DAYS)]
    head = ["# a remark", "agency_cd\tdatetime\tv\tv_cd", "5s\t20d\t14n\t10s"]
    found = guessed(tmp_path, *head, *rows)
    assert setting(found, "time") == "datetime"
    assert any("row 3 is left out" in note for note in found.notes)


@pytest.mark.parametrize("scale", [1, 1000])
def test_unix_time_under_any_name(scale: int, tmp_path: Path) -> None:
    rows = [f"{(1_600_000_200 + 900 * at) * scale},{at * at % 17}.5" for at in range(90)]
    assert setting(guessed(tmp_path, "created_at,v", *rows), "time") == "created_at"
    uneven = [row.replace("00,", "07,").replace("00000,", "00007,") for row in rows]
    assert setting(guessed(tmp_path, "created_at,v", *uneven), "time") is None


GENES = [f"{letter}{number}" for letter in "ABCDEFGHKL" for number in range(9)]


@pytest.mark.parametrize("rows", [40, 90])
def test_many_columns_of_few_examples(rows: int, tmp_path: Path) -> None:
    """The largest of many chance autocorrelations says nothing; series do follow each other."""
    table = pd.DataFrame(np.random.default_rng(1).lognormal(size=(rows, len(GENES))).round(3))
    table.columns = GENES
    table["type"] = np.random.default_rng(2).choice(["ALL", "AML"], rows)
    assert _said_alone(tmp_path, table)
    assert not _said_alone(tmp_path, table.cumsum(numeric_only=True).assign(type=table["type"]))


def test_answers_at_any_time(tmp_path: Path) -> None:
    """As forms write them: a time stamp each, and no step between them."""
    times = np.sort(np.random.default_rng(3).integers(0, 2_000_000, 120)).astype("datetime64[s]")
    answers = np.random.default_rng(4).integers(1, 6, (120, 12))
    table = pd.DataFrame(answers, columns=[f"How is {name}?" for name in "abcdefghijkl"])
    table.insert(0, "Timestamp", np.unique(times)[0] + (times - times[0]))
    assert _said_alone(tmp_path, table.drop_duplicates("Timestamp"))


@pytest.mark.parametrize("name", ["P-{:03}", "{:08x}-77c1", "case {}"])
def test_what_only_names_a_row_is_no_text(name: str, tmp_path: Path) -> None:
    table = pd.DataFrame(np.random.default_rng(5).normal(size=(90, 4)), columns=[*"wxyz"])
    table.insert(0, "who", [name.format(number * 7919 % 65521) for number in range(90)])
    table["state"] = np.random.default_rng(6).choice(["ill", "well"], 90)
    table.to_csv(tmp_path / "data.csv", index=False)
    found = guess(tmp_path / "data.csv", Wishes())
    assert setting(found, "sequence") is None and "x" in setting(found, "inputs")


def _said_alone(folder: Path, table: pd.DataFrame) -> bool:
    """Whether it is said that rows may be examples of their own."""
    table.to_csv(folder / "data.csv", index=False)
    found = guess(folder / "data.csv", Wishes())
    return any("no row follows from the one before" in note for note in found.notes)


def test_words_for_nothing_alone_are_classes(tmp_path: Path) -> None:
    words = ["None", "NA"]
    rows = [f"{day},{RANDOM.normal():.3f},{words[at * at % 3 % 2]}" for at, day in enumerate(DAYS)]
    found = guessed(tmp_path, "date,v,alarm", *rows)
    assert (setting(found, "target"), setting(found, "target_kind")) == ("alarm", "class")


def test_series_that_end_before_others_are_judged(tmp_path: Path) -> None:
    """The longest, or the first of several, may have no rows in the later parts."""
    starts = zip("xyz", ("2021-01-01", "2021-02-01", "2021-03-10"), strict=True)
    rows = [
        f"{day:%Y-%m-%d},{shop},{RANDOM.normal():.3f}"
        for shop, start in starts
        for day in pd.date_range(start, periods=100)
    ]
    (tmp_path / "data.csv").write_text("\n".join(["date,shop,v", *rows]) + "\n", "utf-8")
    report = rnnsearch.check(rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "a.yaml").path)
    assert "validated on rows" in dict(report.data)["folds"]


@pytest.mark.parametrize("cell", ["{0}h {1}min", "{0:02}:{1:02}:00"])
def test_how_long_something_lasts_is_said_to_be_no_number(cell: str, tmp_path: Path) -> None:
    rows = [f"{day},{at % 7}.5,{cell.format(at % 5, at * 7 % 60)}" for at, day in enumerate(DAYS)]
    notes = guessed(tmp_path, "date,v,sleep", *rows).notes
    assert any("pandas.to_timedelta(frame['sleep']).dt.total_seconds()" in note for note in notes)


@pytest.mark.parametrize("cell", ["{} m3/h", "{}kWh/m2", "{} µg/m³", "{}|{}|{}|{} (est.)"])
def test_units_with_powers_and_flags_of_words(cell: str, tmp_path: Path) -> None:
    forms = cell.split("|")
    rows = [
        f"{day},{forms[at % len(forms)].format(at * at % 31 + at / 8)}"
        for at, day in enumerate(DAYS)
    ]
    assert setting(guessed(tmp_path, "date,v", *rows), "inputs") == ["v"]
