"""The contract of an executor: where workers run.

An executor owns N workers, numbered from 0. Each has one engine and the data, takes one order
at a time and answers with messages; a worker that ends without being told to answers with
`Crashed(gone=True)`, and `restart` puts a fresh one in its place, which may have to wait for a
machine. `Crashed(gone=True, left=True)` says that what it trained is not to blame: its machine has
gone. Workers that others start may join, with a number that no other has had and `Ready`; of one of
these that goes this is the last that is heard, and `restart` puts none in its place. Only the
driver's thread calls an executor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from rnnsearch.ahead import usable_cores
from rnnsearch.engines import LaneMode
from rnnsearch.execution.messages import Message
from rnnsearch.execution.worker_orders import Order

__all__ = ["Executor", "Patience", "WorkerSetup", "usable_cores"]


@dataclass(frozen=True)
class WorkerSetup:
    """What a worker needs to begin.

    Attributes:
        data: A file of `SequenceData`, written by joblib.
        task: Name of the task.
        engine: ``fused`` or ``keras``.
        backend: Of Keras.
        device: ``auto``, ``cpu`` or ``gpu``.
        logs: Folder for what workers print.
        threads: CPU cores that one worker may use.
        cache: Folder of what is kept between searches: compiled programs, numbers of lanes.
        lane_mode: Of the fused engine.
        code: Folder of modules of the user's, which the space names.
    """

    data: Path
    task: str
    engine: str
    backend: str
    device: str
    logs: Path
    threads: int
    cache: Path | None = field(default=None)
    lane_mode: LaneMode = "auto"
    code: Path | None = None


class Patience:
    """How long a worker may say nothing.

    Args:
        seconds: So long; None for two hours, or twenty times the longest that was heard of.
    """

    def __init__(self, seconds: float | None) -> None:
        self._fixed = seconds
        self._longest = 0.0

    def note(self, seconds: float) -> None:
        """A worker said something after so long."""
        self._longest = max(self._longest, seconds)

    @property
    def seconds(self) -> float:
        """After which it is taken to hang."""
        usual = max(_LONG, _TIMES * self._longest)
        return usual if self._fixed is None else self._fixed


_LONG, _TIMES = 7200.0, 20.0


class Executor(ABC):
    """Runs workers. Use as a context manager: leaving it ends them all.

    Attributes:
        patience: Seconds without a message of a worker that has an order, after which it is taken
            to hang; None: it is waited for. Whoever gives orders looks at it.
    """

    patience: Patience | None = None

    @property
    @abstractmethod
    def workers(self) -> Sequence[int]:
        """Numbers of the workers that orders can be given to; others may join and go."""

    def launch(self) -> None:  # noqa: B027 - not all can begin earlier
        """Begin what takes long, ahead of `start`: nothing of the setup needs to be there yet."""

    @abstractmethod
    def start(self) -> None:
        """Start every worker; each sends `Ready` when it is."""

    @abstractmethod
    def send(self, worker: int, order: Order) -> None:
        """Give a worker an order. A worker that is gone is heard of through `receive`."""

    @abstractmethod
    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        """Messages that arrived, oldest first a worker; waits up to `timeout` seconds for one."""

    @abstractmethod
    def restart(self, worker: int) -> None:
        """End a worker, if it still runs, and start it anew."""

    @abstractmethod
    def close(self) -> None:
        """End every worker at once."""

    def __enter__(self) -> Executor:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
