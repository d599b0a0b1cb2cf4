"""Averages of what configurations put out: which are taken, and what simple methods add."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnsearch.data import Dataset, Part, Scaling, Target
from rnnsearch.driver.comparing import averages
from rnnsearch.driver.comparing.averages import Court, averaged
from rnnsearch.driver.comparing.offers import Offers
from rnnsearch.tasks import Loss
from rnnsearch.vocabulary import Objective

TARGET = Target("numeric", ("y",), (), Scaling(np.zeros(1), np.ones(1)))
GENERATOR = np.random.default_rng(0)


def division() -> Dataset:
    x = GENERATOR.normal(size=(40, 3, 1)).astype(np.float32)
    part = Part(x, GENERATOR.normal(size=(40, 1)).astype(np.float32))
    return Dataset(part, part, replace(part, x=x[:0], y=part.y[:0]), TARGET, masked=False)


DIVISIONS = [division() for _ in range(5)]
COURT = Court(DIVISIONS, Loss("mse"), ("rmse",))


def noisy(error: float, bias: float = 0.0) -> list[np.ndarray]:
    """What a configuration puts out that is right but for noise of its own."""
    return [
        d.validation.y + bias + GENERATOR.normal(0, error, d.validation.y.shape) for d in DIVISIONS
    ]


def test_it_judges_each_division_as_a_network_is_judged() -> None:
    outputs = noisy(0.5)
    judged = COURT.judged(outputs)

    for found, put, dataset in zip(judged, outputs, DIVISIONS, strict=True):
        assert found["val_loss"] == pytest.approx(np.mean((put - dataset.validation.y) ** 2))
        assert found["val_rmse"] == pytest.approx(found["val_loss"] ** 0.5)


def test_what_helps_is_averaged_and_what_spoils_or_makes_no_difference_is_not() -> None:
    good, alike, wild = noisy(0.3), noisy(0.3), noisy(9.0)
    places, bag = COURT.bagged([good, wild, alike], folds=5)

    assert places == [0, 2]
    for found, expected in zip(bag, averaged([good, alike], [0.5, 0.5]), strict=True):
        np.testing.assert_allclose(found, expected)
    assert COURT.bagged([good, good], folds=5)[0] == [0], "the same again costs and adds nothing"


def test_of_many_that_are_alike_the_fewest_are_left_that_keep_the_gain() -> None:
    shared = noisy(1.0)
    alike = [[a + b for a, b in zip(shared, noisy(0.1), strict=True)] for _ in range(6)]
    places, bag = COURT.bagged(alike, folds=5)
    assert places[0] == 0 and places == sorted(places) and len(places) < 6
    one, every = np.mean(losses(alike[0])), np.mean(losses(averaged(alike, [1 / 6] * 6)))
    assert one - np.mean(losses(bag)) >= 0.9 * (one - every)
    # One whose errors are its own is worth its time.
    assert len(COURT.bagged([noisy(1.0) for _ in range(4)], folds=5)[0]) >= 3


def test_beside_a_forecast_stand_only_methods_that_are_nearly_as_good() -> None:
    bag = noisy(1.0)
    known = {"near": noisy(1.1), "twice the loss": noisy(2**0.5), "far": noisy(4.0)}
    assert COURT.rivals(known, bag) == ["near", "twice the loss"]
    assert replace(COURT, ordered=True).rivals(known, bag) == ["near"]


@pytest.mark.parametrize("helps", [True, False])
def test_what_was_chosen_by_the_same_parts_stands_beside_only_where_that_is_better(
    helps: bool,
) -> None:
    bag, linear = noisy(1.0), noisy(1.0)
    offers = Offers(replace(COURT, ordered=True), Objective("val_rmse", "minimize"), 1)
    # As wrong as the linear model where that is wrong, and in places of its own.
    alike = [a + b for a, b in zip(linear, noisy(0.3), strict=True)]
    alike = [a - d.validation.y for a, d in zip(alike, DIVISIONS, strict=True)]
    known = {"linear": linear, "feed_forward": noisy(0.9) if helps else alike}
    found = offers.ensemble(bag, {"7": 1.0}, known)
    assert found is not None and set(found.shares) >= {"7", "linear"}
    assert ("feed_forward" in found.shares) == helps
    without = offers.ensemble(bag, {"7": 1.0}, {"linear": linear})
    assert without is not None
    assert (found.score < without.score) if helps else (found.score == without.score)


def test_an_origin_counts_by_the_square_of_what_it_was_trained_on() -> None:
    early, late = DIVISIONS[:2]
    early = replace(early, train=Part(late.train.array[:20], late.train.y[:20]))
    court = Court([early, late], Loss("mse"), ("rmse",), ordered=True)

    def off(*squares: float) -> list[np.ndarray]:
        pairs = zip(court.datasets, squares, strict=True)
        return [dataset.validation.y + square**0.5 for dataset, square in pairs]

    bound = (averages._RIVAL_IN_TIME * (1 / 4 + 1) - 1) * 4
    known = {"below": off(0.99 * bound, 1), "above": off(1.01 * bound, 1)}
    assert court.rivals(known, off(1, 1)) == ["below"]


def test_shares_of_forecasts_are_drawn_near_to_equal_ones() -> None:
    columns = [noisy(0.4), noisy(1.0)]
    _, fitted = COURT.mixed(columns)
    _, drawn = replace(COURT, ordered=True).mixed(columns)
    assert fitted[0] > 0.8, "the less noisy one counts by the inverse of its variance"
    assert 0.55 < drawn[0] < 0.65, "a quarter of that, and three of a half"


def losses(outputs: list[np.ndarray]) -> list[float]:
    return [one["val_loss"] for one in COURT.judged(outputs)]


def test_a_greedy_choice_is_judged_by_what_it_was_not_chosen_by() -> None:
    high, low, useless = noisy(0.01, bias=0.5), noisy(0.01, bias=-1.0), noisy(5.0)
    picked = COURT.picked([high, low, useless])
    assert picked is not None
    found, shares = picked
    # Twice the one with half the bias, of the other sign.
    np.testing.assert_allclose(shares, [2 / 3, 1 / 3, 0], atol=0.02)
    assert COURT.clearly_better(found, averaged([high, low], [0.5, 0.5]), 5)
    assert not COURT.clearly_better(found, averaged([high, low], shares[:2]), 5)
    held_out = replace(COURT, datasets=DIVISIONS[1:])
    others = held_out.picked([column[1:] for column in (high, low, useless)])
    assert others is not None
    expected = averaged([column[:1] for column in (high, low, useless)], others[1])
    np.testing.assert_allclose(found[0], expected[0])


def test_nothing_is_chosen_greedily_of_one_configuration_or_of_origins_in_time() -> None:
    one, other = noisy(0.3), noisy(0.3)
    assert COURT.picked([one]) is None
    assert replace(COURT, ordered=True).picked([one, other]) is None


def test_a_mixture_is_never_far_from_its_best_member_and_better_than_each_where_errors_differ() -> (
    None
):
    one, other, useless = noisy(0.5), noisy(0.5), noisy(0.1, bias=8.0)
    put_out, shares = COURT.mixed([one, other, useless])

    loss = np.mean([found["val_loss"] for found in COURT.judged(put_out)])
    alone = [np.mean([f["val_loss"] for f in COURT.judged(column)]) for column in (one, other)]
    assert loss < min(alone)
    assert shares.sum() == pytest.approx(1)
    assert shares[2] < 0.05


def test_of_a_single_short_division_all_weigh_the_same() -> None:
    """Shares that are fitted on it would make its score better than it is."""
    one = Court(DIVISIONS[:1], Loss("mse"), ("rmse",), ordered=True)
    good, poor, useless = noisy(0.5)[:1], noisy(1.0)[:1], noisy(0.1, bias=9.0)[:1]
    outputs, shares = one.mixed([good, poor, useless])
    assert shares.tolist() == [0.5, 0.5, 0.0]
    np.testing.assert_allclose(outputs[0], (good[0] + poor[0]) / 2)


def long_division(count: int) -> Dataset:
    y = GENERATOR.normal(size=(count, 1)).astype(np.float32)
    part = Part(np.zeros((count, 3, 1), np.float32), y)
    return Dataset(part, part, replace(part, x=part.x[:0], y=y[:0]), TARGET, masked=False)


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("ordered", [True, False])
def test_of_a_single_long_division_stretches_say_what_each_weighs(
    ordered: bool, seeds: int
) -> None:
    one = long_division(1000)
    court = Court([one] * seeds, Loss("mse"), ("rmse",), ordered=ordered)
    good, poor = (
        [one.validation.y + GENERATOR.normal(0, error, (1000, 1)) for _ in range(seeds)]
        for error in (0.5, 1.0)
    )
    outputs, shares = court.mixed([good, poor])
    assert 0.7 < shares[0] < 0.95 and shares.sum() == pytest.approx(1)
    mixed, alone = (np.mean([f["val_loss"] for f in court.judged(o)]) for o in (outputs, good))
    assert mixed < alone


def test_no_sequence_of_a_single_division_says_what_it_is_judged_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is put out of a stretch is weighed as its other sequences say."""

    def first_row(outputs: list[np.ndarray], y: np.ndarray, *_: object, **__: object) -> np.ndarray:
        return np.array([len(y), y[0, 0]])  # shares that tell what they are of

    monkeypatch.setattr(averages, "mixture_weights", first_row)
    one = long_division(1000)
    y = one.validation.y
    of_rows, of_first = np.ones((1000, 1)), np.zeros((1000, 1))
    court = Court([one], Loss("mse"), ("rmse",))
    counts, shares = court.mixed([[of_rows], [of_first]])
    firsts, _ = court.mixed([[of_first], [of_rows]])
    assert (counts[0] == 800).all() and shares[0] == 1000
    assert (firsts[0][:200] == y[200, 0]).all() and (firsts[0][200:] == y[0, 0]).all()


def test_a_very_long_division_is_thinned_before_shares_are_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    fit = averages.mixture_weights

    def fitted(outputs: list[np.ndarray], *args: object, **names: object) -> np.ndarray:
        seen.append(len(outputs[0]))
        return fit(outputs, *args, **names)  # type: ignore[arg-type]

    monkeypatch.setattr(averages, "mixture_weights", fitted)
    monkeypatch.setattr(averages, "_MOST_FITTED", 300)
    one = long_division(1000)
    court = Court([one], Loss("mse"), ("rmse",))
    good, poor = ([one.validation.y + GENERATOR.normal(0, e, (1000, 1))] for e in (0.5, 1.0))
    outputs, shares = court.mixed([good, poor])
    assert max(seen) <= 300 and len(outputs[0]) == 1000 and shares[0] > 0.6
