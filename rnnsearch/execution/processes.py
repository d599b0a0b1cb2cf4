"""Workers as processes of this machine, joined by pipes."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import IO

from rnnsearch.execution._base import Executor, WorkerSetup
from rnnsearch.execution.messages import Crashed, Message, Order

__all__ = ["ProcessExecutor", "worker_environment"]


@dataclass
class _Process:
    """A worker.

    Attributes:
        process: The operating system's.
        connection: Our end.
        log: What it prints from its setup on.
        output: What it prints until then, while nothing may be written to the study's folder.
    """

    process: subprocess.Popen[bytes]
    connection: Connection
    log: Path
    output: IO[bytes]


class ProcessExecutor(Executor):
    """One process a worker, started as a module: the user's script is not run again."""

    def __init__(self, setup: WorkerSetup, count: int) -> None:
        self._setup = setup
        self._count = count
        self._processes: dict[int, _Process] = {}

    @property
    def workers(self) -> range:
        """Numbers of the workers."""
        return range(self._count)

    def launch(self) -> None:
        """Start the processes ahead of `start`: they import the backend, and wait.

        Nothing of the setup needs to exist yet, and nothing is written. That takes a worker
        longer than anything else before its first epoch, and the driver has data to read
        meanwhile.
        """
        for worker in self.workers:
            self._processes[worker] = self._spawn(worker)

    def start(self) -> None:
        """Give the processes, launched here if they were not before, what they need to begin."""
        if not self._processes:
            self.launch()
        for process in self._processes.values():
            self._set_up(process)

    def _spawn(self, worker: int) -> _Process:
        ours, theirs = Pipe()
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker is ended
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "rnnsearch.execution.worker", str(theirs.fileno())],
                env=worker_environment(self._setup),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the driver alone.
                start_new_session=True,
            )
        return _Process(process, ours, self._setup.logs / f"worker-{worker}.log", output)

    def _set_up(self, process: _Process) -> None:
        process.log.parent.mkdir(parents=True, exist_ok=True)
        process.log.write_bytes(b"")
        # If it has died, `receive` says so.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.connection.send_bytes(pickle.dumps((self._setup, process.log)))

    def send(self, worker: int, order: Order) -> None:
        """Give a worker an order."""
        connection = self._processes[worker].connection
        # Its end may be known here already and not yet to the caller, who reads messages in order.
        if not connection.closed:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(order)

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        """Messages that arrived."""
        by_connection = {
            process.connection: worker
            for worker, process in self._processes.items()
            if not process.connection.closed
        }
        messages: list[tuple[int, Message]] = []
        for connection in wait(list(by_connection), timeout):
            worker = by_connection[connection]  # type: ignore[index]
            messages += [(worker, message) for message in self._drain(worker)]
        return messages

    def _drain(self, worker: int) -> list[Message]:
        connection = self._processes[worker].connection
        messages: list[Message] = []
        try:
            while connection.poll():
                messages.append(connection.recv())
        except (EOFError, OSError):  # OSError: it ended in the middle of a message
            connection.close()
            messages.append(Crashed(self._cause_of_death(worker), gone=True))
        return messages

    def _cause_of_death(self, worker: int) -> str:
        process = self._processes[worker]
        try:
            status = process.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.process.kill()
            status = process.process.wait()
        if status == -9:
            return "its worker was killed (signal 9): out of memory, or by somebody"
        ended = f"died of signal {-status}" if status < 0 else f"ended with status {status}"
        if not process.log.read_bytes():
            process.output.seek(0)
            process.log.write_bytes(process.output.read())
        lines = process.log.read_text(errors="replace").strip().splitlines()
        said = f": {lines[-1][:300]}" if lines else ""
        return f"its worker {ended}{said} (see {process.log})"

    def restart(self, worker: int) -> None:
        """End a worker and start it anew."""
        self._end(self._processes[worker])
        self._processes[worker] = self._spawn(worker)
        self._set_up(self._processes[worker])

    def close(self) -> None:
        """End every worker: what they hold is in the study or will be trained again."""
        for process in self._processes.values():
            self._end(process)
        self._processes.clear()

    def _end(self, process: _Process) -> None:
        process.connection.close()
        if process.process.poll() is None:
            process.process.kill()
        process.process.wait()
        process.output.close()


def worker_environment(setup: WorkerSetup) -> dict[str, str]:
    """The environment of a worker: its backend, its device, its cores, quiet logs."""
    environment = dict(os.environ)
    package_parent = str(Path(__file__).resolve().parents[2])
    code = "" if setup.code is None else str(setup.code)
    environment |= {
        "KERAS_BACKEND": setup.backend,
        "PYTHONPATH": os.pathsep.join(
            filter(None, [package_parent, code, os.environ.get("PYTHONPATH")])
        ),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    if setup.device == "cpu":
        environment |= {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    environment.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if setup.engine == "fused":
        flags = f"--xla_force_host_platform_device_count={setup.threads}"
        environment["XLA_FLAGS"] = f"{environment.get('XLA_FLAGS', '')} {flags}".strip()
    if setup.cache is not None:
        environment.setdefault("JAX_COMPILATION_CACHE_DIR", str(setup.cache))
        environment.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
    return environment
