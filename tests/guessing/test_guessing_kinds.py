"""Files of programs and of public collections, each of a kind that was once read wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.headers import UNNAMED
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from rnnsearch.guessing.times import holds_times
from tests.guessing.conftest import setting

ROWS = 120


def values(rows: int = ROWS) -> np.ndarray:
    return np.round(10 + 3 * np.sin(np.arange(rows) * 0.7) + np.arange(rows) % 5 / 7, 2)


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def guessed(path: Path, **wishes: Any) -> Guess:
    return guess(path, Wishes(**wishes))


def refusal(path: Path) -> str:
    with pytest.raises(InvalidData) as caught:
        guessed(path)
    return str(caught.value)


def comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


@pytest.mark.parametrize("name", [["flow"], []])
def test_a_column_of_decimal_commas_is_one_column(name: list[str], tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [*name, *map(comma, values())])
    table = CsvReader().read(path)
    assert list(table.header) == (name or ["column_1"])
    assert [float(cell) for cell in table.columns[0].texts()] == values().tolist()


@pytest.mark.parametrize("rows", [["1", "2", "3"], ["Mazda RX4", "Datsun", "Hornet"]])
def test_names_of_rows_as_r_writes_them_are_no_halves(rows: list[str], tmp_path: Path) -> None:
    lines = [f'"{row}{at if len(row) > 1 else ""}",{at},7' for at, row in enumerate(rows * 8)]
    if rows[0] == "1":
        lines = [f'"{at}",{at},7' for at in range(1, 25)]
    table = CsvReader().read(written(tmp_path / "a.csv", ['"x","y"', *lines]))
    assert table.header == ("row", "x", "y")


@pytest.mark.parametrize("rows", [2, 30])
def test_a_new_file_of_texts_has_no_header_where_training_had_none(
    rows: int, tmp_path: Path
) -> None:
    lines = ["The dog sees the cat.", "A man!"] * rows
    table = CsvReader().read(written(tmp_path / "new.txt", lines), {"header": UNNAMED})
    assert (table.header, len(table.rows)) == (("column_1",), 2 * rows)
    if rows > 2:
        named = written(tmp_path / "new.txt", ["english", *["The dog sees the cat."] * rows])
        assert CsvReader().read(named, {"header": UNNAMED}).header == ("english",)


def test_a_decimal_comma_between_commas_is_refused(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=ROWS)
    lines = [f"{day:%Y-%m-%d},{comma(value)}" for day, value in zip(days, values(), strict=True)]
    assert "must have 2 cells in every row, like the header; received 3 in row 2" in refusal(
        written(tmp_path / "a.csv", ["date,value", *lines])
    )


def test_a_mark_at_the_end_of_each_line_is_no_separator(tmp_path: Path) -> None:
    lines = [f"33,Jogging,{value:.4f};" for value in values()]
    table = CsvReader().read(written(tmp_path / "a.csv", lines))
    assert list(table.columns[2].texts()) == [f"{value:.4f}" for value in values()]


def test_a_sheet_with_margins_remarks_and_a_total(tmp_path: Path) -> None:
    months = pd.date_range("2015-01-01", periods=ROWS, freq="MS")
    lines = [f";{m:%b %Y};{comma(v)} €;;" for m, v in zip(months, values(), strict=True)]
    above = [";;;;", ";Sales;;;", ";Region: North;;;", ";;;;", ";Month;Revenue;;"]
    below = [f";Total;{comma(values().sum())} €;;", ";;;;", ";Source: ERP;;;"]
    found = guessed(written(tmp_path / "a.csv", [*above, *lines, *below]))
    assert (setting(found, "time"), setting(found, "target")) == ("Month", "Revenue")
    assert any("above the header left out: 'Sales'" in note for note in found.notes)


def test_remarks_among_rows(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=ROWS)
    lines = [f"{day:%Y-%m-%d},{value}" for day, value in zip(days, values(), strict=True)]
    lines = ["# a station", "date,v", *lines[:50], "# moved", *lines[50:]]
    table = CsvReader().read(written(tmp_path / "a.csv", lines))
    assert (table.header, len(table.rows), int(table.rows[-1])) == (("date", "v"), ROWS, ROWS + 3)
    assert "line 53 is left out: '# moved'" in table.notes


def test_cells_in_single_quotes(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=ROWS)
    lines = [f"'{day:%Y-%m-%d}',{value}" for day, value in zip(days, values(), strict=True)]
    found = guessed(written(tmp_path / "a.csv", ["'date','it''s'", *lines]))
    assert (setting(found, "time"), setting(found, "target")) == ("date", "it''s")


def test_units_and_what_was_computed_below_the_header(tmp_path: Path) -> None:
    hours = pd.date_range("2020-01-01", periods=ROWS, freq="h")
    lines = [f'"{h:%Y-%m-%d %H:%M:%S}",{v}' for h, v in zip(hours, values(), strict=True)]
    above = ['"TOA5","Station","CR1000"', '"TIMESTAMP","AirTC"', '"TS","Deg C"', '"","Avg"']
    found = guessed(written(tmp_path / "a.csv", [*above, *lines]))
    assert (setting(found, "time"), setting(found, "target")) == ("TIMESTAMP", "AirTC")
    assert "rows 3 and 4 are left out: they hold units (TS, Deg C)" in found.notes


def week(day: pd.Timestamp, between: str) -> str:
    year, number, _ = day.isocalendar()
    return f"{year}{between}{number:02}"


TIMES: dict[str, tuple[str, str, Callable[[pd.Timestamp], str]]] = {
    "ctime": ("when", "h", lambda t: f"{t:%a %b %d %H:%M:%S %Y}"),
    "date": ("when", "h", lambda t: f"{t:%a %b %d %H:%M:%S} UTC {t.year}"),
    "ordinals": (
        "when",
        "D",
        lambda t: f"{t:%B} {t.day}{('st', 'nd', 'rd')[t.day - 1] if t.day < 4 else 'th'}, {t.year}",
    ),
    "years": ("YEAR", "YS", lambda t: f"{t.year}.0"),
    "months": ("yearmonth", "MS", lambda t: f"{t:%Y%m}.0"),
    "weeks": ("week", "W-MON", lambda t: week(t, "")),
    "weeks with a dash": ("yw", "W-MON", lambda t: week(t, "-")),
    "nanoseconds": ("ts", "5min", lambda t: str(t.value)),
    "lap times": ("lap", "s", lambda t: f"{t.minute}:{t.second:02}.5"),
}


@pytest.mark.parametrize("kind", TIMES)
def test_what_is_time(kind: str, tmp_path: Path) -> None:
    name, freq, write = TIMES[kind]
    some = pd.date_range("1950-01-01" if freq == "YS" else "2021-01-02", periods=60, freq=freq)
    if freq == "D":
        some = some[some.day < 21]
    cells = [write(time) for time in some]
    lines = [f'"{cell}",{value}' for cell, value in zip(cells, values(len(some)), strict=True)]
    found = guessed(written(tmp_path / "a.csv", [f"{name},v", *lines]))
    assert setting(found, "time") == name


@pytest.mark.parametrize(
    "hour",
    [
        lambda t: f"HE{t.hour + 1:02}",
        lambda t: f"{t:%I %p}",
        lambda t: f"{t.hour:02} - {t.hour + 1:02}",
        lambda t: f"{t.hour:02}:00-{(t.hour + 1) % 24:02}:00",
    ],
)
def test_hours_that_are_written_out_are_no_series(
    hour: Callable[[pd.Timestamp], str], tmp_path: Path
) -> None:
    times = pd.date_range("2021-01-02", periods=31 * 24, freq="h")
    lines = [f"{t:%d.%m.%Y};{hour(t)};{t.hour}" for t in times]
    found = guessed(written(tmp_path / "a.csv", ["Date;Hour;v", *lines]))
    assert (setting(found, "time"), setting(found, "series")) == (["Date", "Hour"], None)


def test_a_date_and_a_time_of_day_without_a_header(tmp_path: Path) -> None:
    times = pd.date_range("2021-01-02", periods=200, freq="h")
    lines = [f"{t:%Y.%m.%d,%H:%M},{v}" for t, v in zip(times, values(200), strict=True)]
    found = guessed(written(tmp_path / "a.csv", lines))
    assert setting(found, "time") == ["column_1", "column_2"]


def test_errors_of_a_spreadsheet_are_no_values(tmp_path: Path) -> None:
    cells = ["#DIV/0!" if at % 40 == 7 else f"{v}" for at, v in enumerate(values())]
    found = guessed(written(tmp_path / "a.csv", ["v", *cells]))
    assert setting(found, "missing_values") == ["#DIV/0!"]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Date,Price,Open,High,Low,Change", "Price"),
        ("Date,Close/Last,Volume,Open,High,Low", "Close/Last"),
        ("Date,1. open,2. high,3. low,4. close,5. volume", "4. close"),
        ("Date,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>", "<CLOSE>"),
        ("Date,AAPL.Open,AAPL.High,AAPL.Low,AAPL.Close,AAPL.Volume", "AAPL.Close"),
        ("Date,Close A,High A,Low A,Open A,Volume B", "Close A"),
        ("Date,Zuletzt,Eröffn.,Hoch,Tief,Vol", "Zuletzt"),
        ("Date,Price,A,B,Vol.,Change %", "Price"),
        ("Date,Último,Apertura,Máximo,Mínimo,% var.", "Último"),
        ("Date,Dernier,Ouv.,Plus Haut,Plus Bas,Variation %", "Dernier"),
    ],
)
def test_the_closing_price(header: str, target: str, tmp_path: Path) -> None:
    days = pd.bdate_range("2020-01-01", periods=60)
    cells = np.random.default_rng(0).normal(9, 1, (60, 5)).round(2)
    rows = [f"{d:%Y-%m-%d},{','.join(map(str, row))}" for d, row in zip(days, cells, strict=True)]
    assert setting(guessed(written(tmp_path / "a.csv", [header, *rows])), "target") == target


def test_names_that_stand_twice_are_said_where_nothing_else_is_left(tmp_path: Path) -> None:
    lines = [f"{v},{v}" for v in values()]
    assert "'y' stands twice in the header" in refusal(written(tmp_path / "a.csv", ["y,y", *lines]))


@pytest.mark.parametrize(
    ("names", "parts"),
    [(("train", "val", "test"), 3), (("Training", "Testing"), 2), (("train", "cat"), 0)],
)
def test_folders_of_parts_as_they_are_called(
    names: tuple[str, ...], parts: int, tmp_path: Path
) -> None:
    for name in names:
        for kind in ("cat", "dog"):
            (tmp_path / name / kind).mkdir(parents=True)
            for at in range(12):
                Image.new("L", (9, 8), at).save(tmp_path / name / kind / f"{at}.png")
    found = guessed(tmp_path)
    shares = set() if parts == 3 else set(setting(found, "split"))
    assert ("test" in shares) == (parts == 0)
    why = next(s.why for s in found.data if s.key == "path")
    assert ("cat 12" in why and "dog 12" in why) == (parts > 0)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_sequences_in_cells_are_no_series_of_labels(ending: str, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(60, 12)).round(2).tolist()
    frame = pd.DataFrame({"x": x, "label": [at % 2 for at in range(60)]})
    path = tmp_path / f"a.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    said = refusal(path)
    assert "must have one number, text or time a cell" in said
    assert "numpy.savez('data.npz', x=x, y=y)" in said


@pytest.mark.parametrize(("count", "said"), [("cycle", "set data.series: unit"), ("hour", "")])
def test_a_count_that_begins_anew_is_said(count: str, said: str, tmp_path: Path) -> None:
    lines = [f"{unit},{at},{unit * at % 7}.5" for unit in range(9) for at in range(1, 7 + unit)]
    found = guessed(written(tmp_path / "a.csv", [f"unit,{count},s1", *lines]))
    notes = [note for note in found.notes if "begins anew 8 times" in note]
    assert len(notes) == bool(said) and all(said in note for note in notes)


def test_whole_numbers_in_cells_are_said_to_be_words(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = [
        f"{at % 3},{' '.join(map(str, generator.integers(0, 255, 20)))},{part}"
        for part, count in (("Training", 40), ("PublicTest", 10), ("PrivateTest", 10))
        for at in range(count)
    ]
    found = guessed(written(tmp_path / "a.csv", ["emotion,pixels,Usage", *rows]))
    assert setting(found, "target") == "emotion"
    assert setting(found, "split")["column"] == "Usage"
    assert any("each of which is read as a word" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "said"),
    [("pos/1.txt", "file.parent.name"), ("s1.csv", "pandas.concat"), ("a/1.m4a", "ffmpeg")],
)
def test_folders_of_other_files_have_a_way_out(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x")
    assert said in refusal(tmp_path)


@pytest.mark.parametrize(
    ("folders", "line", "said"),
    [
        # PyTorch's names of 18 nations; UCI HAR's signals; reviews, a file each.
        (["a.txt", "b.txt"], "Abbas", "file.stem"),
        (
            ["train/x_train.txt", "test/x_test.txt"],
            "  1.808515e-004  1.0766813e-002",
            "numpy.loadtxt",
        ),
        (["pos/a.txt", "neg/b.txt"], "It was good", "file.parent.name"),
    ],
)
def test_folders_of_texts_that_are_none(
    folders: list[str], line: str, said: str, tmp_path: Path
) -> None:
    for name in folders:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{line}\n" * 30)
    assert said in refusal(tmp_path)
    assert ("splitlines" in refusal(tmp_path)) == ("file.stem" in said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n", "Git LFS"),
        ("<!DOCTYPE html>\n<html>\n", "a web page"),
        ('[{"a": 1},\n{"a": 2}]\n', "JSON"),
    ],
)
def test_what_is_no_table_though_it_is_called_so(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(content)
    assert said in refusal(tmp_path / "a.csv")


def test_few_long_steps_of_an_array_are_asked_of_init_too(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(40, 3, 40))
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(40) % 2)
    assert any("set data.steps: last" in note for note in guessed(tmp_path / "a.npz").notes)


def test_codes_of_letters_and_numbers_are_no_times() -> None:
    assert not holds_times("code", ["A1", "B22", "C3x"])
    assert holds_times("code", ["2021-01-01", "2021-01-02"])


@pytest.mark.parametrize(("lines", "read"), [(29, True), (31, False)])
def test_a_few_lines_below_a_table_are_left_out_and_not_another_table(
    lines: int, read: bool, tmp_path: Path
) -> None:
    rows = [f"{n},{n % 7},{n % 5}" for n in range(ROWS)]
    text = "\n".join(["a,b,c", *rows, *(f"remark {n}" for n in range(lines))])
    (path := tmp_path / "a.csv").write_text(text)
    if read:
        assert len(CsvReader().read(path).rows) == ROWS
    else:
        with pytest.raises(InvalidData):
            CsvReader().read(path)
