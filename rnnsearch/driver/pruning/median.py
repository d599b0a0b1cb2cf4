"""Optuna's median rule, at the same cost a trial however many there were.

Optuna's looks at all trials whenever one is judged. Here what completed trials had at each epoch is
kept in order, and looked for only among trials that may have ended since. What it decides is the
same.
"""

from __future__ import annotations

import math
from bisect import insort

import numpy as np
import optuna

__all__ = ["Median"]

_Study = optuna.study.Study
_Trial = optuna.trial.FrozenTrial
_COMPLETE = optuna.trial.TrialState.COMPLETE


class Median(optuna.pruners.BasePruner):
    """Stops a trial whose best is worse than the median of others at the same epoch.

    Args:
        startup: Trials that must be complete before any is stopped.
        warmup: The first epoch at which one may be.
    """

    def __init__(self, startup: int, warmup: int) -> None:
        self._startup = max(1, startup)
        self._warmup = warmup
        self._complete = 0
        self._values: dict[int, list[float]] = {}
        self._going: set[int] = set()
        self._next = 0

    def prune(self, study: _Study, trial: _Trial) -> bool:
        """Whether a trial is to end at the epoch that it has reported last."""
        step = trial.last_step
        self._learn(study)
        if step is None or step < self._warmup or self._complete < self._startup:
            return False
        reported = [value for value in trial.intermediate_values.values() if not math.isnan(value)]
        if not reported:
            return True
        others = self._values.get(step)
        if not others:
            return False
        half = len(others) // 2
        median = float(
            np.median(others[half - 1 : half + 1] if len(others) % 2 == 0 else others[half])
        )
        if math.isnan(median):  # between two infinities
            return False
        if study.direction == optuna.study.StudyDirection.MAXIMIZE:
            return max(reported) < median
        return min(reported) > median

    def _learn(self, study: _Study) -> None:
        """Take in the trials that have ended since."""
        storage, id_ = study._storage, study._study_id
        while True:
            try:
                storage.get_trial_id_from_study_id_trial_number(id_, self._next)
            except KeyError:
                break
            self._going.add(self._next)
            self._next += 1
        for number in sorted(self._going):
            trial = storage.get_trial(storage.get_trial_id_from_study_id_trial_number(id_, number))
            if not trial.state.is_finished():
                continue
            self._going.remove(number)
            if trial.state == _COMPLETE:
                self._add(trial)

    def _add(self, trial: _Trial) -> None:
        """Note what a complete trial had."""
        self._complete += 1
        for step, value in trial.intermediate_values.items():
            if not math.isnan(value):
                insort(self._values.setdefault(step, []), value)
