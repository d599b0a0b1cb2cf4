"""Several objectives: the trials that no other is better than in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["pareto_trials"]


def pareto_trials(tuner: Any) -> list[Any]:
    """Trials of a search for several objectives that are best in one, or a compromise.

    KerasTuner searches for their sum, which is one point of this front.

    Args:
        tuner: Of `objective=[…]`, after its search. Of one objective the best trials are the front.

    Returns:
        KerasTuner's trials, each judged at its best epoch; the best in the first objective first.
    """
    objective = tuner.oracle.objective
    objectives = getattr(objective, "objectives", [objective])
    ended = [trial for trial in tuner.oracle.trials.values() if trial.status == "COMPLETED"]
    costs = [[_cost(trial, one) for one in objectives] for trial in ended]
    front = [
        (cost, number)
        for number, cost in enumerate(costs)
        if not any(_dominates(other, cost) for other in costs)
    ]
    return [ended[number] for _, number in sorted(front)]


def _cost(trial: Any, objective: Any) -> float:
    """Of an objective at the trial's best epoch; the smaller the better."""
    (value,) = trial.metrics.get_history(objective.name)[-1].value
    return -float(value) if objective.direction == "max" else float(value)


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one is nowhere worse, and somewhere better."""
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
