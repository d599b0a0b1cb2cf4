"""Several objectives: the trials that no other is better than in all of them."""

from __future__ import annotations

from typing import Any

from rnnsearch.outcomes.fronts import front

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
    costs = {at: [_cost(trial, one) for one in objectives] for at, trial in enumerate(ended)}
    return [ended[at] for at in sorted(front(costs), key=lambda at: (costs[at], at))]


def _cost(trial: Any, objective: Any) -> float:
    """Of an objective at the trial's best epoch; the smaller the better."""
    (value,) = trial.metrics.get_history(objective.name)[-1].value
    return -float(value) if objective.direction == "max" else float(value)
