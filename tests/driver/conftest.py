"""A search without training: real study, planner and loop; workers that only answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import optuna
import pytest

from rnnsearch.data import Arrays, SequenceData, read
from rnnsearch.driver.loop import Limits, Search
from rnnsearch.driver.planner import Planner, direction
from rnnsearch.driver.pruners import make_pruner, rungs
from rnnsearch.driver.tally import Tally
from rnnsearch.driver.trials import Snapshot, TrialRecord
from rnnsearch.engines import Run
from rnnsearch.execution import Epoch, Executor
from rnnsearch.execution.messages import (
    Block,
    BlockDone,
    Cancel,
    Crashed,
    Ended,
    Epochs,
    Message,
    Order,
    Ready,
    Rung,
    Schedule,
    Verdict,
)
from rnnsearch.records import StudyFolder, commit, open_study, records, tell
from rnnsearch.space import SearchSpace
from rnnsearch.spec import Spec, parse

SPACE = {
    "cell": ["GRU", "LSTM", "SimpleRNN"],
    "units": [4, 8],
    "learning_rate": {"min": 1e-4, "max": 1e-1, "log": True},
    "dropout": {"min": 0.0, "max": 0.3},
    "recurrent_dropout": {"min": 0.0, "max": 0.3, "when": {"cell": ["GRU", "LSTM"]}},
}


def val_loss(run: Run, epoch: int) -> float:
    """What a simulated run reaches: like a real one's it depends on the run alone."""
    return abs(np.log10(run.numbers.learning_rate) + 2.5) + run.numbers.dropout + 1 / epoch


Fault = Callable[[int, Block, int], Message | None]
"""Worker, block and epoch about to begin → what befalls the worker, if anything."""


@dataclasses.dataclass
class _Worker:
    ready: bool = False
    gone: bool = False
    block: Block | None = None
    runs: dict[int, Run] = dataclasses.field(default_factory=dict)
    best: dict[int, Epoch] = dataclasses.field(default_factory=dict)
    epoch: int = 0
    asked: bool = False
    cancelled: bool = False
    orders: list[Order] = dataclasses.field(default_factory=list)


class FakeExecutor(Executor):
    """Workers that answer an epoch at each `receive`.

    Args:
        count: Workers.
        fault: Asked before each epoch of a worker.
        stillborn: Workers that die whenever they start.
        memory: MiB that a worker says it holds at the end of each block.
        stuck: Workers that stop answering once they have a block.
    """

    def __init__(
        self,
        count: int = 1,
        fault: Fault = lambda worker, block, epoch: None,
        stillborn: frozenset[int] = frozenset(),
        memory: float = 100.0,
        stuck: frozenset[int] = frozenset(),
    ) -> None:
        self.sent: list[tuple[int, Order]] = []
        self.restarts: list[int] = []
        self._count = count
        self._fault = fault
        self._stillborn = stillborn
        self._memory = memory
        self._stuck = stuck
        self._silent = 0
        self._workers: dict[int, _Worker] = {}

    @property
    def workers(self) -> range:
        return range(self._count)

    @property
    def blocks(self) -> list[list[int]]:
        """Trials of each block that was sent."""
        orders = [order for _, order in self.sent if isinstance(order, Block)]
        return [[run.trial for run in block.runs] for block in orders]

    def start(self) -> None:
        self._workers = {worker: _Worker() for worker in self.workers}

    def send(self, worker: int, order: Order) -> None:
        self.sent.append((worker, order))
        self._workers[worker].orders.append(order)

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        messages = [
            (worker, message)
            for worker, state in self._workers.items()
            for message in self._step(worker, state)
        ]
        self._silent = 0 if messages else self._silent + 1
        assert self._silent < 1000 or self._stuck, "the search waits for workers that wait for it"
        return messages

    def restart(self, worker: int) -> None:
        self.restarts.append(worker)
        self._workers[worker] = _Worker()

    def close(self) -> None:
        self._workers.clear()

    def _step(self, worker: int, state: _Worker) -> list[Message]:
        if state.gone:
            return []
        if not state.ready:
            state.gone = worker in self._stillborn
            state.ready = not state.gone
            return [Ready("cpu (fake)") if state.ready else Crashed("no such device", gone=True)]
        for order in state.orders:
            if isinstance(order, Block):
                state.block, state.epoch, state.asked, state.cancelled = order, 0, False, False
                state.runs, state.best = {run.trial: run for run in order.runs}, {}
            elif isinstance(order, Cancel):
                state.cancelled = True
        verdicts = [order for order in state.orders if isinstance(order, Verdict)]
        state.orders.clear()
        if state.block is None or worker in self._stuck:
            return []
        if verdicts:
            state.asked = False
            pruned = sorted(verdicts[0].pruned)
            return self._end(state, pruned, "PRUNED", f"pruned at epoch {state.epoch}")
        if state.asked:
            return []
        if state.cancelled:
            return self._end(state, list(state.runs), "PRUNED", "out of time")
        return self._train(worker, state, state.block)

    def _train(self, worker: int, state: _Worker, block: Block) -> list[Message]:
        fault = self._fault(worker, block, state.epoch + 1)
        if fault is not None:
            state.gone = isinstance(fault, Crashed) and fault.gone
            state.block = None
            return [fault]
        state.epoch += 1
        points = {
            trial: Epoch(state.epoch, {"loss": 1.0, "val_loss": val_loss(run, state.epoch)})
            for trial, run in state.runs.items()
        }
        state.best |= points
        messages: list[Message] = [Epochs(points)]
        done = [t for t, run in state.runs.items() if state.epoch >= run.epochs]
        messages += self._end(state, done, "COMPLETE", "")
        if state.runs and state.epoch in block.schedule.rungs:
            state.asked = True
            messages.append(
                Rung({t: (state.epoch, state.best[t].metrics["val_loss"]) for t in state.runs})
            )
        return messages

    def _end(
        self, state: _Worker, trials: Sequence[int], result: Any, message: str
    ) -> list[Message]:
        messages: list[Message] = []
        for trial in trials:
            del state.runs[trial]
            weights = [np.zeros(1)] if result == "COMPLETE" else None
            best = state.best.get(trial)
            ended = Ended(trial, result, best, state.epoch, 0.1, 7, weights, message)
            messages.append(ended)
        if not state.runs:
            state.block = None
            messages.append(BlockDone(self._memory))
        return messages


class Notes:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.device = ""
        self.snapshots: list[Snapshot] = []
        self.curves: dict[int, list[Epoch]] = {}

    def started(self, device: str) -> None:
        self.device = device

    def progressed(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def ended(self, record: TrialRecord, curve: Sequence[Epoch], weights: object) -> None:
        self.curves[record.number] = list(curve)


class Simulation:
    """A study in a folder, and searches of it."""

    def __init__(self, folder: Path, data: SequenceData, space: Any, **settings: Any) -> None:
        self._folder = StudyFolder(folder)
        self._folder.create()
        self._data = data
        self.spec = simulated_spec(space, **settings)
        self.notes = Notes()
        self.commit: Callable[[optuna.Study], None] = commit
        self._study: optuna.Study | None = None

    def opened(self) -> tuple[optuna.Study, Planner]:
        """The study and its planner, as a new process has them; nothing done before is lost."""
        if self._study is not None:
            self.commit(self._study)
        search = self.spec.search
        pruner = make_pruner(search.pruner, search.epochs)
        study = open_study(self._folder, self.spec.name, direction(self.spec), pruner=pruner)
        self._study = study
        return study, Planner(self.spec, self._data, study)

    def run(self, executor: Executor, width: int = 4, **limits: Any) -> list[TrialRecord]:
        """One process's search, from where the study stands; its records at the end."""
        study, planner = self.opened()
        search = self.spec.search
        schedule = Schedule(search.patience, rungs(search.pruner, search.epochs))
        values: dict[str, Any] = {"width": width, "timeout": None, "memory": 1000.0, **limits}
        tally = Tally(records(study), planner.total, search.epochs, False)
        loop = Search(
            planner,
            executor,
            Limits(schedule=schedule, **values),
            tally,
            self.notes,
            tell=partial(tell, study),
            commit=partial(self.commit, study),
        )
        with executor:
            self.stop = loop.run()
        return self.records()

    def records(self) -> list[TrialRecord]:
        return records(self.opened()[0])


def simulated_spec(space: Mapping[str, Any] = SPACE, **settings: Any) -> Spec:
    search = {"trials": 12, "epochs": 9, "sampler": "random", "pruner": "none", **settings}
    document = {"task": "many_to_one", "data": {"source": "arrays"}, "space": space}
    return parse({**document, "search": search}, name="simulated", directory=Path.cwd())


@pytest.fixture(scope="session")
def data() -> SequenceData:
    spec = simulated_spec()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 5, 1)).astype(np.float32)
    y = x.sum(axis=1)
    arrays = Arrays((x, y))
    return read(spec.data, spec.task, SearchSpace.from_spec(spec).windows(spec), arrays)


@pytest.fixture
def simulation(tmp_path: Path, data: SequenceData) -> Callable[..., Simulation]:
    """Makes a simulation; its arguments are keys of the search section, and the space."""

    def make(name: str = "study", space: Any = None, **settings: Any) -> Simulation:
        return Simulation(tmp_path / name, data, space or SPACE, **settings)

    return make


@pytest.fixture
def fake() -> Any:
    """What stands in this module, for tests: `FakeExecutor`, `val_loss`, `Simulation`."""
    return SimpleNamespace(
        Executor=FakeExecutor, val_loss=val_loss, Simulation=Simulation, space=SPACE
    )
