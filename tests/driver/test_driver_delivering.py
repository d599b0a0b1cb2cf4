"""How many networks are trained on all data."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from rnnsearch.driver.finishing.delivering import Delivering, networks_of_each, networks_on_all
from rnnsearch.outcomes import Delivery


@pytest.mark.parametrize(
    ("configurations", "left", "each", "networks"),
    [
        (1, math.inf, 5.0, 6),
        (2, math.inf, 5.0, 3),
        (5, math.inf, 5.0, 2),
        (1, 100.0, 1.0, 6),
        (1, 6.1, 1.0, 4),  # a run on all data takes half as long again
        (2, 6.1, 1.0, 2),
        (1, 0.5, 1.0, 1),
        (1, -3.0, 1.0, 1),
        (1, 10.0, 0.0, 6),
    ],
)
def test_as_many_as_there_is_time_for(configurations, left, each, networks) -> None:
    assert networks_on_all(configurations, left, each) == networks


@pytest.mark.parametrize(("ends", "trained"), [(-math.inf, True), (math.inf, False)])
def test_what_is_not_delivered_is_left_unjudged_without_time_or_networks(ends, trained) -> None:
    """Nobody is asked to put a model together: there is no executor to ask."""
    runs = [SimpleNamespace(trial=3, index=10**9)] if trained else []
    nobody: Any = None
    finals: Any = SimpleNamespace(runs=lambda: runs)
    data: Any = SimpleNamespace(ordered=True)
    member: Any = SimpleNamespace(record=SimpleNamespace(number=3), runs=())
    offer = Delivery("bag", 1.0, 0.9, 1.1, {}, {"3": 1.0}, 1)
    delivering = Delivering(nobody, nobody, data, finals, nobody, nobody)
    assert delivering.judged(offer, [member], ends) is offer


@pytest.mark.parametrize(
    ("share", "ordered", "most"),
    [(0.5, False, 5), (0.05, False, 5), (0.04, False, 1), (0.04, True, 5)],
)
def test_networks_that_hardly_count_are_one_of_each_configuration(
    share: float, ordered: bool, most: int
) -> None:
    assert networks_of_each(3, share, ordered=ordered) == most
