"""A connection's end that a process is started with: a descriptor, on Windows a handle."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

__all__ = ["end_of", "inherited", "parent_is_gone"]


def inherited(number: int) -> dict[str, Any]:
    """Arguments of `subprocess.Popen` for a process that gets an end, and none of our Ctrl-C.

    Args:
        number: The end's `fileno()`.
    """
    if sys.platform != "win32":
        return {"pass_fds": [number], "start_new_session": True}
    os.set_handle_inheritable(number, True)
    how = subprocess.STARTUPINFO()
    how.lpAttributeList = {"handle_list": [number]}
    return {"startupinfo": how, "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


def end_of(number: int) -> Connection:
    """The end that this process was started with, by its number."""
    kind: Any = getattr(connection, "PipeConnection", Connection)  # the former on Windows
    end: Connection = kind(number)
    return end


def parent_is_gone(end: Connection, seconds: float) -> bool:
    """Wait so long for the parent to end, or to close its end of a connection.

    Returns:
        Whether it did; on Windows only its end is noticed.
    """
    if sys.platform != "win32":
        import select

        hangup = select.poll()
        hangup.register(end.fileno(), 0)
        return bool(hangup.poll(seconds * 1000))
    import _winapi

    try:
        parent = _winapi.OpenProcess(_winapi.SYNCHRONIZE, False, os.getppid())
    except OSError:  # there is none any more
        return True
    try:
        waited = _winapi.WaitForSingleObject(parent, int(seconds * 1000))
    finally:
        _winapi.CloseHandle(parent)
    return bool(waited == _winapi.WAIT_OBJECT_0)
