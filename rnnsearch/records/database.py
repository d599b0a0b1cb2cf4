"""A study in PostgreSQL: its journal as rows, and who searches it by a lock of the server's.

One commit of the study is one transaction. The lock is the session's: the server lets go of it when
the driver ends, however it ends, and 40 s after its machine has fallen silent. The same rows
stand in study.journal of the folder, so that whoever reads results needs no server.
"""

from __future__ import annotations

import importlib.util
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, final

from rnnsearch.errors import MissingExtra, StudyError

if TYPE_CHECKING:
    from psycopg import Connection

__all__ = ["Database", "Known", "running_in"]

T = TypeVar("T")

_TABLES = """
CREATE TABLE IF NOT EXISTS rnnsearch_studies (
    name text PRIMARY KEY, spec text NOT NULL, content text NOT NULL,
    folder text NOT NULL, machine text NOT NULL);
CREATE TABLE IF NOT EXISTS rnnsearch_operations (
    study text NOT NULL REFERENCES rnnsearch_studies ON UPDATE CASCADE ON DELETE CASCADE,
    number bigint NOT NULL, line text NOT NULL, PRIMARY KEY (study, number));
"""

_CLASS = 0x726E6E
"""Of our locks, beside which there is one number a study."""

_SILENCE = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
"""Has the server end the session of a machine that is gone, as workers are given up."""

_CONNECT_SECONDS = 10
_PATIENCE = 300.0
"""Seconds for which a search waits for a server that was there and is gone."""

_PAUSE = 1.0


@dataclass(frozen=True)
class Known:
    """A study as the server has it.

    Attributes:
        name: Of the spec.
        spec: Resolved, as YAML.
        content: Digest of the data.
        folder: Where it was searched last, by an absolute path.
        machine: On which.
    """

    name: str
    spec: str
    content: str
    folder: Path
    machine: str


@final
class Database:
    """One study of a server, whose lock is held. Made by `held`.

    Args:
        url: As libpq takes it; a password comes from PGPASSWORD or ~/.pgpass.
        name: Of the study.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: Connection | None = None
        self._locked = False

    @classmethod
    @contextmanager
    def held(cls, url: str, name: str) -> Iterator[Database]:
        """Keep every other search out of a study while the block runs.

        Raises:
            MissingExtra: psycopg is not installed.
            StudyError: There is no server, it refuses, or another search holds the study.
        """
        found = cls(url, name)
        try:
            found._connection = _connected(url)
            if not found._lock():
                raise found._in_use()
            yield found
        except _errors().Error as error:
            raise _refused(url, error) from error
        finally:
            found._drop()

    def known(self) -> Known | None:
        """The study; None where it was never begun."""
        rows = self._do(
            lambda connection: connection.execute(
                "SELECT name, spec, content, folder, machine FROM rnnsearch_studies"
                " WHERE name = %s",
                (self._name,),
            ).fetchall()
        )
        return _known(rows[0]) if rows else None

    def announce(self, spec: str, content: str, folder: Path) -> None:
        """Say what is searched from now on, and where."""
        row = (self._name, spec, content, str(folder.absolute()), socket.gethostname())
        self._do(
            lambda connection: connection.execute(
                "INSERT INTO rnnsearch_studies VALUES (%s, %s, %s, %s, %s) ON CONFLICT (name)"
                " DO UPDATE SET (spec, content, folder, machine)"
                " = (excluded.spec, excluded.content, excluded.folder, excluded.machine)",
                row,
            )
        )

    def set_aside(self) -> None:
        """Rename the study to ``<name>.old-1``, ``-2`` …, so that it can start anew."""

        def renamed(connection: Connection) -> None:
            """Give it the first name that is free."""
            rows = connection.execute("SELECT name FROM rnnsearch_studies").fetchall()
            taken, number = {row[0] for row in rows}, 1
            while (aside := f"{self._name}.old-{number}") in taken:
                number += 1
            connection.execute(
                "UPDATE rnnsearch_studies SET name = %s WHERE name = %s", (aside, self._name)
            )

        self._do(renamed)

    def lines(self) -> list[str]:
        """The study's operations, from the first."""
        return self._do(lambda connection: self._since(connection, 0))

    def append(self, start: int, lines: Sequence[str]) -> None:
        """Write operations, all or none. What a broken connection has left there is taken as it is.

        Args:
            start: How many there are before them.
            lines: One an operation.

        Raises:
            StudyError: Others stand there: another search has written.
        """

        def written(connection: Connection) -> None:
            """What is not there yet, after a look at what is."""
            there = self._since(connection, start)
            if there != list(lines[: len(there)]):
                raise StudyError(
                    f"Expected the study {self._name!r} as this search has left it. Received: one "
                    f"that another search has gone on with ({_shown(self._url)}); this one has "
                    "ended, and what it had noted until then is in both"
                )
            rows = [
                (self._name, number, line)
                for number, line in enumerate(lines[len(there) :], start + len(there))
            ]
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO rnnsearch_operations VALUES (%s, %s, %s)", rows)

        self._do(written)

    def _since(self, connection: Connection, start: int) -> list[str]:
        rows = connection.execute(
            "SELECT line FROM rnnsearch_operations WHERE study = %s AND number >= %s"
            " ORDER BY number",
            (self._name, start),
        ).fetchall()
        return [row[0] for row in rows]

    def _do(self, work: Callable[[Connection], T]) -> T:
        """Do something in one transaction; where the server has gone, again once it is back."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                if self._connection is None:
                    self._connection = _connected(self._url)
                    if not self._lock():  # our own old session may still have it
                        raise self._in_use()
                with self._connection.transaction():
                    return work(self._connection)
            except (StudyError, _errors().OperationalError):
                there = self._connection is not None and not self._connection.closed
                if (there and self._locked) or time.monotonic() > until:
                    raise
            self._drop()
            time.sleep(_PAUSE)

    def _lock(self) -> bool:
        """Take the study's lock, if nobody has it."""
        assert self._connection is not None
        row = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_CLASS, self._name)
        ).fetchone()
        self._locked = bool(row and row[0])
        return self._locked

    def _in_use(self) -> StudyError:
        known = None
        if self._connection is not None:
            for one in _running(self._connection):
                known = one if one.name == self._name else known
        where = f" ({known.folder} on {known.machine})" if known else ""
        return StudyError(
            f"the study {self._name!r} of {_shown(self._url)} is in use by another search{where}; "
            "wait until it ends, stop it, or give the spec another name"
        )

    def _drop(self) -> None:
        """Let go of the connection, and so of the lock."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def running_in(url: str) -> list[Known]:
    """The studies of a server that are searched now.

    Raises:
        MissingExtra: psycopg is not installed.
        StudyError: There is no server, or it refuses.
    """
    try:
        with _connected(url) as connection:
            return _running(connection)
    except _errors().Error as error:
        raise _refused(url, error) from error


def _running(connection: Connection) -> list[Known]:
    rows = connection.execute(
        "SELECT name, spec, content, folder, machine FROM rnnsearch_studies JOIN pg_locks"
        " ON locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %s::int4::oid"
        " AND objid = hashtext(name)::oid"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " ORDER BY name",
        (_CLASS,),
    ).fetchall()
    return [_known(row) for row in rows]


def _known(row: Sequence[Any]) -> Known:
    name, spec, content, folder, machine = map(str, row)
    return Known(name, spec, content, Path(folder), machine)


def _errors() -> Any:
    """psycopg, which has the exceptions."""
    if importlib.util.find_spec("psycopg") is None:
        raise MissingExtra("psycopg", "postgres", "run.storage")
    import psycopg

    return psycopg


def _connected(url: str) -> Connection:
    """A session, each statement of its own unless a transaction is asked for; the tables are there.

    Raises:
        MissingExtra: psycopg is not installed.
        StudyError: There is no server, or it refuses.
    """
    psycopg = _errors()
    try:
        connection: Connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            options=_SILENCE,
            application_name="rnnsearch",
        )
    except psycopg.Error as error:
        raise _refused(url, error) from error
    try:
        with connection.transaction():  # two that begin at once would both make the tables
            connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_CLASS + 1,))
            connection.execute("SET LOCAL client_min_messages = warning")
            connection.execute(_TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _refused(url: str, error: Exception) -> StudyError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return StudyError(
        f"Expected a PostgreSQL server that takes a study, as run.storage says. Received: "
        f"{reason} ({_shown(url)}); start it, look at the address and at the user's rights, and "
        "give a password by PGPASSWORD or in ~/.pgpass"
    )


def _shown(url: str) -> str:
    """An address without what may be secret in its query."""
    return url.partition("?")[0]
