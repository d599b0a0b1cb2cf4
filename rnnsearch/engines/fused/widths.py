"""How many lanes to batch: all runs at hand, up to a full device and to its memory.

Nothing is timed for it. Measured once (benchmarks/README.md, "On a GPU"), a step of lanes takes
some 17 µs and 0.045 ns for each of its lanes × sequences × gates × units: beyond a certain
number of these more lanes gain nothing. Memory sets another limit, which the
compiler knows before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable

from rnnsearch.engines._base import Program
from rnnsearch.vocabulary import CELLS

__all__ = ["fitting_width", "full_width", "update_seconds", "wanted_width"]

_STEP_SECONDS = 17e-6
_PART_SECONDS = 0.045e-9

_FULL = 2**22
"""Lanes × sequences × gates × units of a step at which it takes 0.9 of what a wider one would, a
lane: 0.045 ns of each against 17 µs of the step itself."""

_MOST = 2048
"""Lanes at most: each costs the host some work at its start and at its end, too."""

_MARGIN = 0.9
"""Share of the device's memory that may be used: the allocator loses some, others hold some."""


def full_width(program: Program) -> int:
    """Lanes of a program that fill a device."""
    return min(_MOST, max(1, _FULL // _parts(program)))


def update_seconds(program: Program, width: int) -> float:
    """About how long a GPU takes for one update of so many lanes."""
    step = _STEP_SECONDS + _PART_SECONDS * width * _parts(program)
    return step * program.architecture.head.steps


def _parts(program: Program) -> int:
    """Sequences × gates × units of a step of one lane."""
    network = program.architecture
    ways = 2 if network.bidirectional else 1
    gates = CELLS[network.cell].gates if network.cell in CELLS else 1
    return program.batch_size * ways * sum(network.units) * gates


def wanted_width(runs: int, full: int) -> int:
    """Lanes for so many runs: in as few turns as a full device takes, each as wide as the last."""
    turns = -(-runs // full)
    return -(-runs // turns)


def fitting_width(width: int, needs: Callable[[int], int | None], has: int | None) -> int:
    """The width, or a smaller one that fits into memory.

    Args:
        width: Wanted.
        needs: Bytes that so many lanes need, by the compiler's plan; None if even that failed.
        has: Bytes of the device; None where it does not say.
    """
    if has is None:
        return width
    while width > 1:
        needed = needs(width)
        if needed is not None and needed <= _MARGIN * has:
            return width
        # Nearly all of it is proportional to the lanes, and each attempt is a compilation.
        share = 0.5 if needed is None else 0.95 * _MARGIN * has / needed
        width = max(1, int(width * share))
    return 1
