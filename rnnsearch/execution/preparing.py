"""Compiling the next program while the last one trains."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

from rnnsearch.execution.worker_orders import Prepare

__all__ = ["Preparing"]


class Preparing:
    """One program after the other, each on a thread beside the worker's own.

    A program that can't be compiled is a matter of the block that needs it: it meets the same
    error, and reports it. Here it is only printed into the worker's log.

    Args:
        prepare: Does it; never called twice at a time.
    """

    def __init__(self, prepare: Callable[[Prepare], None]) -> None:
        self._prepare = prepare
        self._thread: threading.Thread | None = None

    def begin(self, order: Prepare) -> None:
        """Begin with a program, unless another is in the making: then this one comes too early."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._run, args=(order,), name="rnnsearch-prepare", daemon=True
            )
            self._thread.start()

    def wait(self) -> None:
        """Until nothing is in the making."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, order: Prepare) -> None:
        try:
            self._prepare(order)
        except Exception:
            traceback.print_exc()
