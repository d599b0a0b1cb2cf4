"""On the device itself: a lane trains as `model.fit` trains it alone, each cell and task."""

import jax
import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run
from rnnsearch.engines.fused import FusedEngine
from tests.engines import test_engine_contract as contract
from tests.engines import test_engine_networks as networks
from tests.engines.conftest import make_program

pytestmark = pytest.mark.gpu

SAME = 2e-3
"""Relative: the device adds up in another order, and Keras may take cuDNN's kernel."""


@pytest.fixture(scope="module")
def engine():
    return FusedEngine("vmap")


@pytest.fixture(autouse=True)
def whole_float32():
    """Products in float32; a device's default may round them, and then nothing is alike."""
    with jax.default_matmul_precision("highest"):
        yield


@pytest.mark.parametrize("cell", contract.CELLS)
@pytest.mark.parametrize(("task", "kind", "masked"), contract.NETWORKS)
def test_lanes_train_like_keras(engine, cell, task, kind, masked):
    dataset = contract.dataset_for(task, kind, masked)
    program = make_program(task, dataset, cell=cell)
    runs = [Run(trial, trial, contract.EPOCHS, Numbers(10.0 ** (trial - 3))) for trial in range(3)]
    curves, _ = contract.train(engine, program, dataset, runs)
    for run in runs[::2]:
        losses, evaluated = contract.reference(program, dataset, run)
        got = curves[run.trial]
        np.testing.assert_allclose([epoch["loss"] for epoch in got], losses, rtol=SAME)
        np.testing.assert_allclose([epoch["val_loss"] for epoch in got], evaluated, rtol=SAME)


@pytest.mark.parametrize("case", networks.CASES)
def test_networks_of_tokens_and_vectors_train_like_keras(engine, case):
    dataset = networks.dataset_of(case)
    program = networks.program_of(case, dataset, "GRU")
    run = Run(0, seed=3, epochs=networks.EPOCHS, numbers=Numbers(0.3))
    found = networks.curve(engine, program, dataset, run)
    expected = networks.plain_keras(program, dataset, run)
    for epoch, (loss, held_out) in zip(found, expected, strict=True):
        assert epoch["loss"] == pytest.approx(loss, rel=SAME)
        assert epoch["val_loss"] == pytest.approx(held_out, rel=SAME)


def test_lanes_do_not_affect_each_other(engine):
    """Not even where one of them diverges."""
    dataset = contract.dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, cell="LSTM", optimizer="sgd")
    quiet = [Run(trial, trial, 2, Numbers(1e-2)) for trial in range(64)]
    alone, _ = contract.train(engine, program, dataset, quiet)
    wild = [Run(0, 0, 2, Numbers(1e30)), *quiet[1:]]
    beside, _ = contract.train(engine, program, dataset, wild)
    assert not np.isfinite(beside[0][-1]["loss"])
    assert all(beside[trial] == alone[trial] for trial in range(1, 64))
