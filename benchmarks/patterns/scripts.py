"""Scripts as public repositories, blogs and notebooks have them, each with habits of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import callbacks, layers
from sklearn.model_selection import KFold
from sklearn.utils.class_weight import compute_class_weight

from benchmarks.patterns._base import FIT, LABELS, X, Y, dense, pattern, printed, searched

FLAT = X.reshape(len(X), -1)


@pattern
def a_function_of_two_arguments_and_tensors(kt: Any, folder: str) -> Any:
    def build_model(hp: Any, width: int) -> keras.Model:
        model = keras.Sequential()
        model.add(layers.Dense(hp.Int("units", min_value=2, max_value=6, step=2), "relu"))
        model.add(layers.Dense(1))
        rate = hp.Float("learning_rate", min_value=1e-4, max_value=1e-2, sampling="LOG")
        model.compile(optimizer=keras.optimizers.AdamW(learning_rate=rate), loss="mse")
        model.build((None, width))
        return model

    x, y = keras.ops.convert_to_tensor(FLAT), keras.ops.convert_to_tensor(Y.astype("float32"))
    return searched(kt, folder, lambda hp: build_model(hp, FLAT.shape[1]), x=x, y=y)


@pattern(random="training")
def no_shape_of_the_input_anywhere(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([layers.Dense(hp.Int("units", 2, 4)), layers.Dense(1)])
        model.compile("adam", "mse", metrics=["mae"])
        return model

    return searched(kt, folder, build, x=FLAT, objective="val_mae")


@pattern
def a_training_metric_as_the_objective(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, metrics=["mae"])

    stop = callbacks.EarlyStopping(monitor="loss", patience=5)
    fit = {"callbacks": [stop], "epochs": 3, "validation_split": None}
    more = {
        "kind": "Hyperband",
        "max_epochs": 3,
        "factor": 3,
        "objective": kt.Objective("mae", "min"),
    }
    return searched(kt, folder, build, fit=fit, **more)


@pattern
def an_entry_that_nothing_uses(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        hp.Int("batch_size", min_value=32, max_value=128, step=32)
        hp.Choice("load_data_randomly", values=[False])
        return dense(hp)

    tuner = searched(kt, folder, build)
    return tuner, [sorted(t.hyperparameters.values.items()) for t in tuner.oracle.trials.values()]


@pattern
def auc_by_its_default_name(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((12,)), layers.Dense(1, activation="sigmoid")])
        optimizer = hp.Choice("optimizer", values=["adam", "rmsprop"])
        metrics = [keras.metrics.AUC(), "Recall", keras.metrics.Precision()]
        model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=metrics)
        return model

    objective = kt.Objective("val_auc", direction="max")
    tuner = searched(kt, folder, build, x=FLAT, y=LABELS, objective=objective, max_trials=3)
    return tuner, sorted(tuner.oracle.get_best_trials()[0].metrics.metrics)


@pattern
def weights_of_classes_by_scikit_learn(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(
            hp, layers.Dense(3, hp.Choice("a", ["relu", "tanh"])), loss="binary_crossentropy"
        )

    found = compute_class_weight("balanced", classes=np.unique(LABELS), y=LABELS)
    return searched(kt, folder, build, y=LABELS, fit={"class_weight": dict(enumerate(found))})


@pattern
def a_hypermodel_without_super(kt: Any, folder: str) -> Any:
    class MyHyperModel(kt.HyperModel):  # type: ignore[misc]
        def __init__(self, shape: Any, classes: int = 2) -> None:
            self.shape = shape
            self.classes = classes

        def build(self, hp: Any) -> keras.Model:
            model = keras.Sequential([keras.Input(shape=self.shape), layers.Flatten()])
            for i in range(hp.Int("num_layers", 1, 2)):
                model.add(layers.Dense(hp.Int(f"units_{i}", 2, 6, step=2), activation="elu"))
                model.add(layers.Dropout(hp.Float(f"dropout_{i}", 0, 0.0001, step=0.0001)))
            model.add(layers.Dense(self.classes, activation="softmax"))
            rate = hp.Choice("learning_rate", values=[1e-2, 1e-3, 1e-4])
            optimizer = keras.optimizers.Adam(learning_rate=rate)
            model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model

    more = {"objective": "val_accuracy", "max_trials": 3}
    return searched(kt, folder, MyHyperModel((6, 2)), y=LABELS, **more)


@pattern
def activations_that_are_layers_and_norms_that_are_bounded(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        bounded = partial(
            layers.Conv1D,
            activation=layers.LeakyReLU(negative_slope=0.01),
            kernel_initializer="he_normal",
            kernel_constraint=keras.constraints.MaxNorm(max_value=1),
        )
        model = keras.Sequential([keras.Input((6, 2)), bounded(filters=3, kernel_size=2)])
        model.add(layers.MaxPooling1D(pool_size=2))
        model.add(layers.BatchNormalization())
        model.add(layers.GlobalAveragePooling1D())
        model.add(layers.Dense(1))
        model.compile(keras.optimizers.SGD(hp.Choice("lr", [0.1, 0.01]), momentum=0.9), "mse")
        return model

    return searched(kt, folder, build)


@pattern
def double_precision_layers(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        inputs = keras.Input(shape=(12,), dtype="float64", name="input")
        penalty = keras.regularizers.L2(hp.Float("lambda_2", 0.0, 0.5, sampling="linear"))
        x = layers.Dense(3, "relu", dtype="float64", kernel_regularizer=penalty)(inputs)
        x = layers.Add()([x, layers.Dense(3, dtype="float64")(x)])
        model = keras.Model(inputs, layers.Dense(1, dtype="float64")(x))
        model.compile("adam", keras.losses.MeanSquaredError())
        return model

    return searched(kt, folder, build, x=FLAT.astype("float64"))


@pattern
def an_autoencoder_with_weighted_losses(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((12,))
        latent = layers.Dense(hp.Int("latent", 2, 4), name="latent")(inputs)
        outputs = layers.Dense(12, name="final")(latent)
        model = keras.Model(inputs, {"final": outputs, "latent": latent})
        weights = {"final": 0.5, "latent": hp.Choice("weight", [1.0, 0.1])}
        model.compile("adam", loss={"final": "mse", "latent": "mae"}, loss_weights=weights)
        return model

    y = {"final": FLAT, "latent": np.zeros((len(X), 1), "float32")}
    return searched(kt, folder, build, x=FLAT, y=y)


@pattern
def a_state_that_lasts_from_batch_to_batch(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input(batch_shape=(12, 6, 2))])
        model.add(layers.LSTM(hp.Int("units", 2, 3), stateful=True))
        model.add(layers.Dense(1))
        model.compile(keras.optimizers.Adam(0.01), "mse")
        return model

    return searched(kt, folder, build, fit={"batch_size": 12, "validation_split": 0.25})


@pattern
def several_steps_in_one_call(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, steps_per_execution=2)

    return searched(kt, folder, build)


@pattern(random="training")
def pictures_that_are_augmented(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((6, 6, 1)), layers.Rescaling(1 / 255)])
        model.add(layers.RandomFlip("horizontal"))
        model.add(layers.Conv2D(hp.Choice("filters", [2, 3]), 3, activation="relu"))
        model.add(layers.GlobalMaxPooling2D())
        model.add(layers.Dense(2, activation="softmax"))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    pictures = np.random.default_rng(1).integers(0, 256, (48, 6, 6, 1))
    return searched(kt, folder, build, x=pictures, y=LABELS, objective="val_accuracy")


@pattern
def a_frozen_network_of_keras_applications(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        base = keras.applications.MobileNetV2(
            input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35, pooling="avg"
        )
        base.trainable = False
        model = keras.Sequential([base, layers.Dense(2, "softmax")])
        rate = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        return model

    pictures = np.random.default_rng(1).normal(size=(16, 32, 32, 3)).astype("float32")
    return searched(kt, folder, build, x=pictures, y=LABELS[:16], fit={"epochs": 1})


@pattern(backends=("tensorflow",))
def texts_that_the_network_itself_divides(kt: Any, folder: str) -> Any:
    texts = np.array([" ".join(["up" if up else "down", "again"]) for up in LABELS], dtype=object)
    words = layers.TextVectorization(max_tokens=10, output_sequence_length=3)
    words.adapt(texts)

    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((1,), dtype="string"), words])
        model.add(layers.Embedding(10, hp.Int("embedding", 2, 4)))
        model.add(layers.GRU(3))
        model.add(layers.Dense(1, activation="sigmoid"))
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        return model

    import tensorflow as tf

    held = tf.data.Dataset.from_tensor_slices((texts[36:, None], LABELS[36:])).batch(6)
    data = tf.data.Dataset.from_tensor_slices((texts[:36, None], LABELS[:36])).batch(6)
    fit = {"validation_data": held, "validation_split": None, "batch_size": None}
    return searched(kt, folder, build, x=data, y=None, fit={**fit, "shuffle": None})


@pattern(backends=("tensorflow",))
def windows_cut_by_tf_data(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    series = tf.data.Dataset.from_tensor_slices(np.sin(np.arange(60, dtype="float32")))
    windows = series.window(5, shift=1, drop_remainder=True).flat_map(lambda part: part.batch(5))
    pairs = windows.map(lambda part: (part[:-1, None], part[-1])).batch(8).prefetch(1)

    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((4, 1)), layers.GRU(hp.Int("units", 2, 4))])
        model.add(layers.Dense(1))
        model.compile("adam", keras.losses.Huber(), metrics=["mae"])
        return model

    fit = {"validation_data": pairs, "validation_split": None, "batch_size": None, "shuffle": None}
    return searched(kt, folder, build, x=pairs, y=None, fit=fit)


@pattern(backends=("tensorflow",))
def a_loop_of_ones_own_with_a_gradient_tape(kt: Any, folder: str) -> Any:
    import tensorflow as tf

    class MyHyperModel(kt.HyperModel):  # type: ignore[misc]
        def build(self, hp: Any) -> keras.Model:
            model = keras.Sequential([keras.Input((12,)), layers.Dense(hp.Int("units", 2, 4))])
            model.add(layers.Dense(1))
            return model

        def fit(self, hp: Any, model: Any, x: Any, y: Any, validation_data: Any, **_: Any) -> float:
            optimizer = keras.optimizers.Adam(hp.Float("learning_rate", 1e-3, 1e-1))
            for _epoch in range(2):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((model(x)[:, 0] - y) ** 2)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            held, truth = validation_data
            return float(tf.reduce_mean((model(held)[:, 0] - truth) ** 2))

    tuner = kt.RandomSearch(MyHyperModel(), max_trials=2, seed=1, directory=folder, overwrite=True)
    keras.utils.set_random_seed(3)
    y = Y.astype("float32")
    tuner.search(x=FLAT[:36], y=y[:36], validation_data=(FLAT[36:], y[36:]), verbose=0)
    return tuner, None


@pattern
def a_tuner_for_each_fold(kt: Any, folder: str) -> Any:
    scores = []
    for fold, (fitted, held) in enumerate(KFold(n_splits=2, shuffle=True, random_state=0).split(X)):
        tuner = kt.RandomSearch(
            dense, objective="val_loss", max_trials=1, seed=fold + 1, directory=folder,
            project_name=f"fold_{fold}", overwrite=True,
        )  # fmt: skip
        keras.utils.set_random_seed(fold)
        fit = {**FIT, "validation_split": 0.0, "validation_data": (X[held], Y[held])}
        tuner.search(X[fitted], Y[fitted], **fit)
        scores.append(round(tuner.oracle.get_best_trials(1)[0].score, 3))
    return tuner, scores


@pattern
def a_tuner_with_arguments_of_its_own(kt: Any, folder: str) -> Any:
    class MyTuner(kt.BayesianOptimization):  # type: ignore[misc]
        def __init__(self, *args: Any, scale: float = 1.0, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.scale = scale

        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            args = (args[0] * self.scale, *args[1:])
            kwargs["batch_size"] = trial.hyperparameters.Int("batch_size", 8, 16, step=8)
            kwargs.setdefault("verbose", 0)
            kwargs["callbacks"] = [*(kwargs.get("callbacks") or []), callbacks.TerminateOnNaN()]
            return super().run_trial(trial, *args, **kwargs)

    make = partial(MyTuner, scale=0.5)
    return searched(kt, folder, kind=make, max_trials=3)


@pattern
def a_tuner_that_builds_nothing_itself(kt: Any, folder: str) -> Any:
    class Outside(kt.BayesianOptimization):  # type: ignore[misc]
        def __init__(self, max_trials: int) -> None:
            super().__init__(
                max_trials=max_trials,
                overwrite=True,
                directory=folder,
                project_name="outside",
                seed=2,
            )

        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> float:
            hp = trial.hyperparameters
            units = hp.Choice("hidden", [0, 2, 4], default=2)
            return float((units - 2) ** 2 + hp.Float("rate", 0.0, 1.0))

    tuner = Outside(4)
    tuner.search()
    best = tuner.get_best_hyperparameters()[0]
    return tuner, (sorted(best.values), printed(tuner.results_summary))


@pattern
def metrics_of_trials_one_by_one(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, metrics=["mae"])

    tuner = searched(kt, folder, build, max_trials=3)
    found = []
    for trial in tuner.oracle.get_best_trials(num_trials=80):
        metrics = trial.metrics
        found.append([
            round(metrics.get_best_value("val_loss"), 2), round(metrics.get_last_value("mae"), 2),
            metrics.get_history("val_mae")[-1].step, metrics.get_statistics("val_mae").keys(),
            sorted(trial.hyperparameters.get_config()["values"]), trial.get_state()["status"],
        ])  # fmt: skip
    return tuner, (found, printed(lambda: tuner.oracle.get_best_trials()[0].summary())[:6])


@pattern
def layers_by_their_names_in_a_functional_model(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((6, 2))
        x = inputs
        for i in range(hp.Int("blocks", 1, 2)):
            with hp.name_scope(f"block_{i}"):
                x = layers.Bidirectional(
                    layers.LSTM(hp.Int("units", 2, 3), return_sequences=True), name=f"lstm_{i}"
                )(x)
        # Without the bias of its keys, which has no gradient but rounding errors.
        attended = layers.MultiHeadAttention(1, 2, use_bias=False, name="attention")(x, x)
        x = layers.LayerNormalization()(layers.Concatenate()([x, attended]))
        outputs = layers.Dense(1)(layers.GlobalAveragePooling1D()(x))
        model = keras.Model(inputs=inputs, outputs=outputs, name="forecaster")
        model.compile(keras.optimizers.Nadam(hp.Float("lr", 1e-4, 1e-2, sampling="log")), "huber")
        return model

    tuner = searched(kt, folder, build)
    model = tuner.get_best_models()[0]
    return tuner, (
        model.name,
        [layer.name for layer in model.layers][:3],
        model.get_layer("lstm_0").name,
    )


@pattern(random="training")
def metrics_and_a_loss_made_once_for_all_models(kt: Any, folder: str) -> Any:
    metrics = [keras.metrics.TruePositives(name="tp"), keras.metrics.AUC(name="prc", curve="PR")]
    loss, bias = keras.losses.BinaryCrossentropy(), keras.initializers.Constant(-1.0)

    def make_model(hp: Any, metrics: Any = metrics, output_bias: Any = bias) -> keras.Model:
        model = keras.Sequential([keras.Input((12,)), layers.Dense(hp.Int("units", 4, 8, 4))])
        model.add(layers.Dropout(hp.Float("drop", 0.1, 0.5)))
        model.add(layers.Dense(1, activation="sigmoid", bias_initializer=output_bias))
        model.compile("adam", loss, metrics=metrics)
        return model

    stop = callbacks.EarlyStopping("val_prc", mode="max", patience=2, restore_best_weights=True)
    fit = {"callbacks": [stop], "class_weight": {0: 0.6, 1: 3.0}, "epochs": 3}
    goal = kt.Objective("val_prc", "max")
    return searched(kt, folder, make_model, FLAT, LABELS, objective=goal, fit=fit)


@pattern
def a_base_network_made_once_that_every_trial_trains(kt: Any, folder: str) -> Any:
    keras.utils.set_random_seed(1)
    base = keras.Sequential([keras.Input((12,)), layers.Dense(4, "relu", name="base")])

    def build(hp: Any) -> keras.Model:
        base.trainable = True
        inputs = keras.Input((12,))
        model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
        rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        model.compile(keras.optimizers.Adam(rate), "mse")
        return model

    tuner = searched(kt, folder, build, x=FLAT, max_trials=3)
    return tuner, [round(float(np.sum(weights)), 2) for weights in base.get_weights()]


@pattern(random="training")
def augmentation_made_once_for_all_models(kt: Any, folder: str) -> Any:
    changed = keras.Sequential(
        [layers.RandomFlip("horizontal", seed=1), layers.RandomZoom(0.2, seed=2)]
    )
    seen = layers.Normalization()
    pictures = np.random.default_rng(1).uniform(0, 255, (24, 6, 6, 3)).astype("float32")
    seen.adapt(pictures)

    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((6, 6, 3))
        x = layers.Conv2D(hp.Int("filters", 2, 4), 3, activation="relu")(seen(changed(inputs)))
        outputs = layers.Dense(2, "softmax")(layers.GlobalAveragePooling2D()(x))
        model = keras.Model(inputs, outputs)
        # Adam would make much of rounding where a gradient is next to nothing.
        model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
        return model

    return searched(kt, folder, build, x=pictures, y=LABELS[:24])
