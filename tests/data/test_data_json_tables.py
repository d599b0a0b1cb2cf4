"""Lines that make a table of JSON, in the forms that programs write it in, and of workbooks."""

from __future__ import annotations

import json
import pathlib
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rnnsearch.data.sources.foreign import way_out

TIMES = [f"2021-03-27T{hour:02}:00:00+01:00" for hour in range(20)]
LOADS = [round(3.5 + hour / 7, 2) for hour in range(20)]
CODES = [f"{hour % 3:03}" for hour in range(20)]
RECORDS = [
    {"time": time, "load": load, "code": code}
    for time, load, code in zip(TIMES, LOADS, CODES, strict=True)
]
ROWS = [[*record.values()] for record in RECORDS]
COLUMNS = {"time": TIMES, "load": LOADS, "code": CODES}
NAMES = [*COLUMNS]


def by_row(cells: list[Any]) -> dict[str, Any]:
    return {str(at): cell for at, cell in enumerate(cells)}


@pytest.mark.parametrize(
    "document",
    [
        RECORDS,
        {name: by_row(cells) for name, cells in COLUMNS.items()},
        by_row(RECORDS),
        {"columns": NAMES, "index": [*range(20)], "data": ROWS},
        {"status": "ok", "pages": [1, 2], "data": RECORDS},
        {"took": 3, "hits": {"total": 20, "hits": RECORDS}},
        {"latitude": 52.5, "hourly_units": dict.fromkeys(NAMES, "?"), "hourly": COLUMNS},
        {"results": [{"series": [{"name": "cpu", "columns": NAMES, "values": ROWS}]}]},
        {"rows": ROWS},
        "lines",
    ],
)
def test_a_table_in_json(document: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "answer.json"
    lines = "\n".join(map(json.dumps, RECORDS))
    file.write_text(lines if document == "lines" else json.dumps(document), "utf-8")
    line = way_out(file).removeprefix("write it as a table: ")
    monkeypatch.chdir(tmp_path)
    exec(line, {"json": json, "pandas": pd, "pathlib": pathlib})
    nameless = isinstance(document, dict) and "rows" in document
    frame = pd.read_csv("data.csv", dtype=str, header=None if nameless else 0)
    assert frame.astype(str).values.tolist() == [[t, str(v), c] for t, v, c in ROWS]
    assert nameless or [*frame.columns] == NAMES


def test_parts_of_records_are_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"time": time, "m": {"load": load}} for time, load, _ in ROWS]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    monkeypatch.chdir(tmp_path)
    line = way_out(Path("a.jsonl")).removeprefix("write it as a table: ")
    exec(line, {"json": json, "pandas": pd, "pathlib": pathlib})
    assert [*pd.read_csv("data.csv").columns] == ["time", "m.load"]


@pytest.mark.parametrize("content", ["[1, 2", '{"a": 1}', "[]", '"text"'])
def test_nothing_is_found_in_others(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content)
    assert "of records below a key" in way_out(tmp_path / "a.json")


@pytest.mark.parametrize("names", [["Tabelle1"], ["2021", "Q&amp;A", "2022"]])
def test_sheets_of_a_workbook(names: list[str], tmp_path: Path) -> None:
    sheets = "".join(f'<sheet sheetId="1" name="{name}" r:id="r"/>' for name in names)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", f"<workbook><sheets>{sheets}</sheets></workbook>")
    said = way_out(tmp_path / "a.xlsx")
    several = "that reads the first of 3 sheets, with sheet_name='Q&A' the next; a table in pieces"
    assert (several in said) == (len(names) > 1)
    assert "pandas.read_excel('a.xlsx').to_csv('data.csv', index=False)" in said
