"""How many networks are trained on all data."""

from __future__ import annotations

import math

import pytest

from rnnsearch.driver.finishing.delivering import networks_on_all


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
