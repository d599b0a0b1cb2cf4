"""Optuna's ASHA (Li et al., 2018) and Hyperband, at a cost that does not grow with the trials.

Optuna's pruners look at all trials, and Hyperband hashes the name of each, whenever one reaches a
rung. These decide the same, and note the same in the study, but keep the values at each rung
sorted between decisions. They belong to one study, which one process writes.
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Callable

import optuna

__all__ = ["Halving", "Hyperband"]

_COMPLETED = "completed_rung_"
"""Optuna's mark, with the rung's number, for the value with which a trial reached a rung."""


class Halving(optuna.pruners.SuccessiveHalvingPruner):
    """Asynchronous successive halving.

    Args:
        first: Epoch of the first rung.
        reduction: One trial in so many goes on.
    """

    def __init__(self, first: int, reduction: int) -> None:
        super().__init__(first, reduction)
        self._rungs = _Rungs(first, reduction)

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Whether the trial is to stop at the rung that it has reported."""
        return self._rungs.stops(study, trial, 0, lambda _: 0)


class Hyperband(optuna.pruners.HyperbandPruner):
    """Halving in brackets that start to stop trials at later and later rungs.

    Args:
        first: Epoch of the first bracket's first rung.
        epochs: Of a trial.
        reduction: One trial in so many goes on.
    """

    def __init__(self, first: int, epochs: int, reduction: int) -> None:
        super().__init__(first, epochs, reduction)
        self._rungs = _Rungs(first, reduction)

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Whether the trial is to stop at the rung that it has reported."""
        if not self._pruners:
            self._try_initialization(study)

        def bracket(trial: optuna.trial.FrozenTrial) -> int:
            return self._get_bracket_id(study, trial)

        return self._rungs.stops(study, trial, bracket(trial), bracket)


class _Rungs:
    """The values with which trials reached each rung of each bracket, ascending."""

    def __init__(self, first: int, reduction: int) -> None:
        self._first = first
        self._reduction = reduction
        self._values: defaultdict[tuple[int, int], list[float]] | None = None

    def stops(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        bracket: int,
        bracket_of: Callable[[optuna.trial.FrozenTrial], int],
    ) -> bool:
        """Whether a trial of this bracket stops at its last report; `bracket_of` the others."""
        if self._values is None:
            self._values = _known(study, bracket_of)
        if trial.last_step is None:
            return False
        value = trial.intermediate_values[trial.last_step]
        rung = sum(key.startswith(_COMPLETED) for key in trial.system_attrs)
        while trial.last_step >= self._first * self._reduction ** (bracket + rung):
            if math.isnan(value):
                return True
            study._storage.set_trial_system_attr(trial._trial_id, f"{_COMPLETED}{rung}", value)
            values = self._values[bracket, rung]
            bisect.insort(values, value)
            if not self._promotes(values, value, study.direction.name == "MAXIMIZE"):
                return True
            rung += 1
        return False

    def _promotes(self, values: list[float], value: float, maximize: bool) -> bool:
        """Whether a value is among the best of its rung; of the first few, only the best is."""
        place = max(0, len(values) // self._reduction - 1)
        return value >= values[-1 - place] if maximize else value <= values[place]


def _known(
    study: optuna.Study, bracket_of: Callable[[optuna.trial.FrozenTrial], int]
) -> defaultdict[tuple[int, int], list[float]]:
    """What an earlier process noted in the study."""
    known: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for trial in study.get_trials(deepcopy=False):
        for key, value in trial.system_attrs.items():
            if key.startswith(_COMPLETED):
                known[bracket_of(trial), int(key.removeprefix(_COMPLETED))].append(value)
    for values in known.values():
        values.sort()
    return known
