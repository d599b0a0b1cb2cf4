"""Optuna pruners by name, and the epochs (rungs) at which each of them decides."""

from __future__ import annotations

import optuna

from rnnsearch.driver.halving import Halving, Hyperband

__all__ = ["make_pruner", "rungs"]

_REDUCTION = 3
"""Of successive halving: the best third goes on (Li et al., 2018)."""


def make_pruner(kind: str, epochs: int) -> optuna.pruners.BasePruner:
    """The pruner of a study whose trials train for `epochs`."""
    first = _first_rung(epochs)
    match kind:
        case "hyperband":
            return Hyperband(first, epochs, _REDUCTION)
        case "asha":
            return Halving(first, _REDUCTION)
        case "median":
            return optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=first)
        case _:
            return optuna.pruners.NopPruner()


def rungs(kind: str, epochs: int) -> frozenset[int]:
    """Epochs after which the pruner is asked, all below `epochs`.

    The study hears of these only: deciding takes the pruner a look at every trial.
    """
    first = _first_rung(epochs)
    if kind == "none":
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
