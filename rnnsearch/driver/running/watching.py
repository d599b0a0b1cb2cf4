"""What a search says of itself while it runs, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from rnnsearch.outcomes import Epoch, TrialRecord

__all__ = ["Lane", "Noting", "Observer", "Snapshot"]


@dataclass(frozen=True)
class Lane:
    """A run in training, for the display; `run` is None where its trial has no other."""

    trial: int
    epoch: int
    score: float | None
    run: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """The state of a search at one moment; what a display draws.

    Attributes:
        done: Trials that ended, over all resumes, of which `pruned` and `failed`.
        total: Of the whole search; None where only time ends it.
        best: The best COMPLETE trial so far.
        activity: What is running now: ``compiling GRU 2x32``, ``training GRU 2x32 (8 lanes)``.
        lanes: The runs in training.
        seconds_left: Estimate, None while there is nothing to estimate from.
        history: The best score so far after each trial that ended, from the first that had one.
        verdicts: The latest trials on whose training there is a verdict, with its name.
    """

    done: int
    total: int | None
    pruned: int
    failed: int
    best: TrialRecord | None
    activity: str
    lanes: Sequence[Lane]
    epochs: int
    seconds_left: float | None
    history: Sequence[float] = ()
    verdicts: Sequence[tuple[int, str]] = ()


@runtime_checkable
class Noting(Protocol):
    """An observer that is also told what was guessed of the data."""

    def noted(self, notes: Sequence[str]) -> None:
        """Before anything is trained."""


class Observer(Protocol):
    """Who is told of a search's progress; called from the driver's thread, in order."""

    def started(self, device: str) -> None:
        """Workers are up and run on `device`, as the backend names it."""

    def progressed(self, snapshot: Snapshot) -> None:
        """Something changed; at most a few times a second."""

    def ended(
        self,
        record: TrialRecord,
        curves: Sequence[Sequence[Epoch]],
        weights: Sequence[np.ndarray] | None,
    ) -> None:
        """A trial ended.

        Args:
            record: How.
            curves: The learning curve of each of its runs.
            weights: Where the state is COMPLETE, those of its best run at its best epoch; of
                the best on the last fold where there are folds.
        """
