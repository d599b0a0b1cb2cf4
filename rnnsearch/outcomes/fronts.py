"""Several objectives: which trials no other beats in all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rnnsearch.outcomes.ranking import ranked
from rnnsearch.outcomes.trial import TrialRecord
from rnnsearch.vocabulary import Objective, limit_of

__all__ = ["front", "front_of_trials", "limits_of", "values_of", "violations"]


def limits_of(constraints: Mapping[str, str]) -> dict[str, float]:
    """Cost → what it must be below, of a spec's valid constraints."""
    limits = {name: limit_of(name, text) for name, text in constraints.items()}
    return {name: limit for name, limit in limits.items() if limit is not None}


def violations(costs: Mapping[str, float], limits: Mapping[str, float]) -> dict[str, float]:
    """Cost → by what share of its limit a network is above it, below 0 where it keeps it.

    Where a cost was not measured, as of a worker that died, nothing is said of it.
    """
    return {name: costs[name] / limit - 1 for name, limit in limits.items() if name in costs}


def values_of(record: TrialRecord, costs: Sequence[str]) -> list[float]:
    """What a trial that has a score is told to Optuna: that, and its costs."""
    assert record.score is not None
    return [record.score, *(record.costs.get(name, math.inf) for name in costs)]


def front(points: Mapping[int, Sequence[float]]) -> list[int]:
    """The points that no other is as good as in everything and better than in something.

    Args:
        points: Name → values, of which less is better. Of equal points all are in it.
    """
    return [
        name
        for name, own in points.items()
        if not any(
            all(a <= b for a, b in zip(other, own, strict=True)) and tuple(other) != tuple(own)
            for other in points.values()
        )
    ]


def front_of_trials(
    records: Sequence[TrialRecord], objective: Objective, costs: Sequence[str], most: int
) -> list[TrialRecord]:
    """Trials that may be on the front, best score first; the ends of it where it is too long.

    Layer by layer (Deb et al., 2002): where the front is short, what would be one without it
    follows. Scores of a search are lucky ones, so more than the front is worth a second look.
    """
    left = [one for one in ranked(records, objective) if not one.cut]
    key = objective.sort_key
    found: list[TrialRecord] = []
    while left and len(found) < most:
        points = {one.number: [key(one.score)[1], *values_of(one, costs)[1:]] for one in left}
        layer = set(front(points))
        found += _spread([one for one in left if one.number in layer], most - len(found))
        left = [one for one in left if one.number not in layer]
    return found


def _spread(trials: Sequence[TrialRecord], most: int) -> list[TrialRecord]:
    """Some of these, evenly, both ends among them."""
    if len(trials) <= most or most < 2:
        return list(trials[:most])
    places = {round(n * (len(trials) - 1) / (most - 1)) for n in range(most)}
    return [trials[place] for place in sorted(places)]
