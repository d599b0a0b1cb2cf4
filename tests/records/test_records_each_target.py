"""The verdict on each of several targets: in summary.json, on screen, in `Results`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from rnnsearch.api import Results
from rnnsearch.outcomes import BaselineRecord, Delivery, Summary, TrialRecord
from rnnsearch.records import StudyFolder, read_summary, write_summary
from rnnsearch.report import final
from rnnsearch.report.each_target import each_verdict


def _metrics(prefix: str, watts: float, share: float) -> dict[str, float]:
    return {f"{prefix}_rmse_watts": watts, f"{prefix}_rmse_share": share, f"{prefix}_rmse": watts}


def _summary(**changes: Any) -> Summary:
    values: dict[str, Any] = {
        "name": "two",
        "task": "many_to_one",
        "objective": "val_rmse",
        "direction": "minimize",
        "device": "cpu",
        "engine": "fused",
        "backend": "jax",
        "states": {"COMPLETE": 1},
        "seconds": 1.0,
        "winner": TrialRecord(0, "COMPLETE", 5e5, _metrics("val", 5e5, 0.03)),
        "test": _metrics("test", 4e5, 0.02),
        "baselines": [
            BaselineRecord("mean", 9e5, _metrics("val", 9e5, 0.01), test=_metrics("test", 8e5, 1)),
            BaselineRecord("last", 5e5, _metrics("val", 500_100, 0.9), test={}),
        ],
    }
    return Summary(**values | changes)


def test_the_verdict_on_each_target_and_part() -> None:
    values = json.loads(json.dumps(_summary().to_json()))
    found = {(one["target"], one["part"]): one["verdicts"] for one in values["targets"]}
    assert found == {
        ("watts", "validation"): {"mean": "beats", "last": "ties"},
        ("watts", "test"): {"mean": "beats"},
        ("share", "validation"): {"mean": "loses", "last": "beats"},
        ("share", "test"): {"mean": "beats"},
    }
    said = dict(each_verdict(values))
    line = (
        "  share on the validation part: beats last (0.9), loses to mean (0.01) "
        "(val_rmse_share 0.03)."
    )
    assert not said[line]
    assert said["  share on the test part: beats every baseline (test_rmse_share 0.02)."]


def test_what_is_delivered_is_judged() -> None:
    better = Delivery("bag", 1.0, 1.0, 1.0, _metrics("val", 1e5, 0.001), {"0": 1.0}, 2)
    for delivered, expected in ((True, "beats"), (False, "loses")):
        one = Delivery(**vars(better) | {"delivered": delivered})
        targets = _summary(deliveries=[one]).to_json()["targets"]
        assert targets[2]["verdicts"]["mean"] == expected


def test_one_target_has_no_verdict_of_its_own() -> None:
    alone = TrialRecord(0, "COMPLETE", 1.0, {"val_rmse": 1.0})
    assert _summary(winner=alone, test={"test_rmse": 1.0}).to_json()["targets"] == []


def test_results_have_it_as_a_table_and_the_console_as_lines(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    write_summary(folder.summary, _summary())
    results = Results(folder, read_summary(folder.summary))
    table = results.targets
    assert list(table[table.target == "share"].verdict) == ["loses", "beats", "beats"]
    shown = io.StringIO()
    board = "rank,trial,state,score,seconds,parameters,message\n1,0,COMPLETE,1,1,1,\n"
    folder.leaderboard.write_text(board)

    class Ended:
        def __init__(self) -> None:
            self.folder, self.summary = folder, results.summary
            self.leaderboard, self.use = results.leaderboard, ["predict"]

    final(Console(file=shown, width=200), Ended())
    assert "  watts on the test part: beats every baseline (test_rmse_watts 4" in shown.getvalue()
