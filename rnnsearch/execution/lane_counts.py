"""How many lanes a worker's blocks get, and fewer of them where a device's memory ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnsearch.data import Dataset
    from rnnsearch.engines import Engine, Program

__all__ = ["Lanes"]


class Lanes:
    """The number of lanes of each program, with what was learned when one did not fit.

    The compiler's plan says what a program needs, not what others hold on the same device.

    Args:
        engine: Says what suits the device.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._most: dict[Program, int] = {}

    def of(
        self,
        program: Program,
        folds: Sequence[Dataset],
        runs: int,
        asked: int | None,
        epochs: int = 1,
    ) -> int:
        """Lanes to open for so many runs: those that are asked for, or as the engine likes."""
        lanes = asked or self._engine.lanes(program, folds, runs, epochs)
        return min(lanes, self._most.get(program, lanes))

    def did_not_fit(self, program: Program, lanes: int) -> int:
        """Half as many, of this program from now on."""
        self._most[program] = max(1, lanes // 2)
        return self._most[program]
