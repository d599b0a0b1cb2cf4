"""Racing: a configuration is trained on a few divisions of the data, and on all if it is worth it.

One division says little, so nothing is dropped on one. A trial is dropped when it is worse than the
best so far on every division that both were trained on, and is not among the better third of all
that got as far. The first rule is a paired comparison (Birattari et al., 2002): divisions differ
more than configurations do. The second is that of successive halving (Li et al., 2018), and lets
some through while nothing is known yet.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from rnnsearch.outcomes import TrialRecord
from rnnsearch.vocabulary import Objective

__all__ = ["Field", "stages"]

_FIRST = 2
"""Divisions on which every trial is trained."""

_REDUCTION = 3
"""The best of so many goes on, whatever the best of all."""


def stages(folds: int, runs: int) -> tuple[int, ...]:
    """After how many runs trials are compared.

    Args:
        folds: Divisions of the data.
        runs: Of a trial.
    """
    return (_FIRST,) if folds > _FIRST and runs > _FIRST else ()


class Field:
    """The trials that a race has seen: what each reached on each division.

    Args:
        objective: What they race for.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._scores: list[tuple[float, ...]] = []
        self._best: tuple[float, ...] = ()

    def add(self, record: TrialRecord) -> None:
        """A trial ended; one without a score on the first divisions is no measure for others."""
        scores = record.run_scores
        if record.state == "FAIL" or record.cut or len(scores) < _FIRST:
            return
        self._scores.append(scores)
        if record.state == "COMPLETE":
            best = statistics.fmean(self._best) if self._best else None
            if self._objective.better(statistics.fmean(scores), best):
                self._best = scores

    def dropped(self, scores: Mapping[int, Sequence[float]]) -> frozenset[int]:
        """The trials that do not go on.

        Args:
            scores: Trial → what it reached on each division so far, as many of each.
        """
        count, key = min(map(len, scores.values())), self._objective.sort_key
        known = [key(statistics.fmean(earlier[:count])) for earlier in self._scores]
        means = {t: key(statistics.fmean(values[:count])) for t, values in scores.items()}
        every = sorted([*known, *means.values()])
        bound = every[max(1, -(-len(every) // _REDUCTION)) - 1]
        rival = self._best or scores[min(means, key=lambda trial: (means[trial], trial))]
        return frozenset(
            trial
            for trial, values in scores.items()
            if means[trial] > bound
            and all(
                self._objective.better(other, own)
                for own, other in zip(values[:count], rival[:count], strict=True)
            )
        )
