"""Models of a user's own as lanes: what `model.fit` gives, and one program for many numbers."""

import threading

import keras
import numpy as np
import pandas
import pytest
from keras import layers

from rnnsearch.engines.built import Lane, NotArrays, Programs, Request, passes, reason_against
from rnnsearch.engines.built.keys import describe, is_foreign
from rnnsearch.engines.built.recurrent_layers import by_hand, is_plain
from rnnsearch.engines.built.shared_programs import Program
from rnnsearch.engines.fingerprints import fingerprint

COUNT = 37
WHOLE = 30
"""24 for training and 6 for validation: no short batch, which would be compiled, too."""
RNG = np.random.default_rng(0)


class Last:
    """Keeps every epoch."""

    def keeps(self, logs):
        return True


def dense(rate=1e-2, dropout=0.3, l2=1e-3, clip=1.0, decay=1e-3):
    inputs = keras.Input((6,))
    regularizer = keras.regularizers.L1L2(l2, 2 * l2)
    hidden = layers.Dense(5, "relu", kernel_regularizer=regularizer)(inputs)
    hidden = layers.GaussianNoise(0.1)(layers.Dropout(dropout)(hidden))
    hidden = layers.Dense(3, bias_regularizer=keras.regularizers.L2(l2))(hidden)
    optimizer = keras.optimizers.Adam(rate, beta_1=1 - rate, clipnorm=clip, weight_decay=decay)
    return compiled(keras.Model(inputs, layers.Dense(1)(hidden)), optimizer, "mse", ["mae"])


def cnn(rate=1e-2, dropout=0.2, smoothing=0.1):
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3),
            layers.SpatialDropout2D(dropout),
            layers.GlobalMaxPooling2D(),
            layers.Dense(3, "softmax"),
        ]
    )
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    optimizer = keras.optimizers.SGD(rate, momentum=1 - rate, nesterov=True)
    return compiled(model, optimizer, loss, ["accuracy"])


def augmented(rate=1e-2, dropout=0.2):
    """Keras compiles none of it, for the sake of one layer; here it must, to be quick."""
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.RandomFlip("horizontal"),
            layers.RandomZoom(0.2),
            layers.Conv2D(2, 3),
            layers.Dropout(dropout),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, "softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(rate)
    compiled(model, optimizer, "categorical_crossentropy", ["accuracy"])
    assert not model.jit_compile
    model._jit_compile = True
    return model


def batch_norm(rate=1e-2, dropout=0.1):
    # A bias here would have no gradient but that of rounding, which Nadam takes for one.
    hidden = layers.Dense(4, use_bias=False)
    inner = keras.Sequential([keras.Input((6,)), hidden, layers.BatchNormalization()])
    model = keras.Sequential([inner, layers.AlphaDropout(dropout), layers.Dense(1)])
    return compiled(model, keras.optimizers.Nadam(rate), "mae", [])


def embedding(rate=1e-2, dropout=0.2):
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(9, 3, mask_zero=True),
            layers.Bidirectional(layers.GRU(3, dropout=dropout, recurrent_dropout=dropout / 2)),
            layers.Dense(1, "sigmoid"),
        ]
    )
    optimizer = keras.optimizers.RMSprop(rate, rho=1 - rate)
    return compiled(model, optimizer, "binary_crossentropy", ["accuracy"])


def many_inputs(rate=1e-2, dropout=0.2):
    a, b = keras.Input((6,), name="a"), keras.Input((4, 2), name="b")
    hidden = layers.Concatenate()([layers.Dense(3)(a), layers.LSTM(3, dropout=dropout)(b)])
    model = keras.Model({"a": a, "b": b}, layers.Dense(1)(hidden))
    optimizer = keras.optimizers.AdamW(rate, weight_decay=rate, global_clipnorm=dropout)
    return compiled(model, optimizer, keras.losses.Huber(), ["mae"])


def many_outputs(rate=1e-2, dropout=0.2):
    inputs = keras.Input((6,))
    hidden = layers.Dropout(dropout)(layers.Dense(4, "tanh")(inputs))
    outputs = {"p": layers.Dense(1, name="p")(hidden)}
    outputs["q"] = layers.Dense(3, "softmax", name="q")(hidden)
    losses = {"p": "mse", "q": "sparse_categorical_crossentropy"}
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Lion(rate, clipvalue=dropout),
        loss=losses,
        loss_weights={"p": 1.0, "q": 0.5},
        metrics={"p": ["mae"], "q": ["accuracy"]},
    )
    return model


def recurrent(rate=1e-2, dropout=0.2):
    inputs = keras.Input((5, 2))
    last, *state = layers.LSTM(3, return_state=True, dropout=dropout)(inputs)
    hidden = layers.LSTM(3, return_sequences=True)(inputs, initial_state=state)
    hidden = layers.GRU(4, go_backwards=True, return_sequences=True, dropout=dropout)(hidden)
    hidden = layers.Bidirectional(layers.SimpleRNN(3, dropout=dropout))(hidden)
    model = keras.Model(inputs, layers.Dense(1)(layers.Concatenate()([hidden, last])))
    return compiled(model, keras.optimizers.SGD(rate), "mse", ["mae"])


def compiled(model, optimizer, loss, metrics):
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    return model


X = RNG.normal(size=(COUNT, 6))
CASES = {
    "dense": (dense, X, RNG.normal(size=COUNT), {"sample_weight": RNG.random(COUNT)}),
    "cnn": (
        cnn,
        RNG.normal(size=(COUNT, 6, 6, 1)).astype("float32"),
        np.eye(3)[RNG.integers(0, 3, COUNT)],
        {"shuffle": "batch"},
    ),
    "augmented": (
        augmented,
        RNG.normal(size=(WHOLE, 6, 6, 1)).astype("float32"),
        np.eye(3)[RNG.integers(0, 3, WHOLE)],
        {},
    ),
    "batch_norm": (batch_norm, X, X[:, :1], {"validation_freq": 2, "validation_batch_size": 3}),
    "embedding": (
        embedding,
        RNG.integers(0, 9, (WHOLE, 7)),
        RNG.integers(0, 2, WHOLE),
        {"class_weight": {0: 1.0, 1: 3.0}},
    ),
    "many_inputs": (
        many_inputs,
        {"a": X[:WHOLE], "b": RNG.normal(size=(WHOLE, 4, 2))},
        X[:WHOLE, 0],
        {"shuffle": False},
    ),
    "recurrent": (recurrent, RNG.normal(size=(WHOLE, 5, 2)), X[:WHOLE, 0], {}),
    "many_outputs": (
        many_outputs,
        X[:WHOLE],
        {"p": X[:WHOLE, :1], "q": RNG.integers(0, 3, WHOLE)},
        {},
    ),
}


def made(build, **numbers):
    keras.backend.clear_session(free_memory=False)
    keras.utils.set_random_seed(4)
    return build(**numbers)


def trained(programs, model, x, y, callbacks=(), **arguments):
    request = Request.of((x, y), arguments, {})
    assert reason_against(model, request, callbacks) is None
    program, values = programs.of(model, request)
    return Lane(model, request, program, values, list(callbacks), Last()).train()


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_fit_gives(name):
    """Same losses, metrics, weights and generators; of numbers that the program wasn't made for."""
    build, x, y, more = CASES[name]
    arguments = {"epochs": 3, "batch_size": 8, "validation_split": 0.2, "verbose": 0, **more}
    programs = Programs()
    trained(programs, made(build), x, y, **arguments | {"epochs": 1})
    numbers = {"rate": 5e-3, "dropout": 0.4}

    model = made(build, **numbers)
    outcome = trained(programs, model, x, y, **arguments)
    assert len(programs) == 1, "they differ in numbers only"
    after = np.random.random()

    other = made(build, **numbers)
    history = other.fit(x, y, **arguments).history
    assert outcome.history.history.keys() == history.keys()
    for key in history:
        np.testing.assert_allclose(outcome.history.history[key], history[key], 2e-5, 1e-6)
    for weights, same in zip(model.variables, other.variables, strict=True):
        np.testing.assert_allclose(np.asarray(weights), np.asarray(same), 2e-4, 2e-6)
    assert np.random.random() == after, "the next trial's order is drawn from the same place"


def test_batches_of_convolutions_are_a_call_each():
    """In a loop XLA computes their gradients some twenty times slower on a CPU."""
    traces = {False: 0, True: 0}

    class Own(layers.Layer):
        """Says nothing of what it computes."""

        def __init__(self, convolves):
            super().__init__()
            self.convolves = convolves

        def call(self, x):
            traces[self.convolves] += 1
            return keras.ops.conv(x, keras.ops.ones((2, 2, 1, 1))) if self.convolves else x

    x = RNG.normal(size=(COUNT, 6, 6, 1))
    for convolves in traces:
        parts = [keras.Input((6, 6, 1)), Own(convolves), layers.Flatten(), layers.Dense(1)]
        model = compiled(keras.Sequential(parts), "sgd", "mse", [])
        arguments = {"batch_size": 16, "validation_split": 0.2, "validation_batch_size": 3}
        program, _ = Programs().of(model, Request.of((x, x[:, 0, 0, 0]), arguments, {}))
        for part in (program.train, program.test):
            assert isinstance(part, passes.Batches) == convolves
    assert traces[False] == traces[True], "no step is traced twice"


def test_what_a_layer_was_adapted_to_is_a_part_of_its_program():
    """Keras has the mean of an adapted `Normalization` as a constant, and not in its description."""
    x = RNG.normal(size=(8, 3)).astype("float32")
    programs, request = Programs(), Request.of((x, x[:, :1]), {"batch_size": 4}, {})
    for number, data in enumerate((x, 3 * x + 1, x)):
        keras.utils.clear_session(free_memory=False)  # names begin anew
        normalization = layers.Normalization()
        normalization.adapt(data)
        parts = [keras.Input((3,)), normalization, layers.Dense(1)]
        programs.of(compiled(keras.Sequential(parts), "sgd", "mse", []), request)
        assert len(programs) == min(number + 1, 2)


@pytest.mark.parametrize("table", [False, True])
def test_data_that_a_script_changes_in_place_is_read_again(table):
    """As a `run_trial` does that fills one array for each `fit`."""
    kept = {}
    x = pandas.DataFrame({"a": [1.0, 2.0]}) if table else np.array([[1.0], [2.0]])
    y = np.zeros(2)
    first, same = Request.of((x, y), {}, kept), Request.of((x, y), {}, kept)
    assert first.train[0] is same.train[0]
    x *= 3
    changed = Request.of((x, y), {}, kept)
    np.testing.assert_array_equal(changed.train[0], [[3.0], [6.0]])


@pytest.mark.parametrize(
    ("array", "other"),
    [
        (np.zeros((0, 3)), np.zeros((3, 0))),
        (np.array(["a", "b"]), np.array(["a", "c"])),
        (np.array(["a", None], object), np.array(["a", 1], object)),
        (np.array(["2020"], "datetime64[D]"), np.array(["2021"], "datetime64[D]")),
        (np.ones(6, bool)[::2], np.arange(3) > 0),
        (np.array(1.0), np.array(2.0)),
        (np.ones(3, "bfloat16"), np.zeros(3, "bfloat16")),
    ],
)
def test_fingerprints_tell_arrays_apart(array, other):
    assert fingerprint([array]) == fingerprint([array.copy()]) != fingerprint([other])


@pytest.mark.parametrize("convolves", [False, True])
def test_two_lanes_compile_a_new_program_together(convolves):
    """One compiles its training, the other its judging meanwhile: neither waits for the other."""
    both = threading.Barrier(2, timeout=20)

    class Lowered:
        compiled = 0

        def compile(self, compiler_options):
            self.compiled += 1
            both.wait()
            return self.compiled

    parts = [Lowered(), Lowered()]
    made = [passes.Batches(part, None) if convolves else passes._InOneCall(part) for part in parts]
    program = Program([], *made)
    threads = [threading.Thread(target=program.prepare) for _ in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    program.prepare()
    assert [part.compiled for part in parts] == [1, 1]


def test_another_structure_is_another_program():
    texts = [describe(made(dense, **numbers))[0] for numbers in ({}, {"dropout": 0.0}, {"l2": 0.0})]
    texts += [describe(made(build))[0] for build in (cnn, batch_norm)]
    frozen = made(dense)
    frozen.layers[1].trainable = False
    assert len({*texts, describe(frozen)[0]}) == 6
    assert describe(made(dense, rate=0.5, clip=0.1, decay=0.3))[0] == texts[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"loss": keras.losses.Huber(1.0)}, {"loss": keras.losses.Huber(0.1)}),
        ({"loss": [keras.losses.CosineSimilarity(1)]}, {"loss": [keras.losses.CosineSimilarity()]}),
        *(
            ({name: [keras.metrics.CosineSimilarity(axis=1)]}, {name: [keras.metrics.CosineSimilarity()]})
            for name in ("metrics", "weighted_metrics")
        ),
    ],
)  # fmt: skip
def test_what_keras_does_not_say_of_a_part_makes_another_program(one, other):
    def text(**given):
        keras.backend.clear_session(free_memory=False)
        model = keras.Sequential([keras.Input((3, 1)), layers.SimpleRNN(2)])
        model.compile(**{"loss": "mse", **given})
        return describe(model)[0]

    assert text(**one) == text(**one) != text(**other)


def test_another_epsilon_of_keras_makes_another_program():
    """Losses read it where they are traced."""
    usual = keras.config.epsilon()
    try:
        text, _ = describe(made(cnn))
        keras.config.set_epsilon(0.1)
        assert describe(made(cnn))[0] != text
    finally:
        keras.config.set_epsilon(usual)


def test_what_does_not_decay_makes_another_program():
    def text(kept):
        keras.backend.clear_session(free_memory=False)
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
        optimizer = keras.optimizers.AdamW(weight_decay=0.1)
        optimizer.exclude_from_weight_decay(var_names=kept)
        model.compile(keras.optimizers.LossScaleOptimizer(optimizer), loss="mse")
        return describe(model)[0]

    assert text([]) == text([]) != text(["bias"])


@pytest.mark.parametrize(
    ("layer", "plain"),
    [
        (layers.LSTM(2), True),
        (layers.GRU(2, dropout=0.1, recurrent_dropout=0.1, implementation=2), False),
        (layers.GRU(2), True),
        (layers.GRU(2, reset_after=False), False),
        (layers.SimpleRNN(2, dropout=0.1), True),
        (layers.SimpleRNN(2, activation="relu"), False),
        (layers.LSTM(2, recurrent_activation="hard_sigmoid"), False),
        (layers.LSTM(2, use_bias=False), False),
        (layers.RNN(layers.GRUCell(2)), False),
        (type("Own", (layers.LSTM,), {})(2), False),
    ],
)
def test_plain_recurrent_layers_are_computed_by_hand_while_they_are_traced(layer, plain):
    model = keras.Sequential([keras.Input((3, 1)), layer])
    assert is_plain(layer) == plain
    usual = layer.inner_loop
    with by_hand(model):
        assert (layer.inner_loop != usual) == plain
    assert layer.inner_loop == usual


class Scaled(layers.Layer):
    """Says nothing of its factor to whoever asks for its description."""

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {"name": self.name}


def scaled(factor, rate=1e-2):
    scale = Scaled()
    scale.factor = factor
    model = keras.Sequential([keras.Input((6,)), scale, layers.Dropout(rate), layers.Dense(1)])
    return compiled(model, keras.optimizers.SGD(rate), lambda y, p: (y - p) ** 2, [])


def test_parts_of_a_users_own_share_a_program_if_their_code_is_equal():
    assert is_foreign(made(scaled, factor=2.0))
    assert not is_foreign(made(dense))
    programs, losses = Programs(), []
    for factor, rate in ((2.0, 1e-2), (2.0, 0.4), (3.0, 0.4)):
        model = made(scaled, factor=factor, rate=rate)
        outcome = trained(programs, model, X, X[:, :1], epochs=2)
        other = made(scaled, factor=factor, rate=rate).fit(X, X[:, :1], epochs=2, verbose=0)
        np.testing.assert_allclose(outcome.history.history["loss"], other.history["loss"], 1e-5)
        losses.append(other.history["loss"][-1])
    assert len(programs) == 2
    assert len(set(losses)) == 3


def test_callbacks_act_as_in_fit():
    """Stopping, plateaus and schedules, each of which changes what the next epoch does."""

    def callbacks():
        return [
            keras.callbacks.EarlyStopping("loss", 0.05, patience=2, restore_best_weights=True),
            keras.callbacks.ReduceLROnPlateau("loss", 0.1, patience=1, min_delta=0.1),
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        ]

    arguments = {"epochs": 12, "batch_size": 8, "verbose": 0}
    model, other = made(dense, rate=0.05), None
    outcome = trained(Programs(), model, X, X[:, 0], callbacks(), **arguments)
    other = made(dense, rate=0.05)
    history = other.fit(X, X[:, 0], callbacks=callbacks(), **arguments).history
    assert 2 < len(history["loss"]) < 12
    assert outcome.history.history.keys() == history.keys()
    np.testing.assert_allclose(outcome.history.history["loss"], history["loss"], 1e-5)
    rates = outcome.history.history["learning_rate"]
    np.testing.assert_allclose(rates, history["learning_rate"], 1e-6)
    for weights, same in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(weights, same, 1e-4, 1e-6)


@pytest.mark.parametrize("where", ["x", "validation_data"])
def test_what_a_callback_puts_into_the_data_is_seen_as_in_fit(where):
    """Keras reads the arrays for each batch; another program ahead of the callbacks must not."""

    def history(fit):
        data = {"x": X.astype("float32"), "validation_data": X[:, ::-1].astype("float32")}

        def halve(epoch, logs):
            data[where][:] *= 0.5

        callback = keras.callbacks.LambdaCallback(on_epoch_end=halve)
        held = data["validation_data"], X[:, 1]
        arguments = {"epochs": 3, "batch_size": COUNT, "verbose": 0, "validation_data": held}
        return fit(made(dense), data["x"], X[:, 0], callback, arguments)

    def by_lane(model, x, y, callback, arguments):
        return trained(Programs(), model, x, y, [callback], **arguments).history.history

    def by_fit(model, x, y, callback, arguments):
        return model.fit(x, y, callbacks=[callback], **arguments).history

    found, known = history(by_lane), history(by_fit)
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(found[name], known[name], 1e-5)


class OwnStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)

    def train_step(self, state, data):
        return super().train_step(state, data)


class Batches(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.seen = batch


@pytest.mark.parametrize(
    ("model", "arguments", "callbacks", "reason"),
    [
        (OwnStep, {}, [], "OwnStep has a train_step of its own"),
        (dense, {"steps_per_epoch": 2}, [], "steps_per_epoch is given"),
        (dense, {}, [Batches()], "the callback Batches has on_train_batch_end"),
        (dense, {}, [keras.callbacks.TerminateOnNaN()], "TerminateOnNaN has on_batch_end"),
        (dense, {}, [keras.callbacks.LambdaCallback(on_train_batch_end=print)], "on_train_batch"),
        (dense, {"epochs": 0}, [], "no epoch to train"),
    ],
)
def test_what_a_program_cant_follow_is_said(model, arguments, callbacks, reason):
    model = model()
    if not model.compiled:
        model.compile(loss="mse")
    request = Request.of((X, X[:, 0]), arguments, {})
    assert reason in reason_against(model, request, callbacks)


def test_models_that_arent_compiled_for_it_are_named():
    request = Request.of((X, X[:, 0]), {}, {})
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
    assert reason_against(model, request, []) == "the model isn't compiled"
    model.compile(loss="mse", run_eagerly=True)
    assert "run_eagerly" in reason_against(model, request, [])
    model.compile(loss="mse", jit_compile=False)
    assert "without jit_compile" in reason_against(model, request, [])
    zoomed = keras.Sequential([keras.Input((6, 6, 1)), layers.RandomZoom(0.1), layers.Flatten()])
    zoomed.compile(loss="mse")
    assert reason_against(zoomed, request, []) is None
    zoomed.compile(loss=lambda y, p: (y - p) ** 2)
    assert "without jit_compile" in reason_against(zoomed, request, [])


@pytest.mark.parametrize("x", [(i for i in range(3)), np.array(["a", "b"])])
def test_data_that_isnt_arrays_is_named(x):
    with pytest.raises(NotArrays, match=r"not arrays|isn't of numbers"):
        Request.of((x, None), {}, {})


@pytest.mark.parametrize(("less", "fits"), [(0, True), (1, False)])
def test_data_of_more_than_a_quarter_of_the_memory_is_left_to_fit(monkeypatch, less, fits):
    monkeypatch.setattr(
        "rnnsearch.engines.built.fit_requests.memory_bytes", lambda: 4 * X.nbytes - less
    )
    if fits:
        assert Request.of((X,), {}, {}).count == COUNT
        return
    with pytest.raises(NotArrays, match="more than a quarter of the memory"):
        Request.of((X,), {}, {})


def test_the_same_data_is_read_once():
    kept = {}
    first = Request.of((X, X[:, 0]), {"validation_data": (X, X)}, kept)
    other = Request.of((X, X), {"validation_data": (X, X)}, kept)
    y = X[:, 0]
    again = [Request.of((X, y), {"validation_split": 0.5}, kept) for _ in range(2)]
    assert again[0].train[0] is again[1].train[0]
    assert first.count == other.count == COUNT
    assert again[0].count == COUNT // 2
