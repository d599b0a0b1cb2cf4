"""How sure a score is, and which scores can't be told apart."""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnsearch.tasks.metrics import value_range
from rnnsearch.vocabulary import Objective

__all__ = ["Estimate", "difference", "estimate", "near", "simplest", "spread", "tied"]

_SURE = 1.96
"""Standard errors to each side that hold the true value 19 times in 20."""

_ALIKE = 0.98
"""How often trials that are the same tie, all of them: of 100 searches at least 95 then do, not one
time in two but nearly always (benchmarks/README.md, *Configurations that are the same*)."""


def spread(scores: Sequence[float]) -> float | None:
    """The sample standard deviation of two scores or more."""
    return statistics.stdev(scores) if len(scores) > 1 else None


@dataclass(frozen=True)
class Estimate:
    """A mean and how far it may be off.

    Attributes:
        mean: Over runs.
        error: Its standard error; infinite of one run, which does not say.
    """

    mean: float
    error: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.mean - _SURE * self.error

    @property
    def high(self) -> float:
        """Upper end of it."""
        return self.mean + _SURE * self.error

    def interval(self, metric: str) -> tuple[float, float]:
        """Both ends of it, within what ``val_<metric>`` can be; infinite where nothing is known."""
        if math.isinf(self.error):
            return self.low, self.high
        least, most = value_range(metric)
        return max(self.low, least), min(self.high, most)

    @property
    def holds_zero(self) -> bool:
        """Whether the true value may be zero."""
        return self.low <= 0 <= self.high


def estimate(scores: Sequence[float], folds: int) -> Estimate:
    """The mean of the scores of runs, and its standard error.

    Runs on overlapping training parts are alike, so that the error of a plain mean is too small:
    corrected as by Nadeau & Bengio (2003), s² (1/n + n_test/n_train).

    Args:
        scores: One a run.
        folds: k of the k-fold that they are from, of which each trains on k - 1 parts and is
            judged on one; 1 where runs differ in their seed only.
    """
    count = len(scores)
    error = math.inf
    if count > 1:
        overlap = 1 / (folds - 1) if folds > 1 else 0.0
        error = statistics.stdev(scores) * math.sqrt(1 / count + overlap)
    return Estimate(statistics.fmean(scores), error)


def difference(one: Sequence[float], other: Sequence[float], folds: int) -> Estimate:
    """By how much scores differ, pair by pair: runs of the same part of the data."""
    return estimate([a - b for a, b in zip(one, other, strict=True)], folds)


def simplest(
    scores: Mapping[int, Sequence[float]],
    sizes: Mapping[int, int],
    objective: Objective,
    folds: int,
) -> int:
    """The one with the fewest weights of those within a standard error of the best.

    The rule of Breiman et al. (1984), with the error of the difference from the best, pair by pair.

    Args:
        scores: Trial → what it reached on each part, the same parts of each; not empty.
        sizes: Trial → weights.
        objective: What is better.
        folds: As of `estimate`.
    """
    means = {trial: statistics.fmean(values) for trial, values in scores.items()}
    best = min(means, key=lambda trial: (objective.sort_key(means[trial]), sizes[trial], trial))
    within = [
        trial
        for trial, values in scores.items()
        if trial == best
        or abs((gap := difference(values, scores[best], folds)).mean) <= gap.error < math.inf
    ]
    return min(within, key=lambda trial: (sizes[trial], objective.sort_key(means[trial]), trial))


def near(scores: Mapping[int, Sequence[float]], winner: int, folds: int) -> list[int]:
    """The trials that are worth averaging with the winner, which is left out.

    Those whose own difference from it may be none; of several that are as good as it, chance puts
    some outside: nothing is said of these. `tied` is what is published.
    """
    return [
        trial
        for trial, values in scores.items()
        if trial != winner and difference(values, scores[winner], folds).holds_zero
    ]


def tied(scores: Mapping[int, Sequence[float]], winner: int, folds: int) -> list[int]:
    """The trials that can't be told apart from the winner, which is left out.

    The winner is the best of several, and each of the others is compared with it: by a bound for
    all pairs at once (Tukey, 1949), which trials that are the same all keep 49 times in 50. What
    runs of one configuration differ by, the differences of the parts of the data taken out, is
    estimated from all configurations together: each has a few runs. The correction for training
    parts that overlap is that of `estimate`.

    Args:
        scores: Trial → what it reached on each part, the same parts of each.
        winner: One of them.
        folds: As of `estimate`.
    """
    table = np.array(list(scores.values()))
    count, runs = table.shape
    others = [trial for trial in scores if trial != winner]
    freedom = (count - 1) * (runs - 1)
    if freedom < 1:
        return others
    left = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    overlap = 1 / (folds - 1) if folds > 1 else 0.0
    error = math.sqrt(float((left**2).sum()) / freedom * (1 / runs + overlap))
    bound, best = _all_pairs(count, freedom) * error, statistics.fmean(scores[winner])
    return [one for one in others if abs(statistics.fmean(scores[one]) - best) <= bound]


@functools.cache
def _all_pairs(count: int, freedom: int) -> float:
    """Standard errors of a mean within which the means of so many lie, 49 times in 50."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(_ALIKE, count, freedom))
