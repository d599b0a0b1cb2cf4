"""Errors by entry: their mean over what counts is what the metric is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.data import Part, Scaling, Target
from rnnsearch.tasks import Loss, entry_errors, judge

RNG = np.random.default_rng(0)
NUMBERS = Target("numeric", ("a", "b"), (), Scaling(np.array([3.0, -1.0]), np.array([2.0, 5.0])))
CLASSES = Target("class", ("c",), ("x", "y", "z"), Scaling(np.zeros(1), np.ones(1)))
WEIGHT = (RNG.random((7, 4)) > 0.4).astype(np.float32)


def mean(errors: Any) -> float:
    return float(np.nanmean(errors))


ROOT = {"rmse": np.sqrt, "perplexity": np.exp, "bits": lambda one: one / np.log(2)}


@pytest.mark.parametrize("metric", ["rmse", "mae"])
@pytest.mark.parametrize("steps", [(), (4,)])
def test_numbers_in_their_own_units(metric: str, steps: tuple[int, ...]) -> None:
    y, outputs = RNG.standard_normal((2, 7, *steps, 2)).astype(np.float32)
    part = Part(np.zeros((7, 4, 1)), y, WEIGHT if steps else None)
    errors = entry_errors(outputs, part, NUMBERS, Loss("mse"), metric)
    assert errors is not None and errors.shape == (7, *steps)
    known = judge(outputs, part, NUMBERS, Loss("mse"), [metric])[metric]
    assert ROOT.get(metric, float)(mean(errors)) == pytest.approx(known, rel=1e-5)


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "perplexity", "bits"])
@pytest.mark.parametrize("steps", [(), (4,)])
def test_classes(metric: str, steps: tuple[int, ...]) -> None:
    y = RNG.integers(0, 3, (7, *steps)).astype(np.int32)
    outputs = RNG.dirichlet(np.ones(3), (7, *steps))
    part = Part(np.zeros((7, 4, 1)), y, WEIGHT if steps else None)
    errors = entry_errors(outputs, part, CLASSES, Loss("cross_entropy"), metric)
    assert errors is not None and errors.shape == y.shape
    known = judge(outputs, part, CLASSES, Loss("cross_entropy"), [metric])[metric]
    found = ROOT.get(metric, float)(mean(errors))
    assert (1 - found if metric == "accuracy" else found) == pytest.approx(known, rel=1e-5)


def test_quantiles_and_their_median() -> None:
    loss = Loss("quantile", quantiles=(0.1, 0.5, 0.9))
    y = RNG.standard_normal((7, 2)).astype(np.float32)
    outputs = np.sort(RNG.standard_normal((7, 3, 2)), axis=1).reshape(7, 6)
    part = Part(np.zeros((7, 4, 1)), y)
    for metric in ("pinball", "mae"):
        errors = entry_errors(outputs, part, NUMBERS, loss, metric)
        known = judge(outputs, part, NUMBERS, loss, [metric])[metric]
        assert mean(errors) == pytest.approx(known, rel=1e-5)


def test_losses_are_compared_in_own_units_whatever_they_were_scaled_by() -> None:
    truth, said = RNG.standard_normal((2, 7, 2))
    found = []
    for scale in (1.0, 4.0):
        target = Target("numeric", ("a", "b"), (), Scaling(np.zeros(2), np.full(2, scale)))
        part = Part(np.zeros((7, 4, 1)), (truth / scale).astype(np.float32))
        found.append(entry_errors(said / scale, part, target, Loss("mse"), "loss"))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


@pytest.mark.parametrize("metric", ["roc_auc", "mape", "nrmse"])
def test_what_is_no_mean_of_errors_has_none(metric: str) -> None:
    target = CLASSES if metric == "roc_auc" else NUMBERS
    y = np.zeros(7, np.int32) if metric == "roc_auc" else np.zeros((7, 2), np.float32)
    outputs = np.ones((7, 3)) / 3 if metric == "roc_auc" else np.zeros((7, 2))
    part = Part(np.zeros((7, 4, 1)), y)
    assert entry_errors(outputs, part, target, Loss("mse"), metric) is None
