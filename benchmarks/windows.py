"""What windows of a long table cost a worker: memory, and seconds of an epoch.

    python benchmarks/windows.py
    python benchmarks/windows.py --rows 30000 --pairs 16

Each measurement is a process of its own that does what a worker does: it maps the file that the
driver wrote, opens a program and trains two lanes. Once its windows are cut as they are read, once
they are cut ahead. With `--pairs` both are in one process and take turns, an epoch each: where
other programs run, too, only that tells their times apart. What the columns are:
benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.job import count
from benchmarks.lanes import open_program, prepare, program_of
from benchmarks.machine import print_machine
from benchmarks.tables import spread, table

WAYS = {"as they are read": False, "ahead": True}


class Cost(NamedTuple):
    """Of a worker: MiB before it had any data, at most, and at the end; seconds of an epoch."""

    before: float
    peak: float
    held: float
    seconds: float


def main() -> None:
    arguments = _parse()
    if arguments.worker is not None:
        print(json.dumps(_worker(arguments)))
        return
    print_machine()
    if arguments.pairs:
        print(_paired(arguments))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.joblib"
        _write(arguments, data)
        costs = [
            {way: _measured(data, ahead) for way, ahead in WAYS.items()}
            for _ in range(arguments.repeats)
        ]
    print(_table(costs))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Memory and time of windows of a table.")
    parser.add_argument("--rows", type=count, default=300_000)
    parser.add_argument("--features", type=count, default=8)
    parser.add_argument("--window", type=count, default=96)
    parser.add_argument("--units", type=count, default=16)
    parser.add_argument("--batch", type=count, default=64)
    parser.add_argument("--epochs", type=count, default=1)
    parser.add_argument("--repeats", type=count, default=1)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--ahead", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _write(arguments: argparse.Namespace, path: Path) -> None:
    """A table of noise as the driver leaves it to its workers."""
    import joblib
    import pandas as pd

    from rnnsearch.data import read
    from rnnsearch.spec.sources import ParquetSource

    names = [f"x{column}" for column in range(arguments.features)]
    values = np.random.default_rng(0).normal(size=(arguments.rows, len(names)))
    file = path.with_name("table.parquet")
    pd.DataFrame(values, columns=names).to_parquet(file)
    source = ParquetSource(
        source="parquet", path=file, inputs=names, target=names[0], window=arguments.window
    )
    joblib.dump(read(source, "many_to_one").packed(path.parent), path)
    (path.parent / "arguments.json").write_text(
        json.dumps([arguments.units, arguments.batch, arguments.epochs]), encoding="utf-8"
    )


def _measured(data: Path, ahead: bool) -> Cost:
    command = [sys.executable, __file__, "--worker", str(data), *(["--ahead"] if ahead else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def _worker(arguments: argparse.Namespace) -> Cost:
    prepare()
    import joblib

    from rnnsearch.engines.fused import FusedEngine
    from rnnsearch.execution.worker import held_memory

    engine = FusedEngine()
    memory = _Peak(held_memory)
    before = held_memory()
    units, batch, epochs = json.loads((arguments.worker.parent / "arguments.json").read_text())
    dataset = joblib.load(arguments.worker, mmap_mode="r").dataset()
    if arguments.ahead:
        dataset = _cut(dataset)
    session = _open(engine, dataset, units, batch)
    seconds = [_seconds(session.advance) for _ in range(epochs + 1)]
    return Cost(before, memory.stop(), held_memory(), statistics.median(seconds[1:]))


def _paired(arguments: argparse.Namespace) -> str:
    """What an epoch takes, beside one of windows that were cut ahead."""
    prepare()
    import joblib

    from rnnsearch.engines.fused import FusedEngine

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.joblib"
        _write(arguments, path)
        dataset = joblib.load(path, mmap_mode="r").dataset()
        sessions = [
            _open(FusedEngine(), each, arguments.units, arguments.batch)
            for each in (dataset, _cut(dataset))
        ]
        ratios = []
        for pair in range(arguments.pairs + 1):
            order = sessions[:: 1 if pair % 2 else -1]
            seconds = {id(session): _seconds(session.advance) for session in order}
            ratios.append(seconds[id(sessions[0])] / seconds[id(sessions[1])])
    low, median, high = np.quantile(ratios[1:], (0.25, 0.5, 0.75))
    return f"as they are read / ahead: {median:.3f}, half of the pairs {low:.3f} to {high:.3f}"


def _cut(dataset: Any) -> Any:
    """All windows as arrays."""
    from dataclasses import replace

    from rnnsearch.data.inputs import as_array

    parts = {name: getattr(dataset, name) for name in ("train", "validation", "test")}
    return replace(dataset, **{n: replace(p, x=as_array(p.x)) for n, p in parts.items()})


def _open(engine: Any, dataset: Any, units: int, batch: int) -> Any:
    """Two lanes of a GRU, loaded."""
    return open_program(program_of(dataset, "GRU", units, batch, drops=False), dataset, 2, engine)


def _seconds(epoch: Any) -> float:
    started = time.perf_counter()
    epoch()
    return time.perf_counter() - started


class _Peak:
    """The most that a process held, looked at every few milliseconds."""

    def __init__(self, held: Any) -> None:
        self._held = held
        self._peak = held()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._peak = max(self._peak, self._held())

    def stop(self) -> float:
        """MiB."""
        self._done.set()
        self._thread.join()
        return float(self._peak)


def _table(costs: list[dict[str, Cost]]) -> str:
    rows = []
    for way in WAYS:
        own = [cost[way] for cost in costs]
        seconds = [cost.seconds for cost in own]
        peak, held = (
            statistics.median(getattr(cost, name) - cost.before for cost in own)
            for name in ("peak", "held")
        )
        median = f"{statistics.median(seconds):.3f}"
        rows.append([way, f"{peak:.0f}", f"{held:.0f}", median, spread(seconds, 3)])
    header = ["windows are cut", "MiB at most", "MiB held", "seconds an epoch", "min–max"]
    return table(header, rows, ["windows are cut"])


if __name__ == "__main__":
    main()
