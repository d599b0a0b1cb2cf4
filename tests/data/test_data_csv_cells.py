"""CSV: what pandas reads of a large file is what going through it cell by cell finds."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnsearch.data.raw.cell_numbers import empty_cells, mostly_text, number
from rnnsearch.data.raw.tables import Column, TextColumn
from rnnsearch.data.sources import csv as source
from rnnsearch.data.sources import large_csv
from rnnsearch.data.time.forms import read_times
from rnnsearch.errors import InvalidData


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_csv, "_LARGE", 0)
    monkeypatch.setattr(large_csv, "_PIECE", 7)


def plainly(path: Path) -> tuple[list[str], list[int], list[list[str]]] | str:
    """Header, rows and columns of cells as they are read one by one, or the message."""
    try:
        table = source._read_any(path, {})
    except InvalidData as error:
        return str(error)
    columns = [list(column.texts()) for column in table.columns]
    return list(table.header), table.rows.tolist(), columns


def same_cells(column: Column, cells: Sequence[str]) -> None:
    assert list(column.texts()) == cells
    numbers = [number(cell) for cell in cells]
    empty = empty_cells(TextColumn(cells))
    np.testing.assert_array_equal(empty_cells(column), empty)
    assert mostly_text(column) == mostly_text(TextColumn(cells))
    found = column.numbers()
    if found is not None:  # else the texts are looked at
        assert not (np.isnan(numbers) & ~empty).any()
        np.testing.assert_array_equal(found, numbers)


def compare(path: Path) -> bool:
    """Both ways agree; whether a table was read."""
    expected = plainly(path)
    try:
        table = source.CsvReader().read(path)
    except InvalidData as error:
        assert str(error) == expected
        return False
    assert not isinstance(expected, str), expected
    header, rows, columns = expected
    assert list(table.header) == header
    assert table.rows.tolist() == rows
    for column, cells in zip(table.columns, columns, strict=True):
        same_cells(column, cells)
    return True


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("cells") / "table.csv"  # type: ignore[return-value]


ODD = ["", "NA", "nan", " null", "None ", "inf", "-Infinity", "1_0", "1 2", "0x1", "1e400"]
ODD += ["1.", ".5", "-", "\u00a01.5", "\u0663", "é", "a\0", "\x1c7", "\ufeff"]
CELLS = st.one_of(
    st.sampled_from(ODD),
    st.floats(allow_nan=False).map(repr),
    st.integers(-99, 10**20).map(str),
    st.text('1,;."\n\r\te\u3000 a', max_size=5),
)


@given(
    rows=st.integers(1, 4).flatmap(
        lambda count: st.lists(st.lists(CELLS, min_size=count, max_size=count), min_size=2)
    ),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]),
    ends=st.sampled_from(["\n", "\r\n", "\n\n", "\r"]),
    separator=st.sampled_from(",;\t"),
)
@example(
    rows=[["NA", "NA"], [";", ""], ["", ""], ["", ""], ["nan", ""]],
    quoting=csv.QUOTE_MINIMAL,
    ends="\n",
    separator=",",
)
@settings(deadline=None, max_examples=80)
def test_tables(path: Path, rows: list[list[str]], quoting: int, ends: str, separator: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if quoting == csv.QUOTE_NONE:
            rows = [[re.sub(r"[,;\t\n\r\"]", "", cell) for cell in row] for row in rows]
            file.write(ends.join(separator.join(row) for row in rows))
        else:
            csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=ends).writerows(  # type: ignore[arg-type]
                rows
            )
    compare(path)


@given(
    content=st.text('a1,;"\n\r\t é\u3000\0', max_size=40).map(str.encode) | st.binary(max_size=12)
)
@example(b"a,y\n1,2\n\n \n")
@example("\ufeffa,y\r\n1,2\r\n\r\n3,4".encode())
@example(b"y\n\n1\n\n")
@example(b"a;y\n1;2\r")
@example(b"a,y\n1,2\n3,4\xff\n")
@settings(deadline=None, max_examples=80)
def test_any_content(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    compare(path)


def test_large_files_are_read_by_pandas(path: Path) -> None:
    path.write_text('"a",y\n1,é\nNA,"z "\n', encoding="utf-8")
    table = source.CsvReader().read(path)
    assert type(table.columns[0]) is not TextColumn
    np.testing.assert_array_equal(table.columns[0].numbers(), [1, np.nan])
    assert table.columns[1].numbers() is None
    path.write_text('a,y\n1,"b,é"\n', encoding="utf-8")
    assert type(source.CsvReader().read(path).columns[0]) is TextColumn


@pytest.mark.parametrize("asked", [{}, {"header": source.UNNAMED}])
def test_large_files_without_names_are_read_by_pandas(path: Path, asked: dict[str, str]) -> None:
    path.write_text("".join(f"{row},{row / 4},2\n" for row in range(5)), encoding="utf-8")
    table, expected = source.CsvReader().read(path, asked), source._read_any(path, asked)
    assert type(table.columns[0]) is not TextColumn
    assert (table.header, table.notes) == (expected.header, expected.notes)
    np.testing.assert_array_equal(table.rows, expected.rows)
    for column, other in zip(table.columns, expected.columns, strict=True):
        same_cells(column, list(other.texts()))


STAMPS = st.one_of(
    st.datetimes().map(str),
    st.datetimes().map(lambda time: time.isoformat(timespec="minutes")),
    st.dates().map(str),
    st.text("0123456789-: T.\0٣", max_size=20),
    st.sampled_from(["2024", "2024-13", "2024-02", "2024-02-30", "2024-1-1", "2024-02-03 10", ""]),
)


@given(cells=st.lists(STAMPS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_time_stamps_in_iso_form(cells: list[str]) -> None:
    """Each of them as NumPy reads it alone, where it has the form and is a time."""
    form = re.compile(r"\d{4}(-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?)?)?")
    try:
        expected = [np.datetime64(cell, "us") for cell in cells if form.fullmatch(cell)]
    except ValueError:
        return
    if len(expected) == len(cells):
        np.testing.assert_array_equal(read_times(cells, "iso"), expected)


def test_another_file_of_the_same_name_is_read_anew(tmp_path: Path) -> None:
    """Texts of a large file are kept: of a second one, as large, they must not be the first's."""
    path = tmp_path / "a.csv"
    for written, word in enumerate(("first", "other")):
        path.write_text("name,value\n" + f"{word},1.5\n" * 20)
        os.utime(path, ns=(written, written))
        table = source.CsvReader().read(path)
        assert table.column("name").texts() == [word] * 20
