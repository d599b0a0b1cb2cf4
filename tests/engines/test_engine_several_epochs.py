"""Several epochs in one call: as one by one, but evaluated after the last only."""

import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run
from rnnsearch.engines.fused import FusedEngine
from tests.engines.conftest import make_program
from tests.engines.test_engine_contract import dataset_for, folds_of_unequal_length
from tests.engines.test_engine_networks import program_of, stream_dataset


def sessions(engine, program, folds, runs):
    """Two with the same runs in their lanes; the second knows of three epochs in a call."""
    for epochs in (1, 3):
        session = engine.open(program, folds, len(runs), epochs)
        session.load(dict(enumerate(runs[: session.width])))
        yield session


def assert_same(one, other, lanes):
    for lane in range(lanes):
        for got, expected in zip(one.last_weights(lane), other.last_weights(lane), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-7)


def test_three_epochs_in_a_call_are_three(engine):
    """On folds of two, three and one batches, with all that goes by the update."""
    folds = folds_of_unequal_length()
    program = make_program("many_to_one", folds[0], schedules=True, averages=True)
    numbers = Numbers(1e-2, schedule="cosine", averaging=0.8)
    runs = [Run(n, 3, 7, numbers, fold=n) for n in (2, 0, 1)]
    singly, together = sessions(engine, program, folds, runs)
    lanes = range(min(singly.width, 3))
    for epochs in (3, 1, 3):
        expected = [singly.advance() for _ in range(epochs)][-1]
        found = together.advance(epochs)
        for lane in lanes:
            assert found[lane] == pytest.approx(expected[lane], rel=1e-5)
        assert_same(together, singly, len(lanes))


def test_a_stream_begins_anew_in_each_epoch(engine):
    dataset = stream_dataset(3, 6)
    program = program_of("many_to_many", dataset, "GRU", batch_size=3)
    runs = [Run(0, 3, 6, Numbers(0.3))]
    singly, together = sessions(engine, program, [dataset], runs)
    expected = [singly.advance()[0] for _ in range(3)][-1]
    assert together.advance(epochs=3)[0] == pytest.approx(expected, rel=1e-5)
    assert_same(together, singly, 1)


def test_the_best_are_of_those_evaluated(engine):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, optimizer="sgd")
    singly, together = sessions(engine, program, [dataset], [Run(0, 0, 8, Numbers(0.8))])
    losses, weights = [], []
    for _ in range(6):
        losses.append(singly.advance()[0]["val_loss"])
        weights.append(singly.last_weights(0))
    together.advance(3)
    together.advance(3)
    best = 2 if losses[2] <= losses[5] else 5
    assert losses[best] > min(losses), "the test needs a better epoch between"
    for got, expected in zip(together.best_weights(0), weights[best], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-7)


def test_what_was_prepared_for_so_many_epochs_is_not_compiled_again(caplog):
    import jax

    engine = FusedEngine()
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, units=(6,))
    engine.prepare(program, [dataset], 2, epochs=2)
    with jax.log_compiles(), caplog.at_level("WARNING"):
        session = engine.open(program, [dataset], 2, epochs=2)
        session.load({0: Run(0, 0, 4), 1: Run(1, 1, 4)})
        session.advance(epochs=2)
        session.advance(epochs=2)
    assert [r.getMessage() for r in caplog.records if "Compiling" in r.getMessage()] == []
