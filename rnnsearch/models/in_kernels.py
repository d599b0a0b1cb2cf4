"""Whether recurrent layers that are called now run in kernels, or in loops over steps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Protocol

from rnnsearch.models.recurrence import Recur

__all__ = ["Kernels", "in_kernels", "kernel_of"]


class Kernels(Protocol):
    """What may run recurrent layers: of a GPU for a batch of lanes, of a CPU for one."""

    @property
    def recur(self) -> Recur:
        """As `rnnsearch.models.recurrence.recur`."""

    def take(self, cell: str, units: int) -> bool:
        """Whether there is a kernel for such a layer."""


_active: ContextVar[Kernels | None] = ContextVar("kernels", default=None)


@contextlib.contextmanager
def in_kernels(kernels: Kernels | None) -> Iterator[None]:
    """Have layers that are called inside the block run in these; None for loops over steps."""
    token = _active.set(kernels)
    try:
        yield
    finally:
        _active.reset(token)


def kernel_of(cell: str, units: int) -> Recur | None:
    """What runs such a layer in place of `rnnsearch.models.recurrence.recur`, if a kernel does."""
    kernels = _active.get()
    return kernels.recur if kernels is not None and kernels.take(cell, units) else None
