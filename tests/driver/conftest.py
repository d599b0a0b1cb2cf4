"""A search without training: real study, planner and loop; workers that only answer."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import optuna
import pytest

from rnnsearch.data import Arrays, SequenceData, read
from rnnsearch.driver.loop import Limits, Search
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.driver.planning.programs import objective_of
from rnnsearch.driver.pruning.pruners import make_pruner
from rnnsearch.driver.pruning.racing import Field
from rnnsearch.driver.running.tally import Tally
from rnnsearch.driver.running.watching import Snapshot
from rnnsearch.engines import Run, RunKey, Session
from rnnsearch.execution import Executor
from rnnsearch.execution.block_training import Listener, train
from rnnsearch.execution.messages import (
    BlockDone,
    Compare,
    Crashed,
    Ended,
    Epochs,
    Message,
    Opened,
    Ready,
    Rung,
)
from rnnsearch.execution.worker_orders import Block, Cancel, Order, Verdict
from rnnsearch.outcomes import Epoch, TrialRecord
from rnnsearch.records import StudyFolder, commit, open_study, records
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


Curve = Callable[[Run, int], float]
"""Run and epoch → val_loss."""


Fault = Callable[[int, Block, int], Message | None]
"""Worker, block and tick (from 1) about to begin → what befalls the worker, if anything."""


class _Befallen(Exception):
    """A fault that befalls a worker in an epoch."""


class _Closed(BaseException):
    """The executor ends the worker."""


class FakeSession(Session):
    """Lanes that train nothing."""

    parameters = 7

    def __init__(self, width: int, before: Callable[[], None], curve: Curve) -> None:
        self.width = width
        self._before = before
        self._curve = curve
        self._lanes: dict[int, tuple[Run, int]] = {}

    def load(self, runs: Mapping[int, Run]) -> None:
        assert not set(runs) & set(self._lanes), "a lane that trains must not be loaded"
        self._lanes |= {lane: (run, 0) for lane, run in runs.items()}

    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        self._before()
        self._lanes = {lane: (run, epoch + epochs) for lane, (run, epoch) in self._lanes.items()}
        return {
            lane: {"loss": 1.0, "val_loss": self._curve(run, epoch)}
            for lane, (run, epoch) in self._lanes.items()
        }

    def best_weights(self, lane: int) -> list[np.ndarray]:
        return [np.array(self._lanes[lane][0].index)]

    def last_weights(self, lane: int) -> list[np.ndarray]:
        return self.best_weights(lane)

    def release(self, lane: int) -> None:
        del self._lanes[lane]


class _Worker(Listener):
    """A worker that trains by `train`, on a thread that goes an epoch each time it is stepped."""

    def __init__(self, number: int, executor: FakeExecutor) -> None:
        self.orders: deque[Order] = deque()
        self.gone = False
        self._number = number
        self._executor = executor
        self._messages: list[Message] = []
        self._cancelled = self._closed = False
        self._verdict: Verdict | None = None
        self._error: BaseException | None = None
        self._tick = 0
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def step(self) -> list[Message]:
        if not self.gone:
            self._go.release()
            self._back.acquire()
        if self._error is not None:
            raise self._error
        messages, self._messages = self._messages, []
        return messages

    def close(self) -> None:
        self._closed = True
        self._go.release()
        self._thread.join()

    def _pause(self) -> None:
        self._back.release()
        self._go.acquire()
        if self._closed:
            raise _Closed

    def _serve(self) -> None:
        self._go.acquire()
        try:
            self._start()
            while not self._closed and not self.gone:
                self._pause()
                if self.orders and isinstance(block := self.orders.popleft(), Block):
                    self._train(block)
        except _Closed:
            pass
        except BaseException as error:
            self._error = error
        finally:
            self.gone = True
            self._back.release()

    def _start(self) -> None:
        if self._number in self._executor.stillborn:
            self.gone = True
            self._messages.append(Crashed("no such device", gone=True))
        elif not self._closed:
            self._messages.append(Ready("cpu (fake)"))

    def _train(self, block: Block) -> None:
        self._cancelled, self._tick = False, 0

        def before() -> None:
            self._tick += 1
            fault = self._executor.fault(self._number, block, self._tick)
            if fault is not None:
                raise _Befallen(fault)

        session = FakeSession(block.lanes or 4, before, self._executor.curve)
        self._messages.append(Opened(session.width))
        try:
            train(session, block, self)
            self._messages.append(BlockDone(self._executor.memory))
        except _Befallen as befallen:
            (message,) = befallen.args
            self._messages.append(message)
            self.gone = isinstance(message, Crashed) and message.gone

    def epochs(self, epochs: Mapping[RunKey, Epoch]) -> None:
        self._messages.append(Epochs(epochs))

    def rung(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        self._messages.append(Rung(values))
        return self._answer()

    def compare(self, trials: tuple[int, ...], runs: int) -> frozenset[int]:
        self._messages.append(Compare(trials, runs))
        return self._answer()

    def _answer(self) -> frozenset[int]:
        self._verdict = None
        while self._verdict is None:
            self._pause()
            self._note_orders()
        return self._verdict.pruned

    def ended(self, ended: Ended) -> None:
        self._messages.append(ended)

    def cancelled(self) -> bool:
        self._pause()
        self._note_orders()
        return self._cancelled

    def _note_orders(self) -> None:
        while self.orders and not isinstance(self.orders[0], Block):
            order = self.orders.popleft()
            self._cancelled |= isinstance(order, Cancel)
            if isinstance(order, Verdict):
                self._verdict = order


class FakeExecutor(Executor):
    """Workers that go on by an epoch at each `receive`.

    Args:
        count: Workers.
        fault: Asked before each epoch of a worker.
        stillborn: Workers that die whenever they start.
        memory: MiB that a worker says it holds at the end of each block.
        stuck: Workers that stop answering once they have a block.
        curve: What a run reaches in an epoch.
    """

    def __init__(
        self,
        count: int = 1,
        fault: Fault = lambda worker, block, epoch: None,
        stillborn: frozenset[int] = frozenset(),
        memory: float = 100.0,
        stuck: frozenset[int] = frozenset(),
        curve: Curve = val_loss,
    ) -> None:
        self.sent: list[tuple[int, Order]] = []
        self.restarts: list[int] = []
        self.fault = fault
        self.stillborn = stillborn
        self.memory = memory
        self.curve = curve
        self._count = count
        self._stuck = stuck
        self._silent = 0
        self._workers: dict[int, _Worker] = {}

    @property
    def workers(self) -> range:
        return range(self._count)

    @property
    def orders(self) -> list[Block]:
        """The blocks that were sent."""
        return [order for _, order in self.sent if isinstance(order, Block)]

    @property
    def blocks(self) -> list[list[int]]:
        """Trials of each block that was sent, those that had ended left out."""
        return [
            list(dict.fromkeys(run.trial for run in block.runs if run.key not in block.ended))
            for block in self.orders
        ]

    def start(self) -> None:
        self._workers = {worker: _Worker(worker, self) for worker in self.workers}

    def send(self, worker: int, order: Order) -> None:
        self.sent.append((worker, order))
        self._workers[worker].orders.append(order)

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        messages = [
            (worker, message)
            for worker, state in self._workers.items()
            if worker not in self._stuck
            for message in state.step()
        ]
        self._silent = 0 if messages else self._silent + 1
        assert self._silent < 1000 or self._stuck, "the search waits for workers that wait for it"
        return messages

    def restart(self, worker: int) -> None:
        self.restarts.append(worker)
        self._workers[worker].close()
        self._workers[worker] = _Worker(worker, self)

    def close(self) -> None:
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()


class Notes:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.device = ""
        self.snapshots: list[Snapshot] = []
        self.curves: dict[int, list[Epoch]] = {}
        self.all_curves: dict[int, list[list[Epoch]]] = {}
        self.weights: dict[int, Any] = {}

    def started(self, device: str) -> None:
        self.device = device

    def progressed(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def ended(
        self, record: TrialRecord, curves: Sequence[Sequence[Epoch]], weights: object
    ) -> None:
        self.curves[record.number] = list(curves[0])
        self.all_curves[record.number] = [list(curve) for curve in curves]
        self.weights[record.number] = weights


class Kept:
    """In place of the best weights on the disk: trial → run → weights, of all trials."""

    def __init__(self, kept: dict[int, Mapping[int, list[np.ndarray]]]) -> None:
        self._kept = kept

    def add(self, record: TrialRecord, weights: object, networks: Any) -> None:
        self._kept[record.number] = networks


class Simulation:
    """A study in a folder, and searches of it."""

    def __init__(self, folder: Path, data: SequenceData, space: Any, **settings: Any) -> None:
        self._folder = StudyFolder(folder)
        self._folder.create()
        self._data = data
        self.spec = simulated_spec(space, **settings)
        self.notes = Notes()
        self.kept: dict[int, Mapping[int, list[np.ndarray]]] = {}
        self._study: optuna.Study | None = None

    def opened(self) -> tuple[optuna.Study, Planner]:
        """The study and its planner, as a new process has them; nothing done before is lost."""
        if self._study is not None:
            commit(self._study)
        study = open_study(self._folder, self.spec.name, objective_of(self.spec).direction)
        planner = Planner(self.spec, self._data, study)
        study.pruner = make_pruner(planner.regime.pruner, planner.regime.epochs(32))
        self._study = study
        return study, planner

    def run(self, executor: Executor, block: int = 4, **limits: Any) -> list[TrialRecord]:
        """One process's search, from where the study stands; its records at the end."""
        study, planner = self.opened()
        values: dict[str, Any] = {
            **{"block": block, "lanes": None, "timeout": None, "memory": 1000.0},
            **limits,
        }
        afterwards = values.pop("afterwards", lambda best: None)
        before, objective = records(study), objective_of(self.spec)
        tally = Tally(before, planner.total, planner.regime.epochs(32), objective)
        field = Field(objective)
        for record in before:
            field.add(record)
        loop = Search(
            planner,
            executor,
            Limits(schedule=planner.regime.schedule, **values),
            tally,
            self.notes,
            study,
            Kept(self.kept),
            afterwards=afterwards,
            field=field,
        )
        with executor:
            self.stop = loop.run()
        return self.records()

    def records(self) -> list[TrialRecord]:
        return records(self.opened()[0])


def search_folds(settings: dict[str, Any]) -> int:
    """Divisions of the data, which are not a setting of the search."""
    return int(settings.pop("folds", 1))


def simulated_spec(space: Mapping[str, Any] = SPACE, **settings: Any) -> Spec:
    plain = {"keep": "best", "patience": 10, "confirm": 0.0}
    search = {"trials": 12, "epochs": 9, "sampler": "random", "pruner": "none", **plain}
    data = {"source": "arrays", "split": {"folds": search_folds(settings)}}
    document = {"task": "many_to_one", "data": data, "space": space}
    search |= settings
    return parse({**document, "search": search}, name="simulated", directory=Path.cwd())


@pytest.fixture(scope="session")
def data() -> SequenceData:
    return _arrays(simulated_spec())


@pytest.fixture(scope="session")
def divided() -> SequenceData:
    """The same, divided into five."""
    return _arrays(simulated_spec(folds=5))


def _arrays(spec: Spec) -> SequenceData:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 5, 1)).astype(np.float32)
    y = x.sum(axis=1)
    arrays = Arrays((x, y))
    return read(spec.data, spec.task, SearchSpace.from_spec(spec).windows(spec), arrays)


@pytest.fixture
def simulation(
    tmp_path: Path, data: SequenceData, divided: SequenceData
) -> Callable[..., Simulation]:
    """Makes a simulation; its arguments are keys of the search section, folds, and the space."""

    def make(name: str = "study", space: Any = None, **settings: Any) -> Simulation:
        read = divided if settings.get("folds", 1) == 5 else data
        return Simulation(tmp_path / name, read, space or SPACE, **settings)

    return make


@pytest.fixture
def fake() -> Any:
    """What stands in this module, for tests: `FakeExecutor`, `val_loss`, `Simulation`."""
    return SimpleNamespace(
        Executor=FakeExecutor, val_loss=val_loss, Simulation=Simulation, space=SPACE
    )
