"""Whether recurrent layers that are called now run in kernels over lanes, or in loops."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnsearch.models.kernels import LaneKernels

__all__ = ["in_kernels", "kernel_of"]

_active: ContextVar[LaneKernels | None] = ContextVar("kernels", default=None)


@contextlib.contextmanager
def in_kernels(kernels: LaneKernels | None) -> Iterator[None]:
    """Have layers that are called inside the block run in these; None for loops over steps."""
    token = _active.set(kernels)
    try:
        yield
    finally:
        _active.reset(token)


def kernel_of(cell: str, units: int) -> Callable[..., Any] | None:
    """What runs such a layer in place of `rnnsearch.models.recurrence.recur`, if a kernel does."""
    kernels = _active.get()
    return kernels.recur if kernels is not None and kernels.take(cell, units) else None
