"""The process in which JAX trains, from this side; it serves every search of a script."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Pipe
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from rnnsearch.files import cache_folder
from rnnsearch.integrations.keras_tuner.apart.exchange import Begin, Data, Done, End, Failed, Fit
from rnnsearch.pipes import inherited

__all__ = ["Process", "begin_early", "give_back", "taken"]

_PACKAGE = Path(__file__).parents[3]
_MODULE = "rnnsearch.integrations.keras_tuner.apart.process"

_idle: list[Process] = []


class Process:
    """A process that imports JAX, and then trains what it is sent. Starts with the object."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                **inherited(theirs.fileno()),  # Ctrl-C is for this process alone
            )
        self._connection = ours
        self._files: dict[str, int] = {}
        self._take: Callable[[Done | Failed], None] | None = None
        self._ended: Callable[[str], None] | None = None
        self._to_send: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._broken = False
        for work in (self._listen, self._talk):
            threading.Thread(target=work, daemon=True).start()

    @property
    def usable(self) -> bool:
        """Whether it runs, and what it has imported of the user's is still the same."""
        changed = any(_changed_at(path) != when for path, when in self._files.items())
        return self._process.poll() is None and not changed

    def begin(
        self, begin: Begin, take: Callable[[Done | Failed], None], ended: Callable[[str], None]
    ) -> None:
        """Let it train for a search.

        Args:
            begin: The search.
            take: Called with each answer, by a thread.
            ended: Called alike with the reason if the process ends.

        Raises:
            OSError: It has ended.
        """
        installed = (sys.prefix, sys.base_prefix, str(_PACKAGE))
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if path and not path.startswith(installed):
                self._files.setdefault(path, _changed_at(path))
        self._take, self._ended = take, ended
        self.send(begin)

    def send(self, message: Begin | Data | End | Fit) -> None:
        """Say something, without waiting until it is heard: the process may still be importing.

        Raises:
            OSError: The process has ended.
        """
        if self._broken or self._process.poll() is not None:
            raise OSError("the process has ended")
        self._to_send.put(ForkingPickler.dumps(message))

    def rest(self) -> None:
        """Let it forget the search, and wait for another.

        Raises:
            OSError: As `send`.
        """
        self._take = self._ended = None
        self.send(End())

    def close(self) -> None:
        """End it, and whatever it trains."""
        self._take = self._ended = None
        self._process.kill()
        self._process.wait()
        self._to_send.put(None)
        self._connection.close()

    def _talk(self) -> None:
        """Write what is to be said, in its order."""
        try:
            while (message := self._to_send.get()) is not None:
                self._connection.send_bytes(message)
        except (OSError, TypeError):  # TypeError: closed meanwhile; `_listen` says that it ended
            self._broken = True

    def _listen(self) -> None:
        """Hand answers on, until the process ends."""
        try:
            while True:
                message = self._connection.recv()
                if self._take is not None:
                    self._take(message)
        except (EOFError, OSError, TypeError):  # TypeError: closed while it was waited for
            if self._ended is not None:
                self._ended(f"the process in which JAX trains has ended{self._last()}")

    def _last(self) -> str:
        """The last line that it printed."""
        with contextlib.suppress(OSError, ValueError):
            self._output.seek(0)
            lines = self._output.read().decode(errors="replace").strip().splitlines()
            return f": {lines[-1][:300]}" if lines else ""
        return ""


def _environment() -> dict[str, str]:
    """Of the process: JAX, the script's modules, and the programs that were compiled before."""
    return {
        "JAX_COMPILATION_CACHE_DIR": str(cache_folder("programs")),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
        **os.environ,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
    }


def _changed_at(path: str) -> int:
    """When a file was written last; 0 of one that is no more."""
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


def begin_early() -> None:
    """Have a process that imports JAX while this one does something else."""
    if not _idle:
        _idle.append(Process())


def taken(begin: Begin, take: Callable[[Any], None], ended: Callable[[str], None]) -> Process:
    """A process that has begun with a search: the one that is idle, if it can be used.

    Args:
        begin, take, ended: Of `Process.begin`.
    """
    while _idle:
        process = _idle.pop()
        if process.usable:
            with contextlib.suppress(OSError):  # it has waited too long, and ended
                process.begin(begin, take, ended)
                return process
        process.close()
    process = Process()
    process.begin(begin, take, ended)
    return process


def give_back(process: Process) -> None:
    """Keep a process for the next search, which needs neither imports nor programs again."""
    try:
        process.rest()
    except OSError:
        process.close()
        return
    _idle.append(process)


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().close()
