"""When a search that only time ends has nothing more to gain.

A round is a number of trials in a row. By how much the best of all got better in it is measured on
the divisions of the data, pair by pair; where that is next to nothing in two rounds, more trials
are a waste of somebody's night.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from rnnsearch.driver.comparing.standing import difference
from rnnsearch.outcomes import TrialRecord, ranked
from rnnsearch.vocabulary import Objective

__all__ = ["Rounds"]

_TRIALS = 32
"""Of a round."""

_GAIN = 0.25
"""Standard errors by which the best must get better in a round."""

_ROUNDS = 2
"""In a row without such a gain, which end the search."""


class Rounds:
    """Counts the rounds without gain; a function of the trials that ended, in whatever order.

    Args:
        objective: What is searched for.
        folds: k of the data's division.
    """

    def __init__(self, objective: Objective, folds: int) -> None:
        self._objective = objective
        self._folds = folds
        self._ended: dict[int, TrialRecord] = {}

    def add(self, records: Iterable[TrialRecord]) -> None:
        """Note trials that have ended; others are passed over."""
        self._ended |= {record.number: record for record in records if record.ended}

    @property
    def without_gain(self) -> bool:
        """Whether the last rounds that are over gained next to nothing."""
        over = 0
        while all(n in self._ended for n in range(over * _TRIALS, (over + 1) * _TRIALS)):
            over += 1
        if over <= _ROUNDS:
            return False
        return not any(self._gained(number) for number in range(over - _ROUNDS, over))

    def _gained(self, number: int) -> bool:
        """Whether round `number`, from 0, made the best of all better by enough."""
        before, after = self._best(number * _TRIALS), self._best((number + 1) * _TRIALS)
        if before is None or after is None:
            return after is not None
        if before.number == after.number:
            return False
        one, other = after.run_scores, before.run_scores
        if len(one) != len(other) or len(one) < 2:
            return True
        gap = difference(one, other, self._folds)
        return math.isinf(gap.error) or abs(gap.mean) >= _GAIN * gap.error

    def _best(self, trials: int) -> TrialRecord | None:
        order = ranked([self._ended[n] for n in range(trials)], self._objective)
        return order[0] if order else None
