"""A file that one process at a time may hold."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["Locked", "is_held", "locked"]

_LOOKS = 0.02
"""Seconds that a look at a lock may hold it, at most."""

_BYTE = 1 << 30
"""What is locked of the file on Windows."""


class Locked(Exception):
    """Somebody else holds the lock.

    Attributes:
        holder: The process that does, by its number; empty where it isn't known.
    """

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is locked{f' by process {holder}' if holder else ''}")
        self.holder = holder


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs.

    The system lets go of it when the process ends, however it ends. Where the system or the disk
    has no such locks, nothing is locked.

    Args:
        path: The file to lock, which is made where it is missing; its folder must exist. It then
            holds this process's number.

    Raises:
        Locked: Somebody else holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _acquire_soon(descriptor):
            raise Locked(path, os.read(descriptor, 32).decode(errors="replace").strip())
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody holds a lock now. Never where there are no locks."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _acquire(descriptor, shared=True)
    finally:
        os.close(descriptor)


def _acquire_soon(descriptor: int) -> bool:
    """Lock an open file; where it was looked at by `is_held` just then, after that."""
    if _acquire(descriptor):
        return True
    time.sleep(_LOOKS)
    return _acquire(descriptor)


def _acquire(descriptor: int, *, shared: bool = False) -> bool:
    """Lock an open file; False where somebody else has it."""
    try:
        fcntl = importlib.import_module("fcntl")
    except ImportError:
        return _acquire_on_windows(descriptor)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN)
    return True


def _acquire_on_windows(descriptor: int) -> bool:
    """Lock one byte far behind the file's end: what is locked there nobody else can read.

    The file's own content says who holds it. (`filelock` empties the file as it tries.)
    """
    try:
        msvcrt = importlib.import_module("msvcrt")
    except ImportError:
        return True
    os.lseek(descriptor, _BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    finally:
        os.lseek(descriptor, 0, os.SEEK_SET)
    return True
