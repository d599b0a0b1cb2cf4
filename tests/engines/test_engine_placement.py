"""Lanes are written and read one by one, whatever lies beside them."""

import jax
import numpy as np
import pytest

from rnnsearch.engines.fused import placement as placements
from rnnsearch.engines.fused.lane_epoch import LaneState
from rnnsearch.engines.fused.placement import make_placement


def lane(value):
    vector, number = np.full(3, value, np.float32), np.float32(value)
    return LaneState(
        **dict.fromkeys(LaneState._fields, number) | {"weights": vector, "numbers": {"a": number}}
    )


def written(placement, states, values):
    return placement.write(states, {place: lane(value) for place, value in values.items()})


@pytest.mark.parametrize("mode", ["map", "vmap"])
@pytest.mark.parametrize("whole", [0, 2**26])
def test_lanes_are_written_where_they_belong(mode, whole, monkeypatch):
    monkeypatch.setattr(placements, "_WHOLE", whole)
    placement = make_placement(mode)
    blank = jax.tree.map(lambda a: np.stack([a] * 8), lane(-1))
    states = jax.device_put(blank, placement.by_lane)
    states = written(placement, states, {(3 * k) % 8: float(k) for k in range(8)})
    expected = np.empty(8)
    expected[[(3 * k) % 8 for k in range(8)]] = range(8)
    for values in ({}, {6: 60.0}, {7: 70.0, 0: 1.0, 4: 40.0}):
        if values:
            states = written(placement, states, values)
            expected[list(values)] = list(values.values())
        assert [placement.read(states.weights, k).tolist() for k in range(8)] == [
            [value] * 3 for value in expected
        ]
        np.testing.assert_array_equal(states.numbers["a"], expected)
        np.testing.assert_array_equal(states.alive, expected)


def test_short_programs_are_not_tuned_on_a_gpu(monkeypatch):
    placement = make_placement("vmap")
    assert placement.options(1e-3) == {}, "a CPU has nothing to tune"
    monkeypatch.setattr(placements, "has_gpu", lambda: True)
    assert placement.options(1e-3) == {"xla_gpu_autotune_level": 0}
    assert placement.options(1e-2) == {}
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_autotune_level=4")
    assert placement.options(1e-3) == {}
