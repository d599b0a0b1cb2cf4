"""What a sampler looks at in a long search: the best trials and the latest, not all of them.

Optuna's samplers go through every trial for each suggestion: TPE and CMA-ES in 15 and 8 ms at trial
500, ten times that at trial 5,000 (benchmarks/README.md, "The driver's own work"); a Gaussian
process takes the cube of their number. TPE has at most 25 trials that it calls good, which are the
best of all here as there; of the others it weighs those before the last 25 the less the older they
are. CMA-ES needs the last generation, a low-discrepancy sequence the first trial. All of them see
these.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Sequence
from typing import Any, cast

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, TrialState

__all__ = ["MOST", "Lately"]

_BEST = 25
"""Of Optuna's TPE, too."""

MOST = 500
"""Trials that have ended."""


class Lately(optuna.samplers.BaseSampler):
    """A sampler that is shown a part of a study. Made anew for each trial.

    Args:
        sampler: What suggests.
        most: Trials that have ended, of those that it is shown.
    """

    def __init__(self, sampler: optuna.samplers.BaseSampler, most: int = MOST) -> None:
        self._sampler = sampler
        self._most = most
        self._narrowed: _Narrowed | None = None

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """As the sampler does."""
        return self._sampler.infer_relative_search_space(self._of(study), trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """As the sampler does."""
        return self._sampler.sample_relative(self._of(study), trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """As the sampler does."""
        return self._sampler.sample_independent(
            self._of(study), trial, param_name, param_distribution
        )

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """As the sampler does."""
        self._sampler.before_trial(self._of(study), trial)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """As the sampler does."""
        self._sampler.after_trial(study, trial, state, values)

    def _of(self, study: optuna.Study) -> optuna.Study:
        """The part of a study; looked for once."""
        if self._narrowed is None:
            self._narrowed = _Narrowed(study, self._most)
        return cast("optuna.Study", self._narrowed)


class _Narrowed:
    """A study with few of its trials."""

    def __init__(self, study: optuna.Study, most: int) -> None:
        self._study = study
        self._trials = _chosen(study, most)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def _get_trials(
        self,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
        use_cache: bool = False,
    ) -> list[FrozenTrial]:
        """As Optuna's; what they hold is not to be changed."""
        return [trial for trial in self._trials if states is None or trial.state in states]


def _chosen(study: optuna.Study, most: int) -> list[FrozenTrial]:
    """The first, the best and the latest of the trials that ended, and those that have not.

    All of them where there are several objectives.
    """
    trials = study._get_trials(deepcopy=False)
    states: dict[TrialState, list[FrozenTrial]] = {state: [] for state in TrialState}
    for trial in trials:
        states[trial.state].append(trial)
    complete = states[TrialState.COMPLETE]
    ended = sorted(complete + states[TrialState.PRUNED], key=lambda trial: trial.number)
    # Of several objectives the front may be long, and an evolution goes by its generations.
    if len(ended) <= most or len(study.directions) > 1:
        return trials
    sign = -1 if study.direction == optuna.study.StudyDirection.MAXIMIZE else 1
    best = heapq.nsmallest(_BEST, complete, key=lambda trial: sign * (trial.value or 0.0))
    shown = {
        trial.number: trial
        for trial in (*ended[:1], *best, *ended[_BEST - most :], *states[TrialState.RUNNING])
    }
    return [shown[number] for number in sorted(shown)]
