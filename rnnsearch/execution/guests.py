"""Workers from other shells: the driver's door, at which they knock while a search runs.

The door is a socket in a folder that only this user may enter; where that is stands in a file of
the study. So who may use it is for the system to say, and it is trusted as a pipe is. Between
machines (`run.join: network`) it is a port, and both ends prove who they are.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pickle
import shutil
import socket
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from rnnsearch.errors import WorkerError
from rnnsearch.execution import network_door
from rnnsearch.execution._base import WorkerSetup
from rnnsearch.files import own_key, write_text

__all__ = ["Door", "Guest", "knock"]

_PREFIX = "rnnsearch-"
_HELLO_SECONDS = 60.0
"""How long a search may take to answer: it looks at its door a few times a second."""


@dataclass
class Guest:
    """A worker that joined.

    Attributes:
        connection: Our end.
        log: What it prints.
        ready: Whether it has said that it is; until then nobody is told of it.
    """

    connection: Connection
    log: Path
    ready: bool = False


class Door:
    """Where workers knock. Closed until `open`.

    Args:
        place: The file that says where it is; its folder must exist when it is opened.
        setup: What a guest needs to begin.
        network: Whether workers on other machines may knock.
    """

    def __init__(self, place: Path, setup: WorkerSetup, *, network: bool = False) -> None:
        self._place = place
        self._network = network
        self._key: bytes | None = None
        self._setup = _anywhere(setup)
        self._folder: Path | None = None
        self._socket: socket.socket | None = None
        self._opened = False

    def open(self) -> None:
        """Listen, if it does not yet. Where the system has no such sockets, it is said to guests.

        Raises:
            OSError: The file can't be written.
        """
        if self._opened:
            return
        self._opened = True
        told: dict[str, object] = {"process": os.getpid(), "package": _package()}
        try:
            told |= self._listen()
        except (OSError, AttributeError) as error:  # no AF_UNIX, no room, a name too long
            self._close_socket()
            told["refused"] = f"it has no socket ({error})"
        write_text(self._place, json.dumps(told))

    def refuse(self, why: str) -> None:
        """Say to who knocks that nobody can join.

        Raises:
            OSError: The file can't be written.
        """
        self._opened = True
        told = {"process": os.getpid(), "package": _package(), "refused": why}
        write_text(self._place, json.dumps(told))

    def _listen(self) -> dict[str, object]:
        """Make the socket; where it is."""
        if self._network:
            self._key = own_key()
            self._socket = network_door.listen()
            self._socket.setblocking(False)
            return {"hosts": network_door.hosts(), "port": self._socket.getsockname()[1]}
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._folder / "door"))
        self._socket.listen(64)
        self._socket.setblocking(False)
        return {"socket": str(self._folder / "door")}

    @property
    def socket(self) -> socket.socket | None:
        """What to wait for; None while it is closed."""
        return self._socket

    def welcome(self, number: int) -> Guest | None:
        """Let in who knocks, as worker `number`; None where nobody does any more."""
        assert self._socket is not None, "a door is opened first"
        try:
            accepted, _ = self._socket.accept()
        except OSError:  # who knocked has gone
            return None
        accepted.setblocking(True)
        if self._key is not None and not network_door.recognise(accepted, self._key):
            accepted.close()
            return None
        guest = Guest(Connection(accepted.detach()), self._setup.logs / f"worker-{number}.log")
        guest.log.write_bytes(b"")
        hello = pickle.dumps((self._setup, guest.log))
        try:
            guest.connection.send_bytes(hello)  # for who starts the worker
            guest.connection.send_bytes(hello)  # for the worker
        except OSError:
            guest.connection.close()
            return None
        return guest

    def close(self) -> None:
        """Let nobody in any more."""
        if self._opened:
            with contextlib.suppress(OSError):  # a disk that fails has said so elsewhere
                self._place.unlink(missing_ok=True)
        self._close_socket()

    def _close_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._socket = self._folder = None


def knock(place: Path) -> tuple[Connection, WorkerSetup, Path] | None:
    """Join the search whose door stands in a file: the connection, what it says, where to print.

    Args:
        place: The file.

    Returns:
        None where there is no file, or nobody answers at the door that it names.

    Raises:
        WorkerError: The search can't be joined, or what the file says is not what one writes.
    """
    try:
        told = json.loads(place.read_text("utf-8"))
        if not isinstance(told, dict):
            raise TypeError(f"{type(told).__name__} in place of a mapping")
        door = Path(told["socket"]) if "socket" in told else None
        port, names = int(told.get("port", 0)), list(map(str, told.get("hosts", ())))
        package, refused = told["package"], told.get("refused")
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WorkerError(
            f"Expected {place} as a search writes it. Received: {type(error).__name__}: {error}; "
            "wait until the search has begun, or begin it anew"
        ) from None
    if door is None and not port:
        raise WorkerError(f"the search can't be joined: {refused}")
    if door is not None and not _is_ours(door):
        raise WorkerError(
            f"Expected a socket of this user's in a folder of its own. Received: {door}; whoever "
            f"wrote {place} is not trusted: only who began a search can join it"
        )
    if package != _package():
        raise WorkerError(
            f"Expected a search by the rnnsearch of {_package()}. Received: one by that of "
            f"{package}; join it with that one"
        )
    caller = _called(door) if door is not None else _called_far(names, port)
    return None if caller is None else _answered(caller)


def _called(door: Path) -> socket.socket | None:
    """A connection to a search of this machine; None where nobody is there."""
    caller = socket.socket(socket.AF_UNIX)
    try:
        caller.connect(str(door))
    except OSError as error:
        caller.close()
        if error.errno in (errno.ENOENT, errno.ECONNREFUSED):
            return None
        raise WorkerError(f"the search can't be joined: {error}") from None
    return caller


def _called_far(names: Sequence[str], port: int) -> socket.socket | None:
    """A connection to a search of another machine that has proven to be this user's."""
    caller = network_door.call(names, port)
    if caller is None:
        return None
    try:
        network_door.prove(caller, own_key())
    except network_door.Refused as error:
        caller.close()
        raise WorkerError(
            f"Expected a search of this user's at {names[0]}:{port}. Received: none, as {error}; "
            "both machines need the same ~/.config/rnnsearch/key: copy it, readable by you alone"
        ) from None
    except OSError:
        caller.close()
        return None
    return caller


def _answered(caller: socket.socket) -> tuple[Connection, WorkerSetup, Path] | None:
    """What a search says at its door."""
    connection = Connection(caller.detach())
    try:
        if not connection.poll(_HELLO_SECONDS):
            raise WorkerError(f"the search did not answer within {_HELLO_SECONDS:.0f} s")
        setup, log = pickle.loads(connection.recv_bytes())
    except (EOFError, OSError):
        connection.close()
        return None
    except WorkerError:
        connection.close()
        raise
    return connection, setup, log


def _is_ours(door: Path) -> bool:
    """Whether nobody else can be behind it: what is read from it may run code.

    A door that is gone is nobody's: then nothing answers.
    """
    try:
        folder, found = door.parent.lstat(), door.lstat()
    except OSError:
        return True
    private = stat.S_ISDIR(folder.st_mode) and not folder.st_mode & 0o077
    named = door.parent.name.startswith(_PREFIX) and stat.S_ISSOCK(found.st_mode)
    return private and named and {folder.st_uid, found.st_uid} == {os.geteuid()}


def _anywhere(setup: WorkerSetup) -> WorkerSetup:
    """The same for a process of another working directory."""
    return replace(
        setup,
        data=setup.data.absolute(),
        logs=setup.logs.absolute(),
        cache=setup.cache and setup.cache.absolute(),
        code=setup.code and setup.code.absolute(),
    )


def _package() -> str:
    """Where this package stands."""
    return str(Path(__file__).resolve().parents[1])
