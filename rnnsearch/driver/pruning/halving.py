"""Optuna's successive halving and Hyperband, at the same cost a trial however many there were.

Optuna's look at all trials of a study whenever one reaches a rung: 20 ms at trial 5,000
(benchmarks/README.md). Here each rung keeps its values in order. What they decide is the same.
"""

from __future__ import annotations

import math
from bisect import insort

import optuna

__all__ = ["Halving", "Hyperband"]

_Study = optuna.study.Study
_Trial = optuna.trial.FrozenTrial


class _Rungs:
    """The values with which trials reached each rung, of one bracket.

    Args:
        first: Epochs of the lowest rung.
        reduction: η, by which rungs are apart, and of which share of the trials one goes on.
    """

    def __init__(self, first: int, reduction: int) -> None:
        self._first = first
        self._reduction = reduction
        self._values: list[list[float]] = []

    def know(self, trial: _Trial) -> None:
        """Add what an earlier process noted of a trial."""
        rung = 0
        while _key(rung) in trial.system_attrs:
            self._add(rung, trial.system_attrs[_key(rung)])
            rung += 1

    def prune(self, study: _Study, trial: _Trial) -> bool:
        """Whether a trial is not among the best of a rung that it has just reached."""
        step = trial.last_step
        if step is None:
            return False
        value, rung = trial.intermediate_values[step], 0
        while _key(rung) in trial.system_attrs:
            rung += 1
        while step >= self._first * self._reduction**rung:
            if math.isnan(value):
                return True
            study._storage.set_trial_system_attr(trial._trial_id, _key(rung), value)
            if not self._goes_on(self._add(rung, value), value, study.direction):
                return True
            rung += 1
        return False

    def _add(self, rung: int, value: float) -> list[float]:
        while len(self._values) <= rung:
            self._values.append([])
        insort(self._values[rung], value)
        return self._values[rung]

    def _goes_on(
        self, values: list[float], value: float, direction: optuna.study.StudyDirection
    ) -> bool:
        """Whether it is in the best share; of too few trials for one, whether it is the best."""
        place = max(len(values) // self._reduction - 1, 0)
        if direction == optuna.study.StudyDirection.MAXIMIZE:
            return value >= values[-(place + 1)]
        return value <= values[place]


def _key(rung: int) -> str:
    """Optuna's name for what a trial had at a rung."""
    return f"completed_rung_{rung}"


class Halving(optuna.pruners.BasePruner):
    """Successive halving without waiting (ASHA; Li et al., 2018)."""

    def __init__(self, first: int, reduction: int) -> None:
        self._rungs = _Rungs(first, reduction)
        self._knows = False

    def prune(self, study: _Study, trial: _Trial) -> bool:
        """Whether a trial is to end at the rung that it has reached."""
        if not self._knows:
            self._knows = True
            for other in study.get_trials(deepcopy=False):
                self._rungs.know(other)
        return self._rungs.prune(study, trial)


class Hyperband(optuna.pruners.HyperbandPruner):
    """Hyperband (Li et al., 2017): brackets of `Halving` that begin at different rungs.

    Optuna's own class, as samplers of Optuna look at trials of one bracket where they see it.
    """

    def __init__(self, first: int, last: int, reduction: int) -> None:
        super().__init__(first, last, reduction)
        self._first = first
        self._brackets: list[_Rungs] = []
        self._bracket_of: dict[int, int] = {}

    def prune(self, study: _Study, trial: _Trial) -> bool:
        """Whether a trial is to end at the rung that it has reached."""
        if not self._brackets:
            self._try_initialization(study)
            self._brackets = [
                _Rungs(self._first * self._reduction_factor**number, self._reduction_factor)
                for number in range(len(self._pruners))
            ]
            for other in study.get_trials(deepcopy=False):
                self._brackets[self._get_bracket_id(study, other)].know(other)
        return self._brackets[self._get_bracket_id(study, trial)].prune(study, trial)

    def _get_bracket_id(self, study: _Study, trial: _Trial) -> int:
        """A trial's bracket, which is computed once."""
        if not self._pruners:
            return super()._get_bracket_id(study, trial)
        if trial.number not in self._bracket_of:
            self._bracket_of[trial.number] = super()._get_bracket_id(study, trial)
        return self._bracket_of[trial.number]
