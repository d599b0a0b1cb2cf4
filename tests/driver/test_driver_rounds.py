"""When more trials gain nothing; and the configurations that a search begins with."""

from __future__ import annotations

import numpy as np
import pytest

from rnnsearch.driver.running.rounds import Rounds
from rnnsearch.driver.sampling.portfolio import portfolio
from rnnsearch.outcomes import TrialRecord
from rnnsearch.space import SearchSpace
from rnnsearch.spec import parse
from rnnsearch.vocabulary import Objective

LOSS = Objective("val_loss")


def trials(best_of_round: list[float], noise: float = 0.5) -> list[TrialRecord]:
    """Rounds of 32, the first trial of each the best of it."""
    parts = np.random.default_rng(0).normal(0, 1, 5)
    found = []
    for number in range(32 * len(best_of_round)):
        offset = best_of_round[number // 32] + (2.0 if number % 32 else 0.0)
        jitter = np.random.default_rng(number).normal(0, noise, 5)
        scores = tuple((parts + offset + jitter).tolist())
        found.append(TrialRecord(number, "COMPLETE", float(np.mean(scores)), run_scores=scores))
    return found


def ends(best_of_round: list[float], noise: float = 0.5) -> bool:
    rounds = Rounds(LOSS, 5)
    rounds.add(reversed(trials(best_of_round, noise)))
    return rounds.without_gain


def test_two_rounds_without_gain_end_a_search() -> None:
    assert ends([1.0, 5.0, 5.0])
    assert not ends([1.0, 5.0]), "one is not enough"
    assert not ends([9.0, 5.0, 1.0], noise=0.0), "each round gains"
    assert not ends([1.0, 5.0, 5.0][::-1], noise=0.0), "the last round gains"


def test_a_round_that_is_not_over_does_not_count() -> None:
    rounds = Rounds(LOSS, 5)
    rounds.add(trials([1.0, 5.0, 5.0])[:-1])

    assert not rounds.without_gain


def space(**named: object) -> SearchSpace:
    document = {"task": "many_to_one", "data": {"source": "arrays"}, "space": named}
    return SearchSpace.from_spec(parse(document, name="x", directory="."))


def test_a_portfolio_keeps_to_the_space() -> None:
    searched = {
        "cell": ["LSTM", "SimpleRNN"],
        "units": {"min": 8, "max": 40},
        "dropout": {"min": 0.3, "max": 0.5},
        "learning_rate": {"min": 1e-4, "max": 1e-1, "log": True},
        "depth": 2,
    }
    points = portfolio(space(**searched), ordered=False, batch=16)

    assert points
    for point in points:
        assert point.get("cell", "LSTM") == "LSTM"
        assert point.get("units", 32) in (32, 40), "64 is outside"
        assert "dropout" not in point and "depth" not in point and "pooling" not in point
    assert len({tuple(sorted(point.items())) for point in points}) == len(points)


@pytest.mark.parametrize(
    ("units", "first"), [([50, 100], 50), ([8, 16], 16), ({"min": 10, "max": 300, "step": 10}, 30)]
)
def test_a_portfolio_begins_with_sizes_that_the_space_has(units: object, first: int) -> None:
    points = portfolio(space(cell=["GRU", "LSTM"], units=units), ordered=False, batch=16)
    assert points[0]["units"] == first and points[0]["cell"] == "GRU"
    ahead = portfolio(space(cell=["GRU", "LSTM"], units=units), ordered=True, batch=128)
    assert all(point.get("units", 32) in (32, 64) for point in ahead)


@pytest.mark.parametrize(
    ("batch", "most", "first"),
    [(8, 0.1, 0.003), (16, 0.1, 0.003), (64, 0.1, 0.006), (64, 0.005, 0.005), (64, 0.002, None)],
)
def test_rates_of_a_portfolio_grow_with_the_batch(
    batch: int, most: float, first: float | None
) -> None:
    searched = space(cell=["GRU", "LSTM"], learning_rate={"min": 1e-4, "max": most, "log": True})
    rate = portfolio(searched, ordered=False, batch=batch)[0].get("learning_rate")
    assert rate is None if first is None else rate == pytest.approx(first)
    ahead = portfolio(searched, ordered=True, batch=batch)[0].get("learning_rate")
    assert ahead == (0.003 if most > 0.003 else None)


@pytest.mark.parametrize("batch", [16, 64])
def test_a_search_begins_with_the_portfolio(simulation, fake, batch: int) -> None:
    first = {
        "cell": ["SimpleRNN", "GRU", "LSTM"],
        "units": [4, 32],
        "batch_size": batch,
        "learning_rate": {"min": 1e-4, "max": 1e-1, "log": True},
    }
    found = simulation(space=first, sampler="tpe", trials=12).run(fake.Executor(), block=4)

    points = portfolio(space(**first), ordered=False, batch=batch)
    for block, point in enumerate(points[:3]):
        leader = found[4 * block]
        assert {name: leader.params[name] for name in point} == dict(point)
        assert len({r.params["cell"] for r in found[4 * block : 4 * block + 4]}) == 1
