"""Every engine against plain Keras: a lane trains as `model.fit` trains it alone.

A new engine joins by one line in `ENGINES` of tests/engines/conftest.py.
"""

import math
import threading
from dataclasses import fields, replace

import keras
import numpy as np
import pytest

from rnnsearch.data import MASK_VALUE, Dataset, Part, Scaling, Target
from rnnsearch.engines import Numbers, Run, batch_order
from rnnsearch.engines.compiling import make_optimizer
from rnnsearch.engines.fused import FusedEngine
from rnnsearch.engines.keras_engine import KerasEngine
from rnnsearch.execution.evaluating import judge
from rnnsearch.execution.worker_orders import Judge
from rnnsearch.models.build import build_standard
from rnnsearch.models.seeded_weights import initial_weights
from rnnsearch.tasks import Loss
from rnnsearch.vocabulary import METRICS
from tests.engines.conftest import engine_of, make_program

T, F, EPOCHS, BATCH = 9, 2, 2, 8
CELLS = ["SimpleRNN", "LSTM", "GRU"]


def dataset_for(task, kind, masked=False, sequences=16):
    """Random sequences; 16 are two whole batches."""
    rng = np.random.default_rng(7)

    def part(n):
        x = rng.normal(size=(n, F) if task == "one_to_many" else (n, T, F)).astype(np.float32)
        steps = () if task == "many_to_one" else (T,)
        weight = None
        if masked:
            lengths = rng.integers(2, T + 1, n)
            real = np.arange(T)[None] >= T - lengths[:, None]
            x[~real] = MASK_VALUE
            weight = real.astype(np.float32) if task == "many_to_many" else None
        if kind == "class":
            y = rng.integers(0, 3, (n, *steps)).astype(np.int32)
        else:
            y = rng.normal(size=(n, *steps, 1)).astype(np.float32)
        return Part(x, y, weight)

    scaling = Scaling(np.array([5.0]), np.array([2.0]))
    classes, naive_error = ((0, 1, 2), None) if kind == "class" else ((), np.array([0.5]))
    deviation = None if kind == "class" else np.array([0.7])
    target = Target(kind, ("y",), classes, scaling, naive_error, deviation)
    steps = T if task == "one_to_many" else None
    return Dataset(part(sequences), part(8), part(0), target, masked, steps)


def train(engine, program, dataset, runs, epochs=EPOCHS):
    """Curves and best weights of runs as lanes, in sessions as wide as the engine has."""
    curves, weights, waiting = {}, {}, list(runs)
    while waiting:
        session = engine.open(program, [dataset], len(runs))
        batch, waiting = waiting[: session.width], waiting[session.width :]
        session.load(dict(enumerate(batch)))
        values = [session.advance() for _ in range(epochs)]
        for lane, run in enumerate(batch):
            curves[run.trial] = [epoch[lane] for epoch in values]
            weights[run.trial] = session.best_weights(lane)
    return curves, weights


_references = {}


KINDS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "nadam": "Nadam", "lion": "Lion"}
CLIPS = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}
OWN_NUMBERS = {
    "adam": ("beta_1", "beta_2"),
    "nadam": ("beta_1", "beta_2"),
    "rmsprop": ("rho", "momentum"),
    "sgd": ("momentum",),
    "lion": ("beta_1", "beta_2"),
}


def reference(program, dataset, run):
    """Losses and validation losses of plain Keras; trained once for all engines."""
    key = (program, run, len(dataset.train))
    if key not in _references:
        _references[key] = _train_plain_keras(program, dataset, run)
    return _references[key]


def _train_plain_keras(program, dataset, run):
    keras.utils.clear_session(free_memory=False)
    numbers = run.numbers
    model = build_standard(program.architecture, blank=True)
    start = initial_weights(
        model.trainable_variables, run.seed, program.architecture.cell, numbers.forget_bias
    )
    for variable, value in zip(model.trainable_variables, start, strict=True):
        variable.assign(value)
    arguments = {"learning_rate": numbers.learning_rate}
    if program.clip_mode:
        arguments[CLIPS[program.clip_mode]] = numbers.clip_norm
    if numbers.weight_decay:
        arguments["weight_decay"] = numbers.weight_decay
    arguments |= {
        name: getattr(numbers, name)
        for name in OWN_NUMBERS[program.optimizer]
        if getattr(numbers, name) is not None
    }
    loss = KERAS_LOSSES[program.loss.name](program.loss)
    model.compile(getattr(keras.optimizers, KINDS[program.optimizer])(**arguments), loss=loss)
    train_part, validation = dataset.train, dataset.validation
    weights = {}
    if program.loss.class_weights:
        of_class = np.array(program.loss.class_weights)
        weights = {part: of_class[getattr(dataset, part).y] for part in ("train", "validation")}
    losses, evaluated = [], []
    for epoch in range(1, EPOCHS + 1):
        order = batch_order(run.seed, epoch, len(train_part))
        history = model.fit(
            train_part.x[order],
            train_part.y[order],
            sample_weight=weights["train"][order] if weights else None,
            batch_size=BATCH,
            shuffle=False,
            verbose=0,
        )
        losses.append(history.history["loss"][0])
        evaluated.append(
            model.evaluate(
                validation.x,
                validation.y,
                sample_weight=weights.get("validation"),
                batch_size=len(validation),
                verbose=0,
            )
        )
    return losses, evaluated


def keras_pinball(loss):
    def mean_of_levels(y, predicted):
        total = 0
        for index, level in enumerate(loss.quantiles):
            error = y - predicted[..., index : index + 1]
            total += keras.ops.where(error > 0, level * error, (level - 1) * error)
        return total[..., 0] / len(loss.quantiles)

    return mean_of_levels


KERAS_LOSSES = {
    "mse": lambda loss: "mse",
    "mae": lambda loss: "mae",
    "huber": lambda loss: keras.losses.Huber(loss.delta),
    "quantile": keras_pinball,
    "cross_entropy": lambda loss: keras.losses.SparseCategoricalCrossentropy(
        reduction="mean_with_sample_weight"
    ),
}
LOSSES = [
    Loss("mae"),
    Loss("huber", delta=0.7),
    Loss("quantile", quantiles=(0.1, 0.5, 0.9)),
    Loss("cross_entropy", class_weights=(1.0, 0.2, 3.0)),
]


def assert_trains_like_keras(engine, program, dataset, numbers):
    """The last lane against plain Keras; engines with lanes have the others beside it.

    Returns the curve and the best weights of the last lane.
    """
    runs = [Run(trial, seed=trial, epochs=EPOCHS, numbers=n) for trial, n in enumerate(numbers)]
    checked = runs[-1]
    lanes = runs if isinstance(engine, FusedEngine) else [checked]
    curves, weights = train(engine, program, dataset, lanes)
    losses, evaluated = reference(program, dataset, checked)
    got = curves[checked.trial]
    np.testing.assert_allclose([e["loss"] for e in got], losses, rtol=2e-4)
    np.testing.assert_allclose([e["val_loss"] for e in got], evaluated, rtol=2e-4)
    assert len({c[0]["loss"] for c in curves.values()}) == len(lanes), "lanes must differ"
    return got, weights[checked.trial]


TWO = [Numbers(1e-2), Numbers(3e-2)]


NETWORKS = [
    ("many_to_one", "numeric", False),
    ("many_to_one", "class", True),
    ("one_to_many", "numeric", False),
    ("many_to_many", "numeric", True),
    ("many_to_many", "class", False),
]


PADDED = [network for network in NETWORKS if network[-1]]
WHOLE = [network for network in NETWORKS if not network[-1]]
PAIRS = [
    (cell, *network)
    for at, cell in enumerate(CELLS)
    for network in (PADDED[at % len(PADDED)], WHOLE[-1 - at % len(WHOLE)])
]
"""Each cell with padding and without, each network."""
FURTHER = [
    (cell, *network)
    for cell in CELLS
    for task, network in {network[0]: network for network in NETWORKS}.items()
    if task not in {pair[1] for pair in PAIRS if pair[0] == cell}
]
"""With these it is every cell in every task."""


@pytest.mark.parametrize(("cell", "task", "kind", "masked"), [*PAIRS, *FURTHER])
def test_lanes_train_like_keras(fused, cell, task, kind, masked):
    dataset = dataset_for(task, kind, masked)
    program = make_program(task, dataset, cell=cell)
    assert_trains_like_keras(fused, program, dataset, TWO)


@pytest.mark.parametrize(("cell", "task", "kind", "masked"), [PAIRS[0], *PAIRS[2:4]])
def test_the_engine_that_is_keras_trains_like_keras(cell, task, kind, masked):
    """Its layers are those of the reference, whatever the cell: each task, padded where one can be."""
    dataset = dataset_for(task, kind, masked)
    program = make_program(task, dataset, cell=cell)
    assert_trains_like_keras(KerasEngine(), program, dataset, TWO)


@pytest.mark.parametrize(
    ("kind", "loss"),
    [*(("fused", loss) for loss in LOSSES), *(("keras", loss) for loss in LOSSES[2:])],
    ids=lambda one: getattr(one, "name", one),
)
def test_losses_are_keras_losses_and_every_metric_judges_the_same_weights(kind, loss):
    """Both engines make them by one function; weights of classes each minds by itself."""
    engine = engine_of(kind)
    numbers = loss.name != "cross_entropy"
    task, target = ("many_to_many", "numeric") if numbers else ("many_to_one", "class")
    dataset = dataset_for(task, target, masked=numbers)
    program = make_program(task, dataset, loss=loss, metrics=metrics_of(loss))
    curve, best = assert_trains_like_keras(engine, program, dataset, TWO)
    assert_judged_alike(program, dataset, min(curve, key=lambda e: e["val_loss"]), best)


def metrics_of(loss):
    """Every metric that can judge what is trained on a loss."""
    kinds = ["class" if loss.name == "cross_entropy" else "numeric"]
    kinds += ["quantile"] if loss.quantiles else []
    return tuple(name for name, metric in METRICS.items() if metric.kind in kinds)


def test_metrics_of_classes_a_step_are_those_that_judge_the_same_weights(fused):
    (loss,) = (loss for loss in LOSSES if loss.class_weights)
    dataset = dataset_for("many_to_many", "class", masked=True)
    program = make_program("many_to_many", dataset, loss=loss, metrics=metrics_of(loss))
    curves, weights = train(fused, program, dataset, [Run(0, 0, 1, Numbers(3e-2))], epochs=1)
    assert_judged_alike(program, dataset, curves[0][0], weights[0])


@pytest.mark.parametrize("log", [False, True])
def test_quantiles_of_changes_are_in_own_units(fused, log):
    dataset = dataset_for("many_to_many", "numeric", masked=True)
    anchor = np.random.default_rng(3).normal(2, 0.5, size=dataset.validation.y.shape)
    scaling = replace(dataset.target.scaling, log=np.array([log]), scale=np.array([0.3]))
    target = replace(dataset.target, scaling=scaling)
    part = replace(dataset.validation, anchor=anchor)
    dataset = replace(dataset, validation=part, target=target)
    loss = Loss("quantile", quantiles=(0.1, 0.5, 0.9))
    names = ("rmse", "mase", "nrmse", "pinball", "coverage")
    program = make_program("many_to_many", dataset, loss=loss, metrics=names)
    curves, weights = train(fused, program, dataset, [Run(0, 0, 1, Numbers(3e-2))], epochs=1)
    assert_judged_alike(program, dataset, curves[0][0], weights[0])
    model = build_standard(program.architecture, blank=True)
    for variable, value in zip(model.trainable_variables, weights[0], strict=True):
        variable.assign(value)
    median = np.sort(model.predict(part.x, verbose=0))[..., 1]
    linked = [v * 0.3 + scaling.offset + anchor[..., 0] for v in (part.y[..., 0], median)]
    truth, predicted = np.exp(linked) if log else linked
    errors = (truth - predicted)[part.weight > 0]
    judged = judge(Judge(program, weights[0]), dataset).metrics
    assert judged["val_rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-4)


def assert_judged_alike(program, dataset, epoch, weights):
    """The metrics of an epoch are those of its weights in NumPy."""
    judged = judge(Judge(program, weights), dataset).metrics
    reported = {name: value for name, value in epoch.items() if name != "loss"}
    assert reported == pytest.approx(dict(judged), rel=1e-3)
    assert len(judged) == len(program.metrics) + 1


def test_a_short_last_batch_weighs_what_it_holds(engine):
    dataset = dataset_for("many_to_many", "numeric", masked=True, sequences=21)
    assert_trains_like_keras(engine, make_program("many_to_many", dataset), dataset, TWO)


@pytest.mark.parametrize("mode", CLIPS)
def test_clipping_is_keras_clipping(fused, mode):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, clip_mode=mode, optimizer="sgd")
    numbers = [Numbers(0.3, clip_norm=0.02), Numbers(0.3, clip_norm=0.2)]
    assert_trains_like_keras(fused, program, dataset, numbers)


def test_an_infinite_clip_norm_does_not_clip(fused):
    dataset = dataset_for("many_to_one", "numeric")
    clipping = make_program("many_to_one", dataset, clip_mode="global_norm", optimizer="sgd")
    plain = replace(clipping, clip_mode=None)
    run = Run(0, 0, EPOCHS, Numbers(0.1, clip_norm=math.inf))
    clipped, _ = train(fused, clipping, dataset, [run])
    free, _ = train(fused, plain, dataset, [run])
    assert clipped[0][-1]["loss"] == pytest.approx(free[0][-1]["loss"], rel=1e-5)


def numbers_of(optimizer):
    """None of them the usual ones."""
    values = {"beta_1": 0.7, "beta_2": 0.9, "momentum": 0.6, "rho": 0.5}
    own = {name: values[name] for name in OWN_NUMBERS[optimizer]}
    return Numbers(3e-3, weight_decay=0.3, **own)


@pytest.mark.parametrize("optimizer", OWN_NUMBERS)
def test_optimizers_their_numbers_and_weight_decay_are_keras(fused, optimizer):
    """Lanes of one program: with the optimizer's usual numbers, and with others."""
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, optimizer=optimizer, decays=True)
    usual, others = Numbers(1e-2, weight_decay=0.01), numbers_of(optimizer)
    assert_trains_like_keras(fused, program, dataset, [usual, others])
    assert_trains_like_keras(fused, program, dataset, [others, usual])


def optimizer_of(numbers, **changes):
    """What the engine that is Keras gives to `model.compile`."""
    dataset = dataset_for("many_to_one", "numeric")
    return make_optimizer(make_program("many_to_one", dataset, **changes), Run(0, 0, 1, numbers), 2)


@pytest.mark.parametrize("optimizer", OWN_NUMBERS)
def test_the_engine_that_is_keras_has_its_optimizers_numbers_and_weight_decay(optimizer):
    """How they train is Keras's."""
    own, usual = numbers_of(optimizer), getattr(keras.optimizers, KINDS[optimizer])()
    made = optimizer_of(own, optimizer=optimizer, decays=True)
    assert type(made) is type(usual)
    for name in ("learning_rate", "weight_decay", *OWN_NUMBERS[optimizer]):
        assert float(getattr(made, name)) == pytest.approx(getattr(own, name))
    plain = optimizer_of(Numbers(1e-3), optimizer=optimizer)
    names = ("weight_decay", "use_ema", *CLIPS.values(), *OWN_NUMBERS[optimizer])
    assert [getattr(plain, n) for n in names] == [getattr(usual, n) for n in names]


@pytest.mark.parametrize("mode", CLIPS)
def test_the_engine_that_is_keras_has_its_clipping(mode):
    for bound, found in ((0.02, 0.02), (math.inf, None)):
        made = optimizer_of(Numbers(0.3, clip_norm=bound), clip_mode=mode)
        clipping = {name: getattr(made, name) for name in CLIPS.values()}
        assert clipping == {**dict.fromkeys(CLIPS.values()), CLIPS[mode]: found}


def test_label_smoothing_is_that_of_keras_in_training_and_none_in_evaluation(fused):
    """The other engine's is compared with this one's: `test_every_number_in_every_network`."""
    dataset = dataset_for("many_to_one", "class")
    program = make_program("many_to_one", dataset, smooths=True, optimizer="sgd")
    run = Run(0, 0, EPOCHS, Numbers(0.5, label_smoothing=0.3))
    curves, _ = train(fused, program, dataset, [run])
    one_hot = replace(dataset.train, y=np.eye(3, dtype=np.float32)[dataset.train.y])
    model = build_standard(program.architecture, blank=True)
    start = initial_weights(model.trainable_variables, 0, "GRU", 1.0)
    for variable, value in zip(model.trainable_variables, start, strict=True):
        variable.assign(value)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.3)
    model.compile(keras.optimizers.SGD(0.5), loss=loss)
    for epoch in range(1, EPOCHS + 1):
        order = batch_order(0, epoch, len(one_hot))
        history = model.fit(
            one_hot.x[order], one_hot.y[order], batch_size=BATCH, shuffle=False, verbose=0
        )
        assert curves[0][epoch - 1]["loss"] == pytest.approx(history.history["loss"][0], rel=2e-4)
    part = dataset.validation
    plain = keras.losses.sparse_categorical_crossentropy(part.y, model.predict(part.x, verbose=0))
    assert curves[0][-1]["val_loss"] == pytest.approx(float(np.mean(plain)), rel=2e-4)


def folds_of_unequal_length():
    """Three folds: of two batches, of three, and of one that is not whole."""
    longest = dataset_for("many_to_one", "numeric", sequences=24)

    def fold(sequences, validation, shift):
        cut = Part(longest.train.x[:sequences], longest.train.y[:sequences], None)
        part = longest.validation
        judged = Part(part.x[:validation] + shift, part.y[:validation], None)
        scaling = Scaling(np.array([5.0 + shift]), np.array([2.0 + shift]))
        return Dataset(cut, judged, part, Target("numeric", ("y",), (), scaling), False, None)

    return [fold(16, 8, 0.0), fold(24, 5, 0.5), fold(5, 8, 1.0)]


def test_lanes_of_different_folds_train_as_on_their_fold_alone(engine):
    """Each in one session with the others, against a session that knows its fold only."""
    folds = folds_of_unequal_length()
    program = make_program("many_to_one", folds[0])
    runs = [Run(0, 3, EPOCHS, Numbers(1e-2), index, index) for index in range(3)]
    # A session of one lane trains the whole fold and the short one.
    for first in range(0, 3, 2 if isinstance(engine, KerasEngine) else 3):
        session = engine.open(program, folds, 3)
        lanes = dict(enumerate(runs[first : first + min(session.width, 3)]))
        session.load(lanes)
        together = [session.advance() for _ in range(EPOCHS)]
        for lane, run in lanes.items():
            alone, _ = train(engine, program, folds[run.fold], [replace(run, fold=0)])
            for got, expected in zip(together, alone[0], strict=True):
                assert got[lane] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_batched_lanes_train_as_looped_ones(fused, cell):
    """With every number in use, on folds of unequal length, one lane of them released.

    A SimpleRNN has no operation that these have not.
    """
    folds = folds_of_unequal_length()
    program = make_program("many_to_one", folds[0], **{**EVERY, "cell": cell})
    numbers = Numbers(2e-2, 0.1, 4, 0.2, 0.1, 0.1, schedule="cosine", averaging=0.5)
    runs = {lane: Run(lane, lane, EPOCHS, numbers, 0, lane % 3) for lane in range(4)}
    curves = []
    for engine in (fused, FusedEngine("vmap")):
        session = engine.open(program, folds, 4)
        session.load(runs)
        session.advance()
        session.release(1)
        curves.append(session.advance())
    assert set(curves[0]) == set(curves[1]) == {0, 2, 3}
    for lane, metrics in curves[0].items():
        assert curves[1][lane] == pytest.approx(metrics, rel=2e-4)


def test_seeds_are_lanes_that_differ_in_start_and_order(fused):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset)
    runs = [Run(trial, seed, EPOCHS, Numbers(1e-2)) for trial, seed in enumerate((4, 5, 4))]
    curves, _ = train(fused, program, dataset, runs)
    assert curves[0] == curves[2]
    assert curves[0] != curves[1]


EVERY = {
    "clip_mode": "global_norm",
    "truncates": True,
    "drops": True,
    "drops_recurrent": True,
    "decays": True,
    "smooths": True,
    "schedules": True,
    "averages": True,
    "optimizer": "nadam",
}
ONE_EACH = {
    "none of them": {},
    "clip_norm": {"clip_norm": 0.05},
    "unroll_length": {"unroll_length": 4},
    "dropout": {"dropout": 0.4},
    "recurrent_dropout": {"recurrent_dropout": 0.3},
    "weight_decay": {"weight_decay": 0.5},
    "forget_bias": {"forget_bias": 3.0},
    "beta_1": {"beta_1": 0.5},
    "beta_2": {"beta_2": 0.8},
    "label_smoothing": {"label_smoothing": 0.3},
    "schedule": {"schedule": "cosine"},
    "averaging": {"averaging": 0.7},
}


TOGETHER = [
    ("unroll_length", "dropout", "recurrent_dropout", "forget_bias", "schedule"),
    ("clip_norm", "weight_decay", "beta_1", "beta_2", "label_smoothing"),
    ("averaging",),
]
"""Numbers that take nothing of their effect from each other, as an average does from an update."""


def together(names):
    return {name: value for key in names for name, value in ONE_EACH[key].items()}


@pytest.mark.parametrize(("cell", "task", "kind", "masked"), PAIRS[1:-1])
def test_every_number_in_every_network(fused, cell, task, kind, masked):
    """Lanes of many numbers against each trained alone with `model.fit`; none is without effect.

    Each number alone has a test of its own, on one network. Of a SimpleRNN and a GRU one network will
    do: what minds padding and what drops are the same for every cell. One epoch: Keras draws recurrent
    dropout in evaluation too, and goes on from there.
    """
    dataset = dataset_for(task, kind, masked)
    program = make_program(task, dataset, cell=cell, **EVERY)
    runs = [
        Run(trial, 3, 1, Numbers(2e-2, **numbers))
        for trial, numbers in enumerate([*ONE_EACH.values(), *map(together, TOGETHER)])
    ]
    lanes, _ = train(fused, program, dataset, runs, epochs=1)
    # An average is of weights, whichever network's they are.
    compared = TOGETHER if cell == "LSTM" else TOGETHER[:-1]
    checked = runs[len(ONE_EACH) :][: len(compared)]
    alone, _ = train(KerasEngine(), program, dataset, checked, epochs=1)
    for trial, names in enumerate(compared, len(ONE_EACH)):
        for metric in ("loss", "val_loss"):
            got, expected = lanes[trial][0][metric], alone[trial][0][metric]
            assert got == pytest.approx(expected, rel=3e-4), (names, metric)
    idle = {name for trial, name in enumerate(ONE_EACH) if trial and lanes[trial] == lanes[0]}
    expected_idle = set() if cell == "LSTM" else {"forget_bias"}
    assert idle == (expected_idle if kind == "class" else {*expected_idle, "label_smoothing"})


def test_deep_bidirectional_normalised_network(engine):
    dataset = dataset_for("many_to_many", "numeric", masked=True)
    shape = {"cell": "LSTM", "units": (4, 3), "bidirectional": True, "layer_norm": True}
    assert_trains_like_keras(engine, make_program("many_to_many", dataset, **shape), dataset, TWO)


def test_forget_bias_is_where_the_lstm_starts(fused):
    """As of label smoothing."""
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, cell="LSTM")
    numbers = [Numbers(1e-2, forget_bias=b) for b in (-3.0, 3.0)]
    assert_trains_like_keras(fused, program, dataset, numbers)


def test_truncated_engines_agree():
    """Chunks (keras) and gates (fused) of two layers train alike; both unlike the whole sequence.

    `test_every_number_in_every_network` has every cell, and networks with padding and without.
    """
    dataset = dataset_for("many_to_one", "class", masked=True)
    program = make_program("many_to_one", dataset, cell="LSTM", units=(4, 3), truncates=True)
    program = replace(program, optimizer="sgd")
    runs = [Run(i, 5, EPOCHS, Numbers(0.5, unroll_length=k)) for i, k in enumerate((3, T))]
    gated, _ = train(engine_of("fused"), program, dataset, runs)
    chunked, _ = train(KerasEngine(), program, dataset, runs)
    for run in runs:
        for one, other in zip(gated[run.trial], chunked[run.trial], strict=True):
            assert one["val_loss"] == pytest.approx(other["val_loss"], rel=2e-4)
    full, _ = reference(program, dataset, runs[-1])
    assert gated[1][-1]["loss"] == pytest.approx(full[-1], rel=2e-4)
    assert gated[0][-1]["loss"] != pytest.approx(full[-1], rel=2e-6)


def test_metrics_are_in_the_targets_own_units(fused):
    """The other engine's: where changes are learned."""
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, metrics=("rmse",))
    curves, _ = train(fused, program, dataset, [Run(0, 0, EPOCHS)])
    last = curves[0][-1]
    assert last["val_rmse"] == pytest.approx(2.0 * math.sqrt(last["val_loss"]), rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "log"), [(FusedEngine, False), (FusedEngine, True), (KerasEngine, True)]
)
def test_metrics_are_of_the_values_where_changes_are_learned(kind, log):
    """On folds of unequal length, each with its own way back, against NumPy."""
    rng = np.random.default_rng(2)
    folds = []
    for fold in folds_of_unequal_length():
        anchor = rng.normal(2, 0.5, size=fold.validation.y.shape)
        scaling = replace(fold.target.scaling, log=np.array([log]), scale=np.array([0.3]))
        part = replace(fold.validation, anchor=anchor)
        folds.append(replace(fold, validation=part, target=replace(fold.target, scaling=scaling)))
    program = make_program("many_to_one", folds[0], metrics=("rmse", "mae"))
    engine = kind()
    for index, fold in enumerate(folds):
        session = engine.open(program, folds, 1)
        session.load({0: Run(0, 0, 1, Numbers(1e-2), 0, index)})
        found = session.advance()[0]
        model = build_standard(program.architecture, blank=True)
        for variable, value in zip(model.trainable_variables, session.best_weights(0), strict=True):
            variable.assign(value)
        part, scaling = fold.validation, fold.target.scaling
        linked = [
            values * 0.3 + scaling.offset + part.anchor
            for values in (part.y, model.predict(part.x, verbose=0))
        ]
        y, predicted = np.exp(linked) if log else linked
        assert found["val_rmse"] == pytest.approx(np.sqrt(np.mean((y - predicted) ** 2)), rel=2e-4)
        assert found["val_mae"] == pytest.approx(np.mean(abs(y - predicted)), rel=2e-4)


def test_best_weights_are_those_of_the_best_epoch(engine):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, optimizer="sgd")
    run = Run(0, 0, 8, Numbers(0.8))
    curves, weights = train(engine, program, dataset, [run], epochs=8)
    losses = [epoch["val_loss"] for epoch in curves[0]]
    best = int(np.argmin(losses)) + 1
    assert best < 8, "the test needs a run that gets worse"
    _, until_best = train(engine, program, dataset, [run], epochs=best)
    for got, expected in zip(weights[0], until_best[0], strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_diverging_lane_leaves_its_neighbours_alone(fused):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, optimizer="sgd")
    healthy = Run(0, 3, EPOCHS, Numbers(0.1))
    broken = Run(1, 4, EPOCHS, Numbers(1e30))
    together, _ = train(fused, program, dataset, [healthy, broken])
    alone, _ = train(fused, program, dataset, [healthy])
    assert not math.isfinite(together[1][-1]["loss"])
    assert together[0] == alone[0]


def test_a_released_lane_is_refilled_from_scratch(fused):
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset)
    runs = [Run(trial, trial, 4, Numbers(1e-2)) for trial in range(3)]
    alone = {run.trial: train(fused, program, dataset, [run])[0][run.trial] for run in runs}
    session = fused.open(program, [dataset], 2)
    session.load({0: runs[0], 1: runs[1]})
    first = session.advance()
    session.release(1)
    assert set(session.advance()) == {0}
    session.load({1: runs[2]})
    third = session.advance()
    assert first[1] == alone[1][0]
    assert third[1] == alone[2][0]


ALL_IN_USE = {
    "cell": "LSTM",
    "clip_mode": "global_norm",
    "truncates": True,
    "drops": True,
    "drops_recurrent": True,
    "decays": True,
    "smooths": True,
    "schedules": True,
    "averages": True,
    "augments": True,
}


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_numbers_compile_nothing(fused, caplog, optimizer):
    """Every numeric parameter, seed and fold is an input: others reuse the compiled program.

    These two have all numbers of optimizers; that those of the others are inputs, lanes that
    differ in them show.
    """
    import jax

    dataset = dataset_for("many_to_one", "class")
    program = make_program("many_to_one", dataset, optimizer=optimizer, **ALL_IN_USE)
    runs = [Run(0, 0, EPOCHS), Run(1, 1, EPOCHS)]
    train(fused, program, dataset, runs)
    other = Numbers(
        learning_rate=3e-3,
        clip_norm=0.5,
        unroll_length=4,
        dropout=0.2,
        recurrent_dropout=0.1,
        weight_decay=1e-4,
        forget_bias=0.5,
        momentum=0.3,
        beta_1=0.8,
        beta_2=0.95,
        rho=0.7,
        label_smoothing=0.1,
        teacher_forcing=0.5,  # of networks that write, which have a test of their own
        schedule="cosine",
        averaging=0.9,
        augment=0.5,
    )
    unlike = [
        f for f in fields(Numbers) if getattr(other, f.name) == getattr(Numbers(1e-3), f.name)
    ]
    assert not unlike, "every number must change, or the test shows nothing of it"
    with jax.log_compiles(), caplog.at_level("WARNING"):
        train(fused, program, dataset, [Run(1, 9, EPOCHS, other), Run(2, 10, EPOCHS)])
    assert [r.getMessage() for r in caplog.records if "Compiling" in r.getMessage()] == []


def test_what_was_prepared_is_not_compiled_again(caplog):
    import jax

    engine = FusedEngine()
    dataset = dataset_for("many_to_one", "numeric")
    program = make_program("many_to_one", dataset, units=(5,))
    thread = threading.Thread(target=engine.prepare, args=(program, [dataset], 2))
    thread.start()
    thread.join()
    with jax.log_compiles(), caplog.at_level("WARNING"):
        train(engine, program, dataset, [Run(0, 0, EPOCHS), Run(1, 1, EPOCHS)])
    assert [r.getMessage() for r in caplog.records if "Compiling" in r.getMessage()] == []
