"""Shares of an ensemble's members: laws that hold for every loss, and known optima."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.baselines.mixing import greedy, mixed, mixture_weights
from rnnsearch.tasks import Loss, mean_loss

LOSSES = [
    Loss("mse"),
    Loss("mae"),
    Loss("huber", delta=0.7),
    Loss("quantile", quantiles=(0.1, 0.5, 0.9)),
    Loss("cross_entropy"),
]
Members = tuple[list[np.ndarray], np.ndarray, np.ndarray]


def members(loss: Loss, seed: int, count: int = 4, rows: int = 40, steps: int = 0) -> Members:
    """Outputs of members of unlike skill, what was true, and weights, some of them 0."""
    rng = np.random.default_rng(seed)
    shape = (rows, steps) if steps else (rows,)
    weights = np.where(rng.random(shape) < 0.2, 0, rng.random(shape) + 0.5)
    noises = rng.uniform(0.3, 3, count)
    if loss.name == "cross_entropy":
        y = rng.integers(0, 3, shape)
        logits = [3 * np.eye(3)[y] + noise * rng.normal(size=(*shape, 3)) for noise in noises]
        chances = [np.exp(each) for each in logits]
        return [each / each.sum(axis=-1, keepdims=True) for each in chances], y, weights
    y = rng.normal(size=(*shape, 2))
    shifts = np.repeat(np.array(loss.quantiles) - 0.5 if loss.quantiles else [0.0], 2)
    wide = np.concatenate([y] * (len(shifts) // 2), axis=-1) + shifts
    return [wide + noise * rng.normal(size=wide.shape) for noise in noises], y, weights


def of_mixture(shares: np.ndarray, given: Members, loss: Loss) -> float:
    outputs, y, weights = given
    return mean_loss(loss, y, mixed(outputs, shares), weights)


@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(1, 5))
def test_shares_are_shares_and_no_worse_than_a_member(
    loss: Loss, steps: int, seed: int, count: int
) -> None:
    given = members(loss, seed, count, steps=steps)
    alone = [of_mixture(one, given, loss) for one in np.eye(count)]
    for shares in (
        mixture_weights(*given, loss, shrink=0.0, within=np.inf),
        greedy(*given, loss, rounds=12),
    ):
        assert shares.shape == (count,) and (shares >= 0).all()
        assert shares.sum() == pytest.approx(1)
        assert of_mixture(shares, given, loss) <= min(alone) * (1 + 1e-6)
    equal = np.full(count, 1 / count)
    best = mixture_weights(*given, loss, shrink=0.0, within=np.inf)
    assert of_mixture(best, given, loss) <= of_mixture(equal, given, loss) + 1e-9
    np.testing.assert_allclose(mixture_weights(*given, loss, shrink=1.0, within=np.inf), equal)
    half = mixture_weights(*given, loss, shrink=0.5, within=np.inf)
    np.testing.assert_allclose(half, (best + equal) / 2)
    unknown = mixture_weights(*given, loss, within=np.inf)
    np.testing.assert_allclose(unknown, half)  # nothing to choose it by


@pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), order=st.permutations(range(4)))
def test_the_order_of_members_is_of_no_effect(loss: Loss, seed: int, order: list[int]) -> None:
    outputs, y, weights = members(loss, seed)
    folds = np.arange(len(y)) % 4
    shares = mixture_weights(outputs, y, weights, loss, folds=folds)
    moved = mixture_weights([outputs[n] for n in order], y, weights, loss, folds=folds)
    np.testing.assert_allclose(moved, shares[order], atol=1e-6)
    chosen = greedy([outputs[n] for n in order], y, weights, loss, 9)
    np.testing.assert_allclose(chosen, greedy(outputs, y, weights, loss, 9)[order])


@pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])
def test_identical_members_share(loss: Loss) -> None:
    outputs, y, weights = members(loss, 5)
    twice = [*outputs, outputs[0], outputs[1]]
    shares = mixture_weights(twice, y, weights, loss, shrink=0.0, within=np.inf)
    np.testing.assert_allclose(shares[[0, 1]], shares[[4, 5]], atol=1e-9)
    once = of_mixture(
        mixture_weights(outputs, y, weights, loss, shrink=0.0, within=np.inf),
        (outputs, y, weights),
        loss,
    )
    assert of_mixture(shares, (twice, y, weights), loss) == pytest.approx(once, rel=1e-3)
    same = mixture_weights([outputs[0]] * 3, y, weights, loss)
    np.testing.assert_allclose(same, 1 / 3)


@pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])
def test_the_least_loss_is_found(loss: Loss) -> None:
    """As by trying all shares of three members."""
    given = members(loss, 11, count=3, rows=200)
    steps = np.arange(0, 1.001, 0.02)
    grid = [np.array([a, b, 1 - a - b]) for a in steps for b in steps if a + b <= 1 + 1e-9]
    tried = min(of_mixture(shares, given, loss) for shares in grid)
    found = mixture_weights(*given, loss, shrink=0.0, within=np.inf)
    assert of_mixture(found, given, loss) <= tried * (1 + 1e-4)
    assert of_mixture(greedy(*given, loss, 60), given, loss) <= tried * (1 + 5e-3)


def test_independent_errors_count_by_their_inverse_variance() -> None:
    rng = np.random.default_rng(0)
    y = np.zeros((100_000, 1))
    outputs = [sd * rng.normal(size=y.shape) for sd in (1.0, 2.0, 4.0)]
    expected = np.array([1, 1 / 4, 1 / 16]) / (1 + 1 / 4 + 1 / 16)
    shares = mixture_weights(outputs, y, np.ones(len(y)), Loss("mse"), shrink=0.0, within=np.inf)
    np.testing.assert_allclose(shares, expected, atol=0.01)


def test_how_far_shares_are_drawn_to_equal_ones_is_chosen_by_folds() -> None:
    rng = np.random.default_rng(1)
    folds = np.repeat(np.arange(4), 10)
    y, weights = rng.normal(size=(40, 1)), np.ones(40)
    alike = [y + rng.normal(size=y.shape) for _ in range(12)]
    shares = mixture_weights(alike, y, weights, Loss("mse"), folds=folds)
    raw = mixture_weights(alike, y, weights, Loss("mse"), shrink=0.0, within=np.inf)
    assert np.ptp(shares) < 0.5 * np.ptp(raw)
    unlike = [y + 0.1 * rng.normal(size=y.shape), y + 5 + rng.normal(size=y.shape)]
    assert mixture_weights(unlike, y, weights, Loss("mse"), folds=folds)[0] > 0.99


@pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])
def test_a_member_whose_errors_are_huge_has_no_share(loss: Loss) -> None:
    outputs, y, weights = members(loss, 7, count=3)
    alone = np.array([of_mixture(one, (outputs, y, weights), loss) for one in np.eye(3)])
    factor = np.sort(alone)[1] / alone.min() * 1.01  # two are within it
    shares = mixture_weights(outputs, y, weights, loss, shrink=0.5, within=factor)
    assert (shares == 0).tolist() == (alone == alone.max()).tolist()
    assert shares.sum() == pytest.approx(1)


def test_what_does_not_count_has_no_say() -> None:
    for loss in LOSSES:
        outputs, y, weights = members(loss, 3, steps=4)
        other = [np.where((weights > 0)[..., None], each, 0.1) for each in outputs]
        for shares in (mixture_weights, greedy):
            expected = shares(outputs, y, weights, loss)
            np.testing.assert_array_equal(shares(other, y, weights, loss), expected)
