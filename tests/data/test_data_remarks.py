"""What stands above a table with as many cells as its rows: no names of columns, and said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from rnnsearch.data.sources.csv import CsvReader

NAMES = ["Datum", "Wert", "Temperatur", "Feuchte", "Druck"]
DAYS = [f"{day:%d.%m.%Y}" for day in pd.date_range("2021-01-01", periods=40)]


def header(folder: Path, lines: Sequence[str]) -> tuple[tuple[str, ...], list[int], str]:
    """Names of columns, lines of the first rows, and notes."""
    (folder / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    table = CsvReader().read(folder / "a.csv")
    return tuple(table.header), table.rows[:1].tolist(), " ".join(table.notes)


@pytest.mark.parametrize("mark", ";,\t")
@pytest.mark.parametrize("width", [2, 3, 5])
@pytest.mark.parametrize(
    "above",
    [
        ["Bericht", "Erstellt am|01.02.2022", "-"],
        ["Station|K\u00f6ln", "Id|4711", "Erstellt|01.02.2022 10:00"],
        ["Station|K\u00f6ln", "Betreiber|DWD", "Land|Deutschland", ""],
        ["Station|K\u00f6ln", "Betreiber|DWD", "-"],
        ["Export", "von|01.01.2021", "bis|30.05.2021", "", "Werte in Kelvin"],
    ],
)
@pytest.mark.parametrize("units", [False, True])
def test_padded_to_the_width_of_rows(
    above: list[str], width: int, mark: str, units: bool, tmp_path: Path
) -> None:
    cells = [[] if line == "-" else line.split("|") for line in above]
    padded = [mark.join([*row, *[""] * (width - len(row))]) if row else "" for row in cells]
    point = "." if mark == "," else ","
    values = [[f"1{at % 7}{point}{place}5" for place in range(width - 1)] for at in range(40)]
    rows = [mark.join([day, *row]) for day, row in zip(DAYS, values, strict=True)]
    below = [mark.join(["", "kWh", "K", "%", "hPa"][:width])] if units else []
    names, first, notes = header(tmp_path, [*padded, mark.join(NAMES[:width]), *below, *rows])
    assert names == tuple(NAMES[:width])
    assert first == [len(padded) + 2 + len(below)]
    left = "line 1 is" if len(padded) == 1 else f"lines 1 to {len(padded) - ('-' in above)} are"
    assert f"{left} above the header left out: '{above[0].replace('|', ' ')}'" in notes


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["Datum,Wert", "YYYY-MM-DD,kWh"], ("Datum", "Wert")),
        (["TIMESTAMP,AirTC", "TS,Deg C"], ("TIMESTAMP", "AirTC")),
        (["Device,Logger 3", "", "Time,Temp", "", "(UTC),(degC)"], ("Time", "Temp")),
        (["Series,CPI", "Units,Index", "Frequency,Daily", "Date,Value"], ("Date", "Value")),
        (["Name,Value", "Count,60", "", "Date,Load"], ("Date", "Load")),
        (['"two', 'lines",b'], ("two\nlines", "b")),
        (["a,b", "", "c,d"], ("c", "d")),
        (["a,b", "c,d", "e,f", "g,h"], ("g", "h")),
        (["t,T1", "s,degC"], ("t", "T1")),
        (["Sensor,12", "x,y"], ("x", "y")),
        (["Date,12"], ("Date", "12")),
    ],
)
def test_of_several_lines_one_names_the_columns(
    lines: list[str], names: tuple[str, ...], tmp_path: Path
) -> None:
    rows = [f"{day},{at % 9}.5" for at, day in enumerate(DAYS)]
    assert header(tmp_path, [*lines, *rows])[0] == names


def test_a_small_table_above_the_table(tmp_path: Path) -> None:
    """As services of weather write where they measured, with as many cells as rows have."""
    above = ["latitude,longitude,elevation", "52.5,13.4,38.0", ""]
    rows = [f"2020-01-01T{at:02}:00,{at}.5,0.0" for at in range(24)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([*above, "time,temperature,rain", *rows]) + "\n", encoding="utf-8")
    table = CsvReader().read(path)
    assert table.header == ("time", "temperature", "rain") and len(table.rows) == 24
    assert any("above the header left out: 'latitude" in note for note in table.notes)
