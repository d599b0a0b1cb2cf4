"""A call that goes on beside the search."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Generic, Self, TypeVar

__all__ = ["InBackground"]

_T = TypeVar("_T")

_TICK = 0.25


class InBackground(Generic[_T]):
    """A call in a thread of its own, which a process that ends does not wait for."""

    def __init__(self, call: Callable[[], _T]) -> None:
        self._call = call
        self._future: Future[_T] = Future()

    def begin(self) -> Self:
        """Call it."""
        Thread(target=self._run, daemon=True).start()
        return self

    def _run(self) -> None:
        try:
            self._future.set_result(self._call())
        except BaseException as error:  # raised again where the result is asked for
            self._future.set_exception(error)

    @property
    def succeeded(self) -> bool:
        """Whether it has returned, so that nobody waits for the result."""
        return self._future.done() and self._future.exception() is None

    def result(self, tick: Callable[[], None] = lambda: None) -> _T:
        """What it returned; what it raised is raised.

        Args:
            tick: Called now and then while it goes on.
        """
        while not wait([self._future], _TICK).done:
            tick()
        return self._future.result()
