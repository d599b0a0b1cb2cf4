"""Averages of what configurations put out: which are taken, and what simple methods add."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.driver.averages import Court, averaged
from rnnsearch.tasks import Loss

TARGET = Target("numeric", ("y",), (), Scaling(np.zeros(1), np.ones(1)))
GENERATOR = np.random.default_rng(0)


def division() -> Dataset:
    x = GENERATOR.normal(size=(40, 3, 1)).astype(np.float32)
    part = Part(x, GENERATOR.normal(size=(40, 1)).astype(np.float32))
    return Dataset(part, part, replace(part, x=x[:0], y=part.y[:0]), TARGET, masked=False)


DIVISIONS = [division() for _ in range(5)]
COURT = Court(DIVISIONS, Loss("mse"), ("rmse",))


def noisy(error: float, bias: float = 0.0) -> list[np.ndarray]:
    """What a configuration puts out that is right but for noise of its own."""
    return [
        d.validation.y + bias + GENERATOR.normal(0, error, d.validation.y.shape) for d in DIVISIONS
    ]


def test_it_judges_each_division_as_a_network_is_judged() -> None:
    outputs = noisy(0.5)
    judged = COURT.judged(outputs)

    for found, put, dataset in zip(judged, outputs, DIVISIONS, strict=True):
        assert found["val_loss"] == pytest.approx(np.mean((put - dataset.validation.y) ** 2))
        assert found["val_rmse"] == pytest.approx(found["val_loss"] ** 0.5)


def test_what_helps_or_makes_no_difference_is_averaged_and_what_spoils_is_not() -> None:
    good, alike, wild = noisy(0.3), noisy(0.3), noisy(9.0)
    places, bag = COURT.bagged([good, wild, alike], folds=5)

    assert places == [0, 2]
    for found, expected in zip(bag, averaged([good, alike], [0.5, 0.5]), strict=True):
        np.testing.assert_allclose(found, expected)
    assert COURT.bagged([good, good], folds=5)[0] == [0, 1], "the same again does no harm"


def test_a_mixture_is_never_far_from_its_best_member_and_better_than_each_where_errors_differ() -> (
    None
):
    one, other, useless = noisy(0.5), noisy(0.5), noisy(0.1, bias=8.0)
    judged, shares = COURT.mixed([one, other, useless])

    loss = np.mean([found["val_loss"] for found in judged])
    alone = [np.mean([f["val_loss"] for f in COURT.judged(column)]) for column in (one, other)]
    assert loss < min(alone)
    assert shares.sum() == pytest.approx(1)
    assert shares[2] < 0.05
