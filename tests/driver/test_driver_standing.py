"""How sure a score is, which trials are confirmed, which of them is chosen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.driver.comparing.standing import difference, estimate, simplest, tied
from rnnsearch.driver.finishing.contenders import contenders
from rnnsearch.outcomes import TrialRecord, ranked
from rnnsearch.vocabulary import Objective

LOSS = Objective("val_loss")
Scores = st.lists(st.floats(-10, 10), min_size=2, max_size=15)


def test_the_error_is_that_of_nadeau_and_bengio() -> None:
    scores = [0.8, 0.9, 0.7, 0.85, 0.75]

    found = estimate(scores, folds=5)

    variance = np.var(scores, ddof=1) * (1 / 5 + 0.2 / 0.8)
    assert found.mean == pytest.approx(0.8)
    assert found.error == pytest.approx(math.sqrt(variance))
    assert (found.low, found.high) == pytest.approx(
        (0.8 - 1.96 * found.error, 0.8 + 1.96 * found.error)
    )


def test_seeds_alone_have_the_plain_error_and_one_run_none() -> None:
    assert estimate([1.0, 3.0], folds=1).error == pytest.approx(1.0)
    assert estimate([1.0], folds=1).error == math.inf


@given(Scores)
def test_nothing_differs_from_itself(scores: list[float]) -> None:
    assert difference(scores, scores, 5).holds_zero


@given(Scores, st.floats(0.1, 5))
def test_a_steady_difference_is_seen_however_much_parts_differ(scores, gap) -> None:
    assert not difference([s + gap for s in scores], scores, 5).holds_zero


def test_the_smallest_within_an_error_of_the_best_is_chosen() -> None:
    scores = {1: [1.0, 1.2, 0.8], 2: [1.05, 1.1, 0.9], 3: [2.0, 2.2, 1.8]}
    sizes = {1: 900, 2: 100, 3: 10}

    assert simplest(scores, sizes, LOSS, 5) == 2
    assert simplest(scores, {**sizes, 2: 901}, LOSS, 5) == 1
    assert tied(scores, 2, 5) == [1]


def test_of_equal_scores_the_smaller_loss_then_the_fewer_weights_stand_first() -> None:
    trials = [
        TrialRecord(0, "COMPLETE", 0.9, {"val_loss": 0.5}, parameters=10),
        TrialRecord(1, "COMPLETE", 0.9, {"val_loss": 0.4}, parameters=99),
        TrialRecord(2, "COMPLETE", 0.9, {"val_loss": 0.4}, parameters=50),
        TrialRecord(3, "PRUNED", 0.99, {"val_loss": 0.1}, parameters=1),
    ]

    assert [t.number for t in ranked(trials, Objective("val_accuracy", "maximize"))] == [2, 1, 0]


def test_contenders_are_the_best_three_and_whoever_may_be_as_good() -> None:
    base = [1.0, 2.0, 3.0, 4.0, 5.0]
    trials = [
        TrialRecord(
            n,
            "COMPLETE",
            3 + gap,
            run_scores=tuple(s + gap + jitter * (-1) ** i for i, s in enumerate(base)),
        )
        for n, (gap, jitter) in enumerate([(0, 0), (0.1, 0), (0.2, 0), (0.3, 0), (0.4, 2.0)])
    ]

    assert [t.number for t in contenders(trials, LOSS, 5)] == [0, 1, 2, 4]
    assert [t.number for t in contenders(trials, LOSS, 5, most=2)] == [0, 1]
    assert contenders([], LOSS, 5) == []


def test_a_planted_set_that_differs_in_its_seed_alone_is_tied() -> None:
    generator = np.random.default_rng(0)
    right = 0
    for _ in range(100):
        parts = generator.normal(0, 1, 10)
        scores = {n: list(parts + generator.normal(0, 0.3, 10)) for n in range(5)}
        winner = simplest(scores, dict.fromkeys(scores, 1), LOSS, 5)
        right += len(tied(scores, winner, 5)) == 4
    assert right >= 95


@pytest.mark.parametrize(
    ("metric", "scores", "ends"),
    [
        ("val_accuracy", [0.9, 1.0, 1.0, 1.0], (None, 1.0)),
        ("val_loss", [0.0, 0.0, 0.3, 0.0], (0.0, None)),
        ("val_rmse_load", [0.0, 0.0, 0.3, 0.0], (0.0, None)),
        ("val_perplexity", [1.0, 1.0, 1.5, 1.0], (1.0, None)),
        ("val_r2", [-0.1, 1.0, 0.9, 0.9], (None, 1.0)),
    ],
)
def test_an_interval_ends_where_the_metric_does(metric, scores, ends) -> None:
    found = estimate(scores, 4)
    low, high = found.interval(metric)
    assert (low, high) == (
        found.low if ends[0] is None else ends[0],
        found.high if ends[1] is None else ends[1],
    )
    assert found.low <= low <= found.mean <= high <= found.high
    assert (low, high) != (found.low, found.high)


def test_an_interval_that_nothing_is_known_of_is_not_cut() -> None:
    assert estimate([0.4], 1).interval("val_accuracy") == (-math.inf, math.inf)


def test_of_identical_configurations_all_are_said_to_tie_49_times_in_50() -> None:
    rng, whole, told = np.random.default_rng(7), 0, 0
    for _ in range(200):
        parts = rng.normal(scale=6, size=3)
        same = {trial: list(parts + rng.normal(size=3)) for trial in range(6)}
        winner = min(same, key=lambda trial: sum(same[trial]))
        whole += len(tied(same, winner, 1)) == 5
        worse = {**same, 9: list(parts + 9 + rng.normal(size=3))}
        told += 9 not in tied(worse, winner, 1)
    assert whole >= 192  # of 196 expected, two deviations less
    assert told >= 180


def test_one_run_of_each_tells_nothing_apart() -> None:
    assert tied({1: [1.0], 2: [9.0], 3: [2.0]}, 1, 1) == [2, 3]
