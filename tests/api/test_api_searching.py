"""Searches end to end, with tiny networks: the same again, killed, interrupted, refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch import api
from rnnsearch.api.searches.interrupting import interruptible
from rnnsearch.driver import Observer
from rnnsearch.records import StudyFolder, load_weights, open_study, read_leaderboard, records

ROOT = Path(__file__).resolve().parents[2]
SPEC = """
task: many_to_one
data: {source: npz, path: tiny.npz, split: {validation: 0.25, test: 0.25, folds: 1}}
space:
  cell: [GRU, SimpleRNN]
  units: 2
  learning_rate: {min: 1e-3, max: 1e-1, log: true}
  dropout: {min: 0, max: 0.3}
search:
  {sampler: tpe, pruner: hyperband, trials: 12, epochs: 9, patience: 10, keep: best, confirm: 0,
   seed: 3, block: 6}
run: {engine: fused, workers: 1, lanes: 2, device: cpu, diagnosis: false}
"""

# The command line, in a process that sends itself a signal when so many trials have ended, after
# their weights were written and before the study knows. It notes its workers first.
DRIVER = """
import os, pathlib, sys
out, number, after = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
del sys.argv[1:4]
from rnnsearch.api.searches.recorder import Recorder
ended, seen = Recorder.ended, []
def strike(self, record, *rest):
    ended(self, record, *rest)
    seen.append(record.number)
    if len(seen) == after:
        me = os.getpid()
        workers = pathlib.Path(f"/proc/{me}/task/{me}/children")
        pathlib.Path(out).write_text(workers.read_text() if workers.exists() else "")
        os.kill(me, number)
Recorder.ended = strike
from rnnsearch.cli import main
main()
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory, inline: None) -> Path:
    folder = tmp_path_factory.mktemp("spec")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4, 1)).astype(np.float32)
    np.savez(folder / "tiny.npz", x=x, y=x.sum(axis=1))
    (folder / "tiny.yaml").write_text(SPEC)
    return folder / "tiny.yaml"


@pytest.fixture(scope="module")
def finished(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Results:
    """A search that nothing disturbed."""
    return api.search(spec, output=tmp_path_factory.mktemp("finished") / "study")


def struck(spec: Path, output: Path, number: int, after: int) -> tuple[int, str, list[int]]:
    """The command, signalled: its exit status, what it said, its workers."""
    note = output.parent / "workers"
    command = [sys.executable, "-c", DRIVER, str(note), str(int(number)), str(after)]
    done = subprocess.run(
        [*command, "search", str(spec), "-o", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return (
        done.returncode,
        done.stdout + done.stderr,
        [int(pid) for pid in note.read_text().split()],
    )


def without_seconds(leaderboard: pd.DataFrame) -> pd.DataFrame:
    return leaderboard.drop(columns="seconds")


def told(folder: Path) -> dict[int, Any]:
    study = open_study(StudyFolder(folder), "tiny", "minimize")
    return {r.number: r for r in records(study) if r.ended}


def test_a_killed_and_interrupted_search_ends_as_one_left_alone(
    spec: Path, finished: api.Results, tmp_path: Path
) -> None:
    output = tmp_path / "study"
    status, _, workers = struck(spec, output, signal.SIGKILL, after=6)
    assert status == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(pid) for pid in workers), "a worker outlives its driver"
    first = told(output)
    assert 1 <= len(first) < 12
    # Nobody had time to write anything down, and yet the best so far predicts.
    assert not (output / "best.keras").exists()
    killed = api.Results.open(output)
    assert killed.interrupted and killed.summary["winner"]["state"] == "COMPLETE"
    assert len(killed.predict(spec.with_name("tiny.npz"))) == 64
    assert set(killed.evaluate(spec.with_name("tiny.npz"))) >= {"rmse"}

    status, said, _ = struck(spec, output, signal.SIGTERM, after=3)
    assert status == 130
    assert "To go on where it stopped" in said
    assert f"To use the best so far:\n    rnnsearch predict {output} " in said
    second = told(output)
    assert len(first) <= len(second) < 12
    assert {number: second[number] for number in first} == first
    results = api.Results.open(output)
    assert results.interrupted
    board = results.leaderboard.set_index("trial")
    for number, record in second.items():
        row = board.loc[str(number)]
        assert row["state"] == record.state
        assert row["score"] == pytest.approx(record.score, rel=1e-6)

    assert not (output / "best.keras").exists()
    best, predicted = results.trials()[0], results.predict(spec.with_name("tiny.npz"))
    assert results.summary["winner"]["number"] == best.number
    weights = load_weights(StudyFolder(output).weights(best.number))
    for kept, own in zip(weights, results.best_model().get_weights(), strict=True):
        np.testing.assert_array_equal(kept, own)
    assert len(predicted) == 64 and predicted.notna().all(axis=None)

    results = api.search(spec, output=output)
    assert not results.interrupted and (output / "best.keras").exists()
    third = told(output)
    assert sorted(third) == list(range(12))
    assert {number: third[number] for number in second} == second
    # The same spec and seed, cut or not: the same rows.
    expected = without_seconds(finished.leaderboard)
    pd.testing.assert_frame_equal(without_seconds(results.leaderboard), expected)
    assert set(expected["state"]) == {"COMPLETE", "PRUNED", "BASELINE"}
    assert not (output / ".scratch").exists()


def is_alive(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return False
    return fields[0] != "Z"


class Interrupts(Observer):
    """Ctrl-C as soon as the workers are up."""

    def started(self, device: str) -> None:
        raise KeyboardInterrupt

    def progressed(self, snapshot: Any) -> None:
        pass

    def ended(self, record: Any, curve: Any, weights: Any) -> None:
        pass


def test_fresh_keeps_the_old_folder_and_an_interrupt_needs_no_trial(
    spec: Path, finished: api.Results, tmp_path: Path
) -> None:
    output = tmp_path / "study"
    StudyFolder(output).create()
    for name in ("spec.yaml", "leaderboard.csv"):
        (output / name).write_bytes((finished.folder.path / name).read_bytes())
    results = api.search(spec, output=output, fresh=True, observer=Interrupts())
    assert results.interrupted
    # Simple methods are fitted beside the search; an interrupt does not wait for them.
    assert set(results.leaderboard["state"]) <= {"BASELINE"}
    aside = read_leaderboard(tmp_path / "study.old-1" / "leaderboard.csv")
    pd.testing.assert_frame_equal(aside, finished.leaderboard)


def test_signals_end_a_search_and_a_second_one_its_end_and_are_given_back() -> None:
    written = []
    kept = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
        finally:
            written.append("some")
            os.kill(os.getpid(), signal.SIGINT)  # a second one, while results are written
            time.sleep(1)
            written.append("all")
    assert written == ["some"]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == kept


def test_handlers_of_the_caller_stay() -> None:
    def own(number: int, frame: object) -> None:
        pass

    kept = signal.signal(signal.SIGTERM, own)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGTERM) is own
        assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, kept)


def test_outside_the_main_thread_no_handler_is_set() -> None:
    seen = []

    def run() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]
