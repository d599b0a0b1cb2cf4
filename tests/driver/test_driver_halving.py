"""Our halving against Optuna's: the same decisions, also when a study is opened again."""

from __future__ import annotations

import math

import numpy as np
import optuna
import pytest

from rnnsearch.driver.pruners import make_pruner, rungs

EPOCHS = 27


def optunas(kind: str) -> optuna.pruners.BasePruner:
    first = max(1, EPOCHS // 10)
    if kind == "asha":
        return optuna.pruners.SuccessiveHalvingPruner(first, 3)
    return optuna.pruners.HyperbandPruner(first, EPOCHS, 3)


def decisions(pruners: list[optuna.pruners.BasePruner], direction: str) -> list[tuple[int, object]]:
    """Of trials in blocks, which report together; each pruner takes over from the one before."""
    study = optuna.create_study(study_name="halving", direction=direction)
    rng = np.random.default_rng(0)
    decided = []
    for block in range(24):
        study.pruner = pruners[block * len(pruners) // 24]
        trials = [study.ask() for _ in range(5)]
        for epoch in sorted(rungs("asha", EPOCHS)):
            for trial in trials:
                value = math.nan if rng.random() < 0.03 else float(rng.integers(0, 12))
                trial.report(value, epoch)
            stopped = [trial.should_prune() for trial in trials]
            decided += [(trial.number, stop) for trial, stop in zip(trials, stopped, strict=True)]
            for trial, stop in zip(trials, stopped, strict=True):
                if stop:
                    study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            trials = [trial for trial, stop in zip(trials, stopped, strict=True) if not stop]
        for trial in trials:
            study.tell(trial, 1.0)
    marks = [trial.system_attrs for trial in study.get_trials(deepcopy=False)]
    return [*decided, *((number, str(mark)) for number, mark in enumerate(marks))]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("kind", ["asha", "hyperband"])
def test_decides_and_notes_what_optunas_pruner_does(kind: str, direction: str) -> None:
    expected = decisions([optunas(kind)], direction)
    assert {stop for _, stop in expected} >= {True, False}
    assert decisions([make_pruner(kind, EPOCHS)], direction) == expected
    reopened = [make_pruner(kind, EPOCHS) for _ in range(3)]
    assert decisions(reopened, direction) == expected


@pytest.mark.parametrize("kind", ["asha", "hyperband"])
def test_a_decision_looks_at_no_other_trial(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    study = optuna.create_study(study_name="halving", pruner=make_pruner(kind, EPOCHS))
    trial = study.ask()
    trial.report(1.0, 2)
    trial.should_prune()

    def looked(*_: object, **__: object) -> None:
        raise AssertionError("all trials were looked at")

    monkeypatch.setattr(optuna.Study, "_get_trials", looked)
    monkeypatch.setattr(optuna.Study, "get_trials", looked)
    trial = study.ask()
    trial.report(2.0, 2)
    assert trial.should_prune() in (True, False)
