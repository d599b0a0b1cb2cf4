"""Successive halving, Hyperband and the median rule decide as Optuna's own, whenever the process began."""

import math

import numpy as np
import optuna
import pytest

from rnnsearch.driver.pruning.halving import Halving, Hyperband
from rnnsearch.driver.pruning.median import Median

PAIRS = {
    "asha": (
        lambda: Halving(2, 3),
        lambda: optuna.pruners.SuccessiveHalvingPruner(2, 3),
    ),
    "hyperband": (
        lambda: Hyperband(1, 30, 3),
        lambda: optuna.pruners.HyperbandPruner(1, 30, 3),
    ),
    "median": (
        lambda: Median(startup=5, warmup=3),
        lambda: optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=3),
    ),
}
EPOCHS = 30


def decisions(make, direction, anew=()):
    """Where each of many trials is stopped; some run beside each other, some diverge.

    Args:
        make: A pruner.
        direction: Of the study.
        anew: Trials before which the pruner is made again, as by another process.
    """
    study = optuna.create_study(study_name="s", direction=direction, pruner=make())
    rng = np.random.default_rng(0)
    found = []
    for first in range(0, 60, 4):
        if first in anew:
            study.pruner = make()
        going = [study.ask() for _ in range(4)]
        scores = {trial.number: rng.normal(size=EPOCHS).round(1) for trial in going}
        for epoch in range(1, EPOCHS + 1):
            for trial in list(going):
                diverges = trial.number % 17 == 5 and epoch > 3
                value = math.nan if diverges else scores[trial.number][epoch - 1]
                trial.report(float(value), epoch)
                if trial.should_prune():
                    found.append((trial.number, epoch))
                    study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                    going.remove(trial)
        for trial in going:
            study.tell(trial, 0.0)
    return found


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("kind", PAIRS)
def test_trials_are_stopped_where_optuna_stops_them(kind, direction):
    ours, theirs = PAIRS[kind]
    expected = decisions(theirs, direction)
    assert decisions(ours, direction) == expected and len(expected) > 10
    assert decisions(ours, direction, anew={8, 40}) == expected
