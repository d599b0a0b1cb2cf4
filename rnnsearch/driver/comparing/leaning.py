"""Chances that lean towards rare classes, where every class counts as much as any other.

A network learns how likely each class is. The likeliest is the best guess where sequences count
alike; where classes do, as in the mean of F1 over classes, a rare one should be guessed sooner. So
each chance is divided by a power of the class's share of the training part: 0 changes nothing, 1 is
the logit adjustment of Menon et al. (2021, "Long-tail learning via logit adjustment").
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from rnnsearch.data import Dataset
from rnnsearch.driver.comparing.averages import Court, Outputs
from rnnsearch.driver.comparing.standing import difference
from rnnsearch.vocabulary import Objective, counts_evenly

__all__ = ["class_shares", "favours", "lean", "leaned"]

_POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)

_GAIN = 1.0
"""Standard errors by which leaning must make the objective better."""


def class_shares(dataset: Dataset) -> np.ndarray:
    """(C,) how much of the training part each class is; each counts one more than it has."""
    train = dataset.train
    counts = np.bincount(train.y.ravel(), train.weights.ravel() > 0, dataset.target.width) + 1.0
    return np.asarray(counts / counts.sum())


def favours(shares: np.ndarray, power: float) -> np.ndarray:
    """(C,) what each class's chance is multiplied with before they sum to one again."""
    return np.asarray(shares**-power)


def leaned(chances: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """(…, C) chances times (C,) factors, summing to one again."""
    weighed = chances * factors
    return np.asarray(weighed / weighed.sum(-1, keepdims=True))


def lean(
    court: Court, outputs: Outputs, objective: Objective, folds: int
) -> tuple[float, list[dict[str, float]]]:
    """How far chances lean, and what they come to on each division.

    A division is judged by the power that does best on the others; and nothing leans unless that
    makes the objective better by enough.

    Args:
        court: Judges.
        outputs: Chances of each division.
        objective: What is searched for.
        folds: k of the k-fold; 1 of rolling origins.

    Returns:
        The power, and ``val_…`` of each division.
    """
    plain = court.judged(outputs)
    texts = court.datasets[0].target.tokens
    if not counts_evenly(objective) or texts or len(outputs) < 2:
        return 0.0, plain
    tried = {power: plain if not power else _judged(court, outputs, power) for power in _POWERS}
    places = range(len(outputs))
    judged = [
        tried[_best(tried, [one for one in places if one != place], objective)][place]
        for place in places
    ]
    gap = difference(_values(judged, objective), _values(plain, objective), folds)
    gain = gap.mean if objective.maximize else -gap.mean
    power = _best(tried, places, objective)
    return (power, judged) if gain > _GAIN * gap.error and power else (0.0, plain)


def _judged(court: Court, outputs: Outputs, power: float) -> list[dict[str, float]]:
    pairs = zip(outputs, court.datasets, strict=True)
    return court.judged([leaned(one, favours(class_shares(of), power)) for one, of in pairs])


def _best(
    tried: Mapping[float, Sequence[Mapping[str, float]]],
    places: Sequence[int],
    objective: Objective,
) -> float:
    """The power that does best on some divisions; of equal ones the smallest."""

    def score(power: float) -> float:
        """Its mean over them."""
        return statistics.fmean(tried[power][place][objective.name] for place in places)

    found = objective.best_of(_POWERS, score)
    return 0.0 if found is None else found


def _values(judged: Sequence[Mapping[str, float]], objective: Objective) -> list[float]:
    return [one[objective.name] for one in judged]
