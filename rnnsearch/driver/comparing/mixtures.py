"""Whether simple methods stand beside the networks in what is delivered."""

from __future__ import annotations

from rnnsearch.driver.comparing.standing import Estimate, difference
from rnnsearch.outcomes import Delivery
from rnnsearch.vocabulary import Objective, counts_evenly

__all__ = ["worth_mixing"]

_GAIN = 0.5
"""Standard errors by which the objective must tell both apart; else their losses do."""


def worth_mixing(
    ensemble: Delivery, bag: Delivery, objective: Objective, folds: int, *, ordered: bool
) -> bool:
    """Whether networks and simple methods together are delivered, or networks alone.

    Of forecasts it is both unless they are clearly worse: the few origins hardly tell the two
    apart, and a mixture is never far from the best of its members, whatever comes. Otherwise they
    must be better; where the objective does not tell, as the accuracy of few sequences often does
    not, by their loss (benchmarks/README.md, "Averaged before they are judged"). Where each class
    counts alike, the loss says little of that, and a mixture guesses rare classes more rarely: it
    must be better by the objective, of forecasts too.

    Args:
        ensemble: Networks and simple methods, with what each part of the data came to.
        bag: Networks alone, likewise.
        objective: What is searched for.
        folds: k of the k-fold; 1 of rolling origins.
        ordered: Whether the data is forecast.
    """
    gap = _gap(ensemble, bag, objective.name, folds)
    better = objective.better(ensemble.score, bag.score)
    even = counts_evenly(objective)
    if ordered and not even:
        return better or gap.holds_zero
    if even or (abs(gap.mean) >= _GAIN * gap.error and gap.mean):
        return better and abs(gap.mean) >= _GAIN * gap.error
    return _gap(ensemble, bag, "val_loss", folds).mean < 0


def _gap(one: Delivery, other: Delivery, metric: str, folds: int) -> Estimate:
    return difference(
        [part[metric] for part in one.parts], [part[metric] for part in other.parts], folds
    )
