"""Cells of Parquet that have parts: what is said of them, and that the lines that are said do it."""

from __future__ import annotations

import datetime as dt
import io
import json
import pathlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from tests.guessing.conftest import setting

pytest.importorskip("pyarrow")
image = pytest.importorskip("PIL.Image")


def refused(folder: Path, frame: pd.DataFrame) -> str:
    frame.to_parquet(folder / "a.parquet")
    with pytest.raises(InvalidData) as error:
        guess(folder / "a.parquet", Wishes())
    return str(error.value)


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    image.new("L", (6, 6), shade).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("parts", [True, False])
def test_files_in_cells(parts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [picture(at % 2 * 90 + at) for at in range(40)]
    cells: list[Any] = [{"bytes": each, "path": None} for each in files] if parts else files
    frame = pd.DataFrame({"image": cells, "label": [at % 2 for at in range(40)]})
    said = refused(tmp_path, frame)
    assert "must have one number, text or time a cell; received files in 'image'" in said
    line = said.partition("of its class: ")[2].partition(", with the ending")[0]
    monkeypatch.chdir(tmp_path)
    line = line.replace("CLASS", "'label'").replace("ENDING", "png")
    exec(line, {"frame": pd.read_parquet("a.parquet"), "pathlib": pathlib})
    found = guess(Path("data"), Wishes())
    assert setting(found, "source") == "images"
    assert "0 20" in next(s.why for s in found.data if s.key == "path")


def test_a_series_in_each_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=(3, 60)).round(2)
    start = dt.datetime(2020, 1, 1)
    rows = [{"item_id": f"s{at}", "start": start, "target": [*v]} for at, v in enumerate(values)]
    said = refused(tmp_path, pd.DataFrame(rows))
    line = said.partition("for each step: ")[2].partition(", where NAME")[0]
    line = line.replace("NAME", "'item_id'").replace("STEP", "'D'")
    monkeypatch.chdir(tmp_path)
    exec(line, {"frame": pd.read_parquet("a.parquet"), "pandas": pd})
    found = guess(Path("data.parquet"), Wishes())
    keys = ("time", "series", "target")
    assert [setting(found, key) for key in keys] == ["time", "item_id", "target"]


@pytest.mark.parametrize("other", [{}, {"id": [str(at) for at in range(60)]}])
def test_translations(other: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    cells = [{"en": f"the word {at} is", "de": f"das Wort {at} ist"} for at in range(60)]
    said = refused(tmp_path, pd.DataFrame({**other, "translation": cells}))
    line = said.partition("column of its own: ")[2]
    monkeypatch.chdir(tmp_path)
    exec(line, {"frame": pd.read_parquet("a.parquet"), "pandas": pd, "json": json})
    assert setting(guess(Path("data.csv"), Wishes()), "task") == "sequence_to_sequence"


def test_decimal_commas_in_texts(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=60).strftime("%d.%m.%Y")
    said = refused(
        tmp_path, pd.DataFrame({"Tag": days, "Wert": [f"{at % 7},5" for at in range(60)]})
    )
    line = said[said.index("frame[") : said.index(".astype(float)") + len(".astype(float)")]
    frame = pd.read_parquet(tmp_path / "a.parquet")
    assert eval(line, {"frame": frame}).tolist()[:3] == [0.5, 1.5, 2.5]
