"""Divisions that lack a class: simple methods give it a chance, and their scores are finite."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rnnsearch.baselines import fit_baselines
from rnnsearch.baselines.unseen import chances, class_shares, softmax_weights, unseen_logit
from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.tasks import TASKS, Loss


def test_a_class_that_was_not_shown_has_the_chance_of_the_rule_of_succession() -> None:
    shares = class_shares(np.array([0, 0, 0, 2]), 4)
    assert shares.sum() == pytest.approx(1)
    assert shares[1] == shares[3] == 1 / (4 + 4)
    assert shares[0] == pytest.approx(3 * shares[2])
    # Where all were shown they are as often as they were.
    np.testing.assert_array_equal(class_shares(np.array([0, 1, 1, 2]), 3), [0.25, 0.5, 0.25])


@pytest.mark.parametrize("shown", [(0, 2), (0, 2, 3)])
def test_a_logistic_regression_gives_it_as_much_on_the_mean_and_so_does_its_network(
    shown: tuple[int, ...],
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    y = np.array(shown)[np.arange(60) % len(shown)]
    model = LogisticRegression().fit(x + y[:, None], y)
    unseen = unseen_logit(model, x, 5)
    found = chances(model, x, 5, unseen)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    missing = [one for one in range(5) if one not in shown]
    np.testing.assert_allclose(np.exp(np.log(found[:, missing]).mean(axis=0)), 1 / 65, rtol=0.1)
    # What was shown is told apart as before.
    known = model.predict_proba(x)
    np.testing.assert_allclose(found[:, shown] / found[:, shown].sum(axis=1)[:, None], known)
    kernel, bias = softmax_weights(model, 5, unseen)
    exponents = np.exp(x @ kernel + bias)
    np.testing.assert_allclose(found, exponents / exponents.sum(axis=1)[:, None], rtol=1e-9)


def lacking() -> Dataset:
    """A training part without the third class, which validation has."""
    rng = np.random.default_rng(1)

    def part(y: list[int]) -> Part:
        x = rng.normal(size=(len(y), 6, 2)).astype(np.float32)
        return Part(x, np.array(y, np.int32))

    target = Target("class", ("y",), ("a", "b", "c"), Scaling(np.zeros(1), np.ones(1)))
    return Dataset(part([0, 1] * 10), part([0, 1, 2]), part([0, 2, 2]), target, False)


def test_scores_of_a_division_that_lacks_a_class_are_finite() -> None:
    dataset = lacking()
    methods = SimpleMethods.fit(TASKS["many_to_one"], [dataset], Loss("cross_entropy"))
    records = {one.name: one for one in methods.records("val_loss", ("accuracy",))}
    assert (
        set(records)
        == set(fit_baselines(TASKS["many_to_one"], dataset))
        == {
            "majority",
            "linear",
        }
    )
    for one in records.values():
        assert one.score is not None and np.log(3) / 2 < one.score < 10
        assert np.isfinite(one.test["test_loss"])
    shares = np.array([0.5, 0.5, 0]) * (1 - 1 / 23) + np.array([0, 0, 1 / 23])
    assert records["majority"].score == pytest.approx(-np.log(shares).mean())
