"""Seasons are taken where values repeat, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from rnnsearch.data.time import Step
from rnnsearch.guessing.season import (
    calendar_feature,
    find_cycles,
    find_patterns,
    find_seasons,
    one_wave,
    phase_ratio,
    repetition,
)

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


def wandering_week(rows: int, size: float) -> np.ndarray:
    """A price that wanders, a little lower at weekends."""
    rng = np.random.default_rng(1)
    weekend = np.isin(np.arange(rows) % 7, (5, 6))
    return (np.cumsum(rng.normal(size=rows)) + rng.normal(size=rows) - size * weekend)[:, None]


def test_weekdays_show_where_they_repeat_too_little_for_a_season() -> None:
    values = wandering_week(1500, 1.0)
    assert find_seasons([values], DAY) == []
    assert [season.name for season in find_patterns(values, DAY)] == ["week"]
    assert find_patterns(wandering_week(1500, 0.0), DAY) == []


def test_phases_that_differ_by_chance_have_a_ratio_of_about_one() -> None:
    rng = np.random.default_rng(0)
    ratios = [phase_ratio(rng.normal(size=(700, 1)), 7) for _ in range(50)]
    assert 0.7 < np.mean(ratios) < 1.3
    assert max(ratios) < 5
    assert phase_ratio(np.zeros((100, 1)), 7) == 0
    assert phase_ratio(np.eye(7)[np.arange(70) % 7], 7) == np.inf
    assert phase_ratio(rng.normal(size=(20, 1)), 7) == 0


@pytest.mark.parametrize(
    ("rows", "periods", "found"),
    [
        (3000, (48,), [("cycle", 48)]),
        (3000, (48, 336), [("cycle", 48), ("longer cycle", 336)]),
        (120, (12,), [("cycle", 12)]),
        (60, (4,), [("cycle", 4)]),
        (900, (53,), [("cycle", 53)]),
    ],
)
def test_rows_alone_show_a_season(rows, periods, found):
    seasons = find_cycles([wave(rows, *periods)])
    assert [(season.name, season.steps) for season in seasons] == found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rows", [60, 400, 3000])
def test_noise_and_what_wanders_show_none(rows, seed):
    noise = np.random.default_rng(seed).normal(size=(rows, 1))
    waves = np.zeros((rows, 1))
    for at in range(2, rows):  # a cycle of some ten rows whose phase wanders
        waves[at] = 1.6 * waves[at - 1] - 0.8 * waves[at - 2] + noise[at]
    trend = noise + np.linspace(0, 1000, rows)[:, None]
    assert find_cycles([noise, trend, noise.cumsum(axis=0), waves]) == []


def test_one_wave_explains_what_it_explains() -> None:
    """By Parseval: of waves of amplitudes 3 and 1 nine tenths, whatever the trend."""
    rows = np.arange(240)
    both = 3 * np.sin(2 * np.pi * rows / 12) + np.cos(2 * np.pi * 3 * rows / 12 + 1)
    assert one_wave((both + 7 * rows)[:, None], 12) == pytest.approx(0.9)
    last = 3 * np.sin(2 * np.pi * rows / 12) + np.cos(np.pi * rows) / np.sqrt(2)
    assert one_wave(last[:, None], 12) == pytest.approx(0.9)  # six waves a season
    assert one_wave(np.ones((240, 1)), 12) == 1.0
    assert one_wave(np.ones((5, 1)), 12) == 1.0


@pytest.mark.parametrize(
    ("step", "wave_feature", "peak_feature"),
    [(MONTH, "month", "month_name"), (QUARTER, "month", "quarter")],
)
def test_a_month_that_stands_out_has_its_name(step, wave_feature, peak_feature) -> None:
    steps = step.season()
    peaks = (np.arange(120) % steps == steps - 1)[:, None] * 5.0
    if steps == 4:  # the third quarter as high as the first, so that no wave has both
        peaks = (np.arange(120) % 2)[:, None] * 5.0 + peaks
    noise = 0.1 * np.random.default_rng(0).normal(size=(120, 1))
    (season,) = find_seasons([wave(120, steps)], step)
    assert calendar_feature(season, step) == wave_feature
    (season,) = find_seasons([peaks + noise], step)
    assert calendar_feature(season, step) == peak_feature


def test_noise_that_moves_a_peak_by_a_row_doubles_no_season() -> None:
    """The phases of 49 or 51 rows are alike, and those of 100 are not."""
    random = np.random.default_rng(12)
    at = np.arange(2000)
    wave = 3 * np.sin(2 * np.pi * at / 50) + np.cos(4 * np.pi * at / 50)
    for _ in range(20):
        values = (wave + random.normal(0, 0.3, 2000))[:, None]
        assert [season.steps for season in find_cycles([values])] == [50]
