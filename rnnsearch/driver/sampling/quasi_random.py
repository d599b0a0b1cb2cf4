"""Optuna's low-discrepancy sequence, of which a trial keeps its place.

Optuna counts in the study how many points were taken, and takes another whenever a trial is asked
for. A trial that is asked for again, as after a kill, would get another point, and so would all
after it. Here its place is noted with the trial before it is counted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution

__all__ = ["QuasiRandom"]

_PLACE = "qmc:place"
_NONE = -1
"""The place of a trial that takes no point: the first of a study, of which the space is learnt."""


class QuasiRandom(optuna.samplers.QMCSampler):
    """A scrambled Sobol sequence. Made anew for each trial.

    Args:
        seed: Of the study.
        own: Of the trial, for parameters that the sequence has no coordinate for.
    """

    def __init__(self, seed: int, own: int) -> None:
        super().__init__(
            scramble=True,
            seed=seed,
            independent_sampler=optuna.samplers.RandomSampler(seed=own),
            warn_independent_sampling=False,
        )
        self._trial: optuna.trial.FrozenTrial | None = None

    def infer_relative_search_space(
        self, study: optuna.Study, trial: optuna.trial.FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The parameters that have coordinates."""
        if trial.system_attrs.get(_PLACE) == _NONE:
            return {}
        space = super().infer_relative_search_space(study, trial)
        if not space:
            study._storage.set_trial_system_attr(trial._trial_id, _PLACE, _NONE)
        return space

    def sample_relative(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """The point of a trial."""
        self._trial = trial
        return super().sample_relative(study, trial, search_space)

    def _find_sample_id(
        self, study: optuna.Study, search_space: Mapping[str, BaseDistribution]
    ) -> int:
        """Which point of the sequence, from 0; noted so that a kill in between changes none."""
        assert self._trial is not None, "called by `sample_relative`"
        storage, key = study._storage, self._key(search_space)
        taken = storage.get_study_system_attrs(study._study_id).get(key, -1)
        place = self._trial.system_attrs.get(_PLACE)
        if place is None:
            place = taken + 1
            storage.set_trial_system_attr(self._trial._trial_id, _PLACE, place)
        if taken < place:
            storage.set_study_system_attr(study._study_id, key, place)
        return int(place)

    def _key(self, search_space: Mapping[str, BaseDistribution]) -> str:
        """Optuna's name for how many points of a space were taken."""
        known = {
            "qmc_type": self._qmc_type,
            "search_space": {name: str(one) for name, one in sorted(search_space.items())},
            "scramble": True,
            "seed": self._seed,
        }
        return f"qmc:{hashlib.sha256(json.dumps(known).encode()).hexdigest()}"
