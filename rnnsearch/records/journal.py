"""study.journal: what was done to the Optuna study, one operation a line, in Optuna's format.

Optuna's own backend of this format locks, writes and flushes the file for each operation, of
which a trial has twenty. This one keeps them until they are committed together: a trial then
costs the disk less than one write. `optuna.storages.journal.JournalFileBackend` and
optuna-dashboard read the file as it is.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Container, Iterator
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend
from optuna.trial import FrozenTrial, TrialState

from rnnsearch.files import write_bytes

if TYPE_CHECKING:
    from rnnsearch.records.database import Database

__all__ = ["Apart", "Damaged", "Journal", "Storage"]

_SUM = re.compile(r',"crc":(\d+)}$')
"""The end of a line that has a checksum; those of other writers have none."""


class Damaged(ValueError):
    """A line of the file is not what was written."""


class Apart(ValueError):
    """The file and the database hold different studies."""


class Journal(BaseJournalBackend):
    """The operations of one storage, in memory until `commit`.

    Only who holds the folder's lock may commit; anyone may read, also while another writes. A
    last line that a kill has cut is not read, and is removed by the next commit; what is left
    is the study as it was after some operation. A new journal appears whole or not at all. Each
    line ends with a checksum, as a key that Optuna does not look at: a score of which a disk has
    turned one digit would be read as another.

    Operations are kept as text until they are read, so that a study in memory is what it would
    be if it were read from the file; those that have been read are forgotten.

    Args:
        path: The file. It is read when the storage first asks, and made by the first commit.
        database: Where the same operations are kept, but for those of other writers. A commit is
            one to it, and then to the file; as the journal is first read, what one of the two
            lacks is added from the other.
    """

    def __init__(self, path: Path, database: Database | None = None) -> None:
        self._path = path
        self._database = database
        self._kept = 0
        self._first = 0
        self._lines: list[str] | None = None
        self._uncommitted: list[str] = []
        self._exists = False

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """The operations from this one on; those before it will not be asked for again.

        Raises:
            Damaged: A line is not what was written.
            ValueError: The file is no journal.
        """
        lines = self._read()
        del lines[: log_number_from - self._first]
        self._first = log_number_from
        return map(_operation, lines)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Take operations, to be written by the next commit."""
        lines = [_summed(json.dumps(log, separators=(",", ":"))) for log in logs]
        unread = self._read()
        # No call between the two, after which Ctrl-C could leave one without the other.
        self._uncommitted += lines
        unread += lines

    def commit(self) -> None:
        """Write what was taken since the last commit, and wait until it is on the disk.

        Where that fails or is interrupted, the file holds what it held before, and the next
        commit tries again.

        Raises:
            OSError: It can't be written.
        """
        if not self._uncommitted:
            return
        if self._database is not None:
            self._database.append(self._kept, self._uncommitted)
        kept = self._kept + len(self._uncommitted)
        self._write()
        self._kept = kept

    def _write(self) -> None:
        """Write what was taken to the file."""
        content = "".join(f"{line}\n" for line in self._uncommitted).encode("utf-8")
        if self._exists:
            self._append(content)
        else:
            write_bytes(self._path, content)
            self._uncommitted = []
            self._exists = True

    def _append(self, content: bytes) -> None:
        """Write behind the last whole line."""
        with FileIO(self._path, "r+") as file:
            start = _end(file)
            file.truncate(start)
            file.seek(start)
            lines, self._uncommitted = self._uncommitted, []
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(start)
                self._uncommitted = lines
                raise

    def _read(self) -> list[str]:
        """The operations not yet forgotten, at first those of the file."""
        if self._lines is None:
            content = self._path.read_bytes() if self._path.exists() else b""
            *whole, last = content.split(b"\n")
            if last and not whole:
                raise ValueError("it has no whole line")
            self._lines = [_checked(line, number) for number, line in enumerate(whole, 1)]
            self._exists = bool(whole)
            if self._database is not None:
                self._level(self._database, self._lines)
        return self._lines

    def _level(self, database: Database, lines: list[str]) -> None:
        """Give file and database what they lack of one another, to the lines as well."""
        own = [line for line in lines if _SUM.search(line)]
        theirs = database.lines()
        both = min(len(own), len(theirs))
        if own[:both] != theirs[:both]:
            raise Apart
        if own[both:]:
            database.append(both, own[both:])
        self._uncommitted = theirs[both:]
        if self._uncommitted:
            lines += self._uncommitted
            self._write()
        self._kept = max(len(own), len(theirs))


class Storage(JournalStorage):
    """Optuna's storage of a journal, without the search for trials that wait.

    `Study.ask` looks for one among all trials, which at trial 5,000 costs as much as all else
    that a trial does. We put none in the queue.
    """

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
    ) -> list[FrozenTrial]:
        """As Optuna's; none where only those that wait are asked for."""
        if states == (TrialState.WAITING,):
            return []
        return super().get_all_trials(study_id, deepcopy, states)


def _summed(line: str) -> str:
    """An operation with its checksum."""
    return f'{line[:-1]},"crc":{zlib.crc32(line.encode("utf-8"))}}}'


def _checked(line: bytes, number: int) -> str:
    """A line of the file as text, which must be what its checksum says, if it has one."""
    try:
        text = line.decode("utf-8")
        found = _SUM.search(text)
        if found is None:
            _operation(text)
    except ValueError:
        if number == 1:  # it never was a journal
            raise
        raise Damaged(f"line {number} is damaged") from None
    if found and zlib.crc32(f"{text[: found.start()]}}}".encode()) != int(found[1]):
        raise Damaged(f"line {number} is damaged")
    return text


def _operation(line: str) -> dict[str, Any]:
    operation = json.loads(line)
    if not isinstance(operation, dict) or "op_code" not in operation:
        raise ValueError(f"a line is no operation: {line[:40]}")
    return operation


def _end(file: FileIO) -> int:
    """Where the last whole line ends."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    if file.read(1) == b"\n":
        return size
    file.seek(0)
    return file.readall().rfind(b"\n") + 1
