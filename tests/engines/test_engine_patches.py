"""Every engine against plain Keras where steps are read in patches."""

from dataclasses import replace

import pytest

from rnnsearch.engines import Numbers, Run, ragged
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.engines.ragged import lengths_of
from tests.engines import test_engine_contract as contract
from tests.engines import test_engine_networks as networks
from tests.engines import test_engine_ragged as cases
from tests.engines.conftest import engine_of, make_program


@pytest.mark.parametrize(
    ("kind", "masked", "network"),
    [
        ("numeric", False, {"cell": "LSTM", "patch": 4, "changes": True}),
        ("class", True, {"patch": 2, "changes": True, "pooling": "mean", "bidirectional": True}),
        ("class", True, {"cell": "SimpleRNN", "changes": True}),
    ],
)
def test_networks_of_patches_train_like_keras(engine, kind, masked, network):
    dataset = contract.dataset_for("many_to_one", kind, masked)
    program = make_program("many_to_one", dataset, **network)
    contract.assert_trains_like_keras(engine, program, dataset, contract.TWO)


def test_an_encoder_of_patches_trains_like_keras(engine):
    case = "sequence_to_sequence of numbers"
    dataset = networks.dataset_of(case)
    network = {"patch": 3, "changes": True, "attention": "luong"}
    program = networks.program_of(case, dataset, "GRU", **network)
    networks.assert_like_keras(engine, program, dataset)


def test_the_gradient_is_cut_between_patches():
    """T is 9: of two-step patches the network has five, and 5 cuts nothing."""
    dataset = contract.dataset_for("many_to_one", "class", masked=True)
    program = make_program("many_to_one", dataset, patch=2, truncates=True, optimizer="sgd")
    runs = [Run(i, 5, 2, Numbers(0.5, unroll_length=k)) for i, k in enumerate((2, 5, 100))]
    gated, _ = contract.train(engine_of("fused"), program, dataset, runs)
    chunked, _ = contract.train(KerasEngine(), program, dataset, runs[:2])
    for run in runs[:2]:
        for one, other in zip(gated[run.trial], chunked[run.trial], strict=True):
            assert one["val_loss"] == pytest.approx(other["val_loss"], rel=2e-4)
    assert gated[1] == gated[2]
    assert gated[0] != gated[2]


def test_ragged_sequences_are_cut_to_whole_patches(monkeypatch):
    """Looped lanes run over the patches that a batch needs, all others over all."""
    patch = 3
    monkeypatch.setattr(ragged, "_WORTH", 0)
    lengths = [1, 2, 3, 5, 7, 8, 9, 11, 13, 14, 17, 20, 23, 25, 29, 31, cases.T]
    dataset = cases.dataset_for("many_to_one", lengths)
    program = cases.program_for("many_to_one", dataset, truncates=False, patch=patch, changes=True)
    *shorter, longest = lengths_of(program, [dataset])
    assert len(shorter) == 3 and longest == cases.T
    assert not any(steps % patch for steps in shorter)
    curves = []
    for engine in (KerasEngine(), FusedEngine("map"), FusedEngine("vmap")):
        session = engine.open(program, [dataset], 1)
        session.load({0: Run(0, 5, 2, Numbers(1e-2, clip_norm=0.5))})
        curves.append([session.advance()[0] for _ in range(2)])
    for others in curves[1:]:
        for got, expected in zip(others, curves[0], strict=True):
            assert got == pytest.approx(expected, rel=2e-4)
    whole = replace(program, architecture=replace(program.architecture, patch=1))
    assert len(lengths_of(whole, [dataset])) == 4
