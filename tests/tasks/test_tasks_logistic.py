"""The logistic regression of the baselines against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rnnsearch.tasks import logistic
from rnnsearch.tasks.logistic import logistic_fits

RNG = np.random.default_rng(5)
COSTS = (1e-3, 1e-1, 10.0)


def lagged(rows: int, features: int) -> np.ndarray:
    """Features that are nearly the same, and one that says nothing."""
    walk = RNG.normal(size=rows + features).cumsum()
    x = np.lib.stride_tricks.sliding_window_view(walk, features)[:rows] + 3
    x = (x + RNG.normal(0, 0.1, x.shape)).astype(np.float32)
    x[:, 0] = 5
    return x


@pytest.mark.parametrize("shape", [(300, 12), (20, 45)], ids=["tall", "wide"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("exactly", [True, False])
def test_a_regression_is_that_of_scikit_learn(
    shape: tuple[int, int], classes: int, exactly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sought for long enough; and nearly, as it is sought for choosing a penalty."""
    if exactly:
        monkeypatch.setattr(logistic, "_CHANGE", 1e-13)
        monkeypatch.setattr(logistic, "_SLOPE", 1e-8)
    x = lagged(*shape)
    steps = np.quantile(x[:, 5], np.arange(1, classes) / classes)
    y = np.digitize(x[:, 5] + RNG.normal(0, 0.5, len(x)), steps)
    for cost, fitted in zip(COSTS, logistic_fits(x, y, classes, COSTS), strict=True):
        model = LogisticRegression(C=cost, tol=1e-10, max_iter=100_000).fit(x.astype(float), y)
        found, expected = fitted.probabilities(x), model.predict_proba(x.astype(float))
        if exactly:
            np.testing.assert_allclose(found, expected, atol=5e-4)
        losses = [-np.log(chances[np.arange(len(y)), y]).mean() for chances in (found, expected)]
        assert losses[0] == pytest.approx(losses[1], abs=2e-3)


def test_classes_that_were_not_shown_have_no_probability() -> None:
    x, y = lagged(60, 4), np.array([1, 4, 4] * 20)
    (fitted,) = logistic_fits(x, y, 6, (0.1,))
    chances = fitted.probabilities(x)
    np.testing.assert_array_equal(chances[:, [0, 2, 3, 5]], 0)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    np.testing.assert_allclose(chances.mean(axis=0)[[1, 4]], [1 / 3, 2 / 3], atol=1e-4)


def test_one_class_alone_is_certain() -> None:
    (fitted,) = logistic_fits(lagged(10, 3), np.full(10, 2), 4, (1.0,))
    np.testing.assert_array_equal(fitted.probabilities(np.zeros((2, 3)))[:, 2], 1)
