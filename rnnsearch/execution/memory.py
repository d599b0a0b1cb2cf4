"""What to do where a device has no memory left: let go, ask for less, in the end use the host.

Trained networks are predicted with after their block, on a device that others may use as well.
None of that is worth a search: what does not fit is predicted in smaller batches, and in the end
by the host's cores, which have the host's memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

__all__ = ["ROWS", "first_line", "is_out_of_memory", "within_memory"]

T = TypeVar("T")

ROWS = 512
"""Sequences predicted at once, at most."""

_FEWER = 32
"""The same, where more did not fit: a batch of training."""


def is_out_of_memory(error: Exception) -> bool:
    """Whether a backend's error says that its device has no memory left."""
    text = str(error)
    return "RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower()


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else ""


def within_memory(work: Callable[[int], T], free: Callable[[], None]) -> T:
    """The result of some work with networks, wherever there is memory for it.

    Args:
        work: From the sequences that it may predict at once to its result; begins anew each time.
        free: Lets go of what is held on the device and can be made again.
    """
    for rows in (ROWS, _FEWER):
        try:
            return work(rows)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            said = f"no memory to predict {rows} sequences at once: {first_line(error)}"
            print(said, file=sys.stderr, flush=True)
        # Only now: until here the error holds the arrays of the attempt.
        free()
    from rnnsearch.engines.devices import on_host

    print("predicting on the host", file=sys.stderr, flush=True)
    with on_host():
        return work(_FEWER)
