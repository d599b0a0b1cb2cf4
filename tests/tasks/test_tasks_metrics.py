"""Metrics against scikit-learn, with and without entries that do not count."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from rnnsearch.tasks import METRICS, metric_values

REGRESSION = {
    "rmse": lambda y, p, w: reference.mean_squared_error(y, p, sample_weight=w) ** 0.5,
    "mae": lambda y, p, w: reference.mean_absolute_error(y, p, sample_weight=w),
    "r2": lambda y, p, w: reference.r2_score(y, p, sample_weight=w),
}


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
    if METRICS[name].kind == "numeric":
        y, p = rng.normal(size=(9, 5, 2)), rng.normal(size=(9, 5, 2))
    else:
        y, p = rng.integers(0, 3, (9, 5)), rng.dirichlet(np.ones(4), (9, 5))
    w = rng.integers(0, 2, (9, 5)).astype(float)
    compiled = jax.jit(METRICS[name].function)(y, p, w)
    assert float(compiled) == pytest.approx(metric_values([name], y, p, w)[name], rel=1e-4)


def test_each_metric_has_its_direction() -> None:
    directions = {name: metric.direction for name, metric in METRICS.items()}
    assert directions == {
        "rmse": "minimize",
        "mae": "minimize",
        "r2": "maximize",
        "accuracy": "maximize",
        "f1_macro": "maximize",
    }
