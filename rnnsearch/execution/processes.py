"""Workers as processes of this machine, joined by pipes."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO

from rnnsearch.ahead import begun_for, end_waiting, environment_of
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
        end_waiting()  # what was begun ahead for another search than this

    def start(self) -> None:
        """Give the processes, launched here if they were not before, what they need to begin."""
        if not self._processes:
            self.launch()
        for process in self._processes.values():
            self._set_up(process)

    def _spawn(self, worker: int) -> _Process:
        begun = begun_for(worker_environment(self._setup))
        log = self._setup.logs / f"worker-{worker}.log"
        return _Process(begun.process, begun.connection, log, begun.output)

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
    """The environment of a worker."""
    return environment_of(setup.backend, setup.device, setup.engine, setup.threads, setup.cache)
