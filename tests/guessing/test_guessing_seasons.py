"""Seasons are taken where values repeat, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from rnnsearch.data.time import Step
from rnnsearch.guessing.season import find_seasons, repetition

HALF_HOUR, DAY, WEEK = Step(1800, "seconds"), Step(86400, "seconds"), Step(604800, "seconds")
MONTH, QUARTER = Step(1, "months"), Step(3, "months")


def wave(rows: int, *periods: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    waves = sum(np.sin(2 * np.pi * np.arange(rows) / period) for period in periods)
    return (waves + 0.2 * rng.normal(size=rows))[:, None]


@pytest.mark.parametrize(
    ("step", "rows", "periods", "found"),
    [
        (HALF_HOUR, 3000, (48,), [("day", 48)]),
        (HALF_HOUR, 3000, (48, 336), [("day", 48), ("week", 336)]),
        (DAY, 200, (7,), [("week", 7)]),
        (DAY, 1500, (365,), [("year", 365)]),
        (WEEK, 500, (52,), [("year", 52)]),
        (MONTH, 120, (12,), [("year", 12)]),
        (QUARTER, 40, (4,), [("year", 4)]),
        (MONTH, 120, (7,), []),
    ],
)
def test_a_season_that_the_values_have_is_found(step, rows, periods, found):
    seasons = find_seasons([wave(rows, *periods)], step)
    assert [(season.name, season.steps) for season in seasons] == found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("step", [HALF_HOUR, DAY, WEEK, MONTH])
def test_noise_trends_and_random_walks_have_none(step, seed):
    noise = np.random.default_rng(seed).normal(size=(3000, 1))
    trend = noise + np.linspace(0, 1000, 3000)[:, None]
    assert find_seasons([noise, trend, noise.cumsum(axis=0)], step) == []


def test_an_irregular_step_or_no_time_has_none():
    values = wave(1500, 7)
    assert find_seasons([values], Step(86400, "seconds", regular=False)) == []
    assert find_seasons([values], None) == []


def test_repetition_needs_three_seasons():
    assert repetition(wave(35, 12), 12) == 0
    assert repetition(wave(36, 12), 12) > 0.8


def test_classes_repeat_too():
    labels = np.eye(3)[np.arange(300) % 3]
    assert repetition(labels, 3) == pytest.approx(1)
    assert repetition(labels, 2) < 0


def test_a_constant_does_not_repeat():
    assert repetition(np.full((100, 1), 1e9), 7) == 0
