"""Blocks on their way to a worker: those that wait, and those that are yet to be asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rnnsearch.driver.planning.planner import Planner
from rnnsearch.driver.planning.plans import BlockPlan
from rnnsearch.records import commit

if TYPE_CHECKING:
    import optuna

__all__ = ["BlockQueue", "block_size"]


class BlockQueue:
    """The blocks of a search, asked for one at a time; empty until it is opened.

    Args:
        planner: Asks the study for trials.
        study: Which is asked; a block is on disk before anything comes of it.
    """

    def __init__(self, planner: Planner, study: optuna.Study) -> None:
        self._planner = planner
        self._study = study
        self._waiting: deque[BlockPlan] = deque()
        self._size = 0
        self._all_asked = False

    def open(self, size: int) -> None:
        """Begin with blocks of so many trials, after what an earlier process left."""
        self._size = size
        self._waiting.extend(self._planner.resume(size))

    @property
    def is_open(self) -> bool:
        """Whether the size of blocks is known."""
        return self._size > 0

    @property
    def more(self) -> bool:
        """Whether there may be another block; only asking tells, at the end of a grid."""
        return bool(self._waiting) or not self._all_asked

    @property
    def all_asked(self) -> bool:
        """Whether every trial has been asked for."""
        return self._all_asked

    def take(self) -> BlockPlan | None:
        """The next block, asked for if none waits."""
        if not self._waiting:
            self._ask()
        return self._waiting.popleft() if self._waiting else None

    def look_ahead(self) -> BlockPlan | None:
        """The block that comes next, if that can be known.

        Nothing is asked for too early: what a sampler suggests depends on the trials before,
        unless it takes no notice of them.
        """
        if self._planner.asks_ahead and not self._waiting and not self._all_asked:
            self._ask()
        return self._waiting[0] if self._waiting else None

    def put_back(self, blocks: Sequence[BlockPlan]) -> None:
        """These come before all others, in this order."""
        self._waiting.extendleft(reversed(blocks))

    def _ask(self) -> None:
        """Ask for the next block; the last one is known by its number."""
        plans = self._planner.next_block(self._size)
        self._all_asked = not plans or plans[-1].number + 1 >= self._planner.total
        if plans:
            commit(self._study)
            self._waiting.append(BlockPlan(plans))


_CARD = 512
"""Trials that a GPU trains in hardly more time than a few: benchmarks/README.md, "Lanes"."""


def block_size(device: str, trials: int, structures: Callable[[], int | None], learns: bool) -> int:
    """Trials of a block by default.

    On a CPU blocks of 4 and 16 found better networks in the same time than blocks of 1, on three
    data sets, and 16 not reliably better ones than 4 (benchmarks/README.md, "How wide a block").
    So: at least 4, and no more than leave the search eight structures. A GPU trains hundreds in
    about the time of a few, so there blocks are as wide as leaves the search its structures, up to
    eight, and a sampler that learns from results four times to do so. Those are a choice.

    Few trials are there to compare structures: of a space that has several no block is longer than
    a quarter of the trials, so that the search sees at least half as many as in blocks of one.

    Args:
        device: As a worker names it.
        trials: Of the search.
        structures: Counts those of the space; None where they are too many.
        learns: Whether what the sampler suggests depends on earlier results.
    """
    quarter = max(1, trials // 4)
    if device.startswith("cpu"):
        return min(16, max(4, trials // 8), quarter)
    count = structures()
    blocks = min(8, max(count or 8, 4 if learns else 1))
    wide = min(_CARD // 4 if learns else _CARD, max(8, -(-trials // blocks)))
    return wide if count == 1 else min(wide, quarter)
