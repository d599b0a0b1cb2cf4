"""Diagnosis: norms and shares against the change of weights, ∂L/∂h against NumPy, off means off."""

import math

import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run
from rnnsearch.models.probes import Probes, probing, recurrence_of
from rnnsearch.models.recurrence import recur
from tests.engines.conftest import make_program
from tests.engines.test_engine_contract import dataset_for, folds_of_unequal_length

MEASURED = {"gradient_norm", "gradient_norm_max", "clipped", "update_ratio"}


@pytest.fixture(scope="module")
def engine(fused):
    return fused


def started(engine, dataset, numbers, **changes):
    """A session with one run of plain gradient descent, and the weights that it begins with."""
    program = make_program(
        "many_to_one", dataset, optimizer="sgd", diagnoses=True, batch_size=16, **changes
    )
    session = engine.open(program, [dataset], 1)
    session.load({0: Run(0, 3, 9, numbers)})
    return session, flat(session.last_weights(0))


def flat(arrays):
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


def test_an_update_of_gradient_descent_says_its_gradient(engine):
    """One batch an epoch: the weights move by the learning rate times the gradient."""
    dataset, rate = dataset_for("many_to_one", "numeric"), 0.05
    session, before = started(engine, dataset, Numbers(rate))
    values = session.advance()[0]
    after = flat(session.last_weights(0))
    norm = np.linalg.norm(after - before) / rate
    assert values["gradient_norm"] == pytest.approx(norm, rel=1e-4)
    assert values["gradient_norm_max"] == pytest.approx(norm, rel=1e-4)
    size = np.linalg.norm(after - before) / np.linalg.norm(after)
    assert values["update_ratio"] == pytest.approx(size, rel=1e-4)
    assert values["clipped"] == 0


@pytest.mark.parametrize("mode", ["global_norm", "norm", "value"])
def test_a_bound_above_all_gradients_clips_nothing_and_a_tiny_one_each(engine, mode):
    dataset, rate = dataset_for("many_to_one", "numeric"), 0.05
    free, _ = started(engine, dataset, Numbers(rate, clip_norm=1e6), clip_mode=mode)
    tight, before = started(engine, dataset, Numbers(rate, clip_norm=1e-3), clip_mode=mode)
    wide, narrow = free.advance()[0], tight.advance()[0]
    assert wide["clipped"] == 0
    assert narrow["clipped"] == 1
    # The norm is that before clipping, the update that after it.
    assert narrow["gradient_norm"] == pytest.approx(wide["gradient_norm"], rel=1e-4)
    if mode == "global_norm":
        moved = np.linalg.norm(flat(tight.last_weights(0)) - before)
        assert moved == pytest.approx(rate * 1e-3, rel=1e-3)


def test_medians_are_of_the_updates_of_each_lane_alone(engine):
    """Folds of different batches: an update that a lane does not make counts for nothing."""
    folds = folds_of_unequal_length()
    program = make_program("many_to_one", folds[0], optimizer="sgd", diagnoses=True)
    session = engine.open(program, folds, len(folds))
    session.load({n: Run(n, 3, 9, Numbers(0.05), fold=n) for n in range(len(folds))})
    together = session.advance()
    for n in range(len(folds)):
        alone = engine.open(program, [folds[n]], 1)
        alone.load({0: Run(n, 3, 9, Numbers(0.05))})
        expected = alone.advance()[0]
        found = {name: together[n][name] for name in MEASURED}
        assert found == pytest.approx({name: expected[name] for name in MEASURED}, rel=1e-4)


def test_a_gradient_that_is_not_finite_is_said_as_infinite(engine):
    dataset = dataset_for("many_to_one", "numeric")
    session, _ = started(engine, dataset, Numbers(1e30))
    for _ in range(3):
        values = session.advance()[0]
    assert values["gradient_norm_max"] == math.inf


@pytest.mark.parametrize("length", [math.inf, 3])
def test_reach_of_a_simple_rnn_is_that_of_numpy(engine, length):
    dataset = dataset_for("many_to_one", "numeric")
    truncates = length != math.inf
    session, _ = started(
        engine,
        dataset,
        Numbers(0.05, unroll_length=length),
        cell="SimpleRNN",
        truncates=truncates,
    )
    for _ in range(3):
        session.advance()
    (layer,) = session.diagnosis(0)
    expected = reach_in_numpy(session.last_weights(0), dataset.train, length)
    assert layer.lags == tuple(range(len(expected)))
    np.testing.assert_allclose(layer.reach, expected, rtol=2e-4, atol=1e-9)
    assert (layer.memory, layer.memory_longest) == (None, None)
    if truncates:
        assert max(layer.reach[3:]) == 0


def reach_in_numpy(weights, part, length):
    """Mean norm of ∂L/∂h over the batch, by lag, of a mean squared or a Huber loss alike."""
    kernel, recurrent, bias, out, out_bias = weights
    x, y = np.asarray(part.x, np.float64), np.asarray(part.y, np.float64)
    h, states = np.zeros((len(x), recurrent.shape[0])), []
    for step in range(x.shape[1]):
        h = np.tanh(x[:, step] @ kernel + h @ recurrent + bias)
        states.append(h)
    d = 2 * (h @ out + out_bias - y) / len(y) @ out.T
    norms = []
    for lag, h in enumerate(reversed(states)):
        norms.append(np.linalg.norm(d, axis=1).mean())
        d = (d * (1 - h * h)) @ recurrent.T
        if (lag + 1) % length == 0:
            d = np.zeros_like(d)
    return norms


@pytest.mark.parametrize(("cell", "task"), [("LSTM", "many_to_many"), ("GRU", "many_to_one")])
def test_two_layers_with_gates_and_masks(engine, cell, task):
    """The last output's loss reaches both; of padding there is nothing."""
    dataset = dataset_for(task, "class", masked=True)
    program = make_program(task, dataset, cell=cell, units=(4, 3), diagnoses=True)
    session = engine.open(program, [dataset], 1)
    session.load({0: Run(0, 3, 9, Numbers(1e-2))})
    session.advance()
    layers = session.diagnosis(0)
    assert [layer.layer for layer in layers] == ["recurrent_1", "recurrent_2"]
    for layer in layers:
        assert layer.reach[0] > layer.reach[-1] > 0
        assert 0 <= layer.saturated <= 1
        assert layer.memory_longest >= layer.memory > 0


def test_gates_that_stand_open_remember_long_and_count_as_saturated(engine):
    dataset = dataset_for("many_to_one", "numeric")
    found = {}
    for bias in (0.0, 6.0):
        session, _ = started(engine, dataset, Numbers(1e-6, forget_bias=bias), cell="LSTM")
        session.advance()
        (found[bias],) = session.diagnosis(0)
    # sigmoid(6) = 0.9975: 1 / e is left after about 400 steps.
    assert 200 < found[6.0].memory < 800
    assert found[0.0].memory < 3
    assert found[6.0].saturated > found[0.0].saturated + 0.25


def test_off_means_off_and_trains_the_same(engine):
    dataset = dataset_for("many_to_one", "numeric")
    weights = []
    for diagnoses in (False, True):
        program = make_program("many_to_one", dataset, clip_mode="global_norm", diagnoses=diagnoses)
        session = engine.open(program, [dataset], 1)
        session.load({0: Run(0, 3, 9, Numbers(1e-2, clip_norm=0.5))})
        values = session.advance()[0]
        assert MEASURED & set(values) == (MEASURED if diagnoses else set())
        assert bool(session.diagnosis(0)) is diagnoses
        weights.append(flat(session.last_weights(0)))
    np.testing.assert_allclose(*weights, rtol=1e-5, atol=1e-7)


def test_while_there_is_a_diagnosis_no_layer_takes_a_kernel_of_a_device():
    """A layer that reads both ways has one direction that is not looked into; it runs as well."""
    assert recurrence_of("recurrent_1", 0) is recur
    assert recurrence_of("recurrent_1", 1) is recur
    with probing(Probes()):
        assert recurrence_of("recurrent_1", 0) is not recur
        assert recurrence_of("recurrent_1", 1) is not recur
