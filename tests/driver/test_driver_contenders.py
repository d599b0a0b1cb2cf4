"""Which trials the end of a search trains again."""

from __future__ import annotations

import statistics

from rnnsearch.driver.finishing.contenders import contenders
from rnnsearch.outcomes import TrialRecord, TrialState
from rnnsearch.vocabulary import Objective

_LOSS = Objective("val_loss", "minimize")


def _trial(
    number: int, *scores: float, state: TrialState = "COMPLETE", whole: int | None = None
) -> TrialRecord:
    score = statistics.fmean(scores) if scores else None
    cut = whole is not None
    return TrialRecord(number, state, score, run_scores=scores, runs=5, cut=cut, whole=whole or 0)


def test_of_a_trial_that_time_cut_only_the_runs_count_that_had_their_epochs() -> None:
    whole = _trial(0, 0.2, 0.2, 0.8, 0.8, 0.8)
    better = _trial(1, 0.1, 0.15, 9.0, whole=2)
    nothing = _trial(2, 0.01, 0.01, 0.01, 0.01, 0.01, whole=0)
    assert [one.number for one in contenders([whole, better, nothing], _LOSS, 5)] == [1, 0]
    assert [one.number for one in contenders([better, nothing], _LOSS, 5)] == [1]
    assert contenders([nothing], _LOSS, 5) == []


def test_without_a_complete_trial_those_that_got_furthest_are_trained_again() -> None:
    trials = [
        _trial(0, 0.5, 0.4, state="PRUNED"),
        _trial(1, 0.3, 0.3, state="PRUNED"),
        _trial(2, 0.1, state="PRUNED"),
        _trial(3, state="PRUNED"),
        _trial(4, state="FAIL"),
    ]
    assert [one.number for one in contenders(trials, _LOSS, 5)] == [1, 0]


def test_a_trial_that_time_cut_is_placed_by_the_divisions_it_shares_with_the_best() -> None:
    complete = _trial(0, 0.2, 0.2, 0.8, 0.8, 0.8)
    better = _trial(1, 0.1, 0.15, state="PRUNED")
    worse = _trial(2, 0.3, 0.25, state="PRUNED")  # its mean is smaller than that of the first
    found = contenders([complete, better, worse], _LOSS, 5)
    assert [one.number for one in found] == [1, 0, 2]
    assert [one.number for one in contenders([complete, better, worse], _LOSS, 5, 1)] == [1]


def test_a_trial_that_is_worse_for_sure_is_not_trained_again() -> None:
    close = [_trial(n, 0.10, 0.12, 0.11, 0.10, 0.12) for n in range(3)]
    far = _trial(3, 0.90, 0.93, 0.92, 0.91, 0.92)
    cut = _trial(4, 0.90, 0.925, state="PRUNED")
    assert [one.number for one in contenders([*close, far, cut], _LOSS, 5)] == [0, 1, 2]


def test_a_larger_score_may_be_the_better() -> None:
    trials = [_trial(0, 0.5, 0.6), _trial(1, 0.9, 0.7, state="PRUNED")]
    accuracy = Objective("val_accuracy", "maximize")
    assert [one.number for one in contenders(trials, accuracy, 2)] == [1, 0]
