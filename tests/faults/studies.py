"""Small studies, searched by the command line, and what must hold of each whatever befell it."""

from __future__ import annotations

import io
import json
import random
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnsearch.api import rebuild_leaderboard
from rnnsearch.outcomes import TrialRecord
from rnnsearch.records import StudyFolder, load_weights, open_study, records
from tests.faults._base import Scene, must
from tests.faults.zygote import Driver, patiently

__all__ = [
    "KINDS",
    "acknowledged",
    "board",
    "check_whole",
    "gone",
    "prepare",
    "problems",
    "same",
    "search",
    "told",
    "undisturbed",
    "wait",
]

_SPEC = """\
task: many_to_one
data: {{source: npz, path: tiny.npz, split: {{folds: {folds}}}}}
space:
  cell: [SimpleRNN, GRU]
  units: [2, 3]
  learning_rate: {{min: 1e-3, max: 1e-1, log: true}}
  dropout: {{min: 0, max: 0.3}}
search:
  {{sampler: {sampler}, pruner: {pruner}, trials: {trials}, epochs: {epochs}, patience: 20,
   keep: best, {end}, seed: 3, block: {block}{more}}}
run: {{engine: fused, workers: {workers}, lanes: 2, device: cpu{run}}}
"""

KINDS: tuple[Mapping[str, Any], ...] = (
    {"sampler": "tpe", "pruner": "hyperband"},
    {"sampler": "random", "pruner": "none", "folds": 2},
    {"sampler": "tpe", "pruner": "median", "block": 2},
    {"sampler": "random", "pruner": "race", "folds": 4},
)
"""Searches that differ in what they do between two trials."""


def prepare(folder: Path, **settings: Any) -> Path:
    """Write data and a spec; the spec's path."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4, 1)).astype(np.float32)
    np.savez(folder / "tiny.npz", x=x, y=x.sum(axis=1))
    usual = {"sampler": "random", "pruner": "none", "folds": 1, "trials": 12, "epochs": 9}
    usual |= {"end": "confirm: 0, deliver: best", "block": 4, "workers": 1, "more": "", "run": ""}
    path = folder / "tiny.yaml"
    path.write_text(_SPEC.format(**{**usual, **settings}))
    return path


def search(scene: Scene, spec: Path, output: Path, *options: str, **befalls: Any) -> Driver:
    """Start a search."""
    command = ["search", spec, "-o", output, *options]
    return scene.zygote.start(command, scene.folder, **befalls)


def wait(driver: Driver, status: int = 0, timeout: float = 120.0) -> None:
    """Wait until a search has ended, as it must."""
    ended = driver.end(timeout)
    must(ended == status, f"ended with {ended}, not {status}:\n{driver.text[-3000:]}")


_expected: dict[str, tuple[str, float]] = {}


def undisturbed(scene: Scene, **settings: Any) -> tuple[pd.DataFrame, float]:
    """The leaderboard of a search that nothing befell, and the seconds it took."""
    key = json.dumps(settings, sort_keys=True)
    if key not in _expected:
        folder = scene.folder / "undisturbed"
        folder.mkdir()
        spec = prepare(folder, **settings)
        started = time.monotonic()
        wait(search(scene, spec, folder / "out"))
        seconds = time.monotonic() - started
        _expected[key] = (folder / "out" / "leaderboard.csv").read_text("utf-8"), seconds
    content, seconds = _expected[key]
    return _without_times(pd.read_csv(io.StringIO(content))), seconds


def board(output: Path) -> pd.DataFrame:
    """A leaderboard, timings aside."""
    return _without_times(pd.read_csv(output / "leaderboard.csv"))


def _without_times(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=["seconds", "training_seconds"], errors="ignore")


@cache
def _direction() -> Any:
    return "minimize"


def told(output: Path) -> list[TrialRecord]:
    """The trials that the study has."""
    return records(open_study(StudyFolder(output), "tiny", _direction()))


def acknowledged(output: Path) -> dict[int, TrialRecord]:
    """Trials that are on disk as ended."""
    if not (output / "study.journal").exists():
        return {}
    return {record.number: record for record in told(output) if record.ended}


def check_whole(output: Path, trials: int, before: Mapping[int, TrialRecord]) -> None:
    """What must hold of a study that was searched to its end, whatever befell it on the way.

    Args:
        output: Its folder.
        trials: How many were asked for.
        before: What was acknowledged when it was last struck.
    """
    found = told(output)
    must([one.number for one in found] == list(range(trials)), f"trials {found} of {trials}")
    left = [one.number for one in found if not one.ended]
    must(not left, f"trials {left} have not ended")
    changed = [number for number, one in before.items() if found[number] != one]
    must(not changed, f"trials {changed} were acknowledged, and are others now")
    frame = pd.read_csv(output / "leaderboard.csv", dtype={"trial": str}).set_index("trial")
    for record in found:
        row = frame.loc[[str(record.number)]]
        must(len(row) == 1, f"trial {record.number} has {len(row)} rows")
        must(row.iloc[0]["state"] == record.state, f"trial {record.number} has another state")
    check_files(output)
    written = (output / "leaderboard.csv").read_bytes()
    rebuild_leaderboard(output)
    must((output / "leaderboard.csv").read_bytes() == written, "the leaderboard, rebuilt, differs")
    must((output / "best.keras").exists(), "there is no best.keras")
    must(not (output / "checkpoints").exists(), "checkpoints were left behind")


def check_files(output: Path) -> None:
    """Every artifact loads; nothing is left of what was being written."""
    for path in output.glob("weights/*.npz"):
        load_weights(path)
    for name in ("summary.json", "preparation.json", "environment.json"):
        if (output / name).exists():
            json.loads((output / name).read_text("utf-8"))
    asides = [str(path) for path in output.rglob(".*aside-*")]
    must(not asides, f"left behind: {asides}")
    must(not (output / ".scratch").exists(), "the workers' data was left behind")
    for path in output.glob("checkpoints/*.npz"):
        with np.load(path, allow_pickle=False) as file:
            json.loads(file["about"].tobytes())


def problems(text: str) -> list[str]:
    """The lines that a search prints, those of its progress left out."""
    lines = text.splitlines()
    return [line for line in lines if not line.startswith(("[", "device:", "note:"))]


def gone(pids: Sequence[int], seconds: float = 5.0) -> None:
    """These processes must end."""
    end = time.monotonic() + patiently(seconds)
    while alive := [pid for pid in pids if _runs(pid)]:
        must(time.monotonic() < end, f"processes {alive} go on")
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Two leaderboards must be equal."""
    try:
        pd.testing.assert_frame_equal(found, expected)
    except AssertionError as error:
        must(False, f"the leaderboard is not that of a search left alone:\n{error}")


def kind_of(generator: random.Random) -> dict[str, Any]:
    """One of `KINDS`."""
    return dict(generator.choice(KINDS))
