"""A worker as an actor of Ray: a process on any machine of a cluster. Imports no Ray.

It shares no disk with the driver: the data comes through Ray's object store, and what it writes
(checkpoints, models) goes to the driver with its messages, which has the folder. So of a machine
that is lost only what was trained since the last checkpoint is.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import final

from rnnsearch.ahead import environment_of
from rnnsearch.data import SequenceData
from rnnsearch.execution._base import WorkerSetup
from rnnsearch.execution.memory import first_line
from rnnsearch.execution.messages import Crashed, Message
from rnnsearch.execution.worker_orders import Assemble, Block, Judge, Order
from rnnsearch.files import cache_folder, write_bytes

__all__ = ["Carried", "RayWorker"]


@dataclass(frozen=True)
class Carried:
    """A file of the driver's that an actor has written, or removed: then without content."""

    path: Path
    content: bytes | None


@final
class RayWorker:
    """One worker, on a thread of the actor's process. Its three calls may come at the same time.

    Args:
        setup: What it needs to begin. Paths in it are of the driver's machine, and not read.
        modules: Path → source of the user's modules, which the space names.
    """

    def __init__(self, setup: WorkerSetup, modules: Mapping[str, bytes]) -> None:
        folder = Path(tempfile.mkdtemp(prefix="rnnsearch-"))
        code = folder / "code"
        for name, source in modules.items():
            (code / name).parent.mkdir(parents=True, exist_ok=True)
            (code / name).write_bytes(source)
        cache = cache_folder("programs")
        self._setup = replace(setup, cache=cache, code=code if modules else None)
        self._files = _Files(folder)
        self._ours, self._theirs = Pipe()
        self._data: SequenceData | None = None
        self._given = threading.Event()
        self._died_of = "its worker has ended"
        threading.Thread(target=self._run, name="rnnsearch-worker", daemon=True).start()

    def begin(self, data: SequenceData) -> None:
        """Give it the data, arrays of which may be views of memory that all of a machine share."""
        self._data = data
        self._given.set()

    def tell(self, order: Order, files: Mapping[str, bytes]) -> None:
        """Give it an order, and the checkpoints of its runs by their names."""
        with contextlib.suppress(BrokenPipeError):  # whoever hears it is told that it has ended
            self._ours.send(self._files.here(order, files))

    def hear(self) -> list[Carried | Message]:
        """Wait until it says something: files that it has written meanwhile, then its messages."""
        said: list[Message] = []
        try:
            said.append(self._ours.recv())
            while self._ours.poll():
                said.append(self._ours.recv())
        except (EOFError, OSError):
            said.append(Crashed(self._died_of, gone=True))
        return [*self._files.changed(), *said]

    def _run(self) -> None:
        """What a worker's process does."""
        one = self._setup
        with self._theirs:
            try:
                environment = environment_of(
                    one.backend, one.device, one.engine, one.threads, one.cache
                )
                os.environ.update(environment)
                from rnnsearch.execution.worker import prepare, serve

                prepare()
                self._given.wait()
                serve(self._theirs, one, self._data)
            except Exception as error:
                traceback.print_exc()
                self._died_of = f"its worker ended: {type(error).__name__}: {first_line(error)}"


class _Files:
    """What a worker reads and writes, in a folder of its own machine.

    Args:
        folder: That one.
    """

    def __init__(self, folder: Path) -> None:
        self._checkpoints = folder / "checkpoints"
        self._saved = folder / "saved"
        for path in (self._checkpoints, self._saved):
            path.mkdir()
        self._folder: Path | None = None
        self._models: dict[str, Path] = {}
        self._known: dict[str, int] = {}
        self._lock = threading.Lock()

    def here(self, order: Order, files: Mapping[str, bytes]) -> Order:
        """The same order, with paths of this machine in place of the driver's."""
        with self._lock:
            if isinstance(order, Block) and order.checkpoints is not None:
                self._folder = order.checkpoints
                for name, content in files.items():
                    write_bytes(self._checkpoints / name, content)
                    self._known[name] = (self._checkpoints / name).stat().st_mtime_ns
                return replace(order, checkpoints=self._checkpoints)
            if isinstance(order, Judge | Assemble) and order.save is not None:
                self._models[order.save.name] = order.save
                return replace(order, save=self._saved / order.save.name)
            return order

    def changed(self) -> list[Carried]:
        """What was written since, or has gone."""
        with self._lock:
            return [*self._new_models(), *self._new_checkpoints()]

    def _new_models(self) -> Iterator[Carried]:
        for name, path in list(self._models.items()):
            written = self._saved / name
            if written.exists():
                yield Carried(path, written.read_bytes())
                written.unlink()
                del self._models[name]

    def _new_checkpoints(self) -> Iterator[Carried]:
        if self._folder is None:
            return
        there = {path.name: path for path in self._checkpoints.glob("[!.]*.npz")}
        for name in set(self._known) - set(there):
            yield Carried(self._folder / name, None)
            del self._known[name]
        for name, path in there.items():
            with contextlib.suppress(FileNotFoundError):  # it went this very moment: next time
                written_at = path.stat().st_mtime_ns
                if self._known.get(name) != written_at:
                    yield Carried(self._folder / name, path.read_bytes())
                    self._known[name] = written_at
