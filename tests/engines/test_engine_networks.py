"""Every engine against plain Keras on networks that read tokens, vectors and other sequences."""

from dataclasses import replace

import jax
import keras
import numpy as np
import pytest

from rnnsearch.data import MASK_VALUE, Dataset, Part, Scaling, Target
from rnnsearch.data.inputs import take
from rnnsearch.data.tokens.stream import cut
from rnnsearch.engines import Numbers, Run, batch_order
from rnnsearch.models import seeded_weights
from rnnsearch.models.build import build, build_standard
from rnnsearch.models.layers import StandardLayers
from rnnsearch.models.seeded_weights import dropout_seed, initial_weights
from rnnsearch.models.stream_states import follow, no_states
from tests.engines.conftest import ENGINES, engine_of, make_program

T, S, F, OUTPUTS, V, EPOCHS, BATCH = 6, 7, 3, 2, 5, 2, 8


RNG = np.random.default_rng(11)
START = RNG.bit_generator.state


def tokens(count, steps, *, padded=True):
    ids = RNG.integers(1, V, (count, steps)).astype(np.int32)
    if padded:
        lengths = RNG.integers(2, steps + 1, count)
        ids[np.arange(steps)[None] < steps - lengths[:, None]] = 0
    return ids


def numbers(count, *shape):
    return RNG.normal(size=(count, *shape)).astype(np.float32)


def ends(count):
    """Weights of outputs of which some end early."""
    lengths = RNG.integers(2, T + 1, count)
    return (np.arange(T)[None] < lengths[:, None]).astype(np.float32)


def padded_numbers(count):
    x = numbers(count, S, F)
    x[:, :2][RNG.random(count) < 0.5] = MASK_VALUE
    return x


def token_classes(count):
    return RNG.integers(0, V, (count, T)).astype(np.int32)


CASES = {
    "one_to_one": lambda n: Part(numbers(n, F), numbers(n, OUTPUTS)),
    "many_to_one of tokens": lambda n: Part(tokens(n, T), RNG.integers(0, 3, n).astype(np.int32)),
    "many_to_many of tokens": lambda n: Part(tokens(n, T, padded=False), token_classes(n)),
    "one_to_many of tokens": lambda n: Part(
        {"vector": numbers(n, F), "previous": tokens(n, T, padded=False)}, token_classes(n), ends(n)
    ),
    "one_to_many of steps known ahead": lambda n: Part(
        {"vector": numbers(n, F), "ahead": numbers(n, T, 2)}, numbers(n, T, OUTPUTS)
    ),
    "sequence_to_sequence of tokens": lambda n: Part(
        {"source": tokens(n, S), "previous": tokens(n, T, padded=False)}, token_classes(n), ends(n)
    ),
    "sequence_to_sequence of numbers": lambda n: Part(
        {"source": padded_numbers(n), "ahead": numbers(n, T, OUTPUTS)}, numbers(n, T, OUTPUTS)
    ),
}


def dataset_of(case):
    """The same data whatever tests ran before."""
    RNG.bit_generator.state = START
    make = CASES[case]
    train, validation = make(16), make(8)
    numeric = train.y.dtype == np.float32
    classes = () if numeric else tuple(range(V if train.y.ndim == 2 else 3))
    scaling = Scaling(np.array([5.0]), np.array([2.0]))
    target = Target(
        "numeric" if numeric else "class", ("a", "b") if numeric else ("y",), classes, scaling
    )
    read = "of tokens" in case
    source = train.x.get("source") if isinstance(train.x, dict) else None
    return Dataset(
        train,
        validation,
        take_part(validation, 0),
        target,
        masked=case == "many_to_one of tokens" or source is not None,
        output_steps=T if isinstance(train.x, dict) else None,
        vocabulary=V if read else None,
        source_vocabulary=V if source is not None and source.ndim == 2 else None,
    )


def take_part(part, count):
    return Part(take(part.x, slice(count)), part.y[:count])


def program_of(case, dataset, cell, **changes):
    cell = "feed_forward" if case == "one_to_one" else cell
    usual = {"cell": cell, "embedding_dim": 3, "optimizer": "sgd"}
    return make_program(case.split()[0], dataset, **usual | changes)


def compiled_keras(program, run):
    """The standard model where a run starts, and its loss."""
    keras.utils.clear_session(free_memory=False)
    model = build_standard(program.architecture, blank=True)
    start = initial_weights(model.trainable_variables, run.seed, program.architecture.cell, 1.0)
    for variable, value in zip(model.trainable_variables, start, strict=True):
        variable.assign(value)
    kinds = {
        "mse": keras.losses.MeanSquaredError,
        "cross_entropy": keras.losses.SparseCategoricalCrossentropy,
    }
    loss = kinds[program.loss.name](reduction="mean_with_sample_weight")
    model.compile(keras.optimizers.SGD(run.numbers.learning_rate), loss=loss)
    return model, loss


_references = {}


def reference(program, dataset, run):
    """Losses and validation losses of plain Keras; trained once for all engines."""
    key = (program, run, dataset.train.y.tobytes())
    if key not in _references:
        _references[key] = plain_keras(program, dataset, run)
    return _references[key]


def plain_keras(program, dataset, run):
    """Losses and validation losses of `model.fit` on the standard model."""
    model, loss = compiled_keras(program, run)
    part, judged = dataset.train, dataset.validation
    values = []
    for epoch in range(1, EPOCHS + 1):
        order = batch_order(run.seed, epoch, len(part))
        weights = None if part.weight is None else part.weight[order]
        history = model.fit(
            take(part.x, order),
            part.y[order],
            sample_weight=weights,
            batch_size=BATCH,
            shuffle=False,
            verbose=0,
        )
        held_out = float(loss(judged.y, model.predict(judged.x, verbose=0), judged.weight))
        values.append((history.history["loss"][0], held_out))
    return values


def curve(engine, program, dataset, run):
    session = engine.open(program, [dataset], 2)
    session.load({0: run, **({1: replace(run, trial=9, seed=9)} if session.width > 1 else {})})
    return [session.advance()[0] for _ in range(EPOCHS)]


def assert_like_keras(engine, program, dataset):
    run = Run(0, seed=3, epochs=EPOCHS, numbers=Numbers(0.3))
    found = curve(engine, program, dataset, run)
    expected = reference(program, dataset, run)
    assert len({value for values in expected for value in values}) == 2 * EPOCHS
    for epoch, (loss, held_out) in zip(found, expected, strict=True):
        assert epoch["loss"] == pytest.approx(loss, rel=2e-4)
        assert epoch["val_loss"] == pytest.approx(held_out, rel=2e-4)


@pytest.mark.parametrize("case", CASES)
def test_trains_like_keras(engine, case):
    dataset = dataset_of(case)
    assert_like_keras(engine, program_of(case, dataset, "GRU"), dataset)


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM"])
def test_states_of_every_cell_pass_from_encoder_to_decoder(cell):
    """Cells without such states have their own contract suite; Keras's layers pass on their own."""
    case = "sequence_to_sequence of numbers"
    dataset = dataset_of(case)
    assert_like_keras(engine_of("fused"), program_of(case, dataset, cell), dataset)


@pytest.mark.parametrize(
    ("kind", "case", "attention", "bidirectional"),
    [
        ("fused", "sequence_to_sequence of tokens", "luong", False),
        ("fused", "sequence_to_sequence of numbers", "bahdanau", True),
        ("keras", "sequence_to_sequence of numbers", "bahdanau", True),
    ],
)
def test_attention_and_an_encoder_that_reads_both_ways(kind, case, attention, bidirectional):
    engine, dataset = engine_of(kind), dataset_of(case)
    program = program_of(
        case, dataset, "LSTM", attention=attention, bidirectional=bidirectional, units=(4, 3)
    )
    assert_like_keras(engine, program, dataset)


@pytest.mark.parametrize(
    ("kind", "bidirectional"), [("fused", False), ("fused", True), ("keras", True)]
)
def test_all_steps_at_once_train_like_keras(kind, bidirectional):
    case = "sequence_to_sequence of numbers"
    engine, dataset = engine_of(kind), dataset_of(case)
    program = program_of(
        case, dataset, "SimpleRNN", decoder="direct", bidirectional=bidirectional, units=(4, 3)
    )
    model = build_standard(program.architecture, blank=True)
    read = (6 if bidirectional else 3) + T * OUTPUTS
    assert model.get_layer("output").kernel.shape == (read, T * OUTPUTS)
    assert not any(layer.name.startswith("recurrent_") for layer in model.layers)
    assert_like_keras(engine, program, dataset)


@pytest.mark.parametrize(
    ("kind", "pooling"), [("fused", "mean"), ("fused", "max"), ("keras", "mean")]
)
def test_what_is_pooled_over_real_steps_trains_like_keras(kind, pooling):
    case = "many_to_one of tokens"
    engine, dataset = engine_of(kind), dataset_of(case)
    program = program_of(case, dataset, "SimpleRNN", pooling=pooling, bidirectional=True)
    assert_like_keras(engine, program, dataset)


def read_by_hand(model, x, draws, teacher_forcing):
    """Tokens of the data, of which some are replaced by those that a model puts out."""
    previous = np.asarray(x["previous"]).copy()
    likeliest = model.predict_on_batch(x)[..., :-1].argmax(axis=-1)
    own = np.concatenate([previous[:, :1], likeliest[:, :-1] + 1], axis=1)
    replaced = (np.asarray(draws) >= teacher_forcing) & (previous != 0)
    previous[replaced] = own[replaced]
    return {**x, "previous": previous}


def trained_on_own_tokens(program, dataset, run):
    """Losses and validation losses of `model.fit`, batch by batch, on a mixture made by hand."""
    model, loss = compiled_keras(program, run)
    generator = keras.random.SeedGenerator(0)
    generator.state.assign(np.array([dropout_seed(run.seed, 0), 0], np.uint32))
    part, judged = dataset.train, dataset.validation
    for epoch in range(1, EPOCHS + 1):
        order = batch_order(run.seed, epoch, len(part))
        losses = []
        for index in order.reshape(-1, BATCH):
            draws = keras.random.uniform((BATCH, T), seed=generator)
            x = read_by_hand(model, take(part.x, index), draws, run.numbers.teacher_forcing)
            history = model.fit(x, part.y[index], sample_weight=part.weight[index], verbose=0)
            losses += history.history["loss"]
        held_out = float(loss(judged.y, model.predict(judged.x, verbose=0), judged.weight))
        yield np.mean(losses), held_out


@pytest.fixture
def loud_tokens(monkeypatch):
    """Embeddings so large at first that it matters at once which token is read."""
    value = seeded_weights._value

    def loud(name, shape, rng):
        return value(name, shape, rng) * (60.0 if name == "embeddings" else 1.0)

    monkeypatch.setattr(seeded_weights, "_value", loud)


@pytest.mark.usefixtures("loud_tokens")
@pytest.mark.parametrize(
    ("kind", "teacher_forcing", "case", "attention"),
    [
        ("fused", 0.5, "sequence_to_sequence of tokens", "luong"),
        ("fused", 0.5, "one_to_many of tokens", "none"),
        ("keras", 0.0, "sequence_to_sequence of tokens", "luong"),
        ("keras", 0.0, "one_to_many of tokens", "none"),
    ],
)
def test_a_network_trains_on_tokens_of_its_own(kind, teacher_forcing, case, attention):
    """At 0 nothing depends on what is drawn, of which plain layers of Keras draw first."""
    dataset = dataset_of(case)
    dataset.train.x["previous"][:, -1] = 0
    program = program_of(case, dataset, "LSTM", attention=attention, units=(8,), mixes_tokens=True)
    run = Run(0, 3, EPOCHS, Numbers(1.0, teacher_forcing=teacher_forcing))
    found = curve(engine_of(kind), program, dataset, run)
    expected = trained_on_own_tokens(program, dataset, run)
    for got, (loss, held_out) in zip(found, expected, strict=True):
        assert got["loss"] == pytest.approx(loss, rel=2e-4)
        assert got["val_loss"] == pytest.approx(held_out, rel=2e-4)
    forced = curve(engine_of(kind), program, dataset, replace(run, numbers=Numbers(1.0)))
    if kind == "fused":  # that of Keras builds the same network for both
        plain = curve(engine_of(kind), replace(program, mixes_tokens=False), dataset, run)
        assert forced[-1] == pytest.approx(plain[-1], rel=1e-5)
    assert forced[-1]["loss"] != pytest.approx(found[-1]["loss"], rel=1e-5)


@pytest.mark.usefixtures("loud_tokens")
def test_engines_draw_the_same_tokens_beside_the_same_dropout():
    """In the first epoch: Keras draws recurrent dropout in evaluation too."""
    case = "sequence_to_sequence of tokens"
    dataset = dataset_of(case)
    used = {"mixes_tokens": True, "drops": True, "drops_recurrent": True}
    program = program_of(case, dataset, "GRU", **used)
    numbers = Numbers(0.3, dropout=0.3, recurrent_dropout=0.2, teacher_forcing=0.5)
    run = Run(0, 3, EPOCHS, numbers)
    one, other = (curve(engine_of(kind), program, dataset, run) for kind in ENGINES)
    assert one[0]["loss"] == pytest.approx(other[0]["loss"], rel=2e-4)
    forced = curve(
        engine_of("fused"),
        program,
        dataset,
        replace(run, numbers=replace(numbers, teacher_forcing=1.0)),
    )
    assert forced[0]["loss"] != pytest.approx(one[0]["loss"], rel=3e-4)


def test_teacher_forcing_compiles_nothing(caplog):
    case, engine = "one_to_many of tokens", engine_of("fused")
    dataset = dataset_of(case)
    program = program_of(case, dataset, "GRU", mixes_tokens=True)
    curve(engine, program, dataset, Run(0, 3, EPOCHS))
    other = Run(1, 4, EPOCHS, Numbers(1e-3, teacher_forcing=0.25))
    with jax.log_compiles(), caplog.at_level("WARNING"):
        curve(engine, program, dataset, other)
    assert [r.getMessage() for r in caplog.records if "Compiling" in r.getMessage()] == []


def test_truncation_cuts_encoder_and_decoder_alike_in_both_engines():
    case = "sequence_to_sequence of numbers"
    dataset = dataset_of(case)
    program = program_of(case, dataset, "LSTM", truncates=True)
    cut = Run(0, 3, EPOCHS, Numbers(0.3, unroll_length=3))
    one, other = (curve(engine_of(kind), program, dataset, cut) for kind in ENGINES)
    for got, expected in zip(one, other, strict=True):
        assert got == pytest.approx(expected, rel=2e-4)
    full = curve(engine_of("fused"), program, dataset, replace(cut, numbers=Numbers(0.3)))
    assert full[-1]["loss"] != pytest.approx(one[-1]["loss"], rel=1e-4)
    uncut = curve(engine_of("fused"), replace(program, truncates=False), dataset, cut)
    assert full[-1] == pytest.approx(uncut[-1], rel=1e-5)


def stream_dataset(rows, window):
    """A repetition: the class of a step is the token after it."""
    ids = (np.arange(rows * 24 + 1) * 7 % 11 % 4 + 1).astype(np.int32)

    def part(count):
        return cut(ids[: count * rows + 1], window, rows)

    target = Target("class", ("token",), tuple("abcd"), Scaling(np.zeros(1), np.ones(1)))
    return Dataset(part(24), part(13), part(0), target, masked=False, vocabulary=5, stream=rows)


def trained_by_hand(model, dataset, program):
    """Losses and validation losses of a loop that passes on the states itself."""
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")

    def losses(weights, x, y, weight, states):
        frozen = [v.value for v in model.non_trainable_variables]
        outputs, _ = model.stateless_call(weights, frozen, {"sequence": x, **states})
        return loss(y, outputs["output"], weight), {name: outputs[name] for name in states}

    step = jax.jit(jax.value_and_grad(losses, has_aux=True))
    part, judged, rows = dataset.train, dataset.validation, dataset.stream
    for _ in range(EPOCHS):
        states, total = no_states(program.architecture, rows), 0.0
        for first in range(0, len(part), rows):
            batch = slice(first, first + rows)
            weights = [v.value for v in model.trainable_variables]
            (value, states), gradients = step(
                weights, part.x[batch], part.y[batch], part.weights[batch], states
            )
            total += float(value) * rows / len(part)
            for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
                variable.assign(variable.value - 0.5 * gradient)
        predicted = follow(model, judged.x, program.architecture)
        yield total, float(loss(judged.y, predicted, judged.weights))


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_states_of_a_stream_are_carried_from_batch_to_batch(engine, cell):
    rows = 3
    dataset = stream_dataset(rows, 6)
    program = program_of("many_to_many", dataset, cell, units=(4, 3), batch_size=rows)
    run = Run(0, seed=3, epochs=EPOCHS, numbers=Numbers(0.5))
    found = curve(engine, program, dataset, run)

    keras.utils.clear_session(free_memory=False)
    model = build(program.architecture, StandardLayers(state_inputs=True), blank=True)
    start = initial_weights(model.trainable_variables, run.seed, cell, 1.0)
    for variable, value in zip(model.trainable_variables, start, strict=True):
        variable.assign(value)
    expected = trained_by_hand(model, dataset, program)
    for got, (loss, held_out) in zip(found, expected, strict=True):
        assert got["loss"] == pytest.approx(loss, rel=2e-4)
        assert got["val_loss"] == pytest.approx(held_out, rel=2e-4)


def test_a_stream_of_more_sequences_than_are_judged_at_once():
    rows, window = 3, 2
    dataset = stream_dataset(rows, window)
    ids = (np.arange(171 * window * rows + 1) * 7 % 11 % 4 + 1).astype(np.int32)
    dataset = replace(dataset, validation=cut(ids, window, rows))
    assert len(dataset.validation) == 513, "two batches of evaluation, and one sequence more"
    program = program_of("many_to_many", dataset, "GRU", batch_size=rows)
    run = Run(0, seed=3, epochs=EPOCHS, numbers=Numbers(0.5))
    one, other = (curve(engine_of(kind), program, dataset, run) for kind in ENGINES)
    for got, expected in zip(one, other, strict=True):
        assert got == pytest.approx(expected, rel=2e-4)
