"""What a network costs whoever uses it; less is better of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["COSTS", "CostFact", "limit_of"]


@dataclass(frozen=True)
class CostFact:
    """A cost of a network.

    Attributes:
        name: In a spec.
        unit: Of its values; empty for a count.
        units: How a limit may be written → what it is in `unit`.
        beforehand: Whether it is known before anything is trained, so that it may be limited.
        description: One line for the reference.
    """

    name: str
    unit: str
    units: tuple[tuple[str, float], ...]
    beforehand: bool
    description: str


COSTS: dict[str, CostFact] = {
    fact.name: fact
    for fact in (
        CostFact("parameters", "", (("", 1.0), ("k", 1e3), ("M", 1e6)), True, "its weights"),
        CostFact(
            "size",
            "bytes",
            (("", 1.0), ("B", 1.0), ("kB", 1e3), ("KiB", 1024.0), ("MB", 1e6), ("MiB", 2.0**20)),
            True,
            "the bytes of its weights",
        ),
        CostFact(
            "latency",
            "ms",
            (("", 1.0), ("ms", 1.0), ("us", 1e-3), ("µs", 1e-3), ("s", 1e3)),
            True,
            "milliseconds of one sequence alone, on the device that trains",
        ),
        CostFact("training_seconds", "s", (("", 1.0),), False, "seconds that a run of it trained"),
    )
}
"""Every cost by its name."""

_LIMIT = re.compile(r"\s*(?:<=?)?\s*(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*([A-Za-zµ]*)\s*")


def limit_of(name: str, text: str) -> float | None:
    """The limit that a text such as ``< 2 ms`` is, in the cost's unit; None where it is none."""
    found, units = _LIMIT.fullmatch(text), dict(COSTS[name].units)
    if found is None or found[2] not in units or float(found[1]) <= 0:
        return None
    return float(found[1]) * units[found[2]]
