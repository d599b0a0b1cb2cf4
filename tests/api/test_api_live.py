"""The page of a search that goes on, and its copy for optuna-dashboard."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from rnnsearch import api
from rnnsearch.api.studies.live import LivePage, live_server
from rnnsearch.errors import InvalidInput, StudyError
from rnnsearch.integrations.dashboard import copy_of
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import (
    StudyFolder,
    commit,
    leaderboard,
    open_study,
    tell,
    write_leaderboard,
)

SPEC = """
name: x
task: many_to_one
data: {source: npz, path: gone.npz}
space: {cell: [LSTM, GRU], units: [4, 8]}
search: {objective: val_loss}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of two trials whose search goes on: it has no summary yet."""
    folder = StudyFolder(tmp_path)
    opened = open_study(folder, "x", "minimize")
    trials = []
    for number in range(2):
        opened.ask()
        known: dict[str, Any] = {"metrics": {"val_loss": 0.5}, "params": {"cell": "GRU"}}
        trials.append(TrialRecord(number, "COMPLETE", 0.5 + number, **known))
        tell(opened, trials[-1])
    commit(opened)
    write_leaderboard(folder.leaderboard, leaderboard(trials, [], "minimize"))
    folder.spec.write_text(SPEC)
    return tmp_path


@pytest.fixture
def server(study: Path) -> Iterator[int]:
    served = live_server(LivePage(study, 3), 0)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield int(served.server_address[1])
    served.shutdown()
    served.server_close()


def asked(port: int, path: str = "/", host: str = "localhost") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8")


def test_a_browser_of_this_machine_has_the_page_and_asks_again(server: int) -> None:
    status, html = asked(server)
    assert status == 200 and '<meta http-equiv="refresh" content="3">' in html
    assert "This search was interrupted" in html or "goes on" in html
    assert asked(server, "/study.journal")[0] == 404


def test_another_name_for_this_machine_gets_nothing(server: int) -> None:
    assert asked(server, host="evil.example")[0] == 403


def test_a_taken_port_is_said(study: Path, server: int) -> None:
    with pytest.raises(InvalidInput, match=r"--port: must be a port that is free.*give another"):
        live_server(LivePage(study, 3), server)


def test_the_page_is_made_anew_after_a_while_only(study: Path) -> None:
    times = iter((0.0, 0.0, 2.0, 4.0, 4.0))
    page = LivePage(study, 3, clock=lambda: next(times))
    first = page.html()
    StudyFolder(study).leaderboard.unlink()
    assert page.html() == first  # too soon
    assert page.html() == first  # there is none to be had just now: the one before
    with pytest.raises(StudyError):
        LivePage(study, 3).html()


def test_the_dashboard_has_verdicts_as_notes_and_files_as_artifacts(study: Path) -> None:
    summary = {"name": "x", "task": "many_to_one", "objective": "val_loss", "backend": "jax"}
    summary["direction"] = "minimize"
    winner = asdict(TrialRecord(0, "COMPLETE", 0.5))
    (study / "summary.json").write_text(json.dumps({**summary, "winner": winner}))
    before = (study / "study.journal").read_bytes()
    shown = copy_of(api.Results.open(study))
    try:
        storage = shown.storage
        (known,) = storage.get_all_studies()
        attributes = json.dumps(storage.get_study_system_attrs(known._study_id))
        assert "The winner is trial 0" in attributes and "rank: 1" in attributes
        assert "leaderboard.csv" in attributes and "spec.yaml" in attributes
        assert [t.value for t in storage.get_all_trials(known._study_id)] == [0.5, 1.5]
    finally:
        shown.close()
    assert (study / "study.journal").read_bytes() == before
