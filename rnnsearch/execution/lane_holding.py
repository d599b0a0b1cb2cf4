"""Who holds the lanes of a session: runs in training, and such as only keep others from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from rnnsearch.engines import Program, Run, SavedLane, Session
from rnnsearch.execution.checkpoints import Kept
from rnnsearch.execution.messages import Ended
from rnnsearch.outcomes import Epoch

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LaneHolders", "Progress"]


@dataclass
class Progress:
    """A run in its lane."""

    run: Run
    epochs: int = 0
    seconds: float = 0.0
    best: Epoch | None = None
    last: Epoch | None = None
    curve: list[Epoch] = field(default_factory=list)
    reached: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Kept) -> Progress:
        """How far a run was when it was kept."""
        curve, reached = list(kept.curve), dict(kept.reached)
        return cls(kept.run, kept.epochs, kept.seconds, kept.best, kept.last, curve, reached)

    def kept(self, arrays: Sequence[np.ndarray], ended: Ended | None = None) -> Kept:
        """How far the run is, with the arrays of its lane."""
        so_far = (self.epochs, self.seconds, self.best, self.last, self.curve, self.reached)
        return Kept(self.run, *so_far, arrays, ended)

    def add(
        self, metrics: Mapping[str, float], program: Program, seconds: float, epochs: int
    ) -> None:
        """Note what some more epochs came to."""
        self.epochs += epochs
        self.seconds += seconds
        value = metrics[program.objective]
        self.last = Epoch(self.epochs, metrics)
        self.curve.append(self.last)
        if self.best is None or program.goal.better(value, self.best.metrics[program.objective]):
            self.best = self.last

    @property
    def since_best(self) -> int:
        """Epochs since the best one."""
        return self.epochs - (self.best.number if self.best else 0)


@final
class LaneHolders:
    """Lanes by who is in them.

    Attributes:
        training: Lane → the run that trains in it.
        held: Lane → epochs for which a run that ended before, or waits for its checkpoint to
            be due, still holds it.
        asleep: Lane → the run that goes on in it from a checkpoint, when it is held no more.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.training: dict[int, Progress] = {}
        self.held: dict[int, int] = {}
        self.asleep: dict[int, Kept] = {}

    @property
    def any(self) -> bool:
        """Whether somebody holds one."""
        return bool(self.training or self.held)

    def load(self, fresh: Mapping[int, Run]) -> None:
        """Start runs from scratch."""
        if fresh:
            self._session.load(fresh)
            self.training.update({lane: Progress(run) for lane, run in fresh.items()})

    def lay_down(self, lane: int, kept: Kept) -> None:
        """Keep a lane for a run until its checkpoint is due."""
        self.asleep[lane] = kept
        self.held[lane] = kept.epochs

    def wake(self, lanes: Iterable[int]) -> None:
        """Go on with the runs that sleep in these lanes."""
        woken = {lane: self.asleep.pop(lane) for lane in lanes}
        for lane in woken:
            self.held.pop(lane, None)
        saved = {lane: SavedLane(k.run, k.epochs, k.arrays) for lane, k in woken.items()}
        restored = self._session.restore(saved) if saved else frozenset()
        self.training.update({lane: Progress.of(woken[lane]) for lane in restored})
        # Of another version's arrays, say; the run is none the worse for it.
        self.load({lane: one.run for lane, one in woken.items() if lane not in restored})

    def let_pass(self, ticks: int) -> list[int]:
        """Let epochs pass for the lanes that are held; those that are held no more."""
        self.held = {lane: left - ticks for lane, left in self.held.items()}
        over = [lane for lane, left in self.held.items() if not left]
        self.wake([lane for lane in over if lane in self.asleep])
        free = [lane for lane in over if lane in self.held]
        for lane in free:
            del self.held[lane]
        return free
