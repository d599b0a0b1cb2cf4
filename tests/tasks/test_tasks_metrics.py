"""Metrics against scikit-learn, with and without entries that do not count."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from rnnsearch.tasks import Facts, metric_value, metric_values
from rnnsearch.vocabulary import METRICS, Objective

REGRESSION = {
    "rmse": lambda y, p, w: reference.mean_squared_error(y, p, sample_weight=w) ** 0.5,
    "mae": lambda y, p, w: reference.mean_absolute_error(y, p, sample_weight=w),
    "r2": lambda y, p, w: reference.r2_score(y, p, sample_weight=w),
    "mape": lambda y, p, w: reference.mean_absolute_percentage_error(y, p, sample_weight=w),
}
LEVELS = (0.1, 0.5, 0.75)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", REGRESSION)
@pytest.mark.parametrize("shape", [(40, 1), (40, 3), (10, 7, 1), (10, 7, 2)])
@pytest.mark.parametrize("masked", [False, True])
def test_numeric(name: str, shape: tuple[int, ...], masked: bool, rng: np.random.Generator) -> None:
    y, p = rng.normal(5, 2, shape), rng.normal(5, 2, shape)
    w = rng.integers(0, 2, shape[:-1]).astype(float) if masked else np.ones(shape[:-1])
    flat = (y.reshape(-1, shape[-1]), p.reshape(-1, shape[-1]), w.ravel())
    expected = REGRESSION[name](*flat)
    assert metric_values([name], y, p, w)[name] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", [(60,), (12, 5)])
@pytest.mark.parametrize("masked", [False, True])
def test_classes(shape: tuple[int, ...], masked: bool, rng: np.random.Generator) -> None:
    y = rng.integers(0, 3, shape)  # the fourth class is never true, but predicted
    p = rng.dirichlet(np.ones(4), shape)
    w = rng.integers(0, 2, shape).astype(float) if masked else np.ones(shape)
    keep = w.ravel() > 0
    true, pred = y.ravel()[keep], p.reshape(-1, 4).argmax(1)[keep]
    found = metric_values(["accuracy", "f1_macro"], y, p, w)
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(true, pred))
    expected = reference.f1_score(true, pred, average="macro", labels=np.unique(true))
    assert found["f1_macro"] == pytest.approx(expected)


def test_what_does_not_count_may_be_anything(rng: np.random.Generator) -> None:
    y, p = rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 4, 2))
    w = (np.arange(24).reshape(6, 4) % 3 > 0).astype(float)
    names = ["rmse", "mae", "r2"]
    before = metric_values(names, y, p, w)
    y[w == 0], p[w == 0] = 1e9, -1e9
    assert metric_values(names, y, p, w) == pytest.approx(before)


def test_numbers_of_32_bits_are_judged_in_64(rng: np.random.Generator) -> None:
    y, p = (rng.normal(1e4, 1, (50, 1)).astype(np.float32) for _ in range(2))
    expected = REGRESSION["r2"](y.astype(np.float64), p.astype(np.float64), None)
    found = metric_values(["r2"], y, p, np.ones(50, np.float32))["r2"]
    assert found == pytest.approx(expected, rel=1e-12)


def test_nothing_divides_by_zero() -> None:
    flat = np.ones((5, 1))
    with np.errstate(all="raise"):
        assert metric_values(["r2"], flat, flat, np.ones(5)) == {"r2": 1.0}
        assert metric_values(["r2"], flat, flat + 1, np.ones(5)) == {"r2": 0.0}
        assert metric_values(["rmse", "mae"], flat, flat + 1, np.zeros(5)) == {"rmse": 0, "mae": 0}
        classes = np.zeros(5, dtype=int)
        none = metric_values(["accuracy", "f1_macro"], classes, np.ones((5, 2)), np.zeros(5))
    assert none == {"accuracy": 0.0, "f1_macro": 0.0}


@pytest.mark.parametrize("name", METRICS)
def test_compiled_equals_numpy(name: str, rng: np.random.Generator) -> None:
    jax = pytest.importorskip("jax")
    levels = LEVELS if METRICS[name].kind == "quantile" else ()
    facts = Facts(np.array([0.5, 2.0]), levels, deviation=np.array([3.0, 0.7]))
    if METRICS[name].kind == "class":
        y, p = rng.integers(0, 3, (9, 5)), rng.dirichlet(np.ones(4), (9, 5)).astype(np.float32)
        p = p.round(1)
    else:
        axes = (9, 5, 3, 2) if facts.quantiles else (9, 5, 2)
        y, p = rng.normal(size=(9, 5, 2)), rng.normal(size=axes)
    w = rng.integers(0, 2, (9, 5)).astype(float)
    compiled = jax.jit(lambda *given: metric_value(name, *given, facts))(y, p, w)
    assert float(compiled) == pytest.approx(metric_values([name], y, p, w, facts)[name], rel=1e-4)


def test_mape_of_a_true_zero_is_that_of_scikit_learn() -> None:
    y, p = np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]])
    expected = reference.mean_absolute_percentage_error(y, p)
    assert metric_values(["mape"], y, p, np.ones(2))["mape"] == pytest.approx(expected)


def test_smape_by_hand() -> None:
    y, p = np.array([[1.0], [0.0], [2.0], [-1.0]]), np.array([[3.0], [0.0], [2.0], [1.0]])
    # 2·2/4, 0, 0 and 2·2/2; then without the last.
    assert metric_values(["smape"], y, p, np.ones(4))["smape"] == pytest.approx((1 + 2) / 4)
    weight = np.array([1.0, 1, 1, 0])
    assert metric_values(["smape"], y, p, weight)["smape"] == pytest.approx(1 / 3)


def test_mase_is_the_mean_error_of_each_output_in_naive_errors() -> None:
    y, p = np.array([[1.0, 10], [2, 20], [9, 9]]), np.array([[2.0, 40], [2, 30], [0, 0]])
    facts = Facts(naive_error=np.array([0.5, 10.0]))
    weight = np.array([1.0, 1, 0])
    found = metric_values(["mase"], y, p, weight, facts)["mase"]
    assert found == pytest.approx(((1 + 0) / 2 / 0.5 + (30 + 10) / 2 / 10) / 2)


def test_nrmse_weighs_each_output_the_same() -> None:
    y, p = np.array([[1e6, 0.1], [3e6, 0.2], [9, 9]]), np.array([[3e6, 0.1], [3e6, 0.4], [0, 0]])
    facts = Facts(deviation=np.array([1e6, 0.1]))
    weight = np.array([1.0, 1, 0])
    found = metric_values(["nrmse"], y, p, weight, facts)["nrmse"]
    assert found == pytest.approx((np.sqrt(4 / 2) + np.sqrt(4 / 2)) / 2)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("shape", [(60,), (12, 5)])
def test_roc_auc_of_two_classes(
    shape: tuple[int, ...], ties: bool, weighted: bool, rng: np.random.Generator
) -> None:
    y, p = rng.integers(0, 2, shape), rng.random(shape)
    p = p.round(1) if ties else p
    w = rng.random(shape).round(1) if weighted else np.ones(shape)
    found = metric_values(["roc_auc"], y, np.stack([1 - p, p], -1), w)["roc_auc"]
    expected = reference.roc_auc_score(y.ravel(), p.ravel(), sample_weight=w.ravel())
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
def test_roc_auc_of_more_classes_is_the_mean_of_each_against_the_rest(
    ties: bool, weighted: bool, rng: np.random.Generator
) -> None:
    y, p = rng.integers(0, 4, 80), rng.dirichlet(np.ones(4), 80)
    p = p.round(1) if ties else p
    p /= p.sum(1, keepdims=True)
    w = rng.integers(0, 2, 80).astype(float) if weighted else np.ones(80)
    expected = reference.roc_auc_score(y, p, multi_class="ovr", average="macro", sample_weight=w)
    assert metric_values(["roc_auc"], y, p, w)["roc_auc"] == pytest.approx(expected, abs=1e-12)


def test_roc_auc_leaves_out_classes_that_do_not_occur_and_is_unknown_of_one(
    rng: np.random.Generator,
) -> None:
    y, p = rng.integers(0, 3, 60), rng.dirichlet(np.ones(4), 60)
    areas = [reference.roc_auc_score(y == c, p[:, c]) for c in range(3)]
    assert metric_values(["roc_auc"], y, p, np.ones(60))["roc_auc"] == pytest.approx(np.mean(areas))
    with np.errstate(all="raise"):
        assert np.isnan(metric_values(["roc_auc"], y * 0, p, np.ones(60))["roc_auc"])


@pytest.mark.parametrize("masked", [False, True])
def test_log_loss(masked: bool, rng: np.random.Generator) -> None:
    y, p = rng.integers(0, 3, 40), rng.dirichlet(np.ones(3), 40).astype(np.float32)
    p[0], y[0] = [0, 1, 0], 2  # certain, and wrong
    w = rng.integers(0, 2, 40).astype(float) if masked else np.ones(40)
    expected = reference.log_loss(y, p, sample_weight=w, labels=[0, 1, 2])
    assert metric_values(["log_loss"], y, p, w)["log_loss"] == pytest.approx(expected)


@pytest.mark.parametrize("masked", [False, True])
def test_quantiles(masked: bool, rng: np.random.Generator) -> None:
    y, p = rng.normal(size=(30, 2)), np.sort(rng.normal(size=(30, 3, 2)), axis=1)
    w = rng.integers(0, 2, 30).astype(float) if masked else np.ones(30)
    facts = Facts(quantiles=LEVELS)
    found = metric_values(["pinball", "coverage", "mae"], y, p, w, facts)
    expected = [
        reference.mean_pinball_loss(y, p[:, index], sample_weight=w, alpha=level)
        for index, level in enumerate(LEVELS)
    ]
    assert found["pinball"] == pytest.approx(np.mean(expected))
    inside = ((y >= p[:, 0]) & (y <= p[:, 2]))[w > 0]
    assert found["coverage"] == pytest.approx(inside.mean())
    median = reference.mean_absolute_error(y, p[:, 1], sample_weight=w)
    assert found["mae"] == pytest.approx(median)


@pytest.mark.parametrize("name", METRICS)
def test_a_prediction_that_is_right_is_better_by_every_metric(
    name: str, rng: np.random.Generator
) -> None:
    """That of its direction; a metric without one ranks nothing."""
    metric = METRICS[name]
    if metric.kind == "class":
        y = rng.integers(0, 3, 30)
        right, wrong = 0.1 + 0.7 * np.eye(3)[y], 0.1 + 0.7 * np.eye(3)[(y + 1) % 3]
    else:
        y = rng.uniform(1, 2, (30, 1))
        right, wrong = y + 0.01, y + 1
    quantiles = LEVELS if metric.kind == "quantile" else ()
    if quantiles:
        right, wrong = (np.repeat(p[:, None], len(LEVELS), axis=1) for p in (right, wrong))
    facts = Facts(np.ones(1), quantiles, deviation=np.ones(1))
    scores = [float(metric_value(name, y, p, np.ones(30), facts)) for p in (right, wrong)]
    if metric.direction is None:
        return
    assert Objective(name, metric.direction).better(*scores)
    for direction in {"minimize", "maximize"} - {metric.direction}:
        assert not Objective(name, direction).better(*scores)
