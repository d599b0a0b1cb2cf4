"""A worker: one engine, one connection to the driver, one order at a time.

Started as ``python -m rnnsearch.execution.worker``, so that a user's script or notebook needs
no guard: multiprocessing's spawn would run it again.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rnnsearch.ahead import importing
from rnnsearch.execution._base import WorkerSetup
from rnnsearch.execution.block_training import train
from rnnsearch.execution.importing import import_keras_alone
from rnnsearch.execution.lane_counts import Lanes
from rnnsearch.execution.memory import first_line, is_out_of_memory, within_memory
from rnnsearch.execution.messages import (
    Activity,
    BlockDone,
    Crashed,
    Ended,
    Measured,
    Message,
    Opened,
    Ready,
)
from rnnsearch.execution.preparing import Preparing
from rnnsearch.execution.remote_listener import RemoteListener
from rnnsearch.execution.worker_orders import Assemble, Block, Exit, Judge, Prepare, PutOut
from rnnsearch.pipes import end_of, parent_is_gone

if TYPE_CHECKING:
    from rnnsearch.data import Dataset, Part, SequenceData
    from rnnsearch.engines import Engine, Program
    from rnnsearch.models import Architecture
    from rnnsearch.tasks import Task

__all__ = ["end_with_driver", "held_memory", "prepare", "serve"]

_LOOK_SECONDS = 1.0
"""Between looks at whether the driver still lives."""

_DRIVER_GONE = (EOFError, BrokenPipeError, ConnectionResetError)


def serve(connection: Connection, setup: WorkerSetup, data: SequenceData | None = None) -> None:
    """Obey orders until `Exit` or until the driver is gone.

    Args:
        connection: To the driver.
        setup: What is needed to begin.
        data: In place of what lies in the setup's file.
    """
    try:
        worker = _Worker(connection, setup, data)
        while worker.obey(connection.recv()):
            pass
    except _DRIVER_GONE:
        return


class _Worker:
    def __init__(
        self, connection: Connection, setup: WorkerSetup, data: SequenceData | None
    ) -> None:
        from rnnsearch.tasks import TASKS

        if setup.code is not None and str(setup.code) not in sys.path:
            sys.path.append(str(setup.code))  # cells of the user's are imported by their names
        self._connection = connection
        self._task = TASKS[setup.task]
        self._data = _read(setup.data) if data is None else data
        self._datasets: dict[tuple[int | None, bool, int | None], list[Dataset]] = {}
        self._wholes: dict[tuple[int | None, bool], list[Dataset]] = {}
        self._engine = _make_engine(setup)
        self._lanes = Lanes(self._engine)
        self._preparing = Preparing(self._prepare)
        self._costs: dict[tuple[Architecture, tuple[str, ...]], dict[str, float]] = {}
        self._send(Ready(self._engine.device))

    def _send(self, message: Message) -> None:
        self._connection.send(message)

    def obey(self, order: object) -> bool:
        """Carry out an order; False if it was the last."""
        if isinstance(order, Exit):
            return False
        try:
            if isinstance(order, Block):
                self._train(order)
            elif isinstance(order, Judge):
                self._judge(order)
            elif isinstance(order, PutOut | Assemble):
                self._deliver(order)
            elif isinstance(order, Prepare):
                self._preparing.begin(order)
        except _DRIVER_GONE:
            raise
        except Exception as error:
            traceback.print_exc()
            self._send(Crashed(f"{type(error).__name__}: {first_line(error)}"))
        return True

    def _train(self, block: Block) -> None:
        self._send(Activity(f"compiling {block.program}"))
        self._preparing.wait()
        folds = self._whole(block.program) if block.whole else self._folds(block.program)
        if block.costs and self._refuses(block, folds[-1]):
            self._send(BlockDone(held_memory()))
            return
        stride = block.schedule.stride
        lanes = self._lanes.of(block.program, folds, len(block.runs), block.lanes, stride)
        listener = RemoteListener(self._connection, str(block.program), self._preparing.begin)
        while not self._fits(block, folds, lanes, listener):
            self._free()
            lanes = self._lanes.did_not_fit(block.program, lanes)
            block = replace(block, runs=listener.going(block.runs))
        self._send(BlockDone(held_memory()))

    def _refuses(self, block: Block, dataset: Dataset) -> bool:
        """Measure what the block's network costs; whether that is over a limit, so none trains."""
        from rnnsearch.execution.measured_costs import costs_of, refusal

        key = (block.program.architecture, block.costs)
        if key not in self._costs:
            self._costs[key] = costs_of(block.program.architecture, dataset, block.costs)
        costs = self._costs[key]
        why = refusal(costs, block.limits)
        self._send(Measured(costs, why))
        for run in block.runs if why else ():
            if run.key not in block.ended:
                weights = int(costs["parameters"])
                self._send(Ended(run.trial, "PRUNED", None, 0, 0.0, weights, None, why, run.index))
        return bool(why)

    def _fits(
        self, block: Block, folds: Sequence[Dataset], lanes: int, listener: RemoteListener
    ) -> bool:
        """Train a block; False if the device has no memory for so many lanes of it.

        That may turn out late, as others can take of it.
        """
        try:
            session = self._engine.open(block.program, folds, lanes, block.schedule.stride)
            self._send(Opened(session.width))
            train(session, block, listener)
        except Exception as error:
            if not is_out_of_memory(error) or lanes == 1:
                raise
            print(f"{lanes} lanes do not fit: {first_line(error)}", file=sys.stderr, flush=True)
            return False
        return True

    def _prepare(self, order: Prepare) -> None:
        folds = self._folds(order.program)
        lanes = self._lanes.of(order.program, folds, order.runs, order.lanes, order.stride)
        self._engine.prepare(order.program, folds, lanes, order.stride)

    def _judge(self, order: Judge) -> None:
        from rnnsearch.execution.evaluating import judge

        writing = self._data.preparation(order.program.window).writing
        whole = order.fold is None
        dataset = (self._whole if whole else self._folds)(order.program)[order.fold or 0]
        self._send(within_memory(lambda rows: judge(order, dataset, writing, rows), self._free))

    def _deliver(self, order: PutOut | Assemble) -> None:
        from rnnsearch.execution.assembling import assemble, put_out

        self._preparing.wait()
        if isinstance(order, PutOut):
            folds = self._folds(order.program)
            self._send(within_memory(lambda rows: put_out(order, folds, rows), self._free))
        else:
            (whole,) = self._whole(order.program)
            self._send(within_memory(lambda rows: assemble(order, whole, rows), self._free))

    def _free(self) -> None:
        """Let go of what the device holds for the next block, when nothing is in the making."""
        self._preparing.wait()
        self._engine.free()
        gc.collect()

    def _whole(self, program: Program) -> list[Dataset]:
        """The arrays of all but the test part as one training part; one set of them."""
        key = (program.window, program.architecture.memoryless)
        if key not in self._wholes:
            whole = self._data.whole(program.window)
            self._wholes[key] = [_without_memory(whole, self._task) if key[1] else whole]
        return self._wholes[key]

    def _folds(self, program: Program) -> list[Dataset]:
        """The arrays a program reads; a network without memory gets features, not sequences."""
        memoryless = program.architecture.memoryless
        rows = program.architecture.head.stream
        key = (program.window, memoryless, rows)
        if key not in self._datasets:
            folds = [
                self._data.dataset(program.window, fold, rows) for fold in range(self._data.folds)
            ]
            if memoryless:
                folds = [_without_memory(dataset, self._task) for dataset in folds]
            self._datasets[key] = folds
        return self._datasets[key]


def _read(path: Path) -> SequenceData:
    import joblib

    data: SequenceData = joblib.load(path, mmap_mode="r")
    return data


def _without_memory(dataset: Dataset, task: Task) -> Dataset:
    def of(part: Part) -> Part:
        """The part with features in place of its sequences."""
        features = task.memoryless_features(part.x, dataset.vocabulary)
        assert features is not None, "no program asks for what there is not"
        return replace(part, x=features)

    return replace(
        dataset,
        masked=False,
        vocabulary=None,
        train=of(dataset.train),
        validation=of(dataset.validation),
        test=of(dataset.test),
    )


def _kernels() -> Literal["auto", "off", "native"]:
    """What runs recurrent layers, by ``RNNSEARCH_KERNELS``: without it what suits the device.

    ``off`` goes without kernels; ``native`` says why there are none where C++ can't be compiled.
    """
    named = os.environ.get("RNNSEARCH_KERNELS")
    return "off" if named == "off" else "native" if named == "native" else "auto"


def _build_ahead() -> None:
    """Have functions in C++ built meanwhile, where they will be wanted and never were before."""

    def build() -> None:
        """Where there is no compiler, an engine will say so."""
        from rnnsearch.engines.fused.placement import may_build
        from rnnsearch.models.native.cpp_library import library

        if may_build():
            library()

    if os.environ["KERAS_BACKEND"] == "jax" and _kernels() != "off":
        threading.Thread(target=build, name="rnnsearch-native", daemon=True).start()


def _make_engine(setup: WorkerSetup) -> Engine:
    if setup.engine == "fused":
        from rnnsearch.engines.fused import FusedEngine

        return FusedEngine(setup.lane_mode, _kernels())
    from rnnsearch.engines.keras_engine import KerasEngine

    return KerasEngine()


def held_memory(status: Path = Path("/proc/self/status")) -> float:
    """MiB that this process holds now, files it maps left out; its peak where that is unknown.

    0 on Windows, where no worker is started anew for its memory.

    The peak that ``getrusage`` gives won't do where there is better: on Linux a process begins
    with the peak of the one that started it, which may be a notebook full of data.
    """
    if status.exists():
        lines = status.read_text("utf-8").splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        for name in ("RssAnon", "VmRSS"):
            if name in fields:
                return float(fields[name].split()[0]) / 2**10
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def end_with_driver(connection: Connection) -> None:
    """Have this process end as soon as the driver is gone, in the middle of an epoch too.

    The system tells the worker so when the driver's end of the connection closes, even where
    the driver was killed; its parent is watched as well, as a fork of the driver may hold the
    connection open. Nothing is lost: whatever lasts is written by the driver, but for checkpoints,
    which are whole or not there.
    """
    parent = os.getppid()

    def watch() -> None:
        """End this process when its parent is gone."""
        while not parent_is_gone(connection, _LOOK_SECONDS) and os.getppid() == parent:
            pass
        os._exit(1)

    threading.Thread(target=watch, name="rnnsearch-driver-watch", daemon=True).start()


def _print_to(log: Path) -> None:
    """Send what this process prints, its libraries in C++ included, to a file."""
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())


def prepare() -> None:
    """What takes long and needs no setup: import the backend and Keras, build what is in C++."""
    with importing():
        import_keras_alone(find_devices=True)
    gc.freeze()  # what was imported stays
    _build_ahead()


def main() -> None:
    """Entry point of the process: the connection's file descriptor is the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = end_of(int(sys.argv[1]))
    end_with_driver(connection)
    prepare()
    setup: WorkerSetup
    setup, log = pickle.loads(connection.recv_bytes())
    _print_to(log)
    serve(connection, setup)
    sys.stdout.flush()
    # Backends' own threads may hang a normal exit; nothing is left to save.
    os._exit(0)


if __name__ == "__main__":
    main()
