"""Which differences of two methods are more than chance: how often, and after whose formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnnsearch.driver.comparing.by_chance import by_chance


def moving(rng: np.random.Generator, count: int, reach: int) -> np.ndarray:
    """Noise of which values up to `reach` apart go together, as errors of forecasts do."""
    noise = rng.standard_normal(count + reach)
    return np.convolve(noise, np.ones(reach + 1), "valid") / np.sqrt(reach + 1)


@pytest.mark.parametrize("reach", [0, 1, 6])
@pytest.mark.parametrize("count", [60, 400])
def test_methods_that_are_the_same_are_told_apart_one_time_in_ten_at_most(
    reach: int, count: int
) -> None:
    rng = np.random.default_rng(0)
    found = [
        by_chance(5 + moving(rng, count, reach), 5 + moving(rng, count, reach), reach)
        for _ in range(300)
    ]
    # 5 % is what is aimed at; weights that fall with the distance leave out some of what goes
    # together.
    assert 1 - np.mean(found) < (0.08 if reach == 0 else 0.13)


@pytest.mark.parametrize("reach", [0, 3])
def test_a_method_that_is_better_by_far_is_told_apart_whichever_comes_first(reach: int) -> None:
    rng = np.random.default_rng(1)
    one, other = moving(rng, 200, reach), 1.5 + moving(rng, 200, reach)
    assert by_chance(one, other, reach) is False
    assert by_chance(other, one, reach) is False


def test_of_separate_sequences_it_is_the_paired_t_test() -> None:
    rng = np.random.default_rng(2)
    for shift in np.linspace(0, 0.6, 13):
        one, other = rng.standard_normal(50), rng.standard_normal(50) + shift
        # The variance is divided by N in Diebold & Mariano's, and the correction makes up for it.
        assert by_chance(one, other) is bool(stats.ttest_rel(one, other).pvalue > 0.05)


def test_a_step_counts_as_one_or_a_whole_sequence_does() -> None:
    rng = np.random.default_rng(3)
    one = rng.standard_normal((6, 40))
    other = one + 0.4 + 0.5 * rng.standard_normal((6, 40))
    assert by_chance(one, other, 1, by_step=True) is False
    assert by_chance(one, other, 1) is None, "six sequences say too little"
    one[:, ::2] = np.nan
    assert by_chance(one, other, 1, by_step=True) is False
    whole = np.where(np.isnan(one), 0.0, one - other).sum(axis=1) / 20
    assert whole.mean() < 0
    many = np.tile(one, (4, 1)), np.tile(other, (4, 1))
    assert by_chance(*many) is False


@given(st.integers(0, 30), st.integers(0, 5))
def test_too_few_or_unequal_ones_say_nothing_and_equal_ones_are_the_same(
    count: int, reach: int
) -> None:
    errors = np.random.default_rng(count).standard_normal(count)
    found = by_chance(errors, errors, reach)
    assert found is (True if count >= max(8, 2 * reach + 2) else None)
    assert by_chance(errors, errors[:-1] if count else np.ones(3), reach) is None
    assert by_chance(errors, np.full(count, np.nan), reach) is None
