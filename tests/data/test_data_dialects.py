"""Tables in text files as people's programs write them come back as they were."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import preparation_from_json, read
from rnnsearch.data.raw.tables import Table
from rnnsearch.data.sources.csv import CsvReader
from rnnsearch.data.sources.numbers import find_decimal, plain_numbers
from rnnsearch.data.sources.separators import halve_numbers
from rnnsearch.errors import InvalidData


def read_table(path: Path, content: str | bytes, **asked: Any) -> Table:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CsvReader().read(path, asked)


def cells(table: Table, name: str) -> list[str]:
    return list(table.column(name).texts())


@given(
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    thousands=st.sampled_from(["", ".", "'", "\u00a0", " "]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    above=st.sampled_from(["", "sep", "Exported by a program\n", "Station 7\nlat 48.1\n\n"]),
    below=st.sampled_from(["", "\nSource: the office\n", "\n"]),
    ends=st.sampled_from(["\n", "\r\n"]),
    seed=st.integers(0, 9),
)
@settings(max_examples=60)
def test_a_series_comes_back_from_any_dialect(
    tmp_path_factory: pytest.TempPathFactory,
    separator: str,
    decimal: str,
    thousands: str,
    encoding: str,
    quoting: Any,
    above: str,
    below: str,
    ends: str,
    seed: int,
) -> None:
    if thousands == decimal or (decimal == "." and thousands == "."):
        thousands = ""
    generator = np.random.default_rng(seed)
    values = np.round(generator.normal(0, 4000, 60), 2)
    times = pd.date_range("2024-01-20", periods=60, freq="D")
    names = ["Größe heute", "café" if seed % 2 else "b", "date"]

    def written(value: float) -> str:
        text = f"{value:,.2f}".replace(",", "T").replace(".", decimal)
        return text.replace("T", thousands)

    file = io.StringIO()
    if above == "sep":
        file.write(f"sep={separator}{ends}")
    else:
        file.write(above.replace("\n", ends))
    writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=ends)
    writer.writerow(names)
    for value, time in zip(values, times, strict=True):
        writer.writerow([written(value), written(-value / 3), time.strftime("%d/%m/%Y")])
    file.write(below.replace("\n", ends))
    path = tmp_path_factory.mktemp("dialect") / "a.csv"
    table = read_table(path, file.getvalue().encode(encoding))
    assert table.header == tuple(names)
    np.testing.assert_allclose([float(cell) for cell in cells(table, names[0])], values)
    assert cells(table, "date")[0] == "20/01/2024"


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        (["1.2 %", "3 %", ""], [1.2, 3, np.nan]),
        (["12.3K", "1.5M", "2B", "7"], [12300, 1.5e6, 2e9, 7]),
        (["1.5E+02", "2.25e−3", "1,700"], [150, 0.00225, 1700]),
        (["$1,234.50", "$-2.00"], [1234.5, -2]),
        (["(1,234)", "5"], [-1234, 5]),
        (["−3.5", "2"], [-3.5, 2]),
        (["$(1,234.5)", "-$2", "US$7", "($3)"], [-1234.5, -2, 7, -3]),
        (["EUR 5", "-3 CHF"], [5, -3]),
        (["1 234 567", "12"], [1234567, 12]),
        (["7-", "8"], [-7, 8]),
        (["1e5", "2.5e-3", "1,000"], [1e5, 2.5e-3, 1000]),
    ],
)
def test_numbers_in_other_clothes(written: list[str], numbers: list[float]) -> None:
    turned = [cell.translate(str.maketrans(",.", ".,")) for cell in written]
    for column, decimal in ((written, "."), (turned, ",")):
        found = plain_numbers(column, decimal)
        assert found is not None
        np.testing.assert_allclose([float(cell or "nan") for cell in found], numbers)


@pytest.mark.parametrize(
    ("written", "decimal"),
    [
        (["999", "1.234", "12.345"], ","),
        (["1.234.567", "2.345"], ","),
        (["999", "1.234", "2.5"], "."),
        (["5", "0.125"], "."),
        (["1500", "1.234"], "."),
    ],
)
def test_points_may_part_thousands(written: list[str], decimal: str) -> None:
    assert find_decimal([written], ";") == (decimal, "")
    assert find_decimal([written, ["2.5"]], ";")[0] == "."
    assert find_decimal([["1.234", "2.345"], written], ";")[0] == decimal


@pytest.mark.parametrize(
    ("column", "beside", "numbers"),
    [
        (["5'585,162", "12"], [], [5585.162, 12]),  # one mark parts thousands
        (["0,089", "1,024"], [], [0.089, 1.024]),  # which have no zero before them
        (["1,024", "-473", "12"], [], [1024, -473, 12]),  # and are whole below a thousand
        (["24,266", "61,459"], ["01.02.95", "01.03.95"], [24.266, 61.459]),  # dates say nothing
        (["1.234,5", "-", "7,0", "8,5", "9,5", "1,5"], [], [1234.5, "-", 7, 8.5, 9.5, 1.5]),
        (["$1,234.50", "n.a.", "$7", "$8", "$9", "$10"], [], [1234.5, "n.a.", 7, 8, 9, 10]),
        (["12.3 kWh", "?", "7.5 kWh", "8 kWh", "9 kWh", "1 kWh"], [], [12.3, "?", 7.5, 8, 9, 1]),
    ],
)
def test_what_columns_say_of_their_numbers(
    column: list[str], beside: list[str], numbers: list[Any]
) -> None:
    for mark in ";", ",":
        decimal, doubtful = find_decimal([column, beside] if beside else [column], mark)
        if doubtful:
            assert beside  # a comma may part thousands where it parts no cells
            decimal = ","
        found = plain_numbers(column, decimal)
        assert found is not None
        expected = [number if isinstance(number, str) else float(number) for number in numbers]
        assert [
            cell if isinstance(e, str) else float(cell)
            for cell, e in zip(found, expected, strict=True)
        ] == expected


def test_a_date_beside_which_nothing_stands_is_no_remark(tmp_path: Path) -> None:
    days = pd.bdate_range("2024-01-01", periods=40).strftime("%a %d %b %Y")
    rows = [f"{day},{at}.5" for at, day in enumerate(days)]
    rows[-1] = f"{days[-1]},"
    table = read_table(tmp_path / "a.csv", "\n".join(["Date,y", *rows]))
    assert len(table.rows) == 40 and not table.notes


@pytest.mark.parametrize("first", ["€ 3,10;−2", "-3,10;n/a", "#N/A;?"])
def test_units_above_numbers_in_other_clothes(first: str, tmp_path: Path) -> None:
    rows = [f"0{at % 9 + 1}.01.2024;€ {at},50;−{at}" for at in range(30)]
    table = read_table(
        tmp_path / "a.csv", "\n".join(["Tag;Preis;Last", ";EUR;kW", f"01.01.2024;{first}", *rows])
    )
    assert table.notes[0] == "row 2 is left out: it holds units (, EUR, kW)"
    assert len(table.rows) == 31


@pytest.mark.parametrize(
    "text", ["a", "12 kg", "1.2.3", "10:30", "1-2", "2024-01-01", "3/4", "1,2,3"]
)
def test_other_texts_stay_what_they_are(text: str) -> None:
    assert plain_numbers([text, "5"], ".") is None


def test_tabs_behind_commas_only_pad(tmp_path: Path) -> None:
    """The archive's promoters: ``+,S10,\t\tactag``."""
    rows = [f"{'+-'[at % 2]},S{at},\t\t{'acgt'[at % 4] * 6}" for at in range(20)]
    table = read_table(tmp_path / "x.data", "\n".join(rows))
    assert len(table.header) == 3
    assert cells(table, table.header[2])[:2] == ["aaaaaa", "cccccc"]


def test_the_header_does_not_decide_about_the_separator(tmp_path: Path) -> None:
    rows = [f"2023-01-{day:02};{day}.5" for day in range(1, 29)]
    table = read_table(tmp_path / "a.csv", "\n".join(["Zeit;Preis (EUR, netto)", *rows]))
    assert (
        table.header == ("Zeit", "Preis (EUR, netto)") and cells(table, "Zeit")[0] == "2023-01-01"
    )


def sentences(count: int = 60) -> list[str]:
    return [f"I see the {n} dogs, and you.\tveo los {n} perros." for n in range(count)]


@pytest.mark.parametrize("quote", ['"', '"Stop'])
def test_a_quote_that_nobody_closes_swallows_nothing(tmp_path: Path, quote: str) -> None:
    lines = sentences()
    lines[7] = quote + lines[7]
    lines[30] = lines[30].replace(".\t", '."\t')
    table = read_table(tmp_path / "a.tsv", "\n".join(["english\tspanish", *lines]))
    assert len(table.rows) == 60
    assert cells(table, "english")[7].startswith('"') and cells(table, "english")[30].endswith('"')


def test_quotes_within_a_sentence_stay(tmp_path: Path) -> None:
    lines = sentences()
    lines[3] = '"Stop!" they know.\t"¡Para!" saben.'
    lines[4] = '"All of it"\t"todo"'
    table = read_table(tmp_path / "a.tsv", "\n".join(["english\tspanish", *lines]))
    assert cells(table, "english")[3:5] == ['"Stop!" they know.', "All of it"]


def test_rows_within_quotes_are_an_error_that_names_the_row(tmp_path: Path) -> None:
    lines = [f"I see the {n} dogs,{n % 2}" for n in range(40)]
    lines[2] = '"a line\nanother, b",1'
    lines[5] = '"' + lines[5]
    lines[9] = 'and then",0'
    with pytest.raises(InvalidData, match="row 8") as caught:
        read_table(tmp_path / "a.csv", "\n".join(["text,label", *lines]))
    assert "data.dialect: {quotes: none}" in str(caught.value)
    plain = [line for line in lines if line != lines[2]]
    for asked in ({"quotes": "none"}, {}):  # where lines are rows, nothing is swallowed
        table = read_table(tmp_path / "a.csv", "\n".join(["text,label", *plain]), **asked)
        assert len(table.rows) == 39


@pytest.mark.parametrize("which", ["all", "some", "one"])
@pytest.mark.parametrize("first", ["label", "text", "day"])
def test_lines_of_a_quoted_cell_may_have_as_many_separators_as_rows(
    first: str, which: str, tmp_path: Path
) -> None:
    kept = {"all": range(40), "some": range(0, 40, 7), "one": [33]}[which]
    texts = [f"win cash {n} now" + "\nyes, he said\nor so, it was" * (n in kept) for n in range(40)]
    others = [f"2024-01-{n % 28 + 1:02}" if first == "day" else f"k{n % 2}" for n in range(40)]
    quoted = [f'"{text}"' if "\n" in text else text for text in texts]
    rows = [
        f"{o},{t}" if first != "text" else f"{t},{o}" for o, t in zip(others, quoted, strict=True)
    ]
    header = "text,label" if first == "text" else f"{first},text"
    table = read_table(tmp_path / "a.csv", "\n".join([header, *rows]))
    assert cells(table, "text") == texts
    assert cells(table, "label" if first == "text" else first) == others


def test_rows_between_marks_of_the_text_are_rows(tmp_path: Path) -> None:
    lines = [f"k{n % 2},win cash {n} now" for n in range(40)]
    lines[3], lines[9] = 'k1,"I said', 'k1,and so on"'
    table = read_table(tmp_path / "a.csv", "\n".join(["label,text", *lines]))
    assert len(table.rows) == 40 and cells(table, "text")[3] == '"I said'
    alone = [f"I am here {n}" for n in range(40)]
    alone[3], alone[9] = '"I said', 'and so on"'
    assert len(read_table(tmp_path / "b.csv", "\n".join(["text", *alone])).rows) == 40


def test_a_cell_may_have_line_ends(tmp_path: Path) -> None:
    lines = [f"win cash {n} now,{n % 2}" for n in range(40)]
    lines[4] = '"first line\nsecond line, with a comma",1'
    table = read_table(tmp_path / "a.csv", "\n".join(["message,label", *lines]))
    assert cells(table, "message")[4] == "first line\nsecond line, with a comma"


def test_a_file_without_a_header_has_columns_by_number(tmp_path: Path) -> None:
    lines = [f"win cash {n} now\t{['ham', 'spam'][n % 2]}" for n in range(40)]
    table = read_table(tmp_path / "a.tsv", "\n".join(lines))
    assert table.header == ("column_1", "column_2") and len(table.rows) == 40
    assert "no header line" in table.notes[0]
    numbers = [f"{n},{n * n % 7}.5" for n in range(40)]
    assert read_table(tmp_path / "b.csv", "\n".join(numbers)).header == ("column_1", "column_2")
    stamps = [f"2024-01-{n + 1:02},{n * n % 7}.5" for n in range(28)]
    assert len(read_table(tmp_path / "c.csv", "\n".join(stamps)).rows) == 28
    named = read_table(tmp_path / "c.csv", "\n".join(["day,y", *stamps]))
    assert named.header == ("day", "y") and len(named.rows) == 28
    assert read_table(tmp_path / "d.csv", "a,b\n1,2\n" * 20, header="none").header[0] == "column_1"


def test_a_row_of_units_is_left_out(tmp_path: Path) -> None:
    rows = [f"2024-01-01 {n:02}:00,{n}.5,{n}" for n in range(24)]
    table = read_table(tmp_path / "a.csv", "\n".join(["t,speed,load", ",m/s,kW", *rows]))
    assert len(table.rows) == 24 and table.rows[0] == 3 and "units (, m/s, kW)" in table.notes[0]


def test_rows_in_which_nothing_stands_are_no_end_of_a_table(tmp_path: Path) -> None:
    """As Excel leaves them below one, in any number."""
    lines = ["a;b", *(f"{at};{at * at},5" for at in range(9)), *[";"] * 40]
    table = read_table(tmp_path / "a.csv", "\n".join(lines))
    assert cells(table, "a") == [str(at) for at in range(9)]
    assert "lines 11 to 50 are left out: nothing stands there" in table.notes


def test_what_could_be_read_both_ways_is_asked(tmp_path: Path) -> None:
    rows = [f"{n};1,{n:03}" for n in range(100, 140)]
    table = read_table(tmp_path / "a.csv", "\n".join(["a;b", *rows]))
    assert cells(table, "b")[0] == "1.100"
    assert 'set data.dialect: {decimal: "."}' in table.notes[0]
    table = read_table(tmp_path / "a.csv", "\n".join(["a;b", *rows]), decimal=".")
    assert cells(table, "b")[0] == "1100" and not table.notes


def test_new_files_are_read_with_the_decimals_of_training(tmp_path: Path, csv_source: Any) -> None:
    rows = [f"{n};{n % 7},{n % 3}5" for n in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["a;y", *rows]))
    prepared = read(csv_source(tmp_path / "a.csv"), "many_to_one").preparation()
    prepared = preparation_from_json(prepared.to_json())
    (tmp_path / "b.csv").write_text("a;y\n" + "1;1.500\n" * 6)
    x, _ = prepared.inputs(str(tmp_path / "b.csv"))
    raw = np.asarray(x)[0, 0, 0] * prepared.scaling.scale[0] + prepared.scaling.offset[0]
    assert raw == pytest.approx(1500, rel=1e-5)


def test_a_truncated_last_row_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="received 1 in row 32"):
        read_table(tmp_path / "a.csv", "a,b\n" + "1.5,2\n" * 30 + "1.5")


def test_no_such_encoding(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"data.dialect.encoding: must be an encoding"):
        read_table(tmp_path / "a.csv", "a,b\n1,2\n", encoding="latin-99")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_long_text_in_other_encodings(tmp_path: Path, encoding: str, ends: str) -> None:
    from rnnsearch.data.sources import TEXTS

    text = f"Über den Fluß.{ends}Größe.{ends}"
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert TEXTS["text"].read(tmp_path / "a.txt").text == "Über den Fluß.\nGröße.\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_quotes_behind_a_backslash(ends: str, tmp_path: Path) -> None:
    lines = [f'"said \\"yes, {n}\\", and, went","{n}"' for n in range(40)]
    table = read_table(tmp_path / "a.csv", ends.join(["text,label", *lines]))
    assert table.header == ("text", "label")
    assert cells(table, "text")[3] == 'said "yes, 3", and, went'
    assert 'quotes within cells are written \\"' in " ".join(table.notes)


def test_a_cell_that_ends_with_a_backslash(tmp_path: Path) -> None:
    lines = [f'"C:\\dir, {n}\\","{n}"' for n in range(40)]
    table = read_table(tmp_path / "a.csv", "\n".join(["path,count", *lines]))
    assert cells(table, "path")[2:4] == ["C:\\dir, 2\\", "C:\\dir, 3\\"]
    assert not table.notes


def test_a_remark_with_as_many_cells_as_rows(tmp_path: Path) -> None:
    lines = [f"2024-01-{n + 1:02},{n * n % 7}.5,{n % 5}" for n in range(28)]
    above = ["Station: Alpha, North", "Exported, 2022-10-01, by me", "", "date,inlet,outlet"]
    table = read_table(tmp_path / "a.csv", "\n".join([*above, *lines]))
    assert table.header == ("date", "inlet", "outlet") and len(table.rows) == 28
    units = ["date,t_90,t_95", "day,m3/s,l", *lines]
    assert read_table(tmp_path / "b.csv", "\n".join(units)).header == ("date", "t_90", "t_95")


def test_commas_in_numbers_between_commas(tmp_path: Path) -> None:
    lines = [f"2024-01-{n + 1:02},{n * n % 7},5,{n % 5},25" for n in range(28)]
    with pytest.raises(
        InvalidData, match=r"must have 3 cells in every row.* have commas for their"
    ):
        read_table(tmp_path / "a.csv", "\n".join(["date,inlet,outlet", *lines]))
    assert halve_numbers(["date", "a", "b"], [["1", "2", "3", "4", "5"]] * 9, 5)
    assert not halve_numbers(["date", "a", "b"], [["1", "2", "3", "4", "x"]] * 9, 5)
    assert not halve_numbers(["date", "a", "b"], [["1", "2", "3", "4"]] * 9, 4)  # as R writes


def test_a_backslash_in_cells_without_quotes_is_kept(tmp_path: Path) -> None:
    lines = [f'{n}\\" pipe,{n}' for n in range(40)]
    table = read_table(tmp_path / "a.csv", "\n".join(["kind,count", *lines]))
    assert cells(table, "kind")[5] == '5\\" pipe'
    assert not table.notes


@pytest.mark.parametrize("rows", [60, 60_000])
def test_a_header_among_the_rows_is_no_row(rows: int, tmp_path: Path) -> None:
    """As where the files of several months were written below each other."""
    lines = [f"{2000 + row},{row / 8:.3f},abcdef" for row in range(rows)]
    content = "\n".join(["a,b,c", *lines[:40], "a,b,c", *lines[40:]]) + "\n"
    table = read_table(tmp_path / "data.csv", content)
    assert len(table.rows) == rows
    assert table.rows[40] == 43
    assert any("row 42 is left out: it is the header again" in note for note in table.notes)


@pytest.mark.parametrize("flag", [" p", "*", "[1]", "(e)", "b", "E"])
def test_flags_behind_some_numbers_are_left_out(flag: str, tmp_path: Path) -> None:
    """As offices of statistics write provisional, estimated and revised values."""
    written = [f"{100 + at / 10:.1f}{flag if at % 9 == 5 else ''}" for at in range(60)]
    codes = ["7", "8p", "9p"] * 20
    rows = zip(range(2000, 2060), written, codes, strict=True)
    content = "year,index,code\n" + "".join(f"{y},{cell},{code}\n" for y, cell, code in rows)
    table = read_table(tmp_path / "data.csv", content)
    assert cells(table, "index") == [f"{100 + at / 10:.1f}" for at in range(60)]
    assert cells(table, "code") == codes
    assert any(f"'100.5{flag}' is 100.5" in note for note in table.notes)


def test_points_with_three_digits_behind_each_are_asked_about(tmp_path: Path) -> None:
    rows = "".join(f"{2000 + at};{12 + at}.{at:03}\n" for at in range(60))
    (note,) = read_table(tmp_path / "data.csv", "year;v\n" + rows).notes
    assert "thousands or decimals after its point" in note and 'decimal: ","' in note
    found = read_table(tmp_path / "b.csv", "year;v\n" + rows, decimal=",")
    assert cells(found, "v")[1] == "13001"
    other = "year;v;w\n" + rows.replace("\n", ";1.5\n")
    assert not read_table(tmp_path / "c.csv", other).notes
    assert not read_table(tmp_path / "d.csv", ("year;v\n" + rows).replace(";", ",")).notes


@pytest.mark.parametrize(
    "written", ["12,50 zł", "12,50 Kč", "Rs. 12.50", "kr 12,50", "PLN 12.50", "12.50‰", "12.50°"]
)
def test_currencies_and_marks_of_more_countries(written: str, tmp_path: Path) -> None:
    rows = "".join(f"{2000 + at};{written.replace('12', str(at + 1))}\n" for at in range(60))
    assert cells(read_table(tmp_path / "data.csv", "year;v\n" + rows), "v")[11] == "12.50"
