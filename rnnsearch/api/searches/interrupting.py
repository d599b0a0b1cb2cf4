"""How a search is stopped from outside: by Ctrl-C, by SIGTERM, by a file."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["interruptible", "look_for_stop"]


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Have SIGTERM raise KeyboardInterrupt as Ctrl-C does.

    The first of both ends the search, which then writes down what was found; a second one ends
    that, too. Nothing that had ended is lost: files are written whole or not at all. Handlers that
    the caller has set stay, as does everything outside the main thread, where Python allows none.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        """As Ctrl-C does."""
        raise KeyboardInterrupt

    usual: dict[int, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    ours = [number for number, handler in usual.items() if signal.getsignal(number) is handler]
    if threading.current_thread() is not threading.main_thread():
        ours = []
    for number in ours:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, usual[number])


def look_for_stop(path: Path) -> None:
    """Stop as after Ctrl-C where somebody has made a file of this name; it is removed.

    Raises:
        KeyboardInterrupt: There is one.
    """
    if path.exists():
        path.unlink(missing_ok=True)
        raise KeyboardInterrupt
