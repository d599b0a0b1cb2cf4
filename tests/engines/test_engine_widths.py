"""The number of lanes of a batch: the runs at hand, a full device, its memory."""

from dataclasses import replace

import pytest

from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.fused.widths import (
    fitting_width,
    full_width,
    update_seconds,
    wanted_width,
)
from tests.engines.conftest import make_program
from tests.engines.test_engine_contract import dataset_for


@pytest.mark.parametrize(
    ("runs", "full", "width"), [(5, 512, 5), (512, 512, 512), (513, 512, 257), (1200, 512, 400)]
)
def test_all_runs_train_at_once_or_in_even_turns(runs, full, width):
    assert wanted_width(runs, full) == width


@pytest.fixture(scope="module")
def small():
    dataset = dataset_for("many_to_one", "numeric")
    return make_program("many_to_one", dataset), dataset


def test_large_networks_and_batches_fill_a_device_with_fewer_lanes(small):
    program, _ = small

    def full(batch, **network):
        architecture = replace(program.architecture, **network)
        return full_width(replace(program, architecture=architecture, batch_size=batch))

    measured = full(32, cell="LSTM", units=(64,))
    assert measured == 512, "the width at which its rate stops growing: benchmarks/README.md"
    assert full(32, cell="LSTM", units=(32, 32)) == measured
    assert full(64, cell="LSTM", units=(64,)) == measured // 2
    assert full(32, cell="LSTM", units=(32,), bidirectional=True) == measured
    assert full(8, cell="SimpleRNN", units=(4,)) == 2048
    assert full(4096, cell="LSTM", units=(1024,)) == 1


def test_an_update_takes_what_was_measured(small):
    """GRU-32 and LSTM-64 at 512 lanes: benchmarks/README.md, per update."""
    program, _ = small
    network = program.architecture
    for cell, units, steps, seconds in (("GRU", 32, 500, 35.8e-3), ("LSTM", 64, 50, 9.0e-3)):
        head = replace(network.head, steps=steps)
        architecture = replace(network, cell=cell, units=(units,), head=head)
        one = replace(program, architecture=architecture, batch_size=32)
        assert update_seconds(one, 512) == pytest.approx(seconds, rel=0.25)


def test_a_width_that_does_not_fit_is_not_taken():
    needs = lambda width: 10 + width  # noqa: E731
    assert fitting_width(512, needs, None) == 512
    assert fitting_width(512, needs, 1000) == 512
    assert fitting_width(512, needs, 200) == 167
    assert fitting_width(512, needs, 1) == 1


def test_what_the_compiler_cannot_make_for_want_of_memory_is_halved():
    tried = []

    def needs(width):
        tried.append(width)
        return None if width > 100 else 1

    assert fitting_width(512, needs, 1000) == 64
    assert tried == [512, 256, 128, 64]


def test_memory_that_the_compiler_plans_limits_the_lanes(small, monkeypatch):
    program, dataset = small
    engine = FusedEngine("vmap")
    two, eight = (engine._memory(program, [dataset], width) for width in (2, 8))
    assert two < eight
    assert engine.lanes(program, [dataset], 8) == 8
    monkeypatch.setattr(engine._placement, "memory", lambda: int(1.2 * two))
    assert 1 <= engine.lanes(program, [dataset], 8) <= 2


def test_nothing_is_compiled_to_choose_a_width_that_fits(small, monkeypatch):
    """But what `open` will take."""
    program, dataset = small
    engine = FusedEngine("vmap")
    monkeypatch.setattr(engine._placement, "memory", lambda: 2**40)
    width = engine.lanes(program, [dataset], 24, epochs=3)
    assert width == 24 and len(engine._compiled(program)._executables) == 1
    engine.open(program, [dataset], width, epochs=3)
    assert len(engine._compiled(program)._executables) == 1


def test_looped_lanes_are_one_a_device(small):
    import jax

    program, dataset = small
    assert FusedEngine("map").lanes(program, [dataset], 64) == len(jax.local_devices())
