"""Rungs against Optuna: the epochs at which its pruners decide, had they been asked at all."""

from __future__ import annotations

import optuna
import pytest

from rnnsearch.driver.pruning.pruners import make_pruner, rungs

EPOCHS = [1, 2, 3, 9, 10, 27, 40, 81, 100]


def deciding_steps(kind: str, epochs: int, trials: int) -> set[int]:
    """Steps at which successive halving records a rung, asked after every epoch."""
    study = optuna.create_study(
        study_name="rungs",
        pruner=make_pruner(kind, epochs),
        storage=optuna.storages.InMemoryStorage(),
    )
    steps = set()
    for value in range(trials):
        trial = study.ask()
        decided = 0
        for epoch in range(1, epochs):
            trial.report(float(-value), epoch)  # ever better, so never pruned
            assert not trial.should_prune()
            attributes = study.get_trials(deepcopy=False)[trial.number].system_attrs
            now = sum(name.startswith("completed_rung") for name in attributes)
            if now > decided:
                steps.add(epoch)
            assert now - decided <= 1
            decided = now
        study.tell(trial, float(-value))
    return steps


@pytest.fixture(autouse=True)
def _quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)


@pytest.mark.parametrize("epochs", EPOCHS)
@pytest.mark.parametrize(("kind", "trials"), [("asha", 1), ("hyperband", 30)])
def test_rungs_are_where_successive_halving_decides(kind, trials, epochs) -> None:
    assert deciding_steps(kind, epochs, trials) == rungs(kind, epochs)


@pytest.mark.parametrize("epochs", [10, 27, 40])
@pytest.mark.parametrize("kind", ["asha", "hyperband"])
def test_asking_at_rungs_alone_decides_the_same(kind, epochs) -> None:
    def ended(asked: frozenset[int]) -> list[tuple[int, str]]:
        study = optuna.create_study(
            study_name="rungs",
            pruner=make_pruner(kind, epochs),
            storage=optuna.storages.InMemoryStorage(),
        )
        ends = []
        for number in range(40):
            trial = study.ask()
            quality = (number * 7919) % 41
            for epoch in range(1, epochs):
                if epoch in asked:
                    trial.report(quality + 1 / epoch, epoch)
                    if trial.should_prune():
                        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                        ends.append((epoch, "PRUNED"))
                        break
            else:
                study.tell(trial, float(quality))
                ends.append((epochs, "COMPLETE"))
        return ends

    every = ended(frozenset(range(1, epochs)))
    assert {state for _, state in every} == {"PRUNED", "COMPLETE"}
    assert ended(rungs(kind, epochs)) == every


def test_the_median_pruner_decides_at_each_of_its_rungs() -> None:
    study = optuna.create_study(pruner=make_pruner("median", 40))
    for _ in range(5):
        trial = study.ask()
        for epoch in rungs("median", 40):
            trial.report(1.0, epoch)
        study.tell(trial, 1.0)
    assert sorted(rungs("median", 40)) == list(range(4, 40, 4))
    for epoch in rungs("median", 40):
        trial = study.ask()
        trial.report(2.0, epoch)
        assert trial.should_prune()


def test_without_a_pruner_there_are_no_rungs() -> None:
    assert rungs("none", 40) == frozenset()
    study = optuna.create_study(pruner=make_pruner("none", 40))
    trial = study.ask()
    trial.report(1.0, 1)
    assert not trial.should_prune()


@pytest.mark.parametrize("kind", ["hyperband", "asha", "median"])
@pytest.mark.parametrize("epochs", EPOCHS)
def test_rungs_are_few_and_before_the_last_epoch(kind, epochs) -> None:
    found = rungs(kind, epochs)
    assert all(1 <= rung < epochs for rung in found)
    assert len(found) <= 19
