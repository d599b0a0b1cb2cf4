"""The files of a study's folder: a kill while one is written, the folder and its lock, weights, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from rnnsearch.errors import StudyError
from rnnsearch.outcomes import BaselineRecord, Summary, TrialRecord
from rnnsearch.records import (
    BestWeights,
    StudyFolder,
    environment,
    load_weights,
    read_environment,
    read_summary,
    save_weights,
    write_environment,
    write_summary,
)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("moment", ["half", "before_rename"])
def test_a_kill_between_write_and_rename_leaves_the_old_file(tmp_path: Path, moment: str) -> None:
    folder = StudyFolder(tmp_path / "study")
    folder.create()
    folder.model.write_bytes(b"old")
    program = f"""
        import os, signal
        from pathlib import Path
        from rnnsearch.files import atomic
        kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        if {moment == "before_rename"}:
            atomic.os.replace = kill
        with atomic.replacing(Path({str(folder.model)!r})) as aside:
            with aside.open("wb") as file:
                file.write(b"n" * 100_000)
                if {moment == "half"}:
                    kill()
    """
    root = str(Path(__file__).parents[2])
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=root, check=False)
    assert ended.returncode == -9
    assert folder.model.read_bytes() == b"old"
    assert len(names(folder.path)) == 3  # the file aside is still there …
    with folder.lock():
        assert names(folder.path) == [".lock", "best.keras", "weights"]  # … until the next search


def test_making_a_folder_object_touches_no_disk(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path / "a" / "b")
    assert not folder.exists()
    assert folder.weights(7) == tmp_path / "a" / "b" / "weights" / "00007.npz"
    assert names(tmp_path) == []


def test_create_makes_the_folder_and_takes_an_own_one(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path / "a" / "b")
    folder.create()
    folder.create()
    assert not folder.exists()
    folder.spec.write_text("")
    assert folder.exists()


def test_create_refuses_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(
        StudyError,
        match=r"^Expected a study or an empty folder\. Received: .*, wh"
        r"ich holds 'thesis\.tex'; give another folder with --output$",
    ):
        StudyFolder(tmp_path).create()


def test_create_refuses_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("")
    with pytest.raises(StudyError, match=r"^Expected a folder for the study\. Received: the file "):
        StudyFolder(path).create()


def test_set_aside_renames_and_counts(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path / "x")
    for number in (1, 2):
        folder.create()
        folder.spec.write_text(str(number))
        assert folder.set_aside() == tmp_path / f"x.old-{number}"
        assert (tmp_path / f"x.old-{number}" / "spec.yaml").read_text() == str(number)
    assert not folder.path.exists()


def test_a_second_search_is_kept_out_and_told_by_whom(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    folder = StudyFolder(tmp_path / "x")
    folder.create()
    program = (
        "import sys\nfrom rnnsearch.records import StudyFolder\n"
        f"with StudyFolder({str(folder.path)!r}).lock():\n    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        message = (
            rf"is in use by another search \(process {holder.pid}\); wait until it ends, "
            r"stop it, or give another folder with --output$"
        )
        with pytest.raises(StudyError, match=message), folder.lock():
            pass
        with pytest.raises(StudyError, match=message):
            folder.set_aside()
    finally:
        holder.kill()
        holder.communicate()
    with folder.lock():  # a holder that was killed holds nothing
        pass


def test_no_lock_where_the_system_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    folder = StudyFolder(tmp_path)
    with folder.lock(), folder.lock():
        pass


def test_weights_come_back_in_order(tmp_path: Path) -> None:
    arrays = [np.full((index % 3, 2), index, np.float32) for index in range(12)]
    save_weights(tmp_path / "00001.npz", [*arrays, np.array(3, np.int32)])
    loaded = load_weights(tmp_path / "00001.npz")
    assert len(loaded) == 13
    for given, back in zip([*arrays, np.array(3, np.int32)], loaded, strict=True):
        np.testing.assert_array_equal(given, back)
        assert given.dtype == back.dtype
    assert names(tmp_path) == ["00001.npz"]


SCORES = [3.0, 1.0, 3.0, 2.0, 1.0, 1.5]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0]])
@pytest.mark.parametrize(("direction", "kept"), [("minimize", [1, 4]), ("maximize", [0, 2])])
def test_only_the_best_weights_are_kept(
    tmp_path: Path, direction: Literal["minimize", "maximize"], kept: list[int], order: list[int]
) -> None:
    folder = StudyFolder(tmp_path)
    folder.create()
    (folder.weights_folder / "notes.npz").write_bytes(b"")
    best = BestWeights(folder, direction, 2)
    for number in order:
        best.add(TrialRecord(number, "COMPLETE", SCORES[number]), [np.full(2, number)])
    expected = [f"{number:05d}.npz" for number in kept]
    assert names(folder.weights_folder) == [*expected, "notes.npz"]
    assert load_weights(folder.weights(kept[0]))[0].tolist() == [kept[0]] * 2


def test_of_equal_scores_the_weights_of_the_winner_are_kept(tmp_path: Path) -> None:
    """Else the trial that is delivered, which has the smallest loss of them, might have none."""
    folder = StudyFolder(tmp_path)
    folder.create()
    best = BestWeights(folder, "maximize", 2)
    for number, loss in enumerate([3.0, 4.0, 1.0, 2.0]):
        best.add(TrialRecord(number, "COMPLETE", 1.0, {"val_loss": loss}), [])
    assert names(folder.weights_folder) == ["00002.npz", "00003.npz"]


def test_weights_of_an_earlier_search_count(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    folder.create()
    trials = [TrialRecord(number, "COMPLETE", SCORES[number]) for number in (0, 1, 2, 4)]
    trials.append(TrialRecord(5, "PRUNED", 0.0))
    for number in (0, 1, 2, 3, 4, 5):  # 3 was saved, but the driver was killed before it was told
        save_weights(folder.weights(number), [])
    best = BestWeights(folder, "minimize", 3)
    best.begin(trials)
    assert names(folder.weights_folder) == ["00000.npz", "00001.npz", "00004.npz"]
    best.add(TrialRecord(3, "COMPLETE", SCORES[3]), [])
    best.add(TrialRecord(6, "COMPLETE", 9.0), [])
    assert names(folder.weights_folder) == ["00001.npz", "00003.npz", "00004.npz"]


def test_environment_names_versions_without_importing(tmp_path: Path) -> None:
    program = (
        "import json, sys\nfrom rnnsearch.records import environment\n"
        "values = environment('cpu:0', 'jax', 'fused', 3)\n"
        "assert not {'keras', 'jax', 'torch', 'tensorflow'} & set(sys.modules)\n"
        "print(json.dumps(values))"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True)
    values = json.loads(out.stdout)
    assert (values["device"], values["seed"], values["engine"]) == ("cpu:0", 3, "fused")
    assert values["packages"]["numpy"] == np.__version__
    path = tmp_path / "environment.json"
    write_environment(path, environment("gpu:0", "torch", "keras", 0))
    assert read_environment(path)["backend"] == "torch"


class ReadOnly(Mapping[str, float]):
    """A mapping that is no dict."""

    def __getitem__(self, key: str) -> float:
        return {"val_rmse": 2.0, "val_loss": float("nan")}[key]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(("val_rmse", "val_loss"))

    def __len__(self) -> int:
        return 2


def summary(winner: TrialRecord | None) -> Summary:
    return Summary(
        name="electricity",
        task="many_to_one",
        objective="val_rmse",
        direction="minimize",
        device="cpu:0",
        engine="fused",
        backend="jax",
        states={"COMPLETE": 3, "FAIL": 1},
        seconds=12.5,
        winner=winner,
        test={"test_rmse": np.float32(2.5)},  # type: ignore[dict-item]
        baselines=[BaselineRecord("linear", 3.0, {"val_rmse": 3.0}, test={"test_rmse": 3.5})],
    )


def test_a_summary_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    winner = TrialRecord(4, "COMPLETE", 2.0, ReadOnly(), params={"cell": "GRU", "units": 8})
    write_summary(path, summary(winner))
    values = read_summary(path)
    assert values["winner"]["params"] == {"cell": "GRU", "units": 8}
    assert values["winner"]["metrics"] == {"val_rmse": 2.0, "val_loss": None}
    assert values["winner"]["test"] == {"test_rmse": 2.5}
    assert values["baselines"][0]["test"] == {"test_rmse": 3.5}
    assert values["states"] == {"COMPLETE": 3, "FAIL": 1}


def test_a_summary_without_a_winner(tmp_path: Path) -> None:
    write_summary(tmp_path / "s.json", summary(None))
    assert read_summary(tmp_path / "s.json")["winner"] is None


def test_a_summary_that_is_missing_or_broken(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    with pytest.raises(
        StudyError,
        match=r"^Expected a results folder\. Received: .*, which has no "
        r"summary\.json; give the folder of a search that has ended$",
    ):
        read_summary(path)
    path.write_text("{")
    with pytest.raises(StudyError, match=r"^Expected a summary in JSON\. Received: "):
        read_summary(path)
