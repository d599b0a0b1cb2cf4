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

__all__ = ["knows_history", "make_sampler", "require_sampler"]

_EXTRAS = {"gp": ("torch", "torch")}


def knows_history(kind: str) -> bool:
    """Whether what is suggested depends on how earlier trials ended."""
    return kind in ("tpe", "gp", "cmaes")


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
        kind: As in the spec; for ``grid`` all parameters are given.
        seed: Of the spec.
        number: Of the trial, from 0.
        trials: Of the whole search: a short one leaves its random start earlier.
        fixed: Parameters that are given, because the trial shares a program with another.
    """
    # What a sampler can't model (a parameter that not every trial has; for cmaes, a choice) it
    # draws at random, and needs not say so for each trial.
    own_seed = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    startup = min(10, max(4, trials // 6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        match kind:
            case "tpe":
                sampler: optuna.samplers.BaseSampler = optuna.samplers.TPESampler(
                    seed=own_seed, n_startup_trials=startup, multivariate=True, constant_liar=True
                )
            case "gp":
                sampler = optuna.samplers.GPSampler(
                    seed=own_seed, n_startup_trials=startup, warn_independent_sampling=False
                )
            case "cmaes":
                sampler = optuna.samplers.CmaEsSampler(
                    seed=own_seed, n_startup_trials=startup, warn_independent_sampling=False
                )
            case "qmc":
                # One sequence for the whole study, so one seed; its place in it is kept there.
                sampler = optuna.samplers.QMCSampler(
                    scramble=True,
                    seed=seed,
                    independent_sampler=optuna.samplers.RandomSampler(seed=own_seed),
                    warn_independent_sampling=False,
                )
            case _:
                sampler = optuna.samplers.RandomSampler(seed=own_seed)
        return optuna.samplers.PartialFixedSampler(dict(fixed), sampler) if fixed else sampler
