"""Kills of searches that train real networks, with checkpoints at each epoch."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tests.faults._base import Scene, fault, must
from tests.faults.kills import begun
from tests.faults.studies import acknowledged, board, check_whole, gone, kind_of, prepare, same
from tests.faults.zygote import patiently

_ROOT = Path(__file__).parents[2]

_DRIVER = """
import subprocess
usual = subprocess.Popen
worker = (
    "from rnnsearch.execution import checkpoints; from tests.faults.tampering import keep_often;"
    "keep_often(); from rnnsearch.execution.worker import main; main()"
)
def start(command, **settings):
    if command[1:3] == ["-m", "rnnsearch.execution.worker"]:
        command = [command[0], "-c", worker, *command[3:]]
    return usual(command, **settings)
subprocess.Popen = start
from rnnsearch.cli import main
main()
"""


def _start(spec: Path, output: Path, *options: str, often: bool = True) -> subprocess.Popen[bytes]:
    said = (output.parent / "said.txt").open("wb")
    driver = ["-c", _DRIVER] if often else ["main.py"]
    command = [sys.executable, *driver, "search", str(spec), "-o", str(output), *options]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=said, stderr=said)


def _whole(spec: Path, output: Path) -> float:
    started = time.monotonic()
    process = _start(spec, output)
    said = output.parent / "said.txt"
    must(process.wait(500) == 0, f"ended with {process.returncode}: {said.read_text()[-2000:]}")
    return time.monotonic() - started


@fault(
    "kill-real",
    "the same with real networks, their lanes kept at each epoch: SIGKILL of driver or worker at a "
    "random moment, then a run to the end; of a killed driver the leaderboard of one left alone",
    quick=0,
    full=30,
)
def kill_real(scene: Scene) -> str:
    generator = random.Random(scene.seed)
    settings = kind_of(generator) | {"trials": 8, "epochs": 30}
    if generator.random() < 0.5:  # to be struck while it confirms, too
        settings["end"] = "confirm: 0.5, deliver: bag"
    alone, killed = scene.folder / "alone", scene.folder / "killed"
    for folder in (alone, killed):
        folder.mkdir()
        spec = prepare(folder, **settings)
    seconds = _whole(alone / "tiny.yaml", alone / "out")
    process = _start(spec, killed / "out")
    begun(killed / "out")
    time.sleep(generator.uniform(0, seconds / 2))
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    workers = [int(pid) for pid in children.read_text().split()] if children.exists() else []
    driver = generator.random() < 0.7
    for pid in [process.pid] if driver else workers[:1]:
        os.kill(pid, signal.SIGKILL)
    if driver:
        process.wait()
        gone(workers)
        before = acknowledged(killed / "out")
        kept = list((killed / "out" / "checkpoints").glob("*.npz"))
        _whole(spec, killed / "out")
    else:
        must(process.wait(500) == 0, f"ended with {process.returncode}")
        before, kept = {}, []
    check_whole(killed / "out", 8, before)
    if driver:
        same(board(killed / "out"), board(alone / "out"))
    return f"{'driver' if driver else 'worker'} killed{', from checkpoints' if kept else ''}"


@fault(
    "kill-shipped",
    "search_spaces/electricity.yaml, two trials of 300 epochs: SIGKILL in the middle of their training, "
    "half a minute's of it lost at most; then a run to the end: the learning curves and the "
    "leaderboard of one left alone",
    quick=0,
    full=1,
)
def kill_shipped(scene: Scene) -> str:
    spec = _ROOT / "search_spaces" / "electricity.yaml"
    options = ["--trials", "2", "--epochs", "300"]
    for name in ("alone", "killed"):
        (scene.folder / name).mkdir()
    alone = _start(spec, scene.folder / "alone" / "out", *options, often=False)
    output = scene.folder / "killed" / "out"
    process = _start(spec, output, *options, often=False)
    seen: list[float] = []
    while len(seen) < 2 and process.poll() is None:
        time.sleep(0.5)
        times = [path.stat().st_mtime for path in (output / "checkpoints").glob("*.npz")]
        if times and (not seen or max(times) > seen[-1]):
            seen.append(max(times))
    time.sleep(10)
    must(process.poll() is None, "it ended before there were two checkpoints: give it more epochs")
    process.kill()
    process.wait()
    lost = time.time() - seen[-1]
    must(lost < patiently(40), f"{lost:.0f} s after its last checkpoint")
    again = _start(spec, output, *options, often=False)
    must(again.wait(3600) == 0 and alone.wait(3600) == 0, "a search did not end well")
    same(board(output), board(scene.folder / "alone" / "out"))
    curves = [pd.read_csv(one / "epochs.csv") for one in (output, scene.folder / "alone" / "out")]
    columns = [name for name in curves[0] if name in _CURVE or name.startswith("val_")]
    first, second = (one[columns].sort_values(["trial", "run", "epoch"]) for one in curves)
    must(first.reset_index(drop=True).equals(second.reset_index(drop=True)), "curves differ")
    return f"killed {lost:.0f} s after a checkpoint"


_CURVE = ("trial", "run", "epoch", "loss")


@fault(
    "flat",
    "300 trials of 8 structures with real networks: driver and worker grow less than 0.2 MiB a "
    "trial over the last 150, and no file descriptor",
    quick=0,
    full=1,
)
def flat(scene: Scene) -> str:
    spec = prepare(scene.folder, trials=300, epochs=2, folds=1)
    text = spec.read_text("utf-8").replace("units: [2, 3]", f"units: {[2, 3, 4, 5]}")
    spec.write_text(text)
    process = _start(spec, scene.folder / "out", often=False)
    seen: list[tuple[int, float, float, int]] = []
    said = scene.folder / "said.txt"
    while process.poll() is None:
        time.sleep(0.1)
        done = said.read_text("utf-8", errors="replace").count("\n[")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers = children.read_text().split() if children.exists() else []
        if workers and (not seen or done > seen[-1][0]):
            pids = [str(process.pid), workers[0]]
            driver, worker = map(_resident, pids)
            files = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)
            seen.append((done, driver, worker, files))
    must(process.returncode == 0, said.read_text()[-2000:])
    late = np.array([one for one in seen if one[0] >= 150])
    must(len(late) >= 8, f"too few looks: {len(late)}")
    driver, worker = (np.polyfit(late[:, 0], late[:, at], 1)[0] for at in (1, 2))
    must(driver < 0.2, f"the driver grows by {driver:.3f} MiB a trial")
    must(worker < 0.2, f"the worker grows by {worker:.3f} MiB a trial")
    must(late[-1, 3] <= late[0, 3] + 2, f"file descriptors: {late[0, 3]} to {late[-1, 3]}")
    return f"driver {driver:.3f}, worker {worker:.3f} MiB a trial"


def _resident(pid: str) -> float:
    """MiB of its own that a process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return float(line.split()[1]) / 1024
    return 0.0
