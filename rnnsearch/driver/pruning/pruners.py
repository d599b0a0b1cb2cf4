"""Optuna pruners by name, and the epochs (rungs) at which each of them decides."""

from __future__ import annotations

from collections.abc import Callable

import optuna

from rnnsearch.driver.pruning.halving import Halving, Hyperband
from rnnsearch.driver.pruning.median import Median
from rnnsearch.vocabulary import PRUNERS

__all__ = ["MAKERS", "make_pruner", "rungs"]

_REDUCTION = 3
"""Of successive halving: the best third goes on (Li et al., 2018)."""


def make_pruner(kind: str, epochs: int) -> optuna.pruners.BasePruner:
    """The pruner of a study whose trials train for `epochs`."""
    return MAKERS[kind](epochs)


MAKERS: dict[str, Callable[[int], optuna.pruners.BasePruner]] = {
    "race": lambda epochs: optuna.pruners.NopPruner(),  # of runs: `rnnsearch.driver.pruning.racing`
    "hyperband": lambda epochs: Hyperband(_first_rung(epochs), epochs, _REDUCTION),
    "asha": lambda epochs: Halving(_first_rung(epochs), _REDUCTION),
    "median": lambda epochs: Median(startup=5, warmup=_first_rung(epochs)),
    "none": lambda epochs: optuna.pruners.NopPruner(),
}
"""What makes each pruner of the vocabulary, by the epochs that trials train for."""


def rungs(kind: str, epochs: int) -> frozenset[int]:
    """Epochs after which the pruner is asked, all below `epochs`.

    Storage is written at these only: a report costs milliseconds.
    """
    first = _first_rung(epochs)
    if not PRUNERS[kind].by_epochs:
        return frozenset()
    if kind == "median":
        return frozenset(range(first, epochs, first))
    found, epoch = set(), first
    while epoch < epochs:
        found.add(epoch)
        epoch *= _REDUCTION
    return frozenset(found)


def _first_rung(epochs: int) -> int:
    return max(1, epochs // 10)
