"""study.journal: our records through Optuna and back, across processes and kills."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest

from rnnsearch.errors import StudyError
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import StudyFolder, commit, open_study, records, tell

SPACE: dict[str, optuna.distributions.BaseDistribution] = {
    "units": optuna.distributions.IntDistribution(1, 64),
    "dropout": optuna.distributions.FloatDistribution(0, 0.5),
}


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    folder = StudyFolder(tmp_path / "a study {1}")
    folder.create()
    return folder


def opened(folder: StudyFolder, **arguments: Any) -> optuna.Study:
    sampler = optuna.samplers.RandomSampler(seed=0)
    return open_study(folder, "electricity", "minimize", sampler=sampler, **arguments)


def test_records_come_back_from_another_opening(folder: StudyFolder) -> None:
    study = opened(folder)
    told = [
        TrialRecord(
            0, "COMPLETE", 2.0, {"val_rmse": 2.0, "val_x": math.nan}, 7, 1.5, 99, {"units": 8}
        ),
        TrialRecord(1, "PRUNED", 3.0, {"val_rmse": 3.0}, 2, 0.5, 99, {"cell": "GRU"}, "rung 2"),
        TrialRecord(2, "FAIL", params={"units": 4}, message="the loss became NaN"),
    ]
    for record in told:
        trial = study.ask(SPACE)
        trial.set_user_attr("params", record.params)
        if record.state == "PRUNED":
            trial.report(4.0, 1)
        tell(study, record)
    running = study.ask(SPACE)
    running.set_user_attr("params", {"units": 2})
    running.report(5.0, 1)
    running.report(4.5, 3)
    commit(study)

    back = records(opened(folder))
    assert math.isnan(back[0].metrics["val_x"])
    assert back[0].metrics["val_rmse"] == 2.0
    assert (back[0].score, back[0].epochs, back[0].seconds, back[0].parameters) == (2.0, 7, 1.5, 99)
    assert back[1:3] == told[1:]
    assert back[3] == TrialRecord(3, "RUNNING", 4.5, epochs=3, params={"units": 2})
    assert opened(folder).best_value == 2.0


def test_a_loss_that_is_no_number_is_no_score(folder: StudyFolder) -> None:
    study = opened(folder)
    study.ask(SPACE).report(math.nan, 1)
    running = study.ask(SPACE)
    running.report(3.0, 1)
    running.report(math.nan, 2)
    assert [record.score for record in records(study)] == [None, 3.0]


def test_optuna_prunes_and_ranks_by_what_was_told(folder: StudyFolder) -> None:
    study = opened(folder)
    for score in (3.0, 1.0, 2.0):
        trial = study.ask(SPACE)
        tell(study, TrialRecord(trial.number, "COMPLETE", score))
    assert study.best_trial.number == 1
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 3


def test_a_trial_of_a_killed_driver_can_be_told(folder: StudyFolder) -> None:
    program = f"""
import os, signal, optuna
from rnnsearch.records import StudyFolder, commit, open_study
study = open_study(StudyFolder({str(folder.path)!r}), "electricity", "minimize")
trial = study.ask({{"units": optuna.distributions.IntDistribution(1, 64)}})
trial.set_user_attr("params", {{"units": 8, "cell": "GRU"}})
commit(study)
trial.set_user_attr("params", {{"units": 16}})
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL
    study = opened(folder)
    assert [record.state for record in records(study)] == ["RUNNING"]
    tell(study, TrialRecord(0, "COMPLETE", 1.0, epochs=3))
    assert records(study) == [
        TrialRecord(0, "COMPLETE", 1.0, epochs=3, params={"units": 8, "cell": "GRU"})
    ]


def test_a_kill_between_result_and_state_leaves_the_trial_running(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = opened(folder)
    study.ask(SPACE)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(optuna.Study, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            tell(study, TrialRecord(0, "COMPLETE", 1.0))
    (record,) = records(study)
    assert (record.state, record.score) == ("RUNNING", None)
    tell(study, TrialRecord(0, "FAIL", message="killed twice"))
    commit(study)
    (record,) = records(opened(folder))
    assert (record.state, record.score, record.message) == ("FAIL", None, "killed twice")


def test_the_disk_is_written_at_commits_only(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = opened(folder)
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    before = folder.study.read_bytes()
    for _ in range(3):
        trial = study.ask(SPACE)
        tell(study, TrialRecord(trial.number, "COMPLETE", 1.0, {"val_rmse": 1.0}))
    assert (folder.study.read_bytes(), len(flushed)) == (before, 0)
    commit(study)
    commit(study)
    assert len(flushed) == 1
    assert [record.state for record in records(opened(folder))] == ["COMPLETE"] * 3


@pytest.mark.parametrize("score", [None, math.nan, math.inf])
def test_a_complete_trial_has_a_score(folder: StudyFolder, score: float | None) -> None:
    study = opened(folder)
    study.ask(SPACE)
    with pytest.raises(ValueError, match=r"^a COMPLETE trial must have a finite score; received "):
        tell(study, TrialRecord(0, "COMPLETE", score))


def test_a_running_trial_has_not_ended(folder: StudyFolder) -> None:
    study = opened(folder)
    study.ask(SPACE)
    with pytest.raises(ValueError, match=r"^trial 0 must have ended; received state RUNNING$"):
        tell(study, TrialRecord(0, "RUNNING"))


def test_a_study_of_another_name(folder: StudyFolder) -> None:
    opened(folder)
    with pytest.raises(
        StudyError,
        match=r"^Expected the study 'load' in .*study\.journal\. Received: "
        r"'electricity'; give another folder with --output, or start anew with "
        r"--fresh$",
    ):
        open_study(folder, "load", "minimize")


def test_a_study_of_another_direction(folder: StudyFolder) -> None:
    opened(folder)
    with pytest.raises(
        StudyError,
        match=r"^Expected the study 'electricity' to maximize its "
        r"objective\. Received: a study to minimize it; start anew with --fresh$",
    ):
        open_study(folder, "electricity", "maximize")


@pytest.mark.parametrize(
    "content",
    [
        b"not a journal, but long enough to look like one" * 50,
        b"trial,epoch\n",
        b"[1, 2]\n",
        b'{"op_code": 0}\n',
        b'{"op_code": 99}\n',
        b"\xff\xfe\n",
        b'{"op_code": 0, "study\n{"op_code": 0}\n',
    ],
)
def test_a_file_that_is_no_study(folder: StudyFolder, content: bytes) -> None:
    folder.study.write_bytes(content)
    with pytest.raises(
        StudyError,
        match=r"^Expected an Optuna study\. Received: .*study\.journal, which"
        r" can't be read as one \(.*\); start anew with --fresh",
    ):
        opened(folder)
    assert folder.study.read_bytes() == content


def test_opening_is_quiet(folder: StudyFolder, capfd: pytest.CaptureFixture[str]) -> None:
    opened(folder)
    opened(folder)
    assert capfd.readouterr() == ("", "")
    assert any(folder.path.iterdir())


def test_several_objectives_and_limits_are_told(folder: StudyFolder) -> None:
    study = opened(folder, costs=["parameters"])
    for weights in (50, 150):
        number = study.ask().number
        known = {"score": 1.0, "costs": {"parameters": float(weights)}}
        if weights > 100:
            known = {**known, "score": None}
        state: Any = "PRUNED" if weights > 100 else "COMPLETE"
        tell(study, TrialRecord(number, state, **known), ["parameters"], {"parameters": 100.0})
    commit(study)

    again = opened(folder)
    small, large = again.trials
    assert small.values == [1.0, 50.0] and small.constraints == {"parameters": -0.5}
    assert large.state.name == "PRUNED" and large.constraints == {"parameters": 0.5}
    assert [one.costs for one in records(again)] == [{"parameters": 50.0}, {"parameters": 150.0}]
    assert [one.score for one in records(again)] == [1.0, None]
