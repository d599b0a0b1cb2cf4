"""What callbacks print while several models are trained, each model's by itself."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

__all__ = ["Prints"]


class Prints(io.TextIOBase):
    """In place of `sys.stdout`: keeps what a thread prints where it asks for that.

    Args:
        usual: Where everything else goes.
    """

    def __init__(self, usual: TextIO) -> None:
        self._usual = usual
        self._kept = threading.local()

    @contextlib.contextmanager
    def kept(self) -> Iterator[io.StringIO]:
        """What this thread prints in the block."""
        self._kept.text = text = io.StringIO()
        try:
            yield text
        finally:
            self._kept.text = None

    @classmethod
    @contextlib.contextmanager
    def of_this_process(cls) -> Iterator[Prints]:
        """`sys.stdout`, in the block."""
        usual, prints = sys.stdout, cls(sys.stdout)
        sys.stdout = prints
        try:
            yield prints
        finally:
            sys.stdout = usual

    def write(self, text: str, /) -> int:
        """Keep a text, or print it."""
        return self._place().write(text)

    def flush(self) -> None:
        """Let what was printed be seen."""
        self._place().flush()

    def _place(self) -> TextIO:
        kept: io.StringIO | None = getattr(self._kept, "text", None)
        return self._usual if kept is None else kept
