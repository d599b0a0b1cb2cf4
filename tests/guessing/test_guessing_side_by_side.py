"""Tables beside each other in one sheet, and classes in a column each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Guess, Wishes, guess
from tests.guessing.conftest import setting

DAYS = pd.date_range("2021-01-01", periods=90).strftime("%Y-%m-%d").tolist()
NEXT = pd.date_range("2021-01-02", periods=90).strftime("%Y-%m-%d").tolist()
LATER = pd.date_range("2021-01-15", periods=90).strftime("%Y-%m-%d").tolist()
VALUES = np.random.default_rng(0).normal(9, 2, 90).round(2).tolist()


def look(folder: Path, header: str, *columns: list[object]) -> Guess:
    rows = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    (folder / "a.csv").write_text("\n".join([header, *rows]))
    return guess(folder / "a.csv", Wishes())


@pytest.mark.parametrize("again", ["Date", "Date.1"])
@pytest.mark.parametrize("short", [0, 20])
def test_tables_beside_each_other_are_refused(again: str, short: int, tmp_path: Path) -> None:
    nothing = [""] * 90
    others = [*(LATER if not short else DAYS)[: 90 - short], *nothing[:short]]
    returns = [*VALUES[: 90 - short], *nothing[:short]]
    with pytest.raises(InvalidData) as error:
        look(tmp_path, f"Date,Sales,,{again},Returns", DAYS, VALUES, nothing, others, returns)
    row = 2 if not short else 72
    assert (
        f"must hold one table; received 'Date' in columns 1 and 4, of other times in row {row}"
    ) in str(error.value)
    assert "frame.iloc[:, :3] and frame.iloc[:, 3:]" in str(error.value)


def test_the_same_time_stamps_twice(tmp_path: Path) -> None:
    found = look(tmp_path, "Date,Sales,Date.1,Returns", DAYS, VALUES, DAYS, VALUES[::-1])
    assert setting(found, "time") == "Date"
    begin_and_end = look(tmp_path, "Time,Sales,Time.1", DAYS, VALUES, NEXT)
    assert setting(begin_and_end, "time") == "Time"
    with pytest.raises(InvalidData, match="must have a name of its own for each column"):
        look(tmp_path, "Date,Sales,Date,Returns", DAYS, VALUES, DAYS, VALUES[::-1])


@pytest.mark.parametrize(("shift", "said"), [(0, True), (1, False)])
def test_a_class_in_columns_of_its_own(shift: int, said: bool, tmp_path: Path) -> None:
    codes = np.random.default_rng(1).integers(0, 3, 90)
    flags = [(codes == code).astype(int) for code in range(3)]
    flags[0] = np.roll(flags[0], shift)
    columns = [each.tolist() for each in flags]
    found = look(tmp_path, "day,x,walk,run,sit", DAYS, VALUES, *columns)
    assert setting(found, "target") == "sit"
    notes = [note for note in found.notes if "they name one class together" in note]
    assert bool(notes) == said
    if said:
        line = notes[0].partition("would hold: ")[2].partition("; without")[0]
        frame = pd.read_csv(tmp_path / "a.csv")
        exec(line, {"frame": frame})
        assert frame["label"].tolist() == np.array(["walk", "run", "sit"])[codes].tolist()
