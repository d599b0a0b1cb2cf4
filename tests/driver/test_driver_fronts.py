"""Several objectives: the front, limits, and what a search of them does otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnsearch.driver.planning.regime import Regime
from rnnsearch.errors import InvalidSpec
from rnnsearch.outcomes import TrialRecord
from rnnsearch.outcomes.fronts import front, front_of_trials, limits_of, violations
from rnnsearch.spec import parse, resolved
from rnnsearch.vocabulary import Objective
from tests.driver.conftest import simulated_spec


def test_the_front_is_what_nothing_beats_in_everything() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        points = {n: tuple(map(int, row)) for n, row in enumerate(rng.integers(0, 5, (12, 3)))}
        beaten = {
            n
            for n, a in points.items()
            for b in points.values()
            if max(np.subtract(b, a)) <= 0 and min(np.subtract(b, a)) < 0
        }
        assert set(front(points)) == set(points) - beaten
    assert front({1: [1.0, 2.0], 2: [1.0, 2.0]}) == [1, 2]


def record(number: int, score: float, weights: int, **changes: Any) -> TrialRecord:
    return TrialRecord(
        number, "COMPLETE", score, parameters=weights, costs={"parameters": weights}, **changes
    )


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_candidates_are_the_front_and_then_what_follows(direction: Any) -> None:
    sign = 1 if direction == "minimize" else -1
    trials = [record(0, sign * 1.0, 900), record(1, sign * 2.0, 100), record(2, sign * 3.0, 500)]
    goal = Objective("val_rmse", direction)
    found = [one.number for one in front_of_trials(trials, goal, ["parameters"], 2)]
    assert found == [0, 1]
    found = [one.number for one in front_of_trials(trials, goal, ["parameters"], 5)]
    assert found == [0, 1, 2]


def test_of_a_long_front_both_ends_are_candidates() -> None:
    trials = [record(n, float(n), 1000 - n) for n in range(20)]
    found = front_of_trials(trials, Objective("val_rmse"), ["parameters"], 5)
    numbers = [one.number for one in found]
    assert len(numbers) == 5 and numbers[0] == 0 and numbers[-1] == 19


def test_limits_are_read_in_their_units() -> None:
    given = {"parameters": "< 20k", "latency": "< 2 ms", "size": "50 KiB"}
    limits = limits_of(given)
    assert limits == {"parameters": 20_000, "latency": 2.0, "size": 51_200}
    assert limits_of({"latency": "<= 500 us"}) == {"latency": 0.5}
    over = violations({"parameters": 30_000, "latency": 1.0}, limits)
    assert over == {"parameters": pytest.approx(0.5), "latency": pytest.approx(-0.5)}


SPEC = {
    "task": "many_to_one",
    "data": {"source": "arrays"},
    "space": {"units": [4, 8]},
    "search": {"objective": ["val_rmse", "parameters", "latency"], "trials": 3},
}


def parsed(**search: Any) -> Any:
    document = {**SPEC, "search": {**SPEC["search"], **search}}  # type: ignore[dict-item]
    return parse(document, name="x", directory=".")


def test_a_list_of_objectives_is_one_and_costs() -> None:
    spec = parsed(constraints={"parameters": 500, "latency": "< 2 ms"})
    assert (spec.search.objective, spec.search.costs) == ("val_rmse", ("parameters", "latency"))
    assert spec.search.constraints == {"parameters": "500", "latency": "< 2 ms"}
    again = parse(resolved(spec), name="x", directory=".")
    assert resolved(again) == resolved(spec)


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"objective": ["latency"]}, "search.objective: must be a metric.*name the metric first"),
        ({"objective": ["val_rmse", "latncy"]}, r"objective\[1\].*did you mean latency"),
        ({"objective": ["val_rmse", "size", "size"]}, r"objective\[2\]: must be named once"),
        ({"objective": ["val_rmse", []]}, r"objective\[1\]: must be parameters.*received \[\]"),
        ({"constraints": {"latency": "fast"}}, 'limit above 0, in ms.*such as "< 2 ms"'),
        ({"constraints": {"parameters": "< 0"}}, "limit above 0"),
        ({"constraints": {"training_seconds": "< 5"}}, "search.constraints"),
        ({"sampler": "cmaes"}, "search.sampler.*several objectives.*tpe or nsga2"),
        ({"pruner": "hyperband"}, "search.pruner.*auto or none"),
    ],
)
def test_what_is_not_meant_is_refused(search: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSpec, match=message):
        parsed(**search)


def test_nothing_is_stopped_by_its_score_and_one_network_is_delivered(divided: Any) -> None:
    plain = Regime.of(simulated_spec(epochs=4), divided, None)
    several = Regime.of(simulated_spec(epochs=4, costs=["parameters"]), divided, None)
    assert several.pruner == "none" and several.stages == ()
    limited = Regime.of(simulated_spec(epochs=4, constraints={"size": "9 kB"}), divided, None)
    assert limited.pruner == plain.pruner
    if plain.deliver == "bag":
        assert (several.deliver, limited.deliver) == ("single", "single")
