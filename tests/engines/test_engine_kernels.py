"""Lanes trained in kernels are those trained in loops over steps; kernels run without a GPU here."""

import sys

import pytest

from rnnsearch.engines import Numbers, Run
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.fused.placement import make_placement
from rnnsearch.models.kernels import LaneKernels
from rnnsearch.models.native.cpp_library import library
from rnnsearch.models.native.cpp_recurrence import HostKernels
from tests.engines import test_engine_contract as contract
from tests.engines.conftest import make_program

RUNS = [
    Run(0, 3, contract.EPOCHS, Numbers(3e-3, unroll_length=2)),
    Run(1, 4, contract.EPOCHS, Numbers(1e-2, recurrent_dropout=0.3)),
]


def some(cell, task):
    dataset = contract.dataset_for(task, "numeric", masked=True)
    changes = {"truncates": True, "drops_recurrent": True}
    return dataset, make_program(task, dataset, cell=cell, units=(16,), **changes)


@pytest.mark.parametrize(
    ("cell", "task"),
    [("LSTM", "many_to_many"), ("GRU", "many_to_one")],
)
def test_lanes_are_trained_as_without_kernels(cell, task):
    dataset, program = some(cell, task)
    kernels, _ = contract.train(FusedEngine("vmap", "interpret"), program, dataset, RUNS)
    loops, _ = contract.train(FusedEngine("vmap", "off"), program, dataset, RUNS)
    for run in RUNS:
        for one, other in zip(kernels[run.trial], loops[run.trial], strict=True):
            assert one == pytest.approx(other, rel=1e-4)


@pytest.mark.skipif(isinstance(library(), str), reason=str(library()))
@pytest.mark.parametrize(
    ("cell", "task", "kind", "masked"),
    [("LSTM", "many_to_many", "numeric", True), ("GRU", "many_to_one", "class", False)],
)
def test_lanes_in_functions_of_cpp_train_as_keras(cell, task, kind, masked):
    dataset = contract.dataset_for(task, kind, masked)
    engine = FusedEngine("map")
    wanted = HostKernels if sys.platform == "linux" else type(None)
    assert isinstance(make_placement("map").kernels, wanted), "elsewhere only if it is asked for"
    assert make_placement("map", "off").kernels is None
    program = make_program(task, dataset, cell=cell, units=(16,), bidirectional=True)
    contract.assert_trains_like_keras(engine, program, dataset, contract.TWO)


def test_a_program_whose_kernels_do_not_compile_is_trained_in_loops(monkeypatch, capfd):
    """As on a card with too little memory a processor."""
    dataset, program = some("GRU", "many_to_one")

    def fails(*_, **__):
        raise RuntimeError("Shared memory size limit exceeded\nrequested: 200000")

    loops, _ = contract.train(FusedEngine("vmap", "off"), program, dataset, RUNS)
    monkeypatch.setattr(LaneKernels, "recur", fails)
    found, _ = contract.train(FusedEngine("vmap", "interpret"), program, dataset, RUNS)
    assert found[0][-1]["loss"] == pytest.approx(loops[0][-1]["loss"], rel=1e-5)
    said = capfd.readouterr().err
    assert "no kernels over lanes: " in said and "Shared memory size limit exceeded" in said


def test_kernels_are_for_gpus_that_multiply_tf32(monkeypatch):
    assert make_placement("vmap").kernels is None, "a CPU has none"
    assert make_placement("map", "interpret").kernels is None
    assert make_placement("vmap", "interpret").kernels == LaneKernels(interpret=True)
    for capability, wanted in (("9.0", LaneKernels()), ("7.5", None), ("gfx90a", None)):
        monkeypatch.setattr(
            "rnnsearch.engines.fused.placement.capability", lambda said=capability: said
        )
        assert make_placement("vmap").kernels == wanted
        assert make_placement("vmap", "off").kernels is None
