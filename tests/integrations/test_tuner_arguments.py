"""What `Tuner` takes and refuses; nothing here trains."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pytest

import rnnsearch
from rnnsearch.errors import InvalidData, InvalidSpec, StudyError

SPACE = {"cell": ["LSTM", "GRU"], "learning_rate": {"min": 1e-3, "max": 1e-2, "log": True}}
X = np.random.default_rng(0).normal(size=(20, 5, 2))
Y = X[:, -1, 0]


@pytest.fixture
def make(tmp_path):
    def tuner(**arguments):
        given = {"task": "many_to_one", "space": SPACE, "directory": tmp_path, "project_name": "p"}
        return rnnsearch.Tuner(**(given | arguments))

    return tuner


def test_constructor_touches_no_file_and_imports_no_backend(tmp_path):
    code = (
        "import sys, rnnsearch\n"
        "assert 'numpy' not in sys.modules, 'import rnnsearch must be quick'\n"
        "rnnsearch.Tuner(task='many_to_one', space={'units': [4, 8]}, project_name='p', overwrite=True)\n"
        "assert not {'keras', 'keras_tuner', 'jax', 'tensorflow'} & set(sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env=environment, check=True
    )
    assert list(tmp_path.iterdir()) == []


def test_defaults_are_keras_tuners():
    tuner = rnnsearch.Tuner("many_to_one", SPACE)
    assert tuner.project_dir == f".{os.sep}untitled_project"
    assert (tuner.oracle.max_trials, tuner.remaining_trials) == (10, 10)
    assert tuner.oracle.objective == keras_tuner.Objective("val_loss", "min")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_trial": 3}, r"max_trial \(did you mean max_trials\?\)"),
        ({"hypermodel": len}, r"hypermodel \(networks are built from task and space"),
        ({"task": lambda hp: None}, r"hypermodel \(networks are built from task and space"),
        (
            {"runs_per_trial": 2},
            r"Tuner\(\) knows: task, space, .*, sampler, .*give it as executions_per_trial",
        ),
    ],
)
def test_unknown_arguments_are_named(make, arguments, message):
    with pytest.raises(TypeError, match=message):
        make(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"task": "many_to_won"}, "task: must be one_to_one, one_to_many, many_to_one"),
        (
            {"executions_per_trial": 0},
            "^executions_per_trial: must be a whole number of at least 1; received 0",
        ),
        ({"max_trials": 0}, "^max_trials: must be a whole number of at least 1; received 0"),
        (
            {"max_trials": "auto"},
            "^max_trials: must be a whole number of at least 1; received auto",
        ),
        ({"sampler": "bayes"}, "^sampler: must be tpe"),
        ({"backend": "mxnet"}, "^backend: must be jax"),
        ({"scaling": "minmax"}, "^scaling: must be auto, standard, per_step, per_sequence or none"),
        ({"objective": "val_lost"}, "objective: must be .*did you mean val_loss"),
        ({"objective": 3}, "^objective: must be one metric's name.*received a int"),
        ({"objective": ["val_loss", "val_mae"]}, r"^objective\[1\]: must be parameters.*val_mae"),
        ({"objective": ["val_loss", ["size"]]}, r"^objective\[1\]: must be one metric's name"),
        (
            {"objective": ["size", "val_loss"]},
            "^objective: must be a metric.*name the metric first",
        ),
        ({"objective": []}, "^objective: must be a metric"),
        (
            {"objective": ["val_loss", keras_tuner.Objective("size", "max")]},
            "^objective: must have costs after its metric, of which less is better; received max",
        ),
        ({"objective": ["val_loss", "size"], "pruner": "median"}, "^pruner: must be auto or none"),
        ({"constraints": {"size": "small"}}, "^constraints.size: must be a limit above 0"),
        ({"objective": keras_tuner.Objective("val_rmse", "max")}, "objective: must be auto or min"),
        ({"loss": "hinge"}, "^loss: must be mean_squared_error, .*received hinge; choose one of"),
        ({"loss": keras.losses.LogCosh()}, "^loss: must be .*received LogCosh"),
        ({"loss": len}, "^loss: must be .*received len"),
        (
            {"loss": keras.losses.CategoricalCrossentropy()},
            "received CategoricalCrossentropy; give y as whole numbers or texts: sparse",
        ),
        ({"loss": "binary_crossentropy"}, "two classes are classes like others: sparse_cat"),
        ({"loss": {"name": "quantile"}}, "received quantile; give it to rnnsearch.search"),
        (
            {"loss": keras.losses.MeanSquaredError(reduction="sum")},
            "^loss: must have reduction sum_over_batch_size: .*received sum; leave it out",
        ),
        (
            {"loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True)},
            "^loss: must have no from_logits: .*received from_logits=True; leave it out",
        ),
        ({"loss": {"name": "huber", "delta": 0}}, "^loss.delta: must be a number above 0"),
        ({"space": {"unit": [4, 8]}}, "space.unit: .*did you mean units"),
        ({"space": None}, "space: must be a mapping"),
    ],
)
def test_problems_bear_the_arguments_names(make, arguments, message):
    with pytest.raises(InvalidSpec, match=message):
        make(**arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": None}, TypeError, "Expected x and y as arrays. Received: no x"),
        ({"y": None}, TypeError, "no y, and x of type ndarray; data sets and generators"),
        ({"x": [[1.0], [1.0, 2.0]]}, TypeError, "x as one array.*pad them at the end with NaN"),
        ({"x": (i for i in range(3))}, TypeError, "x as an array of numbers.*a generator"),
        ({"validation_data": (X, Y, Y)}, TypeError, "a tuple of 3; sample weights"),
        ({"validation_data": X}, TypeError, "validation_data=.x, y.*a ndarray"),
        ({"sample_weight": Y}, TypeError, "sample_weight .every sequence counts alike"),
        ({"shuffle": False}, TypeError, "shuffle .sequences are shuffled each epoch"),
        (
            {"class_weight": {0: 2}},
            InvalidSpec,
            "^class_weight: must not be given where numbers are predicted; received it, and y of "
            "type float64; give classes",
        ),
        (
            {"class_weight": {"up": 0}, "y": np.where(Y > 0, "up", "down")},
            InvalidSpec,
            r"^class_weight: must be balanced, a mapping .*; received \{up: 0\}",
        ),
        (
            {"class_weight": {2: 5, "up": 1}, "y": (Y > 0).astype(int)},
            InvalidSpec,
            r"class_weight.2: must be a class of y; received 2; there are: 0, 1\n.*weight.up: must",
        ),
        (
            {"class_weight": 3, "y": (Y > 0).astype(int)},
            InvalidSpec,
            "^class_weight: must be balanced, a mapping of labels to weights above 0, or null",
        ),
        ({"epoch": 3}, TypeError, r"search\(\) knows: .*epoch \(did you mean epochs\?\)"),
        ({"verbose": 3}, ValueError, "verbose: 'auto', 0, 1 or 2. Received: 3"),
        ({"epochs": 0}, InvalidSpec, "^epochs: must be a whole number of at least 1"),
        ({"batch_size": 0}, InvalidSpec, "batch_size: must be"),
        (
            {"validation_split": 1.5},
            ValueError,
            "validation_split above 0 and below 1. Received: 1",
        ),
        (
            {"validation_split": 0.99},
            ValueError,
            "leave sequences in both parts. Received: 0.99 of 20",
        ),
        (
            {"validation_split": 0.2, "validation_data": (X, Y)},
            ValueError,
            "validation_data or validation_split. Received: both",
        ),
        ({"y": Y[:-1]}, InvalidData, "^must have as many targets as sequences; received 20 in x"),
        ({"callbacks": [keras.callbacks.TerminateOnNaN()]}, TypeError, "Received: TerminateOnNaN"),
        (
            {"callbacks": [keras.callbacks.EarlyStopping("loss")]},
            ValueError,
            "monitor='val_loss'. Received: monitor='loss'",
        ),
        (
            {"callbacks": [keras.callbacks.EarlyStopping(min_delta=0.1)]},
            ValueError,
            "min_delta=0. Received: min_delta=0.1",
        ),
        ({"callbacks": [keras.callbacks.EarlyStopping()] * 2}, ValueError, "one EarlyStopping"),
        (
            {"callbacks": [keras.callbacks.EarlyStopping(patience=3)]},
            InvalidSpec,
            "patience: must agree with EarlyStopping; received 5 and 3",
        ),
    ],
)
def test_search_refuses_what_it_would_not_follow(make, tmp_path, arguments, error, message):
    tuner = make(patience=5)
    with pytest.raises(error, match=message):
        tuner.search(**({"x": X, "y": Y, "verbose": 0} | arguments))
    assert list(tmp_path.iterdir()) == []


def test_batch_size_is_searched_or_given(make):
    tuner = make(space={"batch_size": [4, 8]})
    with pytest.raises(InvalidSpec, match="batch_size: must not be given where the space has"):
        tuner.search(X, Y, batch_size=4)


def test_nothing_to_read_before_a_search(make):
    with pytest.raises(StudyError, match=r"which has no summary\.json"):
        make().reload()
    with pytest.raises(StudyError, match=r"Expected a search to read.*overwrite=True"):
        make(overwrite=True).get_best_models()
    assert make().get_best_hyperparameters() == []


def test_a_search_given_to_the_api(make, monkeypatch):
    """The document and the arrays, and what an interruption does."""
    from rnnsearch.integrations.keras_tuner import specified as module

    calls = []

    class Interrupted:
        interrupted = True

    def search(document, **arguments):
        calls.append((document, arguments))
        return Interrupted()

    monkeypatch.setattr(module.api, "search", search)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    tuner = make(overwrite=True, timeout="5m", workers=1, seed=3, executions_per_trial=2)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            tuner.search(X, Y, epochs=7, batch_size=4, verbose=0, shuffle=True)
    (document, arguments), (_, again) = calls
    assert document["data"]["scaling"] == "none"
    assert document["data"]["split"] == {"test": 0, "folds": 1}
    expected = {"objective": "val_loss", "trials": 10, "seed": 3, "timeout": "5m", "epochs": 7}
    # What KerasTuner and Keras do by themselves stands in place of this package's defaults.
    plain = {"confirm": 0.0, "keep": "best", "patience": 10}
    assert document["search"] == {**expected, "runs_per_trial": 2, **plain}
    assert document["run"] == {"workers": 1, "backend": "torch"}
    plain = {"clip_norm": "none", "schedule": "constant"}
    assert document["space"] == {**plain, **SPACE, "batch_size": 4}
    assert (arguments["fresh"], again["fresh"]) == (True, False)
    arrays = arguments["arrays"]
    np.testing.assert_array_equal(arrays.train[0], X[:17])  # as Keras: floor(20 * 0.85)
    np.testing.assert_array_equal(arrays.validation[1], Y[17:])


@pytest.mark.parametrize("patience", [0, 1, 4])
def test_early_stopping_becomes_patience(patience):
    from rnnsearch.integrations.keras_tuner.arguments import patience_of

    stop = keras.callbacks.EarlyStopping("val_mae", patience=patience, restore_best_weights=True)
    assert patience_of([stop], "val_mae") == max(1, patience)
    assert patience_of([], "val_mae") is patience_of(None, "val_mae") is None


@pytest.mark.parametrize(
    ("loss", "section"),
    [
        (None, {"name": "auto"}),
        ("MSE", {"name": "mse"}),
        ("mean_absolute_error", {"name": "mae"}),
        (keras.losses.mean_squared_error, {"name": "mse"}),
        (keras.losses.MeanAbsoluteError(), {"name": "mae"}),
        (keras.losses.Huber(2.5), {"name": "huber", "delta": 2.5}),
        ({"name": "huber", "delta": 0.5}, {"name": "huber", "delta": 0.5}),
        (keras.losses.SparseCategoricalCrossentropy(), {"name": "cross_entropy"}),
    ],
)
def test_a_loss_of_keras_becomes_the_specs(loss, section):
    from rnnsearch.integrations.keras_tuner.named_losses import keras_loss, loss_section
    from rnnsearch.spec import LossSpec

    assert loss_section(loss) == section
    kind = "class" if section["name"] == "cross_entropy" else "numeric"
    again = keras.losses.get(keras_loss(LossSpec(**section), kind))
    assert loss_section(again) == ({"name": "mse"} if loss is None else section)
