"""Workers as processes of this machine, joined by pipes; and those of other shells that join."""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rnnsearch.ahead import begun_for, end_waiting, environment_of
from rnnsearch.execution._base import Executor, WorkerSetup
from rnnsearch.execution.guests import Door, Guest
from rnnsearch.execution.messages import Crashed, Message, Ready
from rnnsearch.execution.worker_orders import Order
from rnnsearch.execution.worker_process import WorkerProcess

__all__ = ["ProcessExecutor", "worker_environment"]


class ProcessExecutor(Executor):
    """One process a worker, started as a module: the user's script is not run again.

    Args:
        setup: What a worker needs.
        count: Workers that it starts itself.
        door: The file that says where others may join, once one of its own is ready; None where
            they may not. Its folder must exist then. One that is lost is not replaced.
        network: Whether they may from other machines.
    """

    def __init__(
        self, setup: WorkerSetup, count: int, door: Path | None = None, *, network: bool = False
    ) -> None:
        self._setup = setup
        self._count = count
        self._processes: dict[int, WorkerProcess] = {}
        self._door = None if door is None else Door(door, setup, network=network)
        self._guests: dict[int, Guest] = {}
        self._numbers = itertools.count(count)

    @property
    def workers(self) -> Sequence[int]:
        """Numbers of the workers, those that joined and are ready among them."""
        joined = [number for number, guest in self._guests.items() if guest.ready]
        return [*range(self._count), *joined]

    def launch(self) -> None:
        """Start the processes ahead of `start`: they import the backend, and wait.

        Nothing of the setup needs to exist yet, and nothing is written. That takes a worker
        longer than anything else before its first epoch, and the driver has data to read
        meanwhile.
        """
        for worker in range(self._count):
            self._processes[worker] = self._spawn(worker)
        end_waiting()  # what was begun ahead for another search than this

    def start(self) -> None:
        """Give the processes, launched here if they were not before, what they need to begin."""
        if not self._processes:
            self.launch()
        for process in self._processes.values():
            process.set_up(self._setup)

    def _spawn(self, worker: int) -> WorkerProcess:
        begun = begun_for(worker_environment(self._setup))
        log = self._setup.logs / f"worker-{worker}.log"
        return WorkerProcess(**vars(begun), log=log)

    def send(self, worker: int, order: Order) -> None:
        """Give a worker an order."""
        connection = self._connections().get(worker)
        # Its end may be known here already and not yet to the caller, who reads messages in order.
        if connection is not None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(order)

    def _connections(self) -> dict[int, Connection]:
        """Those of the workers that are there."""
        ours = {number: process.connection for number, process in self._processes.items()}
        joined = {number: guest.connection for number, guest in self._guests.items()}
        return {number: one for number, one in (ours | joined).items() if not one.closed}

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        """Messages that arrived."""
        by_connection = {connection: worker for worker, connection in self._connections().items()}
        door = None if self._door is None else self._door.socket
        waited: list[Connection | socket.socket] = [*by_connection, *filter(None, [door])]
        messages: list[tuple[int, Message]] = []
        for ready in wait(waited, timeout):
            if isinstance(ready, Connection):
                worker = by_connection[ready]
                messages += [(worker, message) for message in self._drain(worker, ready)]
            else:
                self._welcome()
        return messages

    def _welcome(self) -> None:
        """Let in who knocks; what it says is heard of by `receive`."""
        assert self._door is not None
        number = next(self._numbers)
        guest = self._door.welcome(number)
        if guest is not None:
            self._guests[number] = guest

    def _drain(self, worker: int, connection: Connection) -> list[Message]:
        messages: list[Message] = []
        try:
            while connection.poll():
                messages.append(connection.recv())
        except (EOFError, OSError):  # OSError: it ended in the middle of a message
            connection.close()
            if worker in self._processes:
                messages.append(Crashed(self._processes[worker].cause_of_death(), gone=True))
        guest = self._guests.get(worker)
        if guest is not None:
            self._listen(worker, guest, messages)
        elif self._door is not None and any(isinstance(message, Ready) for message in messages):
            self._door.open()
        return messages

    def _listen(self, worker: int, guest: Guest, messages: list[Message]) -> None:
        """Note what a guest is, by what it says; add to its messages that it has gone."""
        guest.ready |= any(isinstance(message, Ready) for message in messages)
        if guest.connection.closed:
            del self._guests[worker]
            if guest.ready:
                reason = f"a worker that had joined is gone (see {guest.log})"
                messages.append(Crashed(reason, gone=True, left=True))

    def restart(self, worker: int) -> None:
        """End a worker and start it anew; a guest ends, and may knock again."""
        if worker not in self._processes:
            self._dismiss(worker)
            return
        self._processes[worker].end()
        self._processes[worker] = self._spawn(worker)
        self._processes[worker].set_up(self._setup)

    def close(self) -> None:
        """End every worker: what they hold is in the study or will be trained again."""
        if self._door is not None:
            self._door.close()
        for guest in list(self._guests):
            self._dismiss(guest)
        for process in self._processes.values():
            process.end()
        self._processes.clear()

    def _dismiss(self, worker: int) -> None:
        """Let go of a guest, which ends where nobody is at the other end."""
        guest = self._guests.pop(worker, None)
        if guest is not None:
            guest.connection.close()


def worker_environment(setup: WorkerSetup) -> dict[str, str]:
    """The environment of a worker."""
    return environment_of(setup.backend, setup.device, setup.engine, setup.threads, setup.cache)
