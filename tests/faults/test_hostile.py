"""Files that were made to do harm: refused in one line, or neutralised."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch.api.results import Results
from rnnsearch.api.standing_in import read_preparation
from rnnsearch.api.winner import Winner
from rnnsearch.data import read
from rnnsearch.errors import InvalidData, InvalidSpec, StudyError
from rnnsearch.execution.checkpoints import Checkpoints
from rnnsearch.execution.messages import Block, Schedule
from rnnsearch.records import StudyFolder, frame_to_csv, load_weights
from rnnsearch.spec import load, parse
from tests.execution.test_execution_checkpoints import PROGRAM, block

SPEC: dict[str, Any] = {
    "task": "many_to_one",
    "data": {"source": "npz", "path": "data.npz"},
    "space": {"cell": "GRU", "units": 2},
}


BOMB = "a: &a0 [x]\n" + "".join(
    f"a{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 50)}]\n" for n in range(5)
)
"""Lists of fifty of the list before."""


class Harm:
    """Runs when it is unpickled."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("harmed"),)


@pytest.fixture(autouse=True)
def unharmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "harmed").exists(), "a file that was opened ran code"


def test_data_with_a_pickle_in_it(tmp_path: Path) -> None:
    objects = np.array([Harm()] * 24, dtype=object)
    np.savez(tmp_path / "data.npz", allow_pickle=True, x=objects, y=np.arange(24) % 2)
    spec = parse(SPEC, name="hostile", directory=tmp_path)
    with pytest.raises(InvalidData, match="must hold plain arrays; received Python objects in 'x'"):
        read(spec.data, spec.task)
    (tmp_path / "data.npz").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(InvalidData, match=r"must be an \.npz file"):
        read(spec.data, spec.task)


def test_weights_and_checkpoints_with_a_pickle_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "00000-00003-0000.npz"
    np.savez(path, allow_pickle=True, about=np.array([Harm()], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_weights(path)
    assert Checkpoints(block(tmp_path)).load() == {}
    assert "is of no use" in capsys.readouterr().err
    assert Checkpoints(Block(PROGRAM, (), Schedule(None, frozenset()), 1)).load() == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!!python/object/apply:os.system [touch harmed]", "must not have a tag"),
        (BOMB, "at most 20000"),
        ("a: " + "[" * 5000 + "]" * 5000, "nested at most 20 deep"),
        ("a: x\n" * 300_000, "at most 1 MB"),
        ("&a {a: *a}", "must not contain itself"),
    ],
)  # fmt: skip
def test_a_spec_that_is_a_bomb(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bomb.yaml").write_text(text)
    with pytest.raises(InvalidSpec, match=said):
        load(tmp_path / "bomb.yaml")


def results(folder: Path) -> StudyFolder:
    """A results folder that says it has a model."""
    found = StudyFolder(folder / "results")
    found.create()
    found.summary.write_text(json.dumps({"backend": "jax", "name": "x", "objective": "val_loss"}))
    found.spec.write_text(json.dumps(SPEC))
    network = {"window": None}
    found.preparation.write_text(json.dumps({"network": network}))
    return found


def test_a_model_with_code_in_a_layer(tmp_path: Path) -> None:
    found = results(tmp_path)
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])
    model.save(found.model)
    with zipfile.ZipFile(found.model) as archive:
        assert "Lambda" in archive.read("config.json").decode()
    winner = Winner(found, parse(SPEC, name="x", directory=tmp_path), "jax")
    with pytest.raises(StudyError, match=r"Expected a model as a search saves it.*Lambda"):
        winner.load()
    found.model.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(StudyError, match="which can't be loaded"):
        winner.load()


@pytest.mark.parametrize("trial", ["../../etc/passwd", [1], {"a": 1}, "1"])
def test_a_preparation_that_names_a_file_elsewhere(tmp_path: Path, trial: Any) -> None:
    found = results(tmp_path)
    found.preparation.write_text(json.dumps({"trial": trial, "network": {}}))
    with pytest.raises(StudyError, match="Expected a preparation as a search writes it"):
        read_preparation(found)
    found.preparation.write_text("[" * 100_000)
    with pytest.raises(StudyError, match="Expected a preparation as a search writes it"):
        read_preparation(found)


@pytest.mark.parametrize("name", ["epochs.csv", "study.journal", "weights/00001.npz", "logs"])
def test_a_link_that_leads_out_of_a_results_folder(tmp_path: Path, name: str) -> None:
    found = results(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine\n")
    (found.path / name).symlink_to(elsewhere)
    for use in (found.create, lambda: Results.open(found.path)):
        with pytest.raises(StudyError, match=f"results folder of its own files.*{name}, a link"):
            use()
    assert elsewhere.read_text() == "mine\n"


def test_a_link_within_a_results_folder_is_none_of_our_business(tmp_path: Path) -> None:
    found = results(tmp_path)
    (found.path / "copy.json").symlink_to(found.summary)
    Results.open(found.path)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1-cmd", "-2+3", "\t=1", "＝1"])
def test_predictions_hold_no_formula(cell: str) -> None:
    frame = pd.DataFrame({cell: [cell, "plain"], "y": [-1.5, 2.0]})
    lines = frame_to_csv(frame).splitlines()
    assert lines[0].lstrip('"').startswith("'")
    assert lines[1].lstrip('"').startswith("'") and lines[1].endswith(",-1.5")
    assert lines[2] == "plain,2.0"


def test_other_predictions_are_as_pandas_writes_them() -> None:
    frame = pd.DataFrame({"time": pd.date_range("2024", periods=2), "y": [0.1, None], "n": [1, 2]})
    assert frame_to_csv(frame) == frame.to_csv(index=False, lineterminator="\n")
