"""Guesses for tables whose rows are sequences, and for those that only look like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.data import read
from rnnsearch.data._base import MASK_VALUE
from rnnsearch.errors import InvalidData
from rnnsearch.guessing import Wishes, guess
from rnnsearch.guessing._base import Guess
from rnnsearch.spec import parse

N, T = 60, 30
KINDS = np.arange(N) % 3
STEPS = np.arange(T)


def waves(quantity: int = 0) -> np.ndarray:
    noise = np.random.default_rng(quantity).normal(0, 0.05, (N, T))
    return np.sin(STEPS / (3 + 2 * KINDS[:, None]) + np.arange(N)[:, None] + quantity) + noise


def frame(**beside: Any) -> pd.DataFrame:
    return pd.DataFrame(waves(), columns=[f"t{at}" for at in STEPS]).assign(**beside)


def values(found: Guess) -> dict[str, Any]:
    return {setting.key: setting.value for setting in found.data}


def prepared(found: Guess, path: Path) -> Any:
    """The data of the spec that is guessed."""
    data = {**values(found), "path": str(path)}
    spec = parse({"task": found.task.value, "data": data, "space": {}}, name="a", directory=Path())
    return read(spec.data, spec.task)


@pytest.mark.parametrize("place", [0, T])
@pytest.mark.parametrize("name", ["A_TRAIN.tsv", "a.csv", "A_TRAIN"])
def test_files_without_names_as_archives_have_them(place: int, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    rows = np.insert(waves(), place, KINDS, axis=1)
    separator = {"A_TRAIN.tsv": "\t", "a.csv": ",", "A_TRAIN": "  "}[name]
    lines = [separator.join(f"{cell:.7e}" for cell in row) for row in rows]
    path.write_text("\n".join(lines), "utf-8")
    found = guess(path, Wishes())
    assert values(found)["source"] == "wide" and values(found)["target_kind"] == "class"
    assert values(found)["target"] == f"column_{place + 1}"
    whole = prepared(found, path).whole()
    assert whole.train.x.shape[1:] == (T, 1) and whole.target.classes == (0, 1, 2)


def test_a_folder_has_a_test_part_of_its_own(tmp_path: Path) -> None:
    for name, rows in (("beats_train.csv", slice(40)), ("beats_test.csv", slice(40, N))):
        data = np.insert(waves(), T, KINDS, axis=1)[rows]
        np.savetxt(tmp_path / name, data, delimiter=",", fmt="%.5f")
    found = guess(tmp_path, Wishes())
    assert values(found)["split"] == {"folds": "auto"}
    assert len(prepared(found, tmp_path).dataset().test.x) == N - 40
    alone = guess(tmp_path / "beats_train.csv", Wishes())
    assert "beats_test.csv is not read: init of the folder takes it as the test part" in alone.notes


def test_texts_of_classes_and_what_else_stands_beside_the_steps(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    names = np.array(["af", "normal", "007"])[KINDS]
    patients = [f"P{at // 3}" for at in range(N)]
    frame(diagnosis=names, id=range(N), patient=patients).to_csv(path, index=False)
    found = guess(path, Wishes())
    said = values(found)
    assert (said["target"], said["quantities"]) == ("diagnosis", ["t"])
    assert said["ignore"] == ["id", "patient"]
    assert any("split: {group: patient}" in note for note in found.notes)
    assert prepared(found, path).whole().target.classes == ("007", "af", "normal")


def test_wavelengths_and_a_number_to_predict(tmp_path: Path) -> None:
    path = tmp_path / "spectra.csv"
    table = pd.DataFrame(waves(), columns=[str(800 + 2 * at) for at in STEPS])
    table.insert(0, "sample", np.arange(1, N + 1))
    table.assign(protein=waves().mean(1)).to_csv(path, index=False, sep=";", decimal=",")
    said = values(guess(path, Wishes()))
    assert (said["target"], said["target_kind"]) == ("protein", "numeric")
    assert said["ignore"] == ["sample"] and "quantities" not in said


@pytest.mark.parametrize("interleaved", [False, True])
def test_several_quantities(interleaved: bool, tmp_path: Path) -> None:
    path = tmp_path / "motion.parquet"
    columns = {f"{name}_{at}": waves(k)[:, at] for k, name in enumerate("xyz") for at in STEPS}
    if interleaved:
        columns = {f"{name}_{at}": columns[f"{name}_{at}"] for at in STEPS for name in "xyz"}
    part = np.where(np.arange(N) < 45, "train", "test")
    pd.DataFrame({**columns, "activity": KINDS, "set": part}).to_parquet(path)
    found = guess(path, Wishes())
    said = values(found)
    assert said["quantities"] == ["x", "y", "z"] and said["split"]["column"] == "set"
    data = prepared(found, path).dataset()
    assert data.test.x.shape == (15, T, 3)


def test_filled_up_sequences(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    ends = 12 + np.arange(N) % 18
    x = np.where(ends[:, None] > STEPS, np.abs(waves()) + 0.1, 0.0)
    np.savetxt(path, np.insert(x, T, KINDS, axis=1), delimiter=",", fmt="%.5f")
    found = guess(path, Wishes())
    assert values(found)["padding"] == 0
    x = prepared(found, path).whole().train.x
    lengths = (x[..., 0] != MASK_VALUE).sum(axis=1)
    assert {*lengths.tolist()} == {*ends.tolist()}


def test_the_user_names_the_target(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    frame(sex=np.arange(N) % 2, diagnosis=KINDS).to_csv(path, index=False)
    assert values(guess(path, Wishes()))["target"] == "sex"
    assert values(guess(path, Wishes(target="diagnosis")))["target"] == "diagnosis"
    with pytest.raises(InvalidData, match="must name a column beside the steps"):
        guess(path, Wishes(target="diagnoses"))


def series(**beside: Any) -> pd.DataFrame:
    """A row a time step, of 24 quantities that are alike."""
    rows = np.arange(400)[:, None]
    found = pd.DataFrame(np.sin(rows / 20 + np.arange(24)), columns=[f"s{at}" for at in range(24)])
    return found.assign(**beside)


ROWS_ARE_STEPS = {
    "sensors and a state": series(state=np.arange(400) // 50 % 2),
    "hours of days": pd.DataFrame(
        np.sin(np.arange(24) / 4) + np.random.default_rng(0).normal(0, 0.1, (400, 24)),
        columns=[f"h{at}" for at in range(24)],
    ).assign(
        date=pd.date_range("2020-01-01", periods=400).strftime("%Y-%m-%d"),
        weekday=pd.date_range("2020-01-01", periods=400).day_name(),
    ),
    "features that have no order": pd.DataFrame(
        np.random.default_rng(0).normal(size=(300, 30)), columns=[f"x{at}" for at in range(30)]
    ).assign(y=np.arange(300) % 2),
    "months of years": pd.DataFrame(
        np.random.default_rng(1).normal(0, 0.1, (40, 21)).cumsum(axis=0) + np.arange(21),
        columns=["year", *(f"station {at}" for at in range(20))],
    ).assign(year=range(1980, 2020)),
}


@pytest.mark.parametrize("name", ROWS_ARE_STEPS)
def test_rows_that_are_steps_of_time_stay_such(name: str, tmp_path: Path) -> None:
    ROWS_ARE_STEPS[name].to_csv(tmp_path / "a.csv", index=False)
    assert values(guess(tmp_path / "a.csv", Wishes()))["source"] == "csv"


MONTHS = [f"{year}-{month:02}" for year in (2001, 2002) for month in range(1, 13)]


@pytest.mark.parametrize("names", [range(1980, 2010), MONTHS])
def test_columns_of_years_and_months_are_no_steps_of_a_row(names: Any, tmp_path: Path) -> None:
    """As offices of statistics have them: one series in each row, and regions beside them."""
    values = np.random.default_rng(0).normal(0, 0.1, (40, len(names))).cumsum(1)
    table = pd.DataFrame(values + np.arange(40)[:, None], columns=[*map(str, names)])
    table.insert(0, "country", [f"C{at}" for at in range(40)])
    table.insert(1, "region", np.array(["north", "south"])[np.arange(40) % 2])
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(InvalidData, match=r"columns that are time stamps.*frame\.melt"):
        guess(tmp_path / "a.csv", Wishes())


def test_a_task_says_that_rows_are_steps(tmp_path: Path) -> None:
    frame(kind=KINDS).to_csv(tmp_path / "a.csv", index=False)
    assert values(guess(tmp_path / "a.csv", Wishes()))["source"] == "wide"
    assert values(guess(tmp_path / "a.csv", Wishes(task="many_to_one")))["source"] == "csv"


@pytest.mark.parametrize(("whose", "class_name"), [("user", "move"), ("patient_id", "finding")])
def test_who_it_was_is_no_class(whose: str, class_name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    frame(**{whose: [f"p{at % 8}" for at in range(N)], class_name: KINDS}).to_csv(path, index=False)
    found = values(guess(path, Wishes()))
    assert (found["target"], found["ignore"]) == (class_name, [whose])
