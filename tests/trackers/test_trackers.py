"""What each tracker writes is read back by the tracker's own package."""

from __future__ import annotations

import json
import re
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from rnnsearch.errors import InvalidInput
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.trackers import TRACKERS, Following, Search, Tracker
from rnnsearch.trackers.wandb import _by_epoch

pytestmark = pytest.mark.filterwarnings("ignore")  # those of the packages

SPEC = {"name": "load", "search": {"trials": 2}, "space": {"cell": "GRU", "units": [4, 8]}}
PARAMS = {"cell": "GRU", "units": 4, "clip_norm": None}
TRIALS = [
    TrialRecord(0, "COMPLETE", 1.5, {"val_rmse": 1.5}, 2, 3.0, 99, PARAMS, runs=2),
    TrialRecord(1, "FAIL", params={"cell": "GRU", "units": 8}, message="diverged"),
]
CURVES = [
    [
        [
            Epoch(1, {"loss": 2.0, "val_rmse": 1.9}),
            Epoch(2, {"loss": float("nan"), "val_rmse": 1.5}),
        ],
        [Epoch(1, {"loss": 2.5, "val_rmse": 1.7})],
    ],
    [],
]
SUMMARY = {
    "states": {"COMPLETE": 1, "FAIL": 1},
    "seconds": 4.0,
    "winner": {"number": 0, "score": 1.5, "metrics": {"val_rmse": 1.5}, "test": {"test_rmse": 1.6}},
    "interrupted": True,
}


def tell(tracker: Tracker, folder: Path) -> None:
    tracker.begin(Search("load", "many_to_one", "val_rmse", "minimize", folder, SPEC))
    for record, curves in zip(TRIALS, CURVES, strict=True):
        tracker.trial(record, curves)
    tracker.end(SUMMARY)


def test_json_lines(tmp_path: Path) -> None:
    tell(TRACKERS["jsonl"](), tmp_path)
    tell(TRACKERS["jsonl"](), tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["search", "trial", "trial", "end"] * 2
    search, trial, failed, end = lines[:4]
    assert search["spec"] == SPEC
    assert trial["params"] == PARAMS
    assert trial["curves"][0][1] == {"epoch": 2, "loss": None, "val_rmse": 1.5}
    assert failed["message"] == "diverged"
    assert end["winner"]["test"] == {"test_rmse": 1.6}


def test_json_lines_hold_whatever_a_spec_does(tmp_path: Path) -> None:
    spec = {"path": Path("load.csv"), "rate": np.float32(0.5), "bound": float("inf"), "only": None}
    tracker = TRACKERS["jsonl"]()
    tracker.begin(Search("load", "many_to_one", "val_rmse", "minimize", tmp_path, spec))
    (line,) = (tmp_path / "events.jsonl").read_text().splitlines()
    assert json.loads(line)["spec"] == {
        "path": "load.csv", "rate": 0.5, "bound": None, "only": None
    }  # fmt: skip


def test_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # TensorBoard reads by TensorFlow where that is installed, unless there is such a module.
    monkeypatch.setitem(sys.modules, "tensorboard.compat.notf", ModuleType("notf"))
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    tell(TRACKERS["tensorboard"](), tmp_path)
    read = EventAccumulator(str(tmp_path / "tensorboard" / "trial-00000"))
    read.Reload()
    points = read.Scalars("val_rmse/run_0") + read.Scalars("val_rmse/run_1")
    assert [(one.step, round(one.value, 3)) for one in points] == [(1, 1.9), (2, 1.5), (1, 1.7)]
    assert [one.step for one in read.Scalars("loss/run_0")] == [1]
    assert read.Scalars("score")[0].value == 1.5
    content = read.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    started = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
    assert started.hparams["units"].number_value == 4
    assert started.hparams["cell"].string_value == "GRU"
    table = EventAccumulator(str(tmp_path / "tensorboard"))
    table.Reload()
    content = table.SummaryMetadata(metadata.EXPERIMENT_TAG).plugin_data.content
    experiment = plugin_data_pb2.HParamsPluginData.FromString(content).experiment
    assert {one.name for one in experiment.hparam_infos} == {"cell", "units"}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)  # where MLflow keeps artifacts of such a store
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    yield mlflow
    mlflow.set_tracking_uri(None)


def test_mlflow(store: Any, tmp_path: Path) -> None:
    for name in ("leaderboard.csv", "summary.json"):
        (tmp_path / name).write_text("trial\n")
    tell(TRACKERS["mlflow"](), tmp_path)
    client = store.MlflowClient()
    experiment = client.get_experiment_by_name("load").experiment_id
    found = {run.info.run_name: run for run in client.search_runs([experiment])}
    parent, trial, failed = (found[n] for n in (f"search {tmp_path.name}", "trial 0", "trial 1"))
    assert {run.data.tags["mlflow.parentRunId"] for run in (trial, failed)} == {parent.info.run_id}
    assert parent.data.params["search.trials"] == "2"
    assert parent.data.metrics["test_rmse"] == 1.6
    assert (parent.info.status, trial.info.status, failed.info.status) == (
        "KILLED",
        "FINISHED",
        "FAILED",
    )
    assert trial.data.params == {name: str(value) for name, value in PARAMS.items()}
    curve = client.get_metric_history(trial.info.run_id, "curve.val_rmse.run_0")
    assert [(one.step, one.value) for one in curve] == [(1, 1.9), (2, 1.5)]
    assert {one.path for one in client.list_artifacts(parent.info.run_id)} == {
        "leaderboard.csv",
        "summary.json",
    }
    # A search that goes on has one run, not two.
    tell(TRACKERS["mlflow"](), tmp_path)
    names = [run.info.run_name for run in client.search_runs([experiment])]
    assert names.count(f"search {tmp_path.name}") == 1


def records(folder: Path) -> list[Any]:
    """What W&B's offline runs hold: a log in blocks, of which each record has a head of 7 bytes."""
    from wandb.proto import wandb_internal_pb2

    found = []
    for path in sorted(folder.glob("wandb/offline-run-*/*.wandb"), key=lambda one: one.name):
        content, place, begun = path.read_bytes(), 7, b""
        while place < len(content):
            room = 32768 - place % 32768
            if room < 7:
                place += room
                continue
            size, kind = struct.unpack_from("<HB", content, place + 4)
            begun += content[place + 7 : place + 7 + size]
            place += 7 + size
            if kind in (1, 4):  # a whole one, or the last piece of one
                found.append((path.stem, wandb_internal_pb2.Record.FromString(begun)))
                begun = b""
    return found


@pytest.fixture
def mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets W&B's mode, which it reads once a process."""
    import wandb

    wandb.teardown()
    monkeypatch.chdir(tmp_path)  # where it writes
    yield lambda name: monkeypatch.setenv("WANDB_MODE", name)
    wandb.teardown()


def test_wandb(tmp_path: Path, mode: Any) -> None:
    import wandb

    mode("offline")
    study = tmp_path / "study"
    study.mkdir()
    (study / "leaderboard.csv").write_text("trial\n")
    tell(TRACKERS["wandb"](), study)
    wandb.teardown()  # its service writes what it was told until it ends
    assert {one.name for one in study.rglob("*")} == {"leaderboard.csv", "trackers", "wandb.json"}
    found = records(tmp_path)
    runs = [one.run for _, one in found if one.WhichOneof("record_type") == "run"]
    assert {(one.display_name, one.job_type) for one in runs} == {
        ("search study", "search"),
        ("trial 0", "trial"),
        ("trial 1", "trial"),
    }
    assert {(one.project, one.run_group) for one in runs} == {("load", "study")}
    (trial,) = (one for one in runs if one.display_name == "trial 0")
    config = {one.key: json.loads(one.value_json) for one in trial.config.update}
    assert (config["cell"], config["units"]) == ("GRU", 4)
    lines = [
        {
            ".".join(item.nested_key) or item.key: json.loads(item.value_json)
            for item in one.history.item
        }
        for name, one in found
        if name == f"run-{trial.run_id}" and one.WhichOneof("record_type") == "history"
    ]
    curves = [{k: v for k, v in line.items() if not k.startswith("_")} for line in lines]
    assert curves == [
        {
            "epoch": 1,
            "loss.run_0": 2.0,
            "val_rmse.run_0": 1.9,
            "loss.run_1": 2.5,
            "val_rmse.run_1": 1.7,
        },
        {"epoch": 2, "val_rmse.run_0": 1.5},
    ]
    said = {
        item.key: json.loads(item.value_json) for _, one in found for item in one.summary.update
    }
    assert (said["test_rmse"], said["winner"], said["message"]) == (1.6, 0, "diverged")
    exits = [one.exit.exit_code for _, one in found if one.WhichOneof("record_type") == "exit"]
    assert sorted(exits) == [0, 0, 0, 1]
    artifacts = [one.artifact for _, one in found if one.artifact.name]
    assert [(one.name, one.type) for one in artifacts] == [("load-study", "study")]
    # A search that goes on has one run, not two.
    before = {one.run_id for one in runs if one.job_type == "search"}
    TRACKERS["wandb"]().begin(Search("load", "many_to_one", "val_rmse", "minimize", study, SPEC))
    again = [one.run for _, one in records(tmp_path) if one.run.job_type == "search"]
    assert {one.run_id for one in again} == before


def test_curves_of_one_run_have_plain_names() -> None:
    assert _by_epoch(CURVES[0][1:]) == {1: {"loss": 2.5, "val_rmse": 1.7}}


def test_wandb_wants_to_know_its_user(
    tmp_path: Path, mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mode("online")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WANDB_API_KEY", "")
    with pytest.raises(InvalidInput, match="run `wandb login`, or set WANDB_MODE=offline"):
        TRACKERS["wandb"]().begin(Search("a", "many_to_one", "loss", "minimize", tmp_path, SPEC))


class Broken(Tracker):
    def begin(self, search: Search) -> None:
        self.told = 0

    def trial(self, record: TrialRecord, curves: Any) -> None:
        self.told += 1
        raise ConnectionError("the server is away")

    def end(self, summary: Any) -> None:
        self.told += 1


@pytest.mark.filterwarnings("error")
def test_a_tracker_that_fails_is_left_out_and_the_others_go_on(tmp_path: Path) -> None:
    broken, lines = Broken(), TRACKERS["jsonl"]()
    following = Following({"mlflow": broken, "jsonl": lines}, None)
    following.begin(Search("load", "many_to_one", "val_rmse", "minimize", tmp_path, SPEC))
    said = "the tracker mlflow failed and is left out from now on: the server is away"
    with pytest.warns(UserWarning, match=re.escape(said)):
        following.ended(TRIALS[0], CURVES[0], None)
    following.ended(TRIALS[1], CURVES[1], None)
    following.finish(SUMMARY)
    assert broken.told == 1
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) == 4
