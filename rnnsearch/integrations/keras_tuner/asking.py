"""How many trials an oracle of KerasTuner's is asked for before any of them is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras_tuner

from rnnsearch.ahead import usable_cores

__all__ = ["asks_more", "offer_again", "tells_nothing"]

_WAITING = 32
"""Trials at once of an oracle that waits for what it must know by itself."""

_WHILE_STARTING = 16
"""Trials at once where a process must start before it trains the first."""


def tells_nothing(oracle: Any) -> bool:
    """Whether what an oracle proposes doesn't depend on how trials ended."""
    return type(oracle) is keras_tuner.oracles.RandomSearchOracle


def asks_more(oracle: Any, under_way: int, given: int | None = None, *, apart: bool) -> bool:
    """Whether to ask for another trial before those under way have ended.

    Args:
        oracle: Of KerasTuner's own, or another: that is asked for one at a time.
        under_way: How many trials are.
        given: How many there may be at once, by the user.
        apart: Whether another process trains, so that models are built while it starts.
    """
    if not under_way:
        return True
    if given is None and type(oracle) is keras_tuner.oracles.HyperbandOracle:
        return under_way < _WAITING and _fills_a_round(oracle)
    return under_way < (_block(oracle, apart) if given is None else given)


def _fills_a_round(oracle: Any) -> bool:
    """Whether the next trial is one of a round that has begun: it depends on none of these.

    Past a full round KerasTuner, which trains one at a time, takes the best of it; an oracle that
    is asked earlier opens another bracket, and its trials are others.
    """
    return any(
        0 < len(trials) < oracle._get_size(bracket["bracket_num"], number)
        for bracket in oracle._brackets
        for number, trials in enumerate(bracket["rounds"])
    )


def _block(oracle: Any, apart: bool) -> int:
    """Trials to have in hand at once."""
    kind = type(oracle)
    if tells_nothing(oracle):
        return max(2 * usable_cores() + 2, _WHILE_STARTING if apart else 0)
    if kind is keras_tuner.oracles.GridSearchOracle:
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


def offer_again(oracle: Any, interrupted: Iterable[Any]) -> None:
    """Have an oracle offer trials that a search was interrupted in, as KerasTuner's does its one.

    It would wait for them for ever else: they were asked for under names that nobody bears again.
    """
    left = [trial.trial_id for trial in interrupted if trial.status == "RUNNING"]
    held = oracle.ongoing_trials
    for tuner_id in [name for name, trial in held.items() if trial.trial_id in left]:
        del held[tuner_id]
    oracle._retry_queue += reversed(left)  # which it takes from its end
