"""How far a search is: counts, the best trial, time left."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rnnsearch.driver.running.watching import Lane, Snapshot
from rnnsearch.outcomes import TrialRecord, rank_key
from rnnsearch.vocabulary import Objective

__all__ = ["Tally"]


class Tally:
    """Counts trials as they end, on top of those that ended before.

    Args:
        records: Those.
        total: Trials of the whole search; None where only time ends it.
        epochs: Most of a run.
        objective: What is searched for.
        seconds: That the search may take, or None.
    """

    def __init__(
        self,
        records: Sequence[TrialRecord],
        total: int | None,
        epochs: int,
        objective: Objective,
        seconds: float | None = None,
    ) -> None:
        self._total = total
        self._seconds = seconds
        self._epochs = epochs
        self._objective = objective
        self._done = self._pruned = self._failed = self._new = 0
        self._best: TrialRecord | None = None
        self._history: list[float] = []
        self._started = time.monotonic()
        for record in records:
            if record.ended:
                self._count(record)

    @property
    def objective(self) -> Objective:
        """What is counted for."""
        return self._objective

    @property
    def best(self) -> TrialRecord | None:
        """The best COMPLETE trial."""
        return self._best

    @property
    def any_ended(self) -> bool:
        """Whether a trial ended since it counts."""
        return self._new > 0

    def add(self, record: TrialRecord) -> None:
        """Count a trial that has ended in this search."""
        self._new += 1
        self._count(record)

    def _count(self, record: TrialRecord) -> None:
        self._done += 1
        self._pruned += record.state == "PRUNED"
        self._failed += record.state == "FAIL"
        if record.state == "COMPLETE" and self._beats_best(record):
            self._best = record
        if self._best is not None and self._best.score is not None:
            self._history.append(self._best.score)

    def _beats_best(self, record: TrialRecord) -> bool:
        if self._best is None:
            return True
        return rank_key(record, self._objective) < rank_key(self._best, self._objective)

    def snapshot(self, activity: str, lanes: Sequence[Lane]) -> Snapshot:
        """The state now."""
        left = None
        elapsed = time.monotonic() - self._started
        if self._new and self._total is not None:
            left = elapsed / self._new * max(0, self._total - self._done)
        if self._seconds is not None:
            rest = max(0.0, self._seconds - elapsed)
            left = rest if left is None else min(left, rest)
        return Snapshot(
            done=self._done,
            total=self._total,
            pruned=self._pruned,
            failed=self._failed,
            best=self._best,
            activity=activity,
            lanes=lanes,
            epochs=self._epochs,
            seconds_left=left,
            history=tuple(self._history),
        )
