"""A lane's state out of one session and into another: what follows is what would have."""

from __future__ import annotations

import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run, SavedLane
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.fused.saving import lane_state
from rnnsearch.engines.keras_engine import KerasEngine
from tests.engines.conftest import make_program
from tests.engines.test_engine_contract import dataset_for

ENGINES = {
    "keras": KerasEngine,
    "map": lambda: FusedEngine("map"),
    "vmap": lambda: FusedEngine("vmap"),
}
NUMBERS = Numbers(
    0.03, clip_norm=0.5, dropout=0.2, weight_decay=0.01, schedule="cosine", averaging=0.9
)
RUN = Run(3, seed=11, epochs=6, numbers=NUMBERS)


@pytest.mark.parametrize("name", ENGINES)
def test_a_lane_goes_on_in_another_session_as_it_would_have(name: str) -> None:
    dataset = dataset_for("many_to_one", "numeric")
    varies = {"drops": True, "decays": True, "schedules": True, "averages": True}
    program = make_program("many_to_one", dataset, clip_mode="global_norm", **varies)
    engine = ENGINES[name]()
    whole = engine.open(program, [dataset], 2)
    last = whole.width - 1
    whole.load({last: RUN})
    for _ in range(3):
        whole.advance()
    saved = SavedLane(RUN, 3, whole.states()[last])
    expected = [whole.advance()[last] for _ in range(2)]

    again = ENGINES[name]().open(program, [dataset], 2)
    assert again.restore({0: saved}) == {0}
    assert [again.advance()[0] for _ in range(2)] == expected
    for one, other in zip(again.last_weights(0), whole.last_weights(last), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(again.best_weights(0), whole.best_weights(last), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["keras", "map"])
def test_arrays_of_another_program_are_of_no_use(name: str) -> None:
    dataset = dataset_for("many_to_one", "numeric")
    small, large = (make_program("many_to_one", dataset, units=(units,)) for units in (2, 3))
    session = ENGINES[name]().open(small, [dataset], 1)
    session.load({0: RUN})
    session.advance()
    other = ENGINES[name]().open(large, [dataset], 1)
    assert other.restore({0: SavedLane(RUN, 1, session.states()[0])}) == frozenset()
    other.load({0: RUN})
    assert other.advance()[0]


def test_too_few_arrays_are_no_lane() -> None:
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset)
    engine = FusedEngine("map")
    assert lane_state(engine._compiled(program).blank(1), []) is None
