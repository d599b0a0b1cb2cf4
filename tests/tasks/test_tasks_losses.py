"""Losses: what a spec asks for, what classes weigh, how outputs become quantiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.spec import LossSpec
from rnnsearch.tasks import TASKS, Loss, arranged, class_weights, loss_weights, mean_loss, own_units

RNG = np.random.default_rng(0)
NUMBER = Target("numeric", ("a", "b"), (), Scaling(np.array([5.0, 0]), np.array([2.0, 1])))
LABEL = Target("class", ("y",), ("rain", "snow", "sun"), Scaling(np.zeros(1), np.ones(1)))
QUANTILE = Loss("quantile", quantiles=(0.1, 0.5, 0.9))


@pytest.mark.parametrize(
    ("target", "asked", "loss"),
    [
        (NUMBER, {}, Loss("mse")),
        (LABEL, {}, Loss("cross_entropy")),
        (NUMBER, {"name": "mae"}, Loss("mae")),
        (NUMBER, {"name": "huber", "delta": 2.0}, Loss("huber", delta=2.0)),
        (NUMBER, {"name": "quantile"}, QUANTILE),
        (
            LABEL,
            {"name": "cross_entropy", "class_weights": {"sun": 0.5}},
            Loss("cross_entropy", class_weights=(1.0, 1.0, 0.5)),
        ),
        (
            LABEL,
            {"name": "cross_entropy", "class_weights": "balanced"},
            Loss("cross_entropy", class_weights="balanced"),
        ),
    ],
)
def test_the_loss_that_a_spec_asks_for(target: Target, asked: dict[str, Any], loss: Loss) -> None:
    assert TASKS["many_to_one"].loss(target, LossSpec.model_validate(asked)) == loss


def test_outputs_and_metrics_of_quantiles() -> None:
    task = TASKS["many_to_one"]
    assert (Loss("mae").outputs(NUMBER), QUANTILE.outputs(NUMBER)) == (2, 6)
    assert task.metrics(NUMBER, QUANTILE, ("mape", "rmse")) == (
        *("rmse", "mae", "r2"),
        *("pinball", "coverage", "rmse_a", "rmse_b", "mape"),
    )


def test_balanced_weights_are_those_of_scikit_learn_over_what_counts() -> None:
    y = RNG.integers(0, 3, (20, 4)).astype(np.int32)
    weight = RNG.integers(0, 2, (20, 4)).astype(np.float32)
    train, other = Part(np.zeros((20, 4, 1)), y, weight), Part(np.zeros((2, 4, 1)), y[:2])
    dataset = Dataset(train, other, other, LABEL, False)
    loss = Loss("cross_entropy", class_weights="balanced")
    expected = compute_class_weight("balanced", classes=np.arange(3), y=y[weight > 0])
    np.testing.assert_allclose(class_weights(loss, dataset), expected)
    np.testing.assert_allclose(loss_weights(loss, dataset, train), weight * expected[y], rtol=1e-6)
    np.testing.assert_allclose(loss_weights(loss, dataset, other), expected[y[:2]], rtol=1e-6)


def test_a_class_that_a_fold_does_not_show_has_a_weight() -> None:
    part = Part(np.zeros((4, 1, 1)), np.array([0, 0, 1, 0], np.int32))
    weights = class_weights(
        Loss("cross_entropy", class_weights="balanced"), Dataset(part, part, part, LABEL, False)
    )
    assert np.isfinite(weights).all() and weights[1] == pytest.approx(4 / 3)


def test_quantiles_are_sorted_and_in_own_units() -> None:
    outputs = np.array([[0.3, 9, 0.1, 7, 0.2, 8]], np.float32)  # a and b at 0.1, at 0.5, at 0.9
    expected = [[[5.2, 7], [5.4, 8], [5.6, 9]]]
    np.testing.assert_allclose(own_units(outputs, NUMBER, QUANTILE), expected, rtol=1e-6)


@pytest.mark.parametrize("log", [False, True])
def test_quantiles_of_changes_are_in_own_units(log: bool) -> None:
    outputs = np.array([[0.3, 9, 0.1, 7, 0.2, 8]], np.float32)
    linked = np.array([[[6.2, 9], [6.4, 10], [6.6, 11]]])  # a is the change from 1, b from 2
    target = replace(NUMBER, scaling=replace(NUMBER.scaling, log=np.array([log, False])))
    expected = np.where([log, False], np.exp(linked), linked)
    found = own_units(outputs, target, QUANTILE, np.array([[1.0, 2.0]]))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_sorting_does_not_raise_the_loss() -> None:
    y, outputs = RNG.normal(size=(50, 2)), RNG.normal(size=(50, 6))
    ordered = arranged(outputs, QUANTILE).reshape(50, 6)
    weights = np.ones(50)
    crossed = mean_loss(QUANTILE, y, outputs, weights)
    assert mean_loss(QUANTILE, y, ordered, weights) < crossed


def test_the_best_quantiles_are_those_of_the_data() -> None:
    y = RNG.exponential(size=(4001, 1))
    weights, best = np.ones(len(y)), np.quantile(y, QUANTILE.quantiles)

    def loss(levels: np.ndarray) -> float:
        return mean_loss(QUANTILE, y, np.broadcast_to(levels, (len(y), 3)), weights)

    for index in range(3):
        for step in (-0.02, 0.02):
            assert loss(best) < loss(best + step * np.eye(3)[index])
