"""What a fault is: something that befalls a search or a file, by a seed, and what must hold then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.zygote import Zygote

__all__ = ["FAULTS", "Fault", "Scene", "Violation", "fault", "must"]


class Violation(AssertionError):
    """Something that must hold did not."""


def must(holds: bool, otherwise: str) -> None:
    """Raise a violation where something does not hold."""
    if not holds:
        raise Violation(otherwise)


@dataclass(frozen=True)
class Scene:
    """Where a fault happens.

    Attributes:
        folder: An empty one, for this fault alone.
        seed: Decides everything about it that is not the machine's.
        zygote: Starts commands.
    """

    folder: Path
    seed: int
    zygote: Zygote


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: On the command line.
        what: What is done and what must hold, for the table.
        quick, full: How often in CI, and in a full run.
        act: Does it once; raises `Violation`. What it returns is counted, for the table.
    """

    name: str
    what: str
    quick: int
    full: int
    act: Callable[[Scene], str | None]


FAULTS: dict[str, Fault] = {}
"""All faults, by name."""


def fault(
    name: str, what: str, quick: int, full: int
) -> Callable[[Callable[[Scene], str | None]], Callable[[Scene], str | None]]:
    """Register a function as a fault."""

    def register(act: Callable[[Scene], str | None]) -> Callable[[Scene], str | None]:
        FAULTS[name] = Fault(name, what, quick, full, act)
        return act

    return register
