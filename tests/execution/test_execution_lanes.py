"""Blocks that a device has no memory for: fewer lanes, from the start or from now on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import joblib
import pytest

from rnnsearch.engines import Numbers, Program, Run
from rnnsearch.execution import WorkerSetup, evaluating, worker
from rnnsearch.execution.lane_counts import Lanes
from rnnsearch.execution.memory import is_out_of_memory
from rnnsearch.execution.messages import BlockDone, Crashed, Ended, Epochs, Judged, Message, Opened
from rnnsearch.execution.worker_orders import Block, Exit, Judge, Schedule
from rnnsearch.models import Architecture
from rnnsearch.tasks import Head

HEAD = Head(4, 1, None, False, 1, "linear", False)
PROGRAM = Program(
    Architecture("GRU", (4,), False, False, HEAD), "adam", 8, None, "mse", (), "val_loss", False
)
FULL = RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 9 bytes.")


class Session:
    """Trains in no more lanes than fit; where the memory is short later, it ends then."""

    parameters = 1

    def __init__(self, width: int, fits: int, ends_at: int | None) -> None:
        self.width, self._fits, self._ends_at = width, fits, ends_at
        self._lanes: set[int] = set()
        self._epochs = 0

    def load(self, runs: dict[int, Run]) -> None:
        self._lanes |= set(runs)

    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        self._epochs += 1
        if self.width > min(self._fits, 3 if self._epochs == self._ends_at else 99):
            raise FULL
        return {lane: {"loss": 1.0, "val_loss": 1.0} for lane in self._lanes}

    def best_weights(self, lane: int) -> list[Any]:
        return []

    def release(self, lane: int) -> None:
        self._lanes.discard(lane)


class Engine:
    device = "a card"

    def __init__(self, fits: int, ends_at: int | None = None) -> None:
        self.fits, self.ends_at = fits, ends_at
        self.opened: list[int] = []
        self.freed = 0

    def free(self) -> None:
        self.freed += 1

    def lanes(self, program: Program, folds: Any, runs: int, epochs: int = 1) -> int:
        return runs

    def open(self, program: Program, folds: Any, width: int, epochs: int = 1) -> Session:
        self.opened.append(width)
        return Session(width, self.fits, self.ends_at)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A function from an engine to the connection to a worker that has it."""
    ours, theirs = Pipe()
    preparation = SimpleNamespace(writing=None)
    data = SimpleNamespace(folds=1, dataset=lambda *_: None, preparation=lambda _: preparation)
    monkeypatch.setattr(joblib, "load", lambda *_, **__: data)
    setup = WorkerSetup(tmp_path, "many_to_one", "fused", "jax", "cpu", tmp_path, 1)

    def begin(engine: Engine) -> Connection:
        monkeypatch.setattr(worker, "_make_engine", lambda _: engine)
        threading.Thread(target=worker.serve, args=(theirs, setup), daemon=True).start()
        return ours

    yield begin
    ours.send(Exit())


def train(connection: Connection, block: Block) -> list[Message]:
    """Everything that a block makes a worker say."""
    connection.send(block)
    said: list[Message] = []
    while not said or not isinstance(said[-1], BlockDone | Crashed):
        assert connection.poll(10)
        said.append(connection.recv())
    return said


def block(lanes: int | None = None) -> Block:
    runs = tuple(Run(trial, trial, 2, Numbers(1e-3)) for trial in range(16))
    return Block(PROGRAM, runs, Schedule(None, frozenset()), lanes)


@pytest.mark.parametrize("lanes", [None, 16])
def test_half_the_lanes_until_they_fit_and_no_more_from_then_on(start: Any, lanes: Any) -> None:
    engine = Engine(fits=5)
    connection = start(engine)
    said = train(connection, block(lanes))
    assert engine.opened == [16, 8, 4] and engine.freed == 2
    assert [m.lanes for m in said if isinstance(m, Opened)] == [16, 8, 4]
    assert sum(getattr(message, "state", "") == "COMPLETE" for message in said) == 16
    assert isinstance(said[-1], BlockDone)
    train(connection, block(lanes))
    assert engine.opened[3:] == [4]


def test_one_lane_that_does_not_fit_is_said_so(start: Any) -> None:
    engine = Engine(fits=0)
    said = train(start(engine), block())
    assert engine.opened == [16, 8, 4, 2, 1]
    assert isinstance(said[-1], Crashed) and "RESOURCE_EXHAUSTED" in said[-1].reason


def test_memory_that_ends_later_trains_what_is_open_again_in_fewer_lanes(start: Any) -> None:
    """Epochs that the driver knows are not reported again, nor are runs that have ended."""
    engine = Engine(fits=5, ends_at=4)
    said = train(start(engine), block(4))
    assert engine.opened == [4, 2]
    assert isinstance(said[-1], BlockDone)
    ended = [message.key for message in said if isinstance(message, Ended)]
    assert sorted(ended) == [(trial, 0) for trial in range(16)]
    epochs = [(k, e.number) for m in said if isinstance(m, Epochs) for k, e in m.epochs.items()]
    assert sorted(epochs) == [((trial, 0), epoch) for trial in range(16) for epoch in (1, 2)]


@pytest.mark.parametrize("fits", [512, 40, 7])
def test_a_network_that_a_device_cannot_judge_is_judged_in_smaller_batches(
    start: Any, fits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where that is no help by the host, without the search coming to an end."""
    tried: list[int] = []

    def judge(order: Judge, dataset: Any, writing: Any, rows: int) -> Judged:
        tried.append(rows)
        if rows > fits and len(tried) < 3:
            raise FULL
        return Judged({"val_loss": 1.0})

    monkeypatch.setattr(evaluating, "judge", judge)
    engine = Engine(fits=5)
    connection = start(engine)
    connection.send(Judge(PROGRAM, []))
    answer = connection.recv()
    while not isinstance(answer, Judged | Crashed):
        answer = connection.recv()
    assert answer == Judged({"val_loss": 1.0})
    assert tried == {512: [512], 40: [512, 32], 7: [512, 32, 32]}[fits]
    assert engine.freed == len(tried) - 1


def test_each_program_has_its_own_bound() -> None:
    lanes = Lanes(Engine(fits=1))  # type: ignore[arg-type]
    assert lanes.did_not_fit(PROGRAM, 9) == 4
    assert lanes.of(PROGRAM, [], 64, None) == lanes.of(PROGRAM, [], 64, 8) == 4
    assert lanes.of(PROGRAM, [], 2, None) == 2
    assert lanes.of(replace(PROGRAM, batch_size=16), [], 64, None) == 64


def test_other_errors_are_not_about_memory() -> None:
    assert is_out_of_memory(FULL)
    assert is_out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."))
    assert not is_out_of_memory(ValueError("shapes do not match"))
