"""Workers as actors of Ray, on the machines of a cluster. Imports Ray when it is launched.

Each keeps its place (`Slot`) as long as it lives. One whose machine is lost is started anew where
Ray finds room, when there is some: until then the others do its work.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnnsearch.ahead import end_waiting
from rnnsearch.errors import MissingExtra, WorkerError
from rnnsearch.execution._base import Executor, WorkerSetup
from rnnsearch.execution.checkpoints import checkpoint_trials
from rnnsearch.execution.guests import Door
from rnnsearch.execution.messages import Crashed, Message, Ready
from rnnsearch.execution.ray_actor import Carried, RayWorker
from rnnsearch.execution.worker_orders import Block, Order
from rnnsearch.files import write_bytes

__all__ = ["RayExecutor", "Slot", "slots"]

_GROUPS = {"hearing": 1, "telling": 1}
"""What an actor's calls do beside each other; those of one group come one after the other."""

_CALL_SECONDS = 10.0

_JOINING = "its workers are Ray's (run.executor: ray); give it more machines by `ray start`"


@dataclass(frozen=True)
class Slot:
    """What one worker is given of a machine."""

    cpus: int
    gpus: int = 0


def slots(nodes: Sequence[Slot], count: int | None, engine: str, device: str) -> list[Slot]:
    """What workers get of a cluster.

    Args:
        nodes: What each machine has.
        count: Workers; None: one for each machine, as its lanes fill that, or for each GPU; of the
            `keras` engine on CPUs, which trains one run at a time, one for each two cores.
        engine, device: As of `WorkerSetup`.

    Raises:
        WorkerError: There is nothing to train on.
    """
    nodes = [node for node in nodes if node.cpus]
    has_gpus = any(node.gpus for node in nodes)
    if not nodes or (device == "gpu" and not has_gpus):
        what = "with a GPU" if nodes else "with a CPU"
        raise WorkerError(
            f"Expected a Ray cluster of machines {what}. Received: {len(nodes)} machines, none "
            "such; add one by `ray start`, or set run.device"
        )
    if has_gpus and device != "cpu":
        cards = [Slot(max(1, one.cpus // one.gpus), 1) for one in nodes for _ in range(one.gpus)]
        least = min(card.cpus for card in cards)
        return cards if count is None else [Slot(least, 1)] * count
    if count is None and engine == "fused":
        return [Slot(node.cpus) for node in nodes]
    if count is None:
        return [Slot(min(2, node.cpus)) for node in nodes for _ in range(max(1, node.cpus // 2))]
    most = max(node.cpus for node in nodes)
    fits = (c for c in range(most, 0, -1) if sum(node.cpus // c for node in nodes) >= count)
    return [Slot(next(fits, 1))] * count


class RayExecutor(Executor):
    """One actor a worker.

    Args:
        setup: What a worker needs; `threads` are those of its slot.
        count: Workers; None: as suits the cluster.
        address: Of the cluster, as ``ray.init`` has it; None for that of this machine, or of
            ``RAY_ADDRESS``.
        door: The file that tells who would join as another process that it can't.
    """

    def __init__(
        self,
        setup: WorkerSetup,
        count: int | None,
        address: str | None = None,
        door: Path | None = None,
    ) -> None:
        self._setup = setup
        self._count = count
        self._address = address
        self._door = None if door is None else Door(door, setup)
        self._ray: Any = None
        self._ours = False
        self._slots: list[Slot] = []
        self._actors: dict[int, Any] = {}
        self._hearing: dict[int, Any] = {}
        self._ready: set[int] = set()
        self._ordered: set[int] = set()
        self._data: Any = None

    @property
    def workers(self) -> Sequence[int]:
        """Those that have a machine; all where none has."""
        return sorted(self._ready) or list(range(len(self._slots)))

    def launch(self) -> None:
        """Join the cluster, and have its actors import the backend.

        Raises:
            WorkerError: There is no such cluster, or none with what is asked for.
            MissingExtra: Ray is not installed.
        """
        try:
            import ray
        except ModuleNotFoundError:
            raise MissingExtra("ray", "ray", "run.executor: ray") from None
        self._ray = ray
        end_waiting()
        if not ray.is_initialized():
            self._join()
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        found = [Slot(int(node.get("CPU", 0)), int(node.get("GPU", 0))) for node in nodes]
        self._slots = slots(found, self._count, self._setup.engine, self._setup.device)
        for worker in range(len(self._slots)):
            self._spawn(worker)

    def _join(self) -> None:
        """Have this process be a driver of the cluster."""
        address = self._address or os.environ.get("RAY_ADDRESS") or "auto"
        try:
            _call(address)
            with _own_signals():
                self._ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            said = str(error).strip().splitlines()
            raise WorkerError(
                f"Expected a Ray cluster at run.address: {address}. Received: "
                f"{said[0] if said else type(error).__name__}; begin one by `ray start --head`"
            ) from None
        self._ours = True

    def _spawn(self, worker: int) -> None:
        """Have Ray find a place for a worker; it imports the backend, and waits for the data."""
        slot = self._slots[worker]
        actor = self._ray.remote(concurrency_groups=_GROUPS)(RayWorker)
        setup = replace(self._setup, threads=slot.cpus)
        self._actors[worker] = actor.options(num_cpus=slot.cpus, num_gpus=slot.gpus).remote(
            setup, _modules(self._setup.code)
        )
        if self._data is not None:
            self._begin(worker)

    def start(self) -> None:
        """Put the data into the object store, from which each machine takes it once."""
        import joblib

        if not self._actors:
            self.launch()
        self._data = self._ray.put(joblib.load(self._setup.data).in_memory())
        if self._door is not None:
            self._door.refuse(_JOINING)
        for worker in self._actors:
            self._begin(worker)

    def _begin(self, worker: int) -> None:
        self._call(worker, "begin", "telling", self._data)
        self._hearing[worker] = self._call(worker, "hear", "hearing")

    def _call(self, worker: int, name: str, group: str, *arguments: object) -> Any:
        method = getattr(self._actors[worker], name)
        return method.options(concurrency_group=group).remote(*arguments)

    def send(self, worker: int, order: Order) -> None:
        """Give a worker an order, and with a block its checkpoints."""
        self._ordered.add(worker)
        self._call(worker, "tell", "telling", order, _checkpoints(order))

    def receive(self, timeout: float | None) -> list[tuple[int, Message]]:
        """Messages that arrived; files that came with them are written first."""
        lost = self._ordered - self._ready if self._ready else ()
        for worker in lost:  # given to one of all that had no machine, before another found one
            self._hearing.pop(worker, None)
        if lost:
            return [(worker, self._gone(worker, "no machine is free for it")) for worker in lost]
        workers = {reference: worker for worker, reference in self._hearing.items()}
        first, _ = self._ray.wait(list(workers), num_returns=1, timeout=timeout)
        if not first:
            return []
        heard, _ = self._ray.wait(list(workers), num_returns=len(workers), timeout=0)
        messages = []
        for reference in heard:
            worker = workers[reference]
            messages += [(worker, message) for message in self._heard(worker, reference)]
        return messages

    def _heard(self, worker: int, reference: Any) -> list[Message]:
        """What a worker has said."""
        try:
            said: list[Carried | Message] = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            said = [self._gone(worker, *_cause(error))]
        messages = []
        for one in said:
            if isinstance(one, Carried):
                _write(one)
            else:
                messages.append(one)
        if any(isinstance(message, Ready) for message in messages):
            self._ready.add(worker)
        if any(isinstance(message, Crashed) and message.gone for message in messages):
            self._hearing.pop(worker, None)
            self._ready.discard(worker)
        else:
            self._hearing[worker] = self._call(worker, "hear", "hearing")
        return messages

    def _gone(self, worker: int, reason: str, left: bool = True) -> Crashed:
        self._ready.discard(worker)
        self._ordered.discard(worker)
        return Crashed(reason, gone=True, left=left)

    def restart(self, worker: int) -> None:
        """End a worker, and have another take its place as soon as there is a machine for it."""
        self._end(worker)
        self._spawn(worker)

    def _end(self, worker: int) -> None:
        for known in (self._ready, self._ordered):
            known.discard(worker)
        self._hearing.pop(worker, None)
        self._ray.kill(self._actors.pop(worker))

    def close(self) -> None:
        """End every worker, and leave the cluster."""
        if self._door is not None:
            self._door.close()
        for worker in list(self._actors):
            self._end(worker)
        self._data = None
        if self._ours:
            self._ray.shutdown()
            self._ours = False


def _call(address: str) -> None:
    """Look whether somebody is at an address, which Ray itself does for minutes.

    Raises:
        OSError: Nobody is.
    """
    host, _, port = address.rpartition("://")[2].partition("/")[0].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CALL_SECONDS).close()


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what this process does on SIGTERM, which ``ray.init`` would change."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _modules(code: Path | None) -> Mapping[str, bytes]:
    """Modules that lie in a folder, and in packages there, by their paths in it."""
    if code is None:
        return {}
    packages = [path.parent for path in sorted(code.rglob("__init__.py"))]
    files = [file for folder in (code, *packages) for file in folder.glob("*.py")]
    return {file.relative_to(code).as_posix(): file.read_bytes() for file in files}


def _checkpoints(order: Order) -> Mapping[str, bytes]:
    """Files that may hold runs of a block, by their names."""
    if not isinstance(order, Block) or order.checkpoints is None:
        return {}
    trials = {run.trial for run in order.runs}
    found = {}
    for path in order.checkpoints.glob("[!.]*.npz"):
        held = checkpoint_trials(path)
        if (held is None) == order.final and (held is None or not trials.isdisjoint(held)):
            found[path.name] = path.read_bytes()
    return found


def _write(carried: Carried) -> None:
    """Do with a file of the study what a worker has done with its own."""
    if carried.content is None:
        carried.path.unlink(missing_ok=True)
        return
    carried.path.parent.mkdir(exist_ok=True)
    write_bytes(carried.path, carried.content)


def _cause(error: Exception) -> tuple[str, bool]:
    """What an actor died of, and whether that was the end of its machine."""
    text = str(error)
    if "unavailable" in text or "node has died" in text:
        return "its machine is gone, or can't be reached", True
    if "process has died" in text:
        return "its worker died: it was killed, by somebody or for want of memory", False
    said = text.strip().splitlines()
    return f"its worker died: {said[-1][:300] if said else type(error).__name__}", False
