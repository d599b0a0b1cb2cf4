"""A worker as a thread of this process: for debugging, and for tests of what stands above.

The backend is imported here, so a crash of it is not survived.
"""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection, Pipe

from rnnsearch.execution._base import Executor, WorkerSetup
from rnnsearch.execution.messages import Crashed, Message
from rnnsearch.execution.worker import serve
from rnnsearch.execution.worker_orders import Exit, Order

__all__ = ["InlineExecutor"]


class InlineExecutor(Executor):
    """One worker, on a thread."""

    def __init__(self, setup: WorkerSetup) -> None:
        self._setup = setup
        self._connection: Connection
        self._thread: threading.Thread

    @property
    def workers(self) -> range:
        """The one worker."""
        return range(1)

    def start(self) -> None:
        """Start the thread."""
        self._connection, theirs = Pipe()

        def run() -> None:
            """Serve from a thread of this process."""
            with theirs:
                serve(theirs, self._setup)

        self._thread = threading.Thread(target=run, name="rnnsearch-worker", daemon=True)
        self._thread.start()

    def send(self, worker: int, order: Order) -> None:
        """Give the worker an order."""
        self._connection.send(order)

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        """Messages that arrived."""
        messages: list[tuple[int, Message]] = []
        try:
            if self._connection.poll(timeout):
                messages.append((0, self._connection.recv()))
        except EOFError:
            messages.append((0, Crashed("the worker's thread ended", gone=True)))
        return messages

    def restart(self, worker: int) -> None:
        """Start anew."""
        self.close()
        self.start()

    def close(self) -> None:
        """End the thread."""
        if not self._connection.closed:
            try:
                self._connection.send(Exit())
            except (BrokenPipeError, OSError):
                return
            finally:
                self._connection.close()
        self._thread.join(timeout=10)
