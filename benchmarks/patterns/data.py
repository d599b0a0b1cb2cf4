"""What is given to `search`: arrays, weights, data sets."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.patterns._base import (
    FIT,
    LABELS,
    TOKENS,
    X,
    Y,
    classifier,
    dense,
    network,
    pattern,
    searched,
)

WHOLE: dict[str, Any] = {"validation_split": None, "validation_data": (X[:9], Y[:9])}
STREAM: dict[str, Any] = {**WHOLE, "batch_size": None, "shuffle": None}


@pattern
def validation_split(kt: Any, folder: str) -> Any:
    return searched(kt, folder, network)


@pattern
def validation_data(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit=WHOLE)


@pattern
def validation_data_with_weights(kt: Any, folder: str) -> Any:
    fit = {**WHOLE, "validation_data": (X[:9], Y[:9], np.linspace(0, 1, 9))}
    return searched(kt, folder, fit=fit)


@pattern
def no_validation_part(kt: Any, folder: str) -> Any:
    return searched(kt, folder, objective="loss", fit={"validation_split": None})


@pattern
def validation_batch_size(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={**WHOLE, "validation_batch_size": 4})


@pattern
def validation_every_second_epoch(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={**WHOLE, "validation_freq": 2, "epochs": 4})


@pattern
def a_batch_larger_than_the_data(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"batch_size": 100})


@pattern
def a_last_batch_that_is_smaller(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"batch_size": 7, "epochs": 1})


@pattern
def the_batch_size_of_Keras(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"batch_size": None, "epochs": None})


@pattern
def no_shuffling(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"shuffle": False})


@pattern
def steps_of_an_epoch_of_arrays(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"steps_per_epoch": 2, "shuffle": False})


@pattern
def sample_weight(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"sample_weight": np.linspace(0, 2, 48)})


@pattern
def sample_weight_and_weighted_metrics(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, weighted_metrics=["mae"], metrics=["mse"])

    fit = {"sample_weight": np.linspace(0, 2, 48)}
    return searched(kt, folder, build, objective="val_mae", fit=fit)


@pattern
def class_weight(kt: Any, folder: str) -> Any:
    return searched(kt, folder, classifier, y=LABELS, fit={"class_weight": {0: 1.0, 1: 3.0}})


@pattern
def one_hot_targets(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return classifier(hp, "categorical_crossentropy")

    return searched(kt, folder, build, y=np.eye(2)[LABELS])


@pattern
def two_classes_from_one_output(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential(
            [layers.Input((6, 2)), layers.Flatten(), layers.Dense(1, "sigmoid")]
        )
        rate = keras.optimizers.RMSprop(hp.Choice("rate", [0.1, 0.01, 0.001]))
        model.compile(rate, "binary_crossentropy", metrics=["accuracy", "AUC"])
        return model

    return searched(
        kt, folder, build, y=LABELS.reshape(-1, 1), objective=kt.Objective("val_AUC", "max")
    )


@pattern(random="training")
def tokens(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        cell = layers.Bidirectional(layers.GRU(3, dropout=hp.Float("dropout", 0.1, 0.4)))
        parts = [keras.Input((6,)), layers.Embedding(9, 4, mask_zero=True), cell, layers.Dense(1)]
        model = keras.Sequential(parts)
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build, x=TOKENS)


@pattern
def a_list_of_inputs(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        a, b = keras.Input((6, 2)), keras.Input((6,))
        joined = layers.Concatenate()([layers.LSTM(2)(a), layers.Dense(hp.Int("units", 1, 3))(b)])
        model = keras.Model([a, b], layers.Dense(1)(joined))
        model.compile("adam", "mae")
        return model

    return searched(kt, folder, build, x=[X, X[:, :, 1]])


@pattern
def a_dict_of_inputs_and_two_outputs(kt: Any, folder: str) -> Any:
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
def losses_and_metrics_of_each_output(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((6, 2))
        hidden = layers.Dense(hp.Int("units", 2, 4))(layers.Flatten()(inputs))
        outputs = [layers.Dense(1, name="y")(hidden), layers.Dense(2, "softmax", name="z")(hidden)]
        model = keras.Model(inputs, outputs)
        model.compile(
            "adam",
            loss={"y": "mse", "z": "sparse_categorical_crossentropy"},
            loss_weights={"y": 1.0, "z": hp.Choice("weight", [0.1, 0.5])},
            metrics={"y": ["mae"], "z": ["accuracy"]},
        )
        return model

    goal = kt.Objective("val_z_accuracy", "max")
    y = {"y": Y, "z": LABELS}
    return searched(kt, folder, build, y=y, objective=goal)


@pattern
def a_target_for_each_step(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        cell = layers.GRU(hp.Int("units", 2, 3), return_sequences=True)
        out = layers.TimeDistributed(layers.Dense(1))
        model = keras.Sequential([keras.Input((None, 2)), cell, out])
        model.compile("adam", "mse", metrics=[keras.metrics.RootMeanSquaredError()])
        return model

    objective = kt.Objective("val_root_mean_squared_error", "min")
    return searched(kt, folder, build, y=X[:, :, :1], objective=objective)


@pattern
def pictures(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1 / 255)])
        for at in range(hp.Int("blocks", 1, 2)):
            model.add(layers.Conv2D(hp.Int(f"filters_{at}", 2, 4, step=2), 3, activation="relu"))
            pool = hp.Choice("pooling", ["avg", "max"])
            model.add((layers.MaxPooling2D if pool == "max" else layers.AveragePooling2D)(2))
        model.add(layers.GlobalAveragePooling2D())
        model.add(layers.Dense(2))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, metrics=["accuracy"])
        return model

    x = np.random.default_rng(1).integers(0, 255, (48, 8, 8, 1)).astype("uint8")
    return searched(kt, folder, build, x=x, y=LABELS)


@pattern
def a_table_of_pandas(kt: Any, folder: str) -> Any:
    import pandas as pd

    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([layers.Dense(hp.Int("units", 2, 4)), layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    table = pd.DataFrame(X[:, :, 0], columns=list("abcdef"))
    return searched(kt, folder, build, x=table, y=pd.Series(Y))


@pattern
def double_precision_and_constant_features(kt: Any, folder: str) -> Any:
    x = X.astype("float64")
    x[:, :, 1] = 5
    return searched(kt, folder, x=x, y=Y.astype("float64")[:, None])


@pattern
def tensors_of_TensorFlow(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    return searched(kt, folder, x=tf.constant(X), y=tf.constant(Y), fit=WHOLE)


@pattern
def a_tf_data_set(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    return searched(kt, folder, x=batches, y=None, fit=STREAM)


@pattern
def a_tf_pipeline_and_one_to_validate(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    whole = tf.data.Dataset.from_tensor_slices((X, Y)).map(lambda x, y: (x * 0.5, y))
    batches = whole.cache().batch(16).prefetch(tf.data.AUTOTUNE)
    validation = tf.data.Dataset.from_tensor_slices((X[:9], Y[:9])).batch(4)
    return searched(kt, folder, x=batches, y=None, fit={**STREAM, "validation_data": validation})


@pattern(random="order")
def a_tf_pipeline_that_shuffles(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(48, seed=1).batch(16)
    return searched(kt, folder, x=batches, y=None, fit=STREAM)


@pattern
def a_timeseries_dataset_from_array(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([layers.LSTM(hp.Int("units", 2, 3)), layers.Dense(1)])
        model.compile("adam", "mse", metrics=["mae"])
        return model

    windows = keras.utils.timeseries_dataset_from_array(
        X[:, 0], Y[4:], sequence_length=4, batch_size=16
    )
    fit = {**STREAM, "validation_data": windows}
    return searched(kt, folder, build, x=windows, y=None, fit=fit, objective="val_mae")


@pattern
def a_pydataset(kt: Any, folder: str) -> Any:
    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, at: int) -> Any:
            rows = slice(16 * at, 16 * at + 16)
            return X[rows], Y[rows]

    return searched(kt, folder, x=Batches(), y=None, fit={**STREAM, "shuffle": False})


# TensorFlow reads ahead, and so begins the next trial elsewhere: KerasTuner itself varies.
@pattern(random="training")
def a_generator_with_steps(kt: Any, folder: str) -> Any:
    def batches() -> Any:
        while True:
            for at in range(0, 48, 16):
                yield X[at : at + 16], Y[at : at + 16]

    return searched(kt, folder, x=batches(), y=None, fit={**STREAM, "steps_per_epoch": 3})


@pattern
def arguments_by_name(kt: Any, folder: str) -> Any:
    tuner = kt.RandomSearch(
        hypermodel=dense, objective="val_loss", max_trials=2, seed=1, directory=folder
    )
    keras.utils.set_random_seed(3)
    tuner.search(x=X, y=Y, **FIT)
    return tuner


@pattern
def validation_data_by_place(kt: Any, folder: str) -> Any:
    tuner = kt.RandomSearch(dense, "val_loss", 2, seed=1, directory=folder)
    keras.utils.set_random_seed(3)
    tuner.search(X, Y, 16, 2, 0, validation_data=(X[:9], Y[:9]), shuffle=FIT["shuffle"])
    return tuner


@pattern
def data_that_does_not_fit_the_model(kt: Any, folder: str) -> Any:
    try:
        searched(kt, folder, x=X[:, :5], max_trials=9)
    except RuntimeError as error:
        return None, str(error).splitlines()[0]
    raise AssertionError("trained on sequences that are too short")


@pattern
def a_normalization_adapted_in_the_function(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        scaled = layers.Normalization()
        scaled.adapt(X.reshape(len(X), -1) * hp.Choice("factor", [1.0, 5.0, 9.0]))
        model = keras.Sequential([keras.Input((6, 2)), layers.Flatten(), scaled, layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    return searched(kt, folder, build, kind="GridSearch", max_trials=None)


@pattern
def one_array_filled_for_each_fit(kt: Any, folder: str) -> Any:
    filled = np.empty_like(X)

    class Twice(kt.HyperModel):
        """Trains on two parts of the data, in the same memory."""

        def build(self, hp: Any) -> keras.Model:
            """As ever."""
            return dense(hp)

        def fit(self, hp: Any, model: keras.Model, x: Any, y: Any, **more: Any) -> Any:
            """Two of Keras's."""
            for factor in (1.0, hp.Float("factor", 2.0, 3.0)):
                filled[:] = x * factor
                # The second of two fits is shuffled in another order than in KerasTuner.
                history = model.fit(filled, y, **{**more, "shuffle": False})
            return history

    return searched(kt, folder, Twice())
