"""How many trials an oracle of KerasTuner's is asked for before any of them is told."""

from __future__ import annotations

from typing import Any

import keras_tuner

from rnnsearch.ahead import usable_cores

__all__ = ["block_of", "tells_nothing"]

_WAITING = 32
"""Trials at once of an oracle that waits for what it must know by itself."""

_WHILE_STARTING = 16
"""Trials at once where a process must start before it trains the first."""


def tells_nothing(oracle: Any) -> bool:
    """Whether what an oracle proposes doesn't depend on how trials ended."""
    return type(oracle) is keras_tuner.oracles.RandomSearchOracle


def block_of(oracle: Any, given: int | None = None, *, apart: bool = False) -> int:
    """Trials to have in hand at once.

    Args:
        oracle: Of KerasTuner's own, or another: that is asked for one at a time.
        given: By the user.
        apart: Whether another process trains, so that models are built while it starts.
    """
    if given is not None:
        return given
    kind = type(oracle)
    if tells_nothing(oracle):
        return max(2 * usable_cores() + 2, _WHILE_STARTING if apart else 0)
    if kind in (keras_tuner.oracles.HyperbandOracle, keras_tuner.oracles.GridSearchOracle):
        return _WAITING
    if kind is keras_tuner.oracles.BayesianOptimizationOracle:
        return _bayesian(oracle)
    return 1


def _bayesian(oracle: Any) -> int:
    """All points that it draws at random, then one for each core, whose end it guesses."""
    dimensions = len(oracle.hyperparameters.space)
    first = oracle.num_initial_points or max(3 * dimensions, 3)
    left = first - sum(trial.status == "COMPLETED" for trial in oracle.trials.values())
    return min(left, _WAITING) if left > 0 else usable_cores()
