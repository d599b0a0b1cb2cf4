"""The number of lanes of a batch: measured, limited by memory, remembered."""

import json

import pytest

from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.fused.measured import Measured
from rnnsearch.engines.fused.widths import WidthCache, best_width
from tests.engines.conftest import make_program
from tests.engines.test_engine_contract import dataset_for


def rates(known, tried):
    def rate(width):
        tried.append(width)
        return known(width)

    return rate


def test_few_runs_are_one_batch_and_only_their_fit_is_looked_at():
    tried = []
    assert best_width(rates(lambda width: 1.0, tried), 5) == 5
    assert tried == [5]


def test_the_width_grows_while_that_pays():
    saturates = lambda width: min(width, 40)  # noqa: E731
    assert best_width(rates(saturates, []), 512) == 128
    assert best_width(rates(lambda width: 10.0, []), 512) == 8


def test_a_width_that_does_not_fit_is_not_taken():
    fits = lambda width: float(width) if width <= 40 else None  # noqa: E731
    assert best_width(rates(fits, []), 512) == 32
    tried = []
    assert best_width(rates(lambda width: 1.0 if width <= 2 else None, tried), 8) == 2
    assert tried == [8, 4, 2]


def test_one_lane_is_left_where_nothing_fits():
    assert best_width(lambda width: None, 64) == 1


def test_a_measurement_is_kept_between_processes(tmp_path):
    path = tmp_path / "cache" / "lanes.json"
    WidthCache(path).put("a", 32)
    WidthCache(path).put("b", 8)
    assert json.loads(path.read_text()) == {"a": 32, "b": 8}
    assert WidthCache(path).get("a") == 32
    assert [p.name for p in path.parent.iterdir()] == ["lanes.json"]


def test_a_damaged_cache_is_measured_anew(tmp_path):
    path = tmp_path / "lanes.json"
    path.write_text('{"a": 3')
    assert WidthCache(path).get("a") is None
    WidthCache(path).put("a", 4)
    assert WidthCache(path).get("a") == 4


@pytest.fixture(scope="module")
def small():
    dataset = dataset_for("many_to_one", "numeric")
    return make_program("many_to_one", dataset), dataset


def test_lanes_are_measured_once_for_a_program(tmp_path, small, monkeypatch):
    program, dataset = small
    engine = FusedEngine("vmap", tmp_path)
    width = engine.lanes(program, [dataset], 16)
    assert 1 <= width <= 16
    monkeypatch.setattr(Measured, "rate", lambda self, width: pytest.fail("measured again"))
    assert FusedEngine("vmap", tmp_path).lanes(program, [dataset], 16) == width


def test_memory_that_the_compiler_plans_limits_the_lanes(small, monkeypatch):
    program, dataset = small
    engine = FusedEngine("vmap")
    compiled = engine._compiled(program)
    measured = Measured(compiled, [dataset], engine._data([dataset], program.loss))
    two, eight = (compiled.memory(w, measured._shape, measured._data) for w in (2, 8))
    assert two < eight
    monkeypatch.setattr(compiled.placement, "memory", lambda: (two + eight) // 2)
    assert measured.rate(8) is None
    assert measured.rate(2) is not None


def test_looped_lanes_are_one_a_device(small):
    import jax

    program, dataset = small
    assert FusedEngine("map").lanes(program, [dataset], 64) == len(jax.local_devices())
