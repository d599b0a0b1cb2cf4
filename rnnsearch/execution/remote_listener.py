"""What a block's runs come to, told to the driver by the worker that trains them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, final

from rnnsearch.execution.block_training import Listener
from rnnsearch.execution.checkpoints import Kept
from rnnsearch.execution.messages import Activity, Compare, Ended, Epochs, Resumed, Rung
from rnnsearch.execution.worker_orders import Cancel, Exit, Prepare, Verdict
from rnnsearch.outcomes import Epoch

if TYPE_CHECKING:
    from rnnsearch.engines import Run, RunKey

__all__ = ["RemoteListener"]


@final
class RemoteListener(Listener):
    """Passes everything on to the driver; an epoch only once, however often it is trained."""

    def __init__(
        self, connection: Connection, program: str, prepare: Callable[[Prepare], None]
    ) -> None:
        self._connection = connection
        self._program = program
        self._prepare = prepare
        self._cancelled = False
        self._announced = False
        self._epochs: dict[RunKey, int] = {}
        self._ended: set[RunKey] = set()

    def going(self, runs: Sequence[Run]) -> tuple[Run, ...]:
        """Those that have not ended."""
        return tuple(run for run in runs if run.key not in self._ended)

    def epochs(self, epochs: Mapping[RunKey, Epoch]) -> None:
        """Send the epochs that were not sent yet."""
        if not self._announced:
            lanes = f" ({len(epochs)} lanes)" if len(epochs) > 1 else ""
            self._connection.send(Activity(f"training {self._program}{lanes}"))
            self._announced = True
        fresh = {k: e for k, e in epochs.items() if e.number > self._epochs.get(k, 0)}
        if fresh:
            self._connection.send(Epochs(fresh))
            self._epochs |= {key: epoch.number for key, epoch in fresh.items()}

    def resumed(self, kept: Mapping[RunKey, Kept]) -> None:
        """Say how far runs were that go on from where they were kept."""
        fresh = {key: one for key, one in kept.items() if one.epochs > self._epochs.get(key, 0)}
        curves = {key: one.curve for key, one in fresh.items()}
        self._connection.send(Resumed(curves, {key: one.reached for key, one in fresh.items()}))
        self._epochs |= {key: one.epochs for key, one in fresh.items()}

    def rung(self, values: Mapping[RunKey, tuple[int, float]]) -> frozenset[int]:
        """Ask which of the runs that reached a rung go no further."""
        self._connection.send(Rung(values))
        return self._verdict()

    def compare(self, trials: tuple[int, ...], runs: int) -> frozenset[int]:
        """Ask which trials go to no more divisions."""
        self._connection.send(Compare(trials, runs))
        return self._verdict()

    def _verdict(self) -> frozenset[int]:
        while True:
            answer = self._connection.recv()
            if isinstance(answer, Verdict):
                return answer.pruned
            self._note(answer)

    def ended(self, ended: Ended) -> None:
        """Send what a run came to, once."""
        if ended.key not in self._ended:
            self._connection.send(ended)
            self._ended.add(ended.key)

    def cancelled(self) -> bool:
        """Whether the driver wants the block to end."""
        while self._connection.poll():
            self._note(self._connection.recv())
        return self._cancelled

    def _note(self, order: object) -> None:
        if isinstance(order, Cancel):
            self._cancelled = True
        elif isinstance(order, Prepare):
            self._prepare(order)
        elif isinstance(order, Exit):
            raise EOFError
