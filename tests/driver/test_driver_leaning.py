"""Chances lean towards rare classes where every class counts alike, and by what is held out alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.driver.comparing.averages import Court
from rnnsearch.driver.comparing.leaning import class_shares, favours, lean, leaned
from rnnsearch.tasks import Loss
from rnnsearch.vocabulary import Objective

TARGET = Target("class", ("y",), ("usual", "rare"), Scaling(np.zeros(1), np.ones(1)))
F1, ACCURACY = Objective("val_f1_macro", "maximize"), Objective("val_accuracy", "maximize")
GENERATOR = np.random.default_rng(1)


def division(rare: float) -> tuple[Dataset, np.ndarray]:
    """A sign that overlaps between two classes, and the true chances of both by Bayes's rule."""
    y = GENERATOR.permutation(np.arange(600) < 600 * rare).astype(np.int64)
    sign = GENERATOR.normal(1.5 * y, 1.0)
    odds = rare / (1 - rare) * np.exp(1.5 * sign - 1.125)
    chances = np.stack([1 / (1 + odds), odds / (1 + odds)], axis=-1)
    part = Part(sign[:, None, None].astype(np.float32), y)
    return Dataset(part, part, replace(part, x=part.x[:0], y=y[:0]), TARGET, masked=False), chances


def court(rare: float) -> tuple[Court, list[np.ndarray]]:
    pairs = [division(rare) for _ in range(5)]
    datasets = [dataset for dataset, _ in pairs]
    return Court(datasets, Loss("cross_entropy"), ("accuracy", "f1_macro")), [c for _, c in pairs]


def mean(judged: list[dict[str, float]], metric: str) -> float:
    return float(np.mean([one[metric] for one in judged]))


def test_a_power_of_one_takes_the_classes_shares_out_of_their_chances() -> None:
    shares = np.array([0.9, 0.1])
    even = leaned(np.array([[0.9, 0.1], [0.45, 0.55]]), favours(shares, 1.0))
    np.testing.assert_allclose(even, [[0.5, 0.5], [0.5 / 6, 5.5 / 6]])
    np.testing.assert_allclose(leaned(even, favours(shares, 0.0)), even)
    dataset, _ = division(0.1)
    rare = dataset.train.y == 1
    unseen = replace(dataset, train=Part(dataset.train.x[rare], dataset.train.y[rare]))
    assert 0 < class_shares(unseen)[0] < 0.05, "nothing is divided by nothing"
    assert class_shares(dataset)[1] == pytest.approx(np.mean(dataset.train.y), abs=2e-3)


def test_rare_classes_are_guessed_sooner_where_that_helps() -> None:
    judges, chances = court(rare=0.1)
    plain = judges.judged(chances)
    power, judged = lean(judges, chances, F1, folds=5)
    assert 0 < power < 1
    assert mean(judged, "val_f1_macro") > mean(plain, "val_f1_macro") + 0.05


@pytest.mark.parametrize(("rare", "objective"), [(0.5, F1), (0.1, ACCURACY)])
def test_where_it_does_not_help_chances_are_left(rare: float, objective: Objective) -> None:
    judges, chances = court(rare)
    assert lean(judges, chances, objective, folds=5) == (0.0, judges.judged(chances))


def test_a_division_is_judged_by_what_is_best_on_the_others() -> None:
    """Where the best power of one would be another than that of all others."""
    judges, chances = court(rare=0.1)
    even = favours(class_shares(judges.datasets[0]), 0.25)
    chances[0] = leaned(chances[0], even)  # leans already
    power, judged = lean(judges, chances, F1, folds=5)
    assert power > 0
    too_far = leaned(chances[0], favours(class_shares(judges.datasets[0]), power))
    (expected, *_) = judges.judged([too_far, *chances[1:]])
    assert judged[0]["val_f1_macro"] == pytest.approx(expected["val_f1_macro"])
