"""A cell of the user's, trained as lanes: equal to Keras's own RNN layer and `model.fit`."""

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from rnnsearch.data import MASK_VALUE, Dataset, Part, Scaling, Target
from rnnsearch.engines import Numbers, Run, batch_order
from rnnsearch.models.build import build_standard
from rnnsearch.models.own import own_part, own_weights
from rnnsearch.models.seeded_weights import initial_weights
from tests.engines.conftest import engine_of, make_program

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CELL = "my_cells:MinimalGRU"
T, F, BATCH = 7, 2, 8


@pytest.fixture(autouse=True)
def example(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(EXAMPLES)])


def dataset_of(sequences, masked):
    rng = np.random.default_rng(3)

    def part(count):
        x = rng.normal(size=(count, T, F)).astype(np.float32)
        real = np.ones((count, T), bool)
        if masked:
            real = np.arange(T)[None] >= T - rng.integers(3, T + 1, count)[:, None]
            x[~real] = MASK_VALUE
        shape = (count, T, 1) if sequences else (count, 1)
        weight = real.astype(np.float32) if sequences and masked else None
        return Part(x, rng.normal(size=shape).astype(np.float32), weight)

    target = Target("numeric", ("y",), (), Scaling(np.array([0.0]), np.array([1.0])))
    return Dataset(part(16), part(8), part(0), target, masked, None)


def trained(engine, program, dataset, runs):
    """Losses of three epochs of each run: each tells of the updates before it."""
    session = engine_of(engine).open(program, [dataset], len(runs))
    found = []
    for first in range(0, len(runs), session.width):
        batch = runs[first : first + session.width]
        session.load(dict(enumerate(batch)))
        epochs = [session.advance() for _ in range(3)]
        found += [[epoch[lane]["loss"] for epoch in epochs] for lane in range(len(batch))]
    return found


def by_fit(program, dataset, run):
    """The same with `keras.layers.RNN` and `model.fit`."""
    model = build_standard(program.architecture, blank=True)
    own = own_weights(model, program.architecture, run.seed)
    start = initial_weights(model.trainable_variables, run.seed, CELL, 1.0, own=own)
    for variable, value in zip(model.trainable_variables, start, strict=True):
        variable.assign(value)
    model.compile(keras.optimizers.Adam(run.numbers.learning_rate), loss="mse")
    losses = []
    for epoch in (1, 2, 3):
        order, part = batch_order(run.seed, epoch, 16), dataset.train
        weight = None if part.weight is None else part.weight[order]
        history = model.fit(
            part.x[order],
            part.y[order],
            sample_weight=weight,
            batch_size=BATCH,
            shuffle=False,
            verbose=0,
        )
        losses.append(history.history["loss"][0])
    return losses


def test_lanes_train_as_keras_fit_trains_each_alone():
    """Two layers that read both ways, over padding."""
    dataset = dataset_of(sequences=False, masked=True)
    program = make_program("many_to_one", dataset, cell=CELL, units=(3, 2), bidirectional=True)
    runs = [Run(0, 4, 3, Numbers(learning_rate=0.02)), Run(1, 5, 3, Numbers(learning_rate=0.1))]
    for losses, run in zip(trained("fused", program, dataset, runs), runs, strict=True):
        np.testing.assert_allclose(losses, by_fit(program, dataset, run), rtol=1e-4)


def test_both_engines_cut_the_gradient_alike():
    dataset = dataset_of(sequences=True, masked=False)
    program = make_program("many_to_many", dataset, cell=CELL, truncates=True)
    run = Run(0, 4, 3, Numbers(learning_rate=0.05, unroll_length=3))
    (fused,) = trained("fused", program, dataset, [run])
    (keras_,) = trained("keras", program, dataset, [run])
    np.testing.assert_allclose(fused, keras_, rtol=1e-4)


def test_a_seed_draws_a_cells_own_weights():
    dataset = dataset_of(sequences=False, masked=False)
    program = make_program("many_to_one", dataset, cell=CELL)
    model = build_standard(program.architecture, blank=True)
    drawn = [list(own_weights(model, program.architecture, seed).values()) for seed in (1, 1, 2)]
    assert all((a == b).all() for a, b in zip(drawn[0], drawn[1], strict=True))
    assert (drawn[0][0] != drawn[2][0]).any() and np.abs(drawn[0][0]).max() <= 1.0
    assert own_weights(model, replace(program.architecture, cell="GRU"), 1) == {}


def test_what_is_neither_a_cell_nor_a_layer_is_refused():
    with pytest.raises(ValueError, match=r"Expected a Keras cell.*a str"):
        own_part("builtins:str", 3)
    with pytest.raises(ValueError, match="Expected a class Nothing"):
        own_part("my_cells:Nothing", 3)


def test_a_function_of_something_else_is_refused(monkeypatch):
    made = {"build": lambda hp: None, "bare": lambda: None, "more": lambda units, rate: None}
    monkeypatch.setitem(sys.modules, "own", SimpleNamespace(**made))
    for name, message in {"build": "hp is for rnnsearch.RandomSearch", "bare": "too many",
                          "more": "missing a required argument: 'rate'; give"}.items():  # fmt: skip
        with pytest.raises(ValueError, match=rf"own:{name} to be called with .* alone.*{message}"):
            own_part(f"own:{name}", 3)


@pytest.mark.filterwarnings("ignore:Layer 'recurrent_1' .* was passed an input with a mask")
@pytest.mark.parametrize(
    ("network", "sequences", "masked"),
    [("attentive", True, False), ("attentive", False, True), ("conv_lstm", False, False)],
)
def test_a_network_of_ones_own_trains_as_keras_fit_trains_it(network, sequences, masked):
    """Dropout within it is Keras's, and is switched off here: its masks differ by batch."""
    name = f"my_networks:{network}"
    dataset = dataset_of(sequences=sequences, masked=masked)
    task = "many_to_many" if sequences else "many_to_one"
    program = make_program(task, dataset, cell=name, units=(4,))
    model = build_standard(program.architecture, blank=True)
    expected = {"attentive": (None, T, 1) if sequences else (None, 1), "conv_lstm": (None, 1)}
    assert model.output_shape == expected[network]
    runs = [Run(0, 4, 3, Numbers(learning_rate=0.02)), Run(1, 5, 3, Numbers(learning_rate=0.1))]
    found = trained("fused", program, dataset, runs)
    if network == "attentive":
        for losses, run in zip(found, runs, strict=True):
            np.testing.assert_allclose(losses, by_fit(program, dataset, run), rtol=1e-4)
    assert found[0] != found[1] and all(np.isfinite(losses).all() for losses in found)
    again = trained("fused", program, dataset, runs)
    assert again == found


@pytest.mark.parametrize(
    ("make", "more", "message"),
    [
        ("BatchNormalization", {}, "statistics or weights that don't learn"),
        ("Bounded", {}, "with constraints of weights"),
        ("Penalised", {}, "with a penalty in the loss"),
        ("Shorter", {"sequences": True}, "Expected 7 steps out of own:Shorter.*each"),
        ("Dense", {"bidirectional": True}, "Expected bidirectional: false. Received: own:Dense"),
        ("Dense", {"truncates": True}, "Expected no unroll_length: only a cell's"),
    ],
)
def test_networks_that_the_engines_would_change_are_refused(monkeypatch, make, more, message):
    layers = keras.layers
    made = {
        "BatchNormalization": lambda units: layers.BatchNormalization(),
        "Bounded": lambda units: layers.Dense(units, kernel_constraint="non_neg"),
        "Penalised": lambda units: layers.Dense(units, kernel_regularizer="l2"),
        "Shorter": lambda units: layers.Conv1D(units, 3),
        "Dense": layers.Dense,
    }
    monkeypatch.setitem(sys.modules, "own", SimpleNamespace(**made))
    sequences = more.pop("sequences", False)
    dataset = dataset_of(sequences=sequences, masked=False)
    task = "many_to_many" if sequences else "many_to_one"
    program = make_program(task, dataset, cell=f"own:{make}", units=(3,), **more)
    with pytest.raises(ValueError, match=message):
        engine_of("fused").open(program, [dataset], 1)
