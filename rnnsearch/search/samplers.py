"""Optuna samplers by name, made anew for each trial from the spec's seed and the trial's number.

So a suggestion depends on the seed, the history and the number alone, and a search that was
killed and resumed goes on as if it had not been.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Mapping

import numpy as np
import optuna

from rnnsearch.errors import MissingExtra
from rnnsearch.spec import Scalar

__all__ = ["make_sampler", "require_sampler"]

_EXTRAS = {"gp": ("torch", "torch"), "cmaes": ("cmaes", "cmaes")}


def require_sampler(kind: str) -> None:
    """Fail early where a sampler's library is not installed.

    Raises:
        MissingExtra: It is not.
    """
    library, extra = _EXTRAS.get(kind, ("", ""))
    if library and importlib.util.find_spec(library) is None:
        raise MissingExtra(library, extra, f"sampler: {kind}")


def make_sampler(
    kind: str, seed: int, number: int, trials: int, fixed: Mapping[str, Scalar]
) -> optuna.samplers.BaseSampler:
    """The sampler that suggests trial `number`.

    Args:
        kind: As in the spec, but for ``grid``, which needs no sampler.
        seed: Of the spec.
        number: Of the trial, from 0.
        trials: Of the whole search: a short one leaves its random start earlier.
        fixed: Parameters that are given, because the trial shares a program with another.
    """
    sampler = _sampler(kind, int(np.random.SeedSequence([seed, number]).generate_state(1)[0]), trials)
    if not fixed:
        return sampler
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.PartialFixedSampler(dict(fixed), sampler)


def _sampler(kind: str, seed: int, trials: int) -> optuna.samplers.BaseSampler:
    startup = min(10, max(4, trials // 6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        match kind:
            case "tpe":
                return optuna.samplers.TPESampler(
                    seed=seed,
                    n_startup_trials=startup,
                    multivariate=True,
                    constant_liar=True,
                    warn_independent_sampling=False,
                )
            case "gp":
                return optuna.samplers.GPSampler(
                    seed=seed, n_startup_trials=startup, warn_independent_sampling=False
                )
            case "cmaes":
                return optuna.samplers.CmaEsSampler(
                    seed=seed, n_startup_trials=startup, warn_independent_sampling=False
                )
            case "qmc":
                # The sequence goes on from trial to trial, so it has one seed; it is kept in
                # the study. Its own warnings speak of that.
                return optuna.samplers.QMCSampler(
                    scramble=True, seed=0, warn_independent_sampling=False
                )
            case _:
                return optuna.samplers.RandomSampler(seed=seed)
