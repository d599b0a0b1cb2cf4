"""Schedules of the learning rate, averages of the weights, and the last weights: every engine.

Against plain Keras: a `CosineDecay` with a warm-up in one `model.fit` over all epochs, and an
optimizer with `use_ema`, whose averages Keras swaps in for evaluation.
"""

import keras
import numpy as np
import pytest

from rnnsearch.engines import Numbers, Run, batch_order
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.schedules import cosine_share, updates_of, warm_up_of
from rnnsearch.models.build import build_standard
from rnnsearch.models.seeded_weights import initial_weights
from tests.engines.conftest import engine_of, make_program
from tests.engines.test_engine_contract import BATCH, dataset_for

EPOCHS, UPDATES = 4, 40
"""The warm-up is two updates."""


@pytest.fixture(scope="module")
def dataset():
    return dataset_for("many_to_one", "numeric", sequences=80)


def batches(part, seed, epochs):
    """All batches of all epochs in a row, each epoch in the order that our runs have."""
    for epoch in range(1, epochs + 1):
        order = batch_order(seed, epoch, len(part))
        for start in range(0, len(part), BATCH):
            some = order[start : start + BATCH]
            yield part.x[some], part.y[some]


_references = {}


def reference(program, dataset, run, optimizer, epochs=EPOCHS):
    """What plain Keras gives; trained once for all engines."""
    config = optimizer.get_config() | {"name": ""}  # Keras counts its optimizers
    key = (program, run, len(dataset.train), str(config), epochs)
    if key not in _references:
        _references[key] = plain_keras(program, dataset, run, optimizer, epochs)
    return _references[key]


def plain_keras(program, dataset, run, optimizer, epochs):
    """One call of `fit`: the curves and the weights that it ends with."""
    model = build_standard(program.architecture, blank=True)
    start = initial_weights(model.trainable_variables, run.seed, program.architecture.cell, 1.0)
    for variable, value in zip(model.trainable_variables, start, strict=True):
        variable.assign(value)
    model.compile(optimizer, loss="mse")
    swaps = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if optimizer.use_ema else []
    data, validation = batches(dataset.train, run.seed, epochs), dataset.validation
    kept = []

    def keep(epoch, logs):
        kept.append([np.array(v.value) for v in model.trainable_variables])

    # Called after the averages were swapped in.
    last = keras.callbacks.LambdaCallback(on_epoch_end=keep)
    history = model.fit(
        data,
        steps_per_epoch=len(dataset.train) // BATCH,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[*swaps, last],
    )
    losses = []
    for weights in kept:
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
        losses.append(model.evaluate(validation.x, validation.y, verbose=0))
    return {"loss": history.history["loss"], "val_loss": losses}, kept[-1]


def train(engine, program, dataset, runs, epochs=EPOCHS):
    """The last run of several side by side, where the engine has lanes: its session and curves."""
    runs = runs if isinstance(engine, FusedEngine) else runs[-1:]
    session = engine.open(program, [dataset], len(runs))
    session.load(dict(enumerate(runs)))
    lane = len(runs) - 1
    epochs = [session.advance()[lane] for _ in range(epochs)]
    return session, lane, {name: [epoch[name] for epoch in epochs] for name in epochs[0]}


def assert_equal(curves, expected):
    for name, values in expected.items():
        np.testing.assert_allclose(curves[name], values, rtol=2e-4, err_msg=name)


def assert_close(weights, expected):
    for got, wanted in zip(weights, expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-3, atol=2e-5)


def test_a_cosine_after_a_warm_up_is_that_of_keras(engine, dataset):
    """Weight decay, too, goes by the rate of each update; without it: the test of two folds."""
    program = make_program("many_to_one", dataset, optimizer="sgd", schedules=True, decays=True)
    numbers = Numbers(0.3, schedule="cosine", weight_decay=0.1)
    runs = [Run(0, 3, EPOCHS, Numbers(0.3)), Run(1, 3, EPOCHS, numbers)]
    session, lane, curves = train(engine, program, dataset, runs)
    # Two updates of warm-up: Keras's step 0 has half the rate, its step 1 all of it.
    rate = keras.optimizers.schedules.CosineDecay(
        0.15, UPDATES - 2, alpha=0.01, warmup_target=0.3, warmup_steps=1
    )
    optimizer = keras.optimizers.SGD(rate, weight_decay=0.1)
    found, weights = reference(program, dataset, runs[-1], optimizer)
    assert_equal(curves, found)
    assert_close(session.last_weights(lane), weights)


def test_lanes_of_a_constant_rate_stand_beside_those_of_a_schedule(dataset):
    """And those of an engine of one lane: `test_every_number_in_every_network`."""
    engine = engine_of("fused")
    scheduled = make_program("many_to_one", dataset, schedules=True)
    plain = make_program("many_to_one", dataset)
    runs = [Run(0, 3, 4, Numbers(1e-2, schedule="cosine")), Run(1, 3, 4, Numbers(1e-2))]
    *_, beside = train(engine, scheduled, dataset, runs, epochs=4)
    *_, alone = train(engine, plain, dataset, runs[-1:], epochs=4)
    assert_equal(beside, alone)
    *_, cosine = train(engine, scheduled, dataset, runs[:1], epochs=4)
    assert cosine["loss"][-1] != pytest.approx(beside["loss"][-1], rel=1e-3)


def test_a_schedule_ends_with_the_runs_epochs_on_its_fold(engine):
    """Two folds of two and of three batches, and another number of epochs."""
    folds = [dataset_for("many_to_one", "numeric", sequences=count) for count in (16, 24)]
    program = make_program("many_to_one", folds[0], schedules=True)
    run = Run(0, 3, 5, Numbers(1e-2, schedule="cosine"), fold=1)
    session = engine.open(program, folds, 1)
    session.load({0: run})
    losses = [session.advance()[0]["loss"] for _ in range(5)]
    rate = keras.optimizers.schedules.CosineDecay(1e-2, 15 - 1, alpha=0.01)
    found, _ = reference(program, folds[1], run, keras.optimizers.Adam(rate), epochs=5)
    np.testing.assert_allclose(losses, found["loss"], rtol=2e-4)


@pytest.mark.parametrize(("kind", "optimizer"), [("fused", "adam"), ("keras", "sgd")])
def test_averages_are_those_of_keras(kind, dataset, optimizer):
    """What is evaluated is the average; what is trained on is not."""
    engine = engine_of(kind)
    program = make_program("many_to_one", dataset, optimizer=optimizer, averages=True)
    numbers = Numbers(3e-2, averaging=0.9)
    runs = [Run(0, 3, EPOCHS, Numbers(3e-2)), Run(1, 3, EPOCHS, numbers)]
    session, lane, curves = train(engine, program, dataset, runs)
    made = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[optimizer]
    averaged = made(3e-2, use_ema=True, ema_momentum=0.9)
    found, weights = reference(program, dataset, runs[-1], averaged)
    assert_equal(curves, found)
    assert_close(session.last_weights(lane), weights)
    best = session.best_weights(lane)
    model = build_standard(program.architecture, blank=True)
    for variable, value in zip(model.trainable_variables, best, strict=True):
        variable.assign(value)
    error = model.predict(dataset.validation.x, verbose=0) - dataset.validation.y
    assert np.mean(error**2) == pytest.approx(min(curves["val_loss"]), rel=1e-4)


def test_an_average_that_keeps_nothing_is_the_weights(dataset):
    """Of an engine of one lane, too: `test_every_number_in_every_network`."""
    engine = engine_of("fused")
    averaged = make_program("many_to_one", dataset, averages=True)
    plain = make_program("many_to_one", dataset)
    run = Run(0, 3, 3, Numbers(3e-2, averaging=0.0))
    one, _, curves = train(engine, averaged, dataset, [run], epochs=3)
    other, _, expected = train(engine, plain, dataset, [run], epochs=3)
    assert_equal(curves, expected)
    assert_close(one.last_weights(0), other.last_weights(0))


def test_last_weights_are_those_after_the_last_epoch_at_any_time(engine):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, optimizer="sgd")
    run = Run(0, 0, 8, Numbers(0.8))
    session = engine.open(program, [dataset], 1)
    session.load({0: run})
    model = build_standard(program.architecture, blank=True)
    part, losses = dataset.validation, []
    for _ in range(4):
        losses.append(session.advance()[0]["val_loss"])
        for variable, value in zip(model.trainable_variables, session.last_weights(0), strict=True):
            variable.assign(value)
        error = model.predict(part.x, verbose=0) - part.y
        assert np.mean(error**2) == pytest.approx(losses[-1], rel=1e-4)
        best = session.best_weights(0)
        same = all(map(np.array_equal, best, session.last_weights(0)))
        assert same == (losses[-1] == min(losses))
    assert losses[-1] > min(losses), "the test needs a run that gets worse"


@pytest.mark.parametrize("updates", [1, 2, 19, 20, 57, 400, 1999, 2000, 12345])
def test_the_share_of_the_learning_rate(updates):
    """In closed form, and within what a run can have."""
    warm_up = warm_up_of(updates)
    assert warm_up == max(1, min(int(0.05 * updates), 100))
    steps = np.arange(1, updates + 1)
    shares = np.array(cosine_share(steps.astype("float32"), updates, warm_up))
    angle = np.pi * np.maximum(steps - warm_up, 0) / max(updates - warm_up, 1)
    expected = np.minimum(steps / warm_up, 0.01 + 0.99 * (1 + np.cos(angle)) / 2)
    np.testing.assert_allclose(shares, expected, rtol=1e-3, atol=1e-5)
    assert shares[warm_up - 1] == pytest.approx(1)
    assert updates == warm_up or shares[-1] == pytest.approx(0.01, abs=1e-5)


def test_updates_are_all_batches_of_all_epochs():
    assert updates_of(Run(0, 0, 7), sequences=17, batch=8) == 21
