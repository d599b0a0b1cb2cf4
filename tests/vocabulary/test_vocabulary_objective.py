"""`Objective`: one order of values, whatever is asked of it."""

from __future__ import annotations

import math
from functools import cmp_to_key

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.vocabulary import Objective

VALUES = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))
DIRECTIONS = st.sampled_from(["minimize", "maximize"])


@pytest.mark.parametrize(
    ("direction", "order"),
    [
        ("minimize", [-math.inf, -1.0, 0.0, 2.5, math.inf, None, math.nan]),
        ("maximize", [math.inf, 2.5, 0.0, -1.0, -math.inf, None, math.nan]),
    ],
)
def test_from_the_best_to_the_worst(direction: str, order: list[float | None]) -> None:
    objective = Objective("val_x", direction)  # type: ignore[arg-type]
    assert objective.maximize == (direction == "maximize")
    assert sorted(order[-3::-1], key=objective.sort_key) == order[:-2]
    for place, value in enumerate(order[:-2]):
        assert all(objective.better(value, worse) for worse in order[place + 1 :])
        assert not any(objective.better(worse, value) for worse in order[place:])
    assert not objective.better(None, math.nan) and not objective.better(math.nan, None)


@given(DIRECTIONS, st.lists(VALUES, max_size=6))
def test_the_best_is_the_first_that_none_is_better_than(
    direction: str, values: list[float | None]
) -> None:
    objective = Objective("val_x", direction)  # type: ignore[arg-type]
    items = list(enumerate(values))
    best = objective.best_of(items, lambda item: item[1])
    if best is None:
        assert not items
        return
    place, value = best
    assert not any(objective.better(other, value) for other in values)
    assert all(objective.better(value, other) for other in values[:place])

    def compared(one: float | None, other: float | None) -> int:
        return objective.better(other, one) - objective.better(one, other)

    by_key = sorted(range(len(values)), key=lambda n: objective.sort_key(values[n]))
    by_pairs = sorted(
        range(len(values)), key=cmp_to_key(lambda a, b: compared(values[a], values[b]))
    )
    assert by_key == by_pairs


def test_it_is_a_value() -> None:
    assert {Objective("val_loss"), Objective("val_loss", "minimize")} == {Objective("val_loss")}
