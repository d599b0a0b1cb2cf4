"""epochs.csv: append-only, and whole after any kill."""

from __future__ import annotations

import math
from pathlib import Path

from rnnsearch.outcomes import Epoch
from rnnsearch.records import EpochsFile, read_epochs


def curve(*losses: float, start: int = 1) -> list[Epoch]:
    return [
        Epoch(number, {"val_rmse": loss / 2, "loss": loss})
        for number, loss in enumerate(losses, start)
    ]


def test_one_header_and_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    EpochsFile(path).append(1, curve(3.0, 2.0))
    EpochsFile(path).append(0, curve(5.0))
    EpochsFile(path).append(2, [])
    assert path.read_text() == (
        "trial,run,epoch,loss,val_rmse\n1,0,1,3.0,1.5\n1,0,2,2.0,1.0\n0,0,1,5.0,2.5\n"
    )
    frame = read_epochs(path)
    assert frame.to_dict("list") == {
        "trial": [0, 1, 1],
        "run": [0, 0, 0],
        "epoch": [1, 1, 2],
        "loss": [5.0, 3.0, 2.0],
        "val_rmse": [2.5, 1.5, 1.0],
    }


def test_no_file(tmp_path: Path) -> None:
    frame = read_epochs(tmp_path / "epochs.csv")
    assert (list(frame.columns), len(frame)) == (["trial", "run", "epoch"], 0)


def test_a_trial_that_ran_again_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    EpochsFile(path).append(0, curve(9.0, 8.0, 7.0))
    EpochsFile(path).append(1, curve(4.0))
    EpochsFile(path).append(0, curve(3.0))
    EpochsFile(path).append(0, curve(2.0, start=2))
    frame = read_epochs(path)
    assert frame["trial"].tolist() == [0, 0, 1]
    assert frame["loss"].tolist() == [3.0, 2.0, 4.0]


def test_any_truncation_is_tolerated_and_repaired(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    EpochsFile(path).append(0, curve(1.5))
    first = path.read_bytes()
    EpochsFile(path).append(1, curve(2.25, 3.125))
    content = path.read_bytes()
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        assert len(read_epochs(path)) == max(0, whole - 1)
        EpochsFile(path).append(1, curve(7.0))
        after = read_epochs(path)
        assert after[after["trial"] == 1]["loss"].tolist() == [7.0]
        assert after[after["trial"] == 0]["loss"].tolist() == [1.5] * (length >= len(first))
        assert path.read_bytes().endswith(b"\n1,0,1,7.0,3.5\n")


def test_new_metrics_widen_the_file(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    EpochsFile(path).append(0, [Epoch(1, {"loss": 1.0})])
    EpochsFile(path).append(1, [Epoch(1, {"loss": float("nan"), "val_f1": 0.5})])
    frame = read_epochs(path)
    assert frame["val_f1"].tolist()[1] == 0.5
    assert math.isnan(frame["val_f1"].tolist()[0])
    assert math.isnan(frame["loss"].tolist()[1])


def test_each_run_of_a_trial_has_its_curve(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    EpochsFile(path).append(4, curve(3.0, 2.0), run=1)
    EpochsFile(path).append(4, curve(5.0, 4.0), run=0)
    EpochsFile(path).append(4, curve(1.0), run=1)
    frame = read_epochs(path)
    assert frame["run"].tolist() == [0, 0, 1]
    assert frame["loss"].tolist() == [5.0, 4.0, 1.0]
