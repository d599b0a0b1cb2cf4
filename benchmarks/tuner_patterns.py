"""Ways in which KerasTuner is used, each run with KerasTuner and with rnnsearch in its place.

    python benchmarks/tuner_patterns.py            # a table of all
    python benchmarks/tuner_patterns.py tokens     # those whose name has this in it

A row says whether both found the same scores, and whether trials were lanes of a program or were
trained by `model.fit`, with the reason that was logged.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_tuner
import numpy as np
from keras import callbacks, layers

import rnnsearch

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6, 2)).astype("float32")
Y = X[:, :, 0].sum(axis=1)
LABELS = (Y > 0).astype(int)
TOKENS = RNG.integers(1, 9, (48, 6))
FIT: dict[str, Any] = {"epochs": 2, "batch_size": 16, "verbose": 0, "validation_split": 0.25}
PATTERNS: dict[str, Callable[[Any, str], Any]] = {}


def pattern(function: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Add a way of use: from a package and a folder to a tuner that has searched."""
    PATTERNS[function.__name__.replace("_", " ")] = function
    return function


def network(hp: Any, **compiled: Any) -> keras.Model:
    """A GRU, or an LSTM, with one number."""
    cell = {"GRU": layers.GRU, "LSTM": layers.LSTM}[hp.Choice("cell", ["GRU", "LSTM"])]
    model = keras.Sequential([keras.Input((6, 2)), cell(3), layers.Dense(1)])
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model.compile(**{"optimizer": keras.optimizers.Adam(rate), "loss": "mse", **compiled})
    return model


def classifier(hp: Any, loss: Any = "sparse_categorical_crossentropy") -> keras.Model:
    """Two classes."""
    model = keras.Sequential([keras.Input((6, 2)), layers.GRU(3), layers.Dense(2, "softmax")])
    rate = hp.Float("learning_rate", 1e-3, 1e-1)
    model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    return model


def searched(
    kt: Any, folder: str, build: Any = network, x: Any = X, y: Any = Y, **more: Any
) -> Any:
    """A random search of three trials."""
    fit = {**FIT, **more.pop("fit", {})}
    fit = {name: value for name, value in fit.items() if value is not None}
    kind = more.pop("kind", "RandomSearch")
    usual: dict[str, Any] = {"objective": "val_loss", "seed": 1, "directory": folder}
    if kind != "Hyperband":
        usual["max_trials"] = 3
    tuner = getattr(kt, kind)(build, **{**usual, **more})
    keras.utils.set_random_seed(3)
    tuner.search(*((x,) if y is None else (x, y)), **fit)
    return tuner


@pattern
def validation_split(kt: Any, folder: str) -> Any:
    return searched(kt, folder)


@pattern
def validation_data(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"validation_split": None, "validation_data": (X[:9], Y[:9])})


@pattern
def sample_weight(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"sample_weight": np.linspace(0, 2, 48)})


@pattern
def class_weight(kt: Any, folder: str) -> Any:
    return searched(kt, folder, classifier, y=LABELS, fit={"class_weight": {0: 1.0, 1: 3.0}})


@pattern
def one_hot_targets(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return classifier(hp, "categorical_crossentropy")

    return searched(kt, folder, build, y=np.eye(2)[LABELS])


@pattern
def an_objective_to_maximise(kt: Any, folder: str) -> Any:
    goal = kt.Objective("val_accuracy", "max")
    return searched(kt, folder, classifier, y=LABELS, objective=goal)


@pattern
def several_objectives(kt: Any, folder: str) -> Any:
    goals = [kt.Objective("val_loss", "min"), kt.Objective("val_accuracy", "max")]
    return searched(kt, folder, classifier, y=LABELS, objective=goals)


@pattern
def tokens(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        cell = layers.Bidirectional(layers.GRU(3, dropout=hp.Float("dropout", 0.1, 0.4)))
        parts = [keras.Input((6,)), layers.Embedding(9, 4, mask_zero=True), cell, layers.Dense(1)]
        model = keras.Sequential(parts)
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build, x=TOKENS)


@pattern
def convolution_before_an_LSTM(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        front = [layers.Conv1D(hp.Choice("filters", [2, 4]), 3, activation="relu"),
                 layers.BatchNormalization(), layers.MaxPooling1D(2)]  # fmt: skip
        model = keras.Sequential([keras.Input((6, 2)), *front, layers.LSTM(3), layers.Dense(1)])
        model.compile(keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-1)), "mse")
        return model

    return searched(kt, folder, build)


@pattern
def dict_of_inputs_and_two_outputs(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        a, b = keras.Input((6, 2), name="a"), keras.Input((6,), name="b")
        joined = layers.Concatenate()([layers.GRU(3)(a), layers.Dense(2)(b)])
        outputs = {name: layers.Dense(1, name=name)(joined) for name in ("y", "z")}
        model = keras.Model({"a": a, "b": b}, outputs)
        model.compile(keras.optimizers.Adam(hp.Float("rate", 1e-3, 1e-1)), "mse")
        return model

    x = {"a": X, "b": X[:, :, 1]}
    return searched(kt, folder, build, x=x, y={"y": Y, "z": -Y})


@pattern
def own_loss_and_metric(kt: Any, folder: str) -> Any:
    def loss(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(true - predicted) ** 1.5, axis=-1)

    def bias(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(predicted - true)

    return searched(kt, folder, lambda hp: network(hp, loss=loss, metrics=[bias]))


@pattern
def early_stopping(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping("val_loss", patience=1, min_delta=1e-3)
    return searched(kt, folder, fit={"callbacks": [stop], "epochs": 3})


@pattern
def learning_rate_schedules_by_callbacks(kt: Any, folder: str) -> Any:
    slower = callbacks.ReduceLROnPlateau(patience=1)
    falling = callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    return searched(kt, folder, fit={"callbacks": [slower, falling]})


@pattern
def checkpoints_and_a_log(kt: Any, folder: str) -> Any:
    path = Path(folder) / "checkpoint.keras"
    kept = [callbacks.ModelCheckpoint(str(path)), callbacks.CSVLogger(f"{folder}/log.csv")]
    return searched(kt, folder, fit={"callbacks": kept})


@pattern
def a_schedule_in_the_optimizer(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        rate = hp.Float("rate", 1e-2, 1e-1)
        decay = keras.optimizers.schedules.ExponentialDecay(rate, 2, 0.9)
        return network(hp, optimizer=keras.optimizers.Adam(decay))

    return searched(kt, folder, build)


@pattern
def gradient_clipping_and_weight_decay(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        clip, decay = hp.Float("clip", 0.1, 1.0), hp.Float("decay", 1e-4, 1e-2)
        return network(hp, optimizer=keras.optimizers.AdamW(weight_decay=decay, clipnorm=clip))

    return searched(kt, folder, build)


@pattern
def conditional_scopes_and_names_a_layer(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((6, 2))])
        depth = hp.Int("depth", 1, 2)
        for at in range(depth):
            with hp.conditional_scope("depth", list(range(at + 1, 3))):
                units = hp.Int(f"units_{at}", 2, 4)
                model.add(layers.GRU(units, return_sequences=at + 1 < depth))
        model.add(layers.Dense(1))
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def searched_batch_size_by_a_HyperModel(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return network(hp)

        def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["batch_size"] = hp.Choice("batch_size", [8, 16])
            return model.fit(*args, **kwargs)

    return searched(kt, folder, Model())


@pattern
def searched_batch_size_by_run_trial(kt: Any, folder: str) -> Any:
    class Tuner(kt.RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["batch_size"] = trial.hyperparameters.Choice("batch_size", [8, 16])
            return super().run_trial(trial, *args, **kwargs)

    tuner = Tuner(network, "val_loss", max_trials=3, seed=1, directory=folder)
    keras.utils.set_random_seed(3)
    tuner.search(X, Y, **FIT)
    return tuner


@pattern
def run_trial_that_returns_a_number(kt: Any, folder: str) -> Any:
    class Tuner(kt.RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> float:
            return float(trial.hyperparameters.Float("a", -1, 1)) ** 2

    tuner = Tuner(max_trials=3, seed=1, directory=folder)
    tuner.search()
    return tuner


@pattern
def a_subclassed_model(kt: Any, folder: str) -> Any:
    class Own(keras.Model):
        def __init__(self, rate: float) -> None:
            super().__init__()
            self.cell, self.head = layers.GRU(3), layers.Dense(1)
            self.drop = layers.Dropout(rate)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.head(self.drop(self.cell(x), training=training))

    def build(hp: Any) -> keras.Model:
        model = Own(hp.Float("dropout", 0.1, 0.5))
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def hyperband(kt: Any, folder: str) -> Any:
    return searched(
        kt,
        folder,
        kind="Hyperband",
        max_epochs=3,
        factor=2,
        hyperband_iterations=1,
    )


@pattern
def bayesian_optimization(kt: Any, folder: str) -> Any:
    return searched(kt, folder, kind="BayesianOptimization", num_initial_points=2)


@pattern
def grid_search(kt: Any, folder: str) -> Any:
    return searched(kt, folder, kind="GridSearch")


@pattern
def hyperparameters_given_and_frozen(kt: Any, folder: str) -> Any:
    known = kt.HyperParameters()
    known.Fixed("cell", "GRU")
    return searched(kt, folder, hyperparameters=known, tune_new_entries=True)


@pattern
def a_pydataset(kt: Any, folder: str) -> Any:
    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, at: int) -> Any:
            rows = slice(16 * at, 16 * at + 16)
            return X[rows], Y[rows]

    fit = {"validation_split": None, "batch_size": None, "validation_data": (X[:9], Y[:9])}
    return searched(kt, folder, x=Batches(), y=None, fit=fit)


@pattern
def a_tf_data_set(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    fit = {"validation_split": None, "batch_size": None, "validation_data": (X[:9], Y[:9])}
    return searched(kt, folder, x=batches, y=None, fit=fit)


@pattern
def reading_a_project_again(kt: Any, folder: str) -> Any:
    searched(kt, folder)
    tuner = kt.RandomSearch(network, "val_loss", max_trials=3, seed=1, directory=folder)
    tuner.reload()
    tuner.get_best_models(2)
    tuner.results_summary(1)
    return tuner


class _Reasons(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(record.getMessage())


def scores(package: Any, run: Callable[[Any, str], Any]) -> tuple[list[float], list[str]]:
    """Of all trials, sorted; and what was logged."""
    reasons = _Reasons()
    logging.getLogger("rnnsearch").addHandler(reasons)
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tuner = run(package, folder)
            found = [trial.score for trial in tuner.oracle.get_best_trials(99)]
    finally:
        logging.getLogger("rnnsearch").removeHandler(reasons)
    return found, reasons.lines


def row(name: str, run: Callable[[Any, str], Any]) -> str:
    """A line of the table."""
    try:
        theirs = scores(keras_tuner, run)[0]
    except Exception as error:
        theirs = []
        expected = f"KerasTuner: {type(error).__name__}: {str(error).splitlines()[0][:60]}"
    else:
        expected = ""
    try:
        ours, lines = scores(rnnsearch, run)
    except Exception as error:
        what = f"{type(error).__name__}: {str(error).splitlines()[0][:80]}"
        return f"| {name} | no | {what} {expected} |"
    same = len(ours) == len(theirs) and np.allclose(ours, theirs, rtol=1e-3, atol=1e-5)
    how = "; ".join(line.replace("\n", " ") for line in lines) or "lanes"
    return f"| {name} | {'the same' if same else expected or f'{ours} {theirs}'} | {how} |"


def main(asked: list[str]) -> None:
    """Print the table."""
    print("| way of use | scores | trained as |\n|---|---|---|")
    for name, run in PATTERNS.items():
        if not asked or any(word in name for word in asked):
            print(row(name, run), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
