"""A search whose workers train nothing: everything else of it is what a user runs.

The command line, the study, the recorder, pipes and processes are real; the engine is a few lines of
NumPy, and drivers and workers are forks of one process that has imported all of it, so that a
search takes a tenth of a second and can be struck hundreds of times.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import joblib  # noqa: F401 - forks need not import it again
import numpy as np
import optuna  # noqa: F401
import pandas as pd  # noqa: F401

import rnnsearch.report  # noqa: F401
from rnnsearch.api.searches import joining, resources
from rnnsearch.data import Dataset
from rnnsearch.engines import Engine, Program, Run, SavedLane, Session
from rnnsearch.execution import worker
from rnnsearch.execution.messages import Judged, Measured
from rnnsearch.execution.processes import ProcessExecutor
from rnnsearch.execution.worker_orders import Assemble, Block, Judge, PutOut
from rnnsearch.execution.worker_process import WorkerProcess

__all__ = ["simulate"]

EPOCH = 0.002
"""Seconds that an epoch takes, so that a kill finds a search in the middle of one."""

_WEIGHTS = 64

misfortunes: dict[str, str] = {}
"""Trial → what befalls it: nan, build, memory, hang, kill, kill-once; of this process and forks."""

marks = Path()
"""Where `kill-once` notes that it was done."""


class SimulatedSession(Session):
    """Lanes whose weights wander at random, from the run's seed; the loss is of the weights."""

    parameters = _WEIGHTS

    def __init__(self, width: int, cell: str) -> None:
        self.width = width
        self._befalls = misfortunes if cell != "feed_forward" else {}
        self._lanes: dict[int, dict[str, Any]] = {}

    def load(self, runs: Mapping[int, Run]) -> None:
        for lane, run in runs.items():
            if self._befalls.get(str(run.trial)) == "build":
                raise ValueError("units must be positive; received -3")
            generator = np.random.default_rng(run.seed)
            weights = generator.normal(size=_WEIGHTS)
            self._lanes[lane] = {"run": run, "generator": generator, "weights": weights, "epoch": 0}
            self._lanes[lane]["best"] = (np.inf, weights)

    def advance(self, epochs: int = 1) -> dict[int, dict[str, float]]:
        for _ in range(epochs):
            time.sleep(EPOCH)
            for lane in self._lanes.values():
                _befall(self._befalls.get(str(lane["run"].trial), ""), lane["run"], lane["epoch"])
                rate = lane["run"].numbers.learning_rate
                lane["weights"] = lane["weights"] * (1 - rate)
                lane["weights"] += rate * 0.1 * lane["generator"].normal(size=_WEIGHTS)
                lane["epoch"] += 1
        return {number: self._judged(lane) for number, lane in self._lanes.items()}

    def _judged(self, lane: dict[str, Any]) -> dict[str, float]:
        loss = float(np.mean(lane["weights"] ** 2)) + lane["run"].numbers.dropout
        if self._befalls.get(str(lane["run"].trial)) == "nan" and lane["epoch"] > 1:
            loss = float("nan")
        if loss < lane["best"][0]:
            lane["best"] = (loss, lane["weights"].copy())
        return {"loss": loss, "val_loss": loss, "val_rmse": loss**0.5, "val_mae": loss / 2}

    def best_weights(self, lane: int) -> list[np.ndarray]:
        return [self._lanes[lane]["best"][1]]

    def last_weights(self, lane: int) -> list[np.ndarray]:
        return [self._lanes[lane]["weights"]]

    def release(self, lane: int) -> None:
        del self._lanes[lane]

    def states(self) -> dict[int, list[np.ndarray]]:
        return {
            number: [
                lane["weights"],
                np.array(lane["best"][0]),
                lane["best"][1],
                np.frombuffer(pickle.dumps(lane["generator"]), np.uint8),
            ]
            for number, lane in self._lanes.items()
        }

    def restore(self, saved: Mapping[int, SavedLane]) -> frozenset[int]:
        for number, one in saved.items():
            weights, value, best, generator = one.arrays
            self._lanes[number] = {
                "run": one.run,
                "generator": pickle.loads(generator.tobytes()),
                "weights": weights,
                "epoch": one.epochs,
                "best": (float(value), best),
            }
        return frozenset(saved)


def _befall(kind: str, run: Run, epoch: int) -> None:
    """What is to befall a run in this epoch."""
    if not kind or epoch < 1:
        return
    if kind == "memory":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
        np.ones(2**33)
    if kind == "hang":
        time.sleep(3600)
    once = marks / f"{run.trial}.once"
    if kind == "kill" or (kind == "kill-once" and not once.exists()):
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class SimulatedEngine(Engine):
    """Opens sessions at once."""

    def lanes(self, program: Program, folds: Sequence[Dataset], runs: int, epochs: int = 1) -> int:
        return 2

    def open(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> Session:
        return SimulatedSession(width, program.architecture.cell)

    def prepare(
        self, program: Program, folds: Sequence[Dataset], width: int, epochs: int = 1
    ) -> None:
        pass

    def free(self) -> None:
        pass

    @property
    def device(self) -> str:
        return "cpu (simulated)"


def _judge(self: Any, order: Judge) -> None:
    """Judge without Keras; a file stands for the model."""
    if misfortunes.get("judge") == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if misfortunes.get("judge") == "memory":
        raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8 bytes")
    if order.save is not None:
        order.save.write_bytes(b"a model")
    loss = float(np.mean(order.weights[0] ** 2))
    self._send(Judged({"val_loss": loss, "test_loss": loss, "test_rmse": loss**0.5}, _WEIGHTS))


def _deliver(self: Any, order: PutOut | Assemble) -> None:
    raise NotImplementedError("simulated searches deliver their best trial")


def _measure(self: Any, block: Block, dataset: Dataset) -> bool:
    """Measure what a network costs without building one; none is refused."""
    network = block.program.architecture
    weights = float(sum(network.units)) * (3 if network.cell == "GRU" else 1)
    self._send(Measured({"parameters": weights, "size": 4 * weights}, ""))
    return False


class _Forked:
    """A fork, with what is used of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        end = time.monotonic() + (timeout or 3600)
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("worker", timeout or 0)
            time.sleep(0.001)
        assert self._status is not None
        return self._status

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class ForkExecutor(ProcessExecutor):
    """Workers that are forks of the driver."""

    def _spawn(self, worker_number: int) -> WorkerProcess:
        ours, theirs = Pipe()
        pid = _fork()
        if pid == 0:
            _be_worker(theirs)
        theirs.close()
        log = self._setup.logs / f"worker-{worker_number}.log"
        return WorkerProcess(_Forked(pid), ours, open(os.devnull, "rb"), {}, log)  # type: ignore[arg-type] # noqa: PTH123


def _start_worker(descriptor: int, environment: object, output: object) -> _Forked:
    """A worker of another shell, in the place of `rnnsearch.ahead.start_worker`."""
    pid = _fork()
    if pid == 0:
        _be_worker(Connection(descriptor))
    return _Forked(pid)


def _fork() -> int:
    """A fork during which signals wait: what they raise in what runs after it would be ignored."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        return os.fork()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_worker(connection: Connection) -> None:
    """What `rnnsearch.execution.worker.main` does, in a fork. Does not return."""
    try:
        kept = connection.fileno()
        os.closerange(3, kept)
        os.closerange(kept + 1, 1024)
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        worker.end_with_driver(connection)
        setup, log = pickle.loads(connection.recv_bytes())
        worker._print_to(log)
        worker.serve(connection, setup)
    except (EOFError, ConnectionResetError):
        pass
    finally:
        os._exit(0)


def simulate() -> None:
    """Put the simulation in the place of engines and processes; of this process and its forks."""
    worker._make_engine = lambda setup: SimulatedEngine()
    worker._Worker._judge = _judge  # type: ignore[method-assign]
    worker._Worker._deliver = _deliver  # type: ignore[method-assign]
    worker._Worker._refuses = _measure  # type: ignore[method-assign]
    resources.ProcessExecutor = ForkExecutor  # type: ignore[misc]
    joining.start_worker = _start_worker  # type: ignore[assignment]


def run_command(job: Mapping[str, Any]) -> None:
    """The command line, as a user runs it, in this fork. Does not return."""
    from rnnsearch import cli

    global marks
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else _default_interrupt)
    with open(job["said"], "wb") as said, open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    misfortunes.clear()
    misfortunes.update(job.get("misfortunes", {}))
    marks = Path(job["said"]).parent
    if job.get("setup"):
        from tests.faults import tampering

        getattr(tampering, job["setup"])(**job.get("setup_arguments", {}))
    sys.argv = ["rnnsearch", *job["argv"]]
    status = 1
    try:
        cli.main()
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


_default_interrupt = signal.default_int_handler


def alone() -> bool:
    """Whether this process has one thread, so that it may be forked."""
    return threading.active_count() == 1
