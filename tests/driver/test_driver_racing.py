"""Racing: who goes on after two divisions, and that a search stops the others there."""

from __future__ import annotations

import statistics

import pytest

from rnnsearch.driver.pruning.racing import Field, stages
from rnnsearch.outcomes import TrialRecord
from rnnsearch.vocabulary import Objective

LOSS = Objective("val_loss")


def trial(number: int, *scores: float, state: str = "COMPLETE") -> TrialRecord:
    return TrialRecord(number, state, run_scores=scores)  # type: ignore[arg-type]


def field(*trials: TrialRecord, objective: Objective = LOSS) -> Field:
    found = Field(objective)
    for one in trials:
        found.add(one)
    return found


@pytest.mark.parametrize(
    ("folds", "runs", "expected"),
    [(1, 1, ()), (2, 2, ()), (3, 3, (2,)), (5, 5, (2,)), (5, 15, (2,))],
)
def test_two_divisions_come_first_where_there_are_more(folds, runs, expected) -> None:
    assert stages(folds, runs) == expected


def test_worse_on_each_division_than_the_best_is_dropped() -> None:
    known = field(trial(0, 1.0, 2.0, 1.5), trial(1, 1.1, 2.1, 1.6), trial(2, 1.2, 2.2, 1.7))

    assert known.dropped({7: [1.5, 2.5], 8: [0.9, 2.5], 9: [0.9, 1.9]}) == {7}


def test_the_better_third_goes_on_whatever_the_best_is() -> None:
    known = field(
        trial(0, 1.0, 1.0, 1.0), *(trial(n, 5.0, 5.0, state="PRUNED") for n in range(1, 6))
    )

    assert known.dropped({7: [1.1, 1.1]}) == set(), "it is second of seven"


def test_a_first_block_loses_those_that_its_best_beats_on_each_division() -> None:
    assert field().dropped({0: [3.0, 3.0], 1: [1.0, 1.0], 2: [2.0, 0.5], 3: [9.0, 9.0]}) == {0, 3}


def test_one_trial_alone_goes_on() -> None:
    assert field().dropped({0: [3.0, 3.0]}) == set()


def test_more_is_better_where_it_is() -> None:
    known = field(
        trial(0, 0.9, 0.9),
        trial(1, 0.8, 0.8),
        trial(2, 0.7, 0.7),
        objective=Objective("val_accuracy", "maximize"),
    )

    assert known.dropped({7: [0.5, 0.6], 8: [0.95, 0.5]}) == {7}


def test_failed_trials_and_those_cut_before_the_second_division_are_no_measure() -> None:
    known = field(trial(0, 0.1, state="PRUNED"), trial(1, 0.1, 0.1, state="FAIL"))

    assert known.dropped({7: [3.0, 3.0]}) == set()


def test_a_search_trains_those_that_are_dropped_on_two_divisions_only(simulation, fake) -> None:
    found = simulation(pruner="race", folds=5, trials=16).run(fake.Executor())

    assert {record.state for record in found} == {"COMPLETE", "PRUNED"}
    for record in found:
        assert len(record.run_scores) == (5 if record.state == "COMPLETE" else 2)
        assert record.score == pytest.approx(statistics.fmean(record.run_scores))
    best = min(found, key=lambda record: record.score)
    assert best.state == "COMPLETE"
