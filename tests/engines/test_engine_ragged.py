"""Batches of like length: their order, the lengths they are cut to, and that nothing changes."""

from dataclasses import replace
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsearch.data import MASK_VALUE, Dataset, Part, Scaling, Target
from rnnsearch.engines import Numbers, Run, ragged
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.fused.data_reading import Split
from rnnsearch.engines.fused.flat_network import Network
from rnnsearch.engines.fused.gradients import gradient_function
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.engines.ragged import batches_of_like_length, lengths_of, real_lengths
from tests.engines.conftest import make_program

T, F, BATCH = 32, 2, 4


def dataset_for(task, lengths, tokens=False):
    rng = np.random.default_rng(7)

    def part(lengths):
        real = np.arange(T)[None] >= T - np.array(lengths)[:, None]
        if tokens:
            x = np.where(real, rng.integers(1, 5, real.shape), 0).astype(np.int32)
        else:
            x = rng.normal(size=(*real.shape, F)).astype(np.float32)
            x[~real] = MASK_VALUE
        per_step = task == "many_to_many"
        shape = real.shape if per_step else real.shape[:1]
        y = rng.normal(size=(*shape, 1)).astype(np.float32)
        return Part(x, y, real.astype(np.float32) if per_step else None)

    target = Target("numeric", ("y",), (), Scaling(np.zeros(1), np.ones(1)))
    held_out = part([T, 5, 20])
    vocabulary = 5 if tokens else None
    return Dataset(part(lengths), held_out, held_out, target, True, vocabulary=vocabulary)


def program_for(task, dataset, **changes):
    usual = {"batch_size": BATCH, "clip_mode": "global_norm", "truncates": True, "smooths": True}
    return make_program(task, dataset, **usual | changes)


@given(st.lists(st.integers(1, 90), min_size=1, max_size=300), st.integers(1, 9), st.integers(0))
@settings(deadline=None)
def test_batches_of_like_length_have_every_sequence_once(lengths, batch, seed):
    real = np.array(lengths)
    order = np.random.default_rng(seed).permutation(len(real))
    found = batches_of_like_length(order, real, batch, np.random.default_rng(seed))
    assert sorted(found) == sorted(order)

    def steps(order):
        whole = len(order) // batch * batch
        return np.sort(real[order][:whole].reshape(-1, batch).max(axis=1)).cumsum()

    if len(real) % batch == 0:
        assert (steps(found) <= steps(order)).all(), "batches need no more steps than mixed ones"


def test_a_pool_is_sorted_and_equal_lengths_stay_in_random_order():
    real = np.repeat([3, 9], 8)
    order = np.random.default_rng(0).permutation(16)
    found = batches_of_like_length(order, real, 8, np.random.default_rng(0))
    halves = {real[half[0]]: half.tolist() for half in found.reshape(2, 8)}
    assert halves == {n: [i for i in order.tolist() if real[i] == n] for n in (3, 9)}


def fake(lengths, steps, **head):
    """What `lengths_of` looks at, without arrays of that size."""
    head = {"masked": True, "source": None, "stream": None, "repeat": None} | head
    x = np.zeros((len(lengths), steps), np.int32)
    for row, length in zip(x, lengths, strict=True):
        row[steps - length :] = 1
    part = SimpleNamespace(array=x)
    program = SimpleNamespace(
        architecture=SimpleNamespace(
            head=SimpleNamespace(steps=steps, **head), patch=1, longest=steps
        )
    )
    return program, [SimpleNamespace(train=part)]


def test_lengths_are_those_that_save_most():
    assert lengths_of(*fake([20] * 500 + [160] * 500, 160)) == (20, 160)
    assert lengths_of(*fake([20] * 900 + [75] * 900 + [160] * 9, 160)) == (20, 80, 160)
    assert lengths_of(*fake(list(range(1, 161)) * 20, 160)) == (40, 80, 120, 160)
    assert lengths_of(*fake([4] * 5000 + [16] * 5000, 16)) == (4, 16)  # as names, in letters


@pytest.mark.parametrize(
    ("lengths", "steps", "head"),
    [
        ([20] * 500 + [160] * 500, 160, {"masked": False}),
        ([20] * 500 + [160] * 500, 160, {"stream": 8}),
        ([20] * 500 + [160] * 500, 160, {"source": "any"}),
        ([4] * 100 + [31] * 100, 31, {}),  # short anyhow
        ([4] * 10 + [160] * 10, 160, {}),  # too few to pay for a compilation
        ([100] * 500 + [160] * 5000, 160, {}),  # most are as long as the longest
    ],
)
def test_where_it_does_not_pay_there_is_one_length(lengths, steps, head):
    assert lengths_of(*fake(lengths, steps, **head)) == (steps,)


def test_real_steps_are_counted_from_the_end():
    for tokens in (False, True):
        dataset = dataset_for("many_to_one", [1, 7, T], tokens)
        np.testing.assert_array_equal(real_lengths(dataset.train.x), [1, 7, T])


CASES = {
    "one output": ("many_to_one", {}),
    "tokens": ("many_to_one", {"tokens": True, "cell": "SimpleRNN", "embedding_dim": 3}),
    "an output a step": ("many_to_many", {"cell": "LSTM"}),
    "both directions, cut": ("many_to_many", {"bidirectional": True, "units": (4, 3)}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_that_over_all_steps(case):
    task, changes = CASES[case]
    changes = dict(changes)
    dataset = dataset_for(task, [3, 7, 5, 8], changes.pop("tokens", False))
    program = program_for(task, dataset, **changes)
    head = program.architecture.head
    networks = [
        Network(replace(program, architecture=replace(program.architecture, head=shorter)))
        for shorter in (replace(head, steps=steps) for steps in (8, 20, T))
    ]
    whole = networks[-1]
    batch = Split(dataset.train.x, dataset.train.y, dataset.train.weights)
    start = whole.unflatten(whole.initial_weights(Run(0, 1, 1)))
    arguments = (start, {"unroll_length": np.float32(6)}, (), {}, batch)
    (loss, _), gradients = jax.jit(gradient_function(program, networks))(*arguments)
    (alone, _), expected = jax.jit(gradient_function(program, [whole]))(*arguments)
    # A first step of the shortest network that is not read would show.
    np.testing.assert_allclose(loss, alone, rtol=1e-6)
    for got, reference in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(got, reference, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("task", ["many_to_one", "many_to_many"])
def test_engines_train_ragged_sequences_alike(task, monkeypatch):
    """Looped lanes run over the steps that a batch needs, all others over T."""
    monkeypatch.setattr(ragged, "_WORTH", 0)
    lengths = np.random.default_rng(1).integers(1, T, 22)
    dataset = dataset_for(task, [*lengths, T])
    program = program_for(task, dataset, truncates=False)
    assert len(lengths_of(program, [dataset])) == 4
    curves = []
    for engine in (KerasEngine(), FusedEngine("map"), FusedEngine("vmap")):
        session = engine.open(program, [dataset], 1)
        session.load({0: Run(0, 5, 2, Numbers(1e-2, clip_norm=0.5))})
        curves.append([session.advance()[0] for _ in range(2)])
    for others in curves[1:]:
        for got, expected in zip(others, curves[0], strict=True):
            assert got == pytest.approx(expected, rel=2e-4)
