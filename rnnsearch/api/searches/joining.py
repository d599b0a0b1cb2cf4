"""`join`: one more worker for a search that runs in another shell."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from rnnsearch.ahead import start_worker
from rnnsearch.api.searches.interrupting import interruptible
from rnnsearch.errors import StudyError, WorkerError
from rnnsearch.execution import WorkerSetup
from rnnsearch.execution.guests import knock
from rnnsearch.execution.processes import worker_environment
from rnnsearch.records import StudyFolder

__all__ = ["door", "join", "searched_in"]

_DATABASES = ("postgresql://", "postgres://")
"""How the address of a database begins."""

_LOOK_SECONDS = 0.2
_SOON = 30.0
"""Seconds within which a worker that is sent away again has hardly worked."""

_TRIES = 3

_DISMISSED = (0, 1)
"""How a worker's process ends where nobody is at the other end any more."""


def door(folder: StudyFolder) -> Path:
    """The file in which a search says where workers can join it, while it runs."""
    return folder.path / ".scratch" / "door.json"


def searched_in(url: str) -> Path:
    """The folder of the search that keeps its study in a database and runs now.

    Args:
        url: As `run.storage` has it.

    Raises:
        StudyError: There is none, or there are several, or its folder is not here.
        MissingExtra: psycopg is not installed.
    """
    from rnnsearch.records.database import running_in

    found = running_in(url)
    if len(found) != 1:
        there = ", ".join(f"{one.name} ({one.folder} on {one.machine})" for one in found) or "none"
        advice = "give the folder of one" if found else "begin it first, in another shell"
        raise StudyError(
            f"Expected one search that runs with run.storage: {url.partition('?')[0]}. Received: "
            f"{there}; {advice}"
        )
    if not found[0].folder.is_dir():
        raise StudyError(
            f"Expected the results folder {found[0].folder}, which {found[0].machine} searches, on "
            "this machine, too. Received: none; mount the disk on which it lies by the same path"
        )
    return found[0].folder


def join(results: str | Path, say: Callable[[str], None] = lambda text: None) -> None:
    """Train for the search that runs in a folder until it ends; from any other process.

    It takes blocks as the search's own workers do. It may be killed at any moment: what it had
    not ended goes to another worker, from its last checkpoint. Where the search has not begun to
    train yet, it is waited for.

    Args:
        results: The study's folder, or the address of the database that `run.storage` names.
        say: Told in a line each what goes on.

    Raises:
        StudyError: No search runs there.
        WorkerError: It can't be joined; it was killed; this worker died.
        KeyboardInterrupt: Ctrl-C or SIGTERM came; the worker has ended.
    """
    named = str(results)
    folder = StudyFolder(searched_in(named) if named.startswith(_DATABASES) else results)
    if not folder.exists():
        raise StudyError(
            f"Expected the folder of a search that runs. Received: {folder.path}, which holds no "
            "study; begin the search first, in another shell"
        )
    folder.check_links()
    with interruptible():
        _Joining(folder, say).run()


@dataclass
class _Joining:
    """One call of `join`.

    Attributes:
        folder: Of the study.
        say: As in `join`.
        joined: Whether it has worked.
        waits: Whether it was said that it waits.
        in_vain: How often in a row it was sent away at once.
    """

    folder: StudyFolder
    say: Callable[[str], None]
    joined: bool = False
    waits: bool = False
    in_vain: int = 0

    def run(self) -> None:
        """Work, and again where the search wants a fresh process; until it has ended."""
        place = door(self.folder)
        while True:
            found = knock(place)
            if found is not None:
                self._work(*found)
            elif self.joined and not place.exists():
                self.say(f"the search of {self.folder.path} has ended")
                return
            elif not self.folder.in_use():
                raise self._nobody(place)
            else:
                self._wait()

    def _nobody(self, place: Path) -> StudyError | WorkerError:
        """What to say where no search runs."""
        if place.exists():
            return WorkerError(
                f"the search of {self.folder.path} is gone: it was killed, or its machine was; "
                "the command that began it goes on with it"
            )
        return StudyError(
            f"Expected a search that runs in {self.folder.path}. Received: none; begin it "
            "first, in another shell"
        )

    def _wait(self) -> None:
        """Wait for a search that has begun, and does not train yet."""
        if not self.waits:
            self.say(f"waiting until the search of {self.folder.path} trains")
        self.waits = True
        time.sleep(_LOOK_SECONDS)

    def _work(self, connection: Connection, setup: WorkerSetup, log: Path) -> None:
        """Have a process of ours be a worker of the search, as long as that wants it."""
        with connection:  # the driver is to hear of the worker's end, so the worker alone keeps it
            process = start_worker(connection.fileno(), worker_environment(setup), None)
        again = "again " if self.joined else ""
        self.say(f"joined the search of {self.folder.path} {again}(what it prints is in {log})")
        self.joined, self.waits = True, False
        self._attend(process)

    def _attend(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a worker ends; it ends with this process.

        Raises:
            WorkerError: It died.
        """
        started = time.monotonic()
        try:
            status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if status not in _DISMISSED:
            ended = f"died of signal {-status}" if status < 0 else f"ended with status {status}"
            raise WorkerError(
                f"this worker {ended}; the search of {self.folder.path} goes on without it, and "
                "the same command joins it again"
            )
        self.in_vain = self.in_vain + 1 if time.monotonic() - started < _SOON else 0
        if self.in_vain >= _TRIES and door(self.folder).exists():
            raise WorkerError(
                f"a worker for the search of {self.folder.path} ended at once, {_TRIES} times: see "
                "what it printed"
            )
