"""What is done to a process before a command runs in it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["fail_writes", "keep_often", "move_clock", "note_writes"]


def move_clock(calls: int, seconds: float) -> None:
    """Have the time of day jump when it has been asked for so often."""
    usual, count = time.time, 0

    def moved() -> float:
        nonlocal count
        count += 1
        return usual() + (seconds if count > calls else 0)

    time.time = moved


def keep_often() -> None:
    """Have workers keep their lanes at each epoch."""
    from rnnsearch.execution import checkpoints

    checkpoints.INTERVAL = checkpoints.AT_RUNG = 0.0
    checkpoints._SHARE = 1e9


def note_writes(below: str, to: str) -> None:
    """Note every write of this process to a folder, a line each."""
    file = open(to, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process lives
    _at_writes(below, lambda what: print(what, file=file, flush=True))


def fail_writes(below: str, index: int, error: int, *, always: bool) -> None:
    """Have a write to a folder fail, by its number; those after it too, if asked for."""
    count = -1

    def befall(what: str) -> None:
        nonlocal count
        count += 1
        if count == index or (always and count > index):
            raise OSError(error, os.strerror(error), what.partition(" ")[2])

    _at_writes(below, befall)


def _at_writes(below: str, act: Callable[[str], None]) -> None:
    """Call before each opening to write, rename, removal and flush below a folder."""
    driver = os.getpid()

    def inside(path: object) -> str:
        if os.getpid() != driver or not isinstance(path, str | bytes | Path):
            return ""
        text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
        return text if text == below or text.startswith(below + os.sep) else ""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR) if mode is None else set(mode) & set("wax+")
            if writes and (text := inside(path)):
                act(f"open {text}")
        elif event in ("os.rename", "os.mkdir", "os.truncate") and (text := inside(arguments[0])):
            act(f"{event} {text}")

    sys.addaudithook(hook)
    flush = os.fsync

    def fsync(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
        if inside(path):
            act(f"fsync {path}")
        flush(descriptor)

    os.fsync = fsync
