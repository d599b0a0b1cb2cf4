"""How many lanes to batch: by measurement, once for a program on a device, and remembered.

A wider batch fills a GPU better until it is full; how wide that is depends on the network, the
data and the card. Memory sets another limit, which the compiler knows before anything runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["WidthCache", "best_width"]

_NARROW = 8
"""So few lanes are never too many: nothing is measured."""

_STEP = 4
"""From one width that is tried to the next."""

_GAIN = 1.1
"""A wider batch must be faster by so much, all lanes together: it holds memory, too."""


def best_width(rate: Callable[[int], float | None], most: int) -> int:
    """The narrowest width at which more lanes gain nothing worth having.

    Args:
        rate: Sequences a second of so many lanes together; None where they do not fit into
            memory.
        most: Lanes that there is something to do for.
    """
    best, best_rate = 0, 0.0
    for width in _candidates(most):
        found = rate(width)
        if found is None:
            return best or _narrower(rate, width)
        if best and found < _GAIN * best_rate:
            return best
        best, best_rate = width, found
    return best


def _candidates(most: int) -> Iterator[int]:
    width = min(_NARROW, most)
    while width < most:
        yield width
        width *= _STEP
    yield most


def _narrower(rate: Callable[[int], float | None], width: int) -> int:
    """Half as many until they fit; one has to."""
    while width > 1:
        width //= 2
        if rate(width) is not None:
            return width
    return 1


class WidthCache:
    """A file of measured widths, by name. Several workers may use it; the last one's word counts.

    Args:
        path: Made where it is missing; None keeps nothing between processes.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, int] = {}

    def get(self, name: str) -> int | None:
        """What was measured, or None."""
        if name not in self._known:
            self._known = {**self._read(), **self._known}
        return self._known.get(name)

    def put(self, name: str, width: int) -> None:
        """Keep a measurement."""
        self._known[name] = width
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        aside.write_text(json.dumps({**self._read(), **self._known}, indent=1), encoding="utf-8")
        aside.replace(self._path)

    def _read(self) -> dict[str, int]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            known = json.loads(self._path.read_text("utf-8"))
        except ValueError:  # not ours, or damaged: what it said is measured again
            return {}
        return {str(k): int(v) for k, v in known.items()} if isinstance(known, dict) else {}
