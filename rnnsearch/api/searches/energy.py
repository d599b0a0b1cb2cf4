"""The energy that a search took, where processors count it themselves.

Counted are whole processors and cards, with whatever else runs on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self

__all__ = ["Counter", "Meter", "counters"]

Counter = tuple[Callable[[], float], float]
"""What reads it, in joules, and the value after which it starts from 0."""

_COUNTERS = Path("/sys/class/powercap")
"""Linux: RAPL's counters of Intel's and AMD's processors, microjoules."""

_EVERY = 60.0
"""Seconds between readings; a counter starts from 0 again after some 2.6e5 J."""


class Meter:
    """Joules since it was begun, over counters.

    Args:
        counters: Those that can be read, by name.
    """

    def __init__(self, counters: Mapping[str, Counter]) -> None:
        self._counters = dict(counters)
        self._last: dict[str, float] = {}
        self._joules, self._ended, self._reading = 0.0, Event(), Lock()

    def begin(self) -> Self:
        """Count from now on."""
        self._last = {name: counter() for name, (counter, _) in self._counters.items()}
        if self._counters:
            Thread(target=self._watch, daemon=True).start()
        return self

    @property
    def joules(self) -> float | None:
        """So far; None where nothing counts, or a counter can't be read any more."""
        self._read()
        return self._joules if self._counters else None

    def close(self) -> None:
        """End the readings."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            self._read()

    def _read(self) -> None:
        with self._reading:
            try:
                now_each = {name: counter() for name, (counter, _) in self._counters.items()}
            except (OSError, ValueError):  # a counter is gone: that is not worth a search
                self._counters = {}
                return
            for name, (_, most) in self._counters.items():
                now = now_each[name]
                grown = now - self._last[name]
                self._joules += grown if grown >= 0 else grown + most
                self._last[name] = now


def counters(root: Path = _COUNTERS) -> dict[str, Counter]:
    """What can be read here: processors, and the cards of NVIDIA where `pynvml` is installed."""
    found = {}
    for path in sorted(root.glob("intel-rapl:*")):
        if path.name.count(":") > 1:  # a part of a package, which the package counts as well
            continue
        read = partial(_joules, path / "energy_uj")
        try:
            read()
            found[path.name] = (read, _joules(path / "max_energy_range_uj"))
        except OSError:  # only root may, as on most systems since 2020
            continue
    return found | _cards()


def _joules(path: Path) -> float:
    return int(path.read_text(encoding="ascii")) / 1e6


def _cards() -> dict[str, Counter]:
    try:
        import pynvml
    except ImportError:
        return {}
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(n) for n in range(pynvml.nvmlDeviceGetCount())]
        reads = {f"card {n}": partial(_card, handle) for n, handle in enumerate(handles)}
        for read in reads.values():
            read()
    except (OSError, pynvml.NVMLError):  # no driver, or a card that does not count
        return {}
    return {name: (read, 0.0) for name, read in reads.items()}


def _card(handle: object) -> float:
    import pynvml

    try:
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)) / 1e3
    except pynvml.NVMLError as error:
        raise OSError(str(error)) from error
