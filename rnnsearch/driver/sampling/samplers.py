"""Optuna samplers by name, made anew for each trial from the spec's seed and the trial's number.

So a suggestion depends on the seed, the history and the number alone, and a search that was
killed and resumed goes on as if it had not been.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import optuna

from rnnsearch.driver.sampling.lately import MOST, Lately
from rnnsearch.driver.sampling.quasi_random import QuasiRandom
from rnnsearch.spec import Scalar

__all__ = ["MAKERS", "Turn", "make_sampler"]


class Turn(NamedTuple):
    """What a sampler is made of.

    Attributes:
        seed: Of the spec.
        own: Of this trial.
        startup: Trials that are suggested at random before it learns.
        population: Of an evolution.
    """

    seed: int
    own: int
    startup: int
    population: int = 50


def make_sampler(
    kind: str,
    seed: int,
    number: int,
    trials: int,
    fixed: Mapping[str, Scalar],
) -> optuna.samplers.BaseSampler:
    """The sampler that suggests trial `number`.

    Args:
        kind: As in the spec; for ``grid`` all parameters are given.
        seed: Of the spec.
        number: Of the trial, from 0.
        trials: Of the whole search: a short one leaves its random start earlier.
        fixed: Parameters that are given, because the trial shares a program with another.
    """
    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    # What a sampler can't model (a parameter that not every trial has; for cmaes, a choice) it
    # draws at random, and needs not say so for each trial.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        startup, population = min(10, max(4, trials // 6)), min(50, max(8, trials // 5))
        sampler = MAKERS[kind](Turn(seed, own, startup, population))
        if number > MOST:
            sampler = Lately(sampler)
        return optuna.samplers.PartialFixedSampler(dict(fixed), sampler) if fixed else sampler


def _tpe(turn: Turn) -> optuna.samplers.BaseSampler:
    """Bergstra et al. (2011), all parameters at once."""
    return optuna.samplers.TPESampler(
        seed=turn.own,
        n_startup_trials=turn.startup,
        multivariate=True,
        constant_liar=True,
    )


def _nsga2(turn: Turn) -> optuna.samplers.BaseSampler:
    """Deb et al. (2002)."""
    return optuna.samplers.NSGAIISampler(
        seed=turn.own,
        population_size=turn.population,
    )


def _random(turn: Turn) -> optuna.samplers.BaseSampler:
    return optuna.samplers.RandomSampler(seed=turn.own)


def _gp(turn: Turn) -> optuna.samplers.BaseSampler:
    return optuna.samplers.GPSampler(
        seed=turn.own,
        n_startup_trials=turn.startup,
        warn_independent_sampling=False,
    )


def _cmaes(turn: Turn) -> optuna.samplers.BaseSampler:
    return optuna.samplers.CmaEsSampler(
        seed=turn.own, n_startup_trials=turn.startup, warn_independent_sampling=False
    )


def _qmc(turn: Turn) -> optuna.samplers.BaseSampler:
    """One sequence for the whole study, so one seed; its place in it is kept there."""
    return QuasiRandom(turn.seed, turn.own)


MAKERS: dict[str, Callable[[Turn], optuna.samplers.BaseSampler]] = {
    "tpe": _tpe,
    "random": _random,
    "gp": _gp,
    "cmaes": _cmaes,
    "nsga2": _nsga2,
    "qmc": _qmc,
    "grid": _random,  # of which each point gives all parameters
}
"""What makes each sampler of the vocabulary."""
