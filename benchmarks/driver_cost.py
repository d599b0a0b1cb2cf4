"""What the driver itself costs a trial: a real search whose workers answer at once.

    python benchmarks/driver_cost.py

The loop, the planner, Optuna's study, the recorder and the folder are those of every search; only
the training is left out, so the wall clock holds nothing but the driver's own work and its disk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from machine import describe_machine

from rnnsearch.api.searches.found import Found
from rnnsearch.api.searches.recorder import Recorder
from rnnsearch.data import Arrays, SequenceData, read
from rnnsearch.driver import Snapshot
from rnnsearch.driver.loop import Limits, Search
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.driver.planning.programs import objective_of
from rnnsearch.driver.pruning.pruners import make_pruner, rungs
from rnnsearch.driver.running.tally import Tally
from rnnsearch.engines import Run, RunKey
from rnnsearch.execution import Executor
from rnnsearch.execution.messages import BlockDone, Ended, Epochs, Message, Ready, Rung
from rnnsearch.execution.worker_orders import Block, Order, Schedule, Verdict
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.records import BestWeights, StudyFolder, open_study, records
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Spec, parse

SPACE = {
    "cell": "GRU",
    "units": 32,
    "learning_rate": {"min": 1e-4, "max": 1e-1, "log": True},
    "clip_norm": {"min": 0.1, "max": 10.0, "log": True},
    "unroll_length": {"min": 5, "max": 50},
    "dropout": {"min": 0.0, "max": 0.5},
    "recurrent_dropout": {"min": 0.0, "max": 0.5},
    "weight_decay": {"min": 1e-6, "max": 1e-2, "log": True},
}

WINDOW = 100
"""Trials that a figure is the mean of."""


class Answers(Executor):
    """One worker that trains nothing. It takes a block through an epoch at each `receive`."""

    def __init__(self, weights: Sequence[np.ndarray]) -> None:
        self._weights = list(weights)
        self._messages: deque[list[Message]] = deque([[Ready("cpu (simulated)")]])
        self._block: Iterator[list[Message]] = iter(())
        self._pruned: frozenset[int] = frozenset()

    @property
    def workers(self) -> range:
        return range(1)

    def start(self) -> None:
        pass

    def close(self) -> None:
        pass

    def restart(self, worker: int) -> None:
        raise RuntimeError("a simulated worker does not grow")

    def send(self, worker: int, order: Order) -> None:
        if isinstance(order, Block):
            self._block = self._train(order)
        elif isinstance(order, Verdict):
            self._pruned = order.pruned

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        messages = self._messages.popleft() if self._messages else next(self._block)
        return [(0, message) for message in messages]

    def _train(self, block: Block) -> Iterator[list[Message]]:
        lanes = {run.key: run for run in block.runs}
        for number in range(1, block.runs[0].epochs + 1):
            points = {key: _epoch(run, number) for key, run in lanes.items()}
            if number == block.runs[0].epochs:
                ended = [self._end(point, key, "COMPLETE") for key, point in points.items()]
                yield [Epochs(points), *ended, BlockDone(0.0)]
                return
            if number not in block.schedule.rungs:
                yield [Epochs(points)]
                continue
            yield [Epochs(points), Rung({k: (number, p["val_loss"]) for k, p in _values(points)})]
            pruned = [key for key in lanes if key[0] in self._pruned]
            messages: list[Message] = [self._end(points[key], key, "PRUNED") for key in pruned]
            lanes = {key: run for key, run in lanes.items() if key not in pruned}
            if not lanes:
                yield [*messages, BlockDone(0.0)]
                return
            if messages:
                yield messages

    def _end(self, point: Epoch, key: RunKey, state: Any) -> Ended:
        weights = self._weights if state == "COMPLETE" else None
        return Ended(key[0], state, point, point.number, 0.1, 5000, weights, index=key[1])


def _epoch(run: Run, number: int) -> Epoch:
    """What a run reaches: it depends on its learning rate, as a real one's does."""
    loss = abs(np.log10(run.numbers.learning_rate) + 2.5) + run.numbers.dropout + 1 / number
    values = ("loss", "val_loss", "val_rmse", "val_mae")
    return Epoch(number, {name: float(loss) for name in values})


def _values(points: dict[RunKey, Epoch]) -> list[tuple[RunKey, Any]]:
    return [(key, point.metrics) for key, point in points.items()]


class Clock:
    """The display: notes when each trial ended, and how large the process was."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.computing: list[float] = []
        self.memory: list[float] = []

    def started(self, device: str) -> None:
        pass

    def progressed(self, snapshot: Snapshot) -> None:
        pass

    def ended(self, record: TrialRecord, curve: object, weights: object) -> None:
        self.seconds.append(time.perf_counter())
        self.computing.append(time.process_time())
        self.memory.append(resident())


def resident() -> float:
    """MiB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=5000)
    parser.add_argument("--block", type=int, help="trials of a block; as many as on a CPU if left")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--pruners", nargs="+", default=["none", "hyperband"])
    parser.add_argument("--sampler", default="random")
    parser.add_argument("--folder", type=Path, help="where to write; the system's if left out")
    arguments = parser.parse_args()
    for label, text in describe_machine().items():
        print(f"{label}: {text}")
    starts = [
        n for n in (10, 500, 2000, arguments.trials - WINDOW) if n + WINDOW <= arguments.trials
    ]
    heads = [f"trials {start}-{start + WINDOW}" for start in starts]
    columns = ["pruner", *heads, "all", "of which disk", "MiB a trial", "study, MB", "opened in, s"]
    print(f"\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    for pruner in arguments.pruners:
        print(f"| {' | '.join([pruner, *_row(arguments, pruner, starts)])} |", flush=True)


def _row(arguments: argparse.Namespace, pruner: str, starts: Sequence[int]) -> list[str]:
    with tempfile.TemporaryDirectory(dir=arguments.folder) as path:
        folder = StudyFolder(Path(path) / "study")
        folder.create()
        search = {"trials": arguments.trials, "epochs": arguments.epochs}
        spec = _spec({**search, "sampler": arguments.sampler, "pruner": pruner})
        clock = Clock()
        began = time.perf_counter()
        with _waiting() as waits:
            _search(spec, folder, clock, arguments.block)
        whole = 1000 * (clock.seconds[-1] - began) / len(clock.seconds)
        disk = 1000 * sum(waits) / len(clock.seconds)
        size = folder.study.stat().st_size / 1e6
        began = time.perf_counter()
        assert (
            len(records(open_study(folder, spec.name, objective_of(spec).direction)))
            == arguments.trials
        )
        opening = time.perf_counter() - began
    half = len(clock.memory) // 2  # by then everything that is imported late has been
    slope = np.polyfit(np.arange(half, len(clock.memory)), clock.memory[half:], 1)[0]
    figures = [f"{_mean(clock.seconds, n)} ({_mean(clock.computing, n)})" for n in starts]
    totals = [f"{whole:.2f}", f"{disk:.2f}", f"{slope:.4f}", f"{size:.1f}"]
    return [*figures, *totals, f"{opening:.1f}"]


def _mean(moments: Sequence[float], start: int) -> str:
    """Milliseconds a trial of the window that begins after this trial."""
    return f"{1000 * (moments[start + WINDOW - 1] - moments[start - 1]) / WINDOW:.2f}"


@contextmanager
def _waiting() -> Iterator[list[float]]:
    """The seconds of each wait for the disk."""
    waits: list[float] = []
    flush = os.fsync

    def timed(descriptor: int) -> None:
        began = time.perf_counter()
        flush(descriptor)
        waits.append(time.perf_counter() - began)

    with mock.patch.object(os, "fsync", timed):
        yield waits


def _spec(search: dict[str, Any]) -> Spec:
    document = {"task": "many_to_one", "data": {"source": "arrays"}, "space": SPACE}
    return parse({**document, "search": search}, name="simulated", directory=Path.cwd())


def _data(spec: Spec) -> SequenceData:
    x = np.random.default_rng(0).normal(size=(64, 50, 1)).astype(np.float32)
    arrays = Arrays((x, x.sum(axis=1)))
    return read(spec.data, spec.task, SearchSpace.from_spec(spec).windows(spec), arrays)


def _search(spec: Spec, folder: StudyFolder, clock: Clock, block: int | None) -> None:
    """`rnnsearch.search` from its study on, with a simulated executor."""
    settings = spec.search
    pruner = make_pruner(settings.pruner, settings.epochs)
    study = open_study(folder, spec.name, objective_of(spec).direction, pruner=pruner)
    planner = Planner(spec, _data(spec), study)
    recorder = Recorder(folder, spec, "fused", objective_of(spec).direction, clock, Found())
    recorder.begin([])
    schedule = Schedule(settings.patience, rungs(settings.pruner, settings.epochs))
    weights = [np.zeros(shape, np.float32) for shape in ((1, 96), (32, 96), (2, 96), (32, 1), (1,))]
    with Answers(weights) as executor:
        Search(
            planner,
            executor,
            Limits(block, None, lambda epochs: schedule, timeout=None, memory=1e6),
            Tally([], planner.total, settings.epochs, objective_of(spec)),
            recorder,
            study,
            BestWeights(folder, objective_of(spec).direction),
        ).run()


if __name__ == "__main__":
    main()
