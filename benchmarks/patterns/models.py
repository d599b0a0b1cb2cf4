"""What a function builds, and how it is compiled."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.patterns._base import (
    LABELS,
    TOKENS,
    X,
    classifier,
    dense,
    network,
    pattern,
    searched,
)


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
def a_stack_of_LSTMs_by_a_loop(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.models.Sequential()
        model.add(layers.Input((6, 2)))
        for _ in range(hp.Int("layers", 0, 1)):
            model.add(layers.LSTM(hp.Int("units", 2, 3), return_sequences=True))
        model.add(layers.LSTM(units=hp.Int("units", 2, 3)))
        model.add(layers.Dense(1, hp.Choice("activation", ["linear", "relu", "tanh"])))
        model.compile(loss="mean_squared_error", optimizer="adam", metrics=["mse"])
        return model

    return searched(kt, folder, build)


@pattern
def a_residual_connection(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((6, 2))
        x = layers.Dense(3)(inputs)
        for _ in range(hp.Int("blocks", 1, 2)):
            x = layers.Add()([x, layers.Dense(3, "relu")(x)])
        model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
        model.compile("sgd", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def attention_and_layer_normalization(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((6, 2))
        x = layers.MultiHeadAttention(hp.Choice("heads", [1, 2]), 2)(inputs, inputs)
        x = layers.LayerNormalization()(x + inputs)
        model = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(x)))
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def a_bidirectional_layer_that_sums(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        cell = layers.SimpleRNN(
            hp.Int("units", 2, 3), activation=hp.Choice("act", ["tanh", "relu"])
        )
        merge = hp.Choice("merge", ["sum", "concat", "ave"])
        both = layers.Bidirectional(cell, merge_mode=merge)
        model = keras.Sequential([keras.Input((6, 2)), both, layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def padded_sequences_and_a_mask(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = [layers.Masking(-1.0), layers.GRU(hp.Int("units", 2, 3)), layers.Dense(1)]
        model = keras.Sequential([keras.Input((6, 2)), *parts])
        model.compile("adam", "mse")
        return model

    x = X.copy()
    x[::2, 4:] = -1
    return searched(kt, folder, build, x=x)


@pattern(random="training")
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
def a_layer_of_ones_own(kt: Any, folder: str) -> Any:
    class Scale(layers.Layer):
        def build(self, shape: Any) -> None:
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")

        def call(self, x: Any) -> Any:
            return x * self.factor

    return searched(kt, folder, lambda hp: dense(hp, Scale(), layers.Dense(hp.Int("units", 2, 3))))


@pattern
def a_Lambda_layer(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        power = hp.Choice("power", [1, 2])
        return dense(hp, layers.Lambda(lambda x: x**power), layers.Dense(2))

    return searched(kt, folder, build)


@pattern
def a_cell_of_ones_own(kt: Any, folder: str) -> Any:
    class Cell(layers.Layer):
        def __init__(self, units: int) -> None:
            super().__init__()
            self.state_size = self.output_size = units

        def build(self, shape: Any) -> None:
            self.kernel = self.add_weight(shape=(shape[-1], self.state_size))

        def call(self, x: Any, states: Any) -> Any:
            state = 0.5 * states[0] + keras.ops.matmul(x, self.kernel)
            return state, [state]

    def build(hp: Any) -> keras.Model:
        cell = layers.RNN(Cell(hp.Int("units", 2, 3)))
        model = keras.Sequential([keras.Input((6, 2)), cell, layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern(backends=("jax",))
def a_train_step_of_ones_own(kt: Any, folder: str) -> Any:
    class Own(keras.Model):
        def train_step(self, state: Any, data: Any) -> Any:
            logs, state = super().train_step(state, data)
            return {**logs, "twice": 2 * logs["loss"]}, state

    def build(hp: Any) -> keras.Model:
        inputs = keras.Input((6, 2))
        hidden = layers.Dense(hp.Int("units", 2, 3))(layers.Flatten()(inputs))
        model = Own(inputs, layers.Dense(1)(hidden))
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build, objective=kt.Objective("twice", "min"))


@pattern
def run_eagerly(kt: Any, folder: str) -> Any:
    return searched(kt, folder, lambda hp: dense(hp, run_eagerly=True))


@pattern
def a_loss_added_by_a_layer(kt: Any, folder: str) -> Any:
    class Sparse(layers.Layer):
        def __init__(self, factor: float) -> None:
            super().__init__()
            self.factor = factor

        def call(self, x: Any) -> Any:
            self.add_loss(self.factor * keras.ops.mean(keras.ops.abs(x)))
            return x

    def build(hp: Any) -> keras.Model:
        return dense(hp, layers.Dense(3), Sparse(hp.Float("factor", 0.1, 1)))

    return searched(kt, folder, build)


@pattern
def inputs_normalised_by_what_was_seen(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        scale = layers.Normalization()
        scale.adapt(X)
        hidden = layers.Dense(hp.Int("units", 2, 3))
        parts = [scale, layers.Flatten(), hidden, layers.Dense(1)]
        model = keras.Sequential([keras.Input((6, 2)), *parts])
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def frozen_layers(kt: Any, folder: str) -> Any:
    base = keras.Sequential([keras.Input((6, 2)), layers.Dense(3, "tanh"), layers.Flatten()])

    def build(hp: Any) -> keras.Model:
        copied = keras.models.clone_model(base)
        copied.set_weights(base.get_weights())
        copied.trainable = hp.Boolean("tune")
        model = keras.Sequential([keras.Input((6, 2)), copied, layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build)


@pattern
def one_layer_used_twice(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        a, b = keras.Input((6, 2)), keras.Input((6, 2))
        encoder = layers.GRU(hp.Int("units", 2, 3))
        model = keras.Model([a, b], layers.Dense(1)(layers.Subtract()([encoder(a), encoder(b)])))
        model.compile("adam", "mse")
        return model

    return searched(kt, folder, build, x=[X, X[:, ::-1].copy()])


@pattern
def an_encoder_and_a_decoder(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        units = hp.Int("units", 2, 3)
        source, target = keras.Input((6,), name="source"), keras.Input((6,), name="target")
        _, *state = layers.LSTM(units, return_state=True)(layers.Embedding(9, 3)(source))
        hidden = layers.LSTM(units, return_sequences=True)(
            layers.Embedding(9, 3)(target), initial_state=state
        )
        model = keras.Model([source, target], layers.Dense(9, "softmax")(hidden))
        model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    shifted = np.roll(TOKENS, 1, axis=1)
    return searched(kt, folder, build, x=[TOKENS, shifted], y=TOKENS, objective="val_accuracy")


@pattern
def weights_from_seeds(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        start = keras.initializers.GlorotUniform(seed=hp.Int("start", 0, 3))
        return dense(hp, layers.Dense(3, kernel_initializer=start))

    return searched(kt, folder, build)


@pattern(random="training")
def noise_dropout_and_regularizers(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        factor = keras.regularizers.L2(hp.Float("l2", 1e-4, 1e-1, sampling="log"))
        noise = layers.GaussianNoise(hp.Float("noise", 0.1, 1))
        drop = layers.Dropout(hp.Float("dropout", 0.0, 0.5, step=0.25))
        return dense(hp, noise, layers.Dense(3, kernel_regularizer=factor), drop)

    return searched(kt, folder, build)


@pattern
def an_optimizer_by_name(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, optimizer=hp.Choice("optimizer", ["adam", "sgd", "rmsprop"]))

    return searched(kt, folder, build)


@pattern
def an_optimizer_by_a_branch(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        name = hp.Choice("optimizer", ["sgd", "nadam"])
        with hp.conditional_scope("optimizer", ["sgd"]):
            if name == "sgd":
                momentum = hp.Float("momentum", 0.0, 0.9, step=0.3)
                optimizer: Any = keras.optimizers.SGD(0.01, momentum, nesterov=True)
        with hp.conditional_scope("optimizer", ["nadam"]):
            if name == "nadam":
                optimizer = keras.optimizers.Nadam(beta_1=hp.Float("beta_1", 0.8, 0.95))
        return dense(hp, optimizer=optimizer)

    return searched(kt, folder, build)


@pattern
def a_loss_by_name(kt: Any, folder: str) -> Any:
    return searched(kt, folder, lambda hp: dense(hp, loss=hp.Choice("loss", ["mse", "huber"])))


@pattern
def own_loss_and_metric(kt: Any, folder: str) -> Any:
    def loss(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(true - predicted) ** 1.5, axis=-1)

    def bias(true: Any, predicted: Any) -> Any:
        return keras.ops.mean(predicted - true)

    def build(hp: Any) -> keras.Model:
        return dense(hp, loss=loss, metrics=[bias])

    return searched(kt, folder, build, objective=kt.Objective("val_bias", "max"))


@pattern
def a_loss_with_a_number_of_the_trial(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        quantile = hp.Float("quantile", 0.1, 0.9)

        def loss(true: Any, predicted: Any) -> Any:
            error = keras.ops.expand_dims(true, -1) - predicted
            return keras.ops.mean(keras.ops.maximum(quantile * error, (quantile - 1) * error))

        return dense(hp, loss=loss)

    return searched(kt, folder, build)


@pattern
def a_metric_with_a_state(kt: Any, folder: str) -> Any:
    class Largest(keras.metrics.Metric):
        def __init__(self, name: str = "largest") -> None:
            super().__init__(name=name)
            self.value = self.add_weight(name="value", initializer="zeros")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            error = keras.ops.abs(keras.ops.reshape(y_true, (-1, 1)) - y_pred)
            self.value.assign(keras.ops.maximum(self.value, keras.ops.max(error)))

        def result(self) -> Any:
            return self.value

    def build(hp: Any) -> keras.Model:
        return dense(hp, metrics=[Largest()])

    return searched(kt, folder, build, objective=kt.Objective("val_largest", "min"))


@pattern
def precision_and_recall(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential(
            [layers.Input((6, 2)), layers.Flatten(), layers.Dense(1, "sigmoid")]
        )
        metrics = [keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall")]
        rate = hp.Float("rate", 1e-3, 1e-1)
        model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=metrics)
        return model

    goal = kt.Objective("val_recall", direction="max")
    return searched(kt, folder, build, y=LABELS[:, None], objective=goal)


@pattern
def label_smoothing(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        smoothing = hp.Float("smoothing", 0.0, 0.2, step=0.1)
        return classifier(hp, keras.losses.CategoricalCrossentropy(label_smoothing=smoothing))

    return searched(kt, folder, build, y=np.eye(2)[LABELS])


@pattern
def a_schedule_in_the_optimizer(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        rate = hp.Float("rate", 1e-2, 1e-1)
        decay = keras.optimizers.schedules.ExponentialDecay(rate, 2, 0.9)
        return dense(hp, optimizer=keras.optimizers.Adam(decay))

    return searched(kt, folder, build)


@pattern
def gradient_clipping_and_weight_decay(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        clip, decay = hp.Float("clip", 0.1, 1.0), hp.Float("decay", 1e-4, 1e-2)
        return network(hp, optimizer=keras.optimizers.AdamW(weight_decay=decay, clipnorm=clip))

    return searched(kt, folder, build)


@pattern
def averaged_weights_and_summed_gradients(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        more = {"use_ema": True, "ema_momentum": 0.9, "gradient_accumulation_steps": 2}
        return dense(hp, optimizer=keras.optimizers.Adam(hp.Float("rate", 1e-3, 1e-1), **more))

    return searched(kt, folder, build)


@pattern
def an_optimizer_of_ones_own(kt: Any, folder: str) -> Any:
    class Signs(keras.optimizers.SGD):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            step = keras.ops.cast(learning_rate, variable.dtype) * keras.ops.sign(gradient)
            self.assign_sub(variable, step)

    def build(hp: Any) -> keras.Model:
        return dense(hp, optimizer=Signs(hp.Float("rate", 1e-3, 1e-1)))

    return searched(kt, folder, build)


@pattern
def compiled_by_the_tuner(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = [layers.Flatten(), layers.Dense(hp.Int("units", 2, 4)), layers.Dense(1)]
        return keras.Sequential([keras.Input((6, 2)), *parts])

    rate = keras.optimizers.Adam(0.01)
    return searched(kt, folder, build, optimizer=rate, loss="mse", metrics=["mae"],
                    objective="val_mae")  # fmt: skip


@pattern
def half_precision(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, layers.Dense(hp.Int("units", 2, 4), dtype="mixed_bfloat16"))

    return searched(kt, folder, build)


@pattern
def a_loss_that_keras_does_not_describe(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, loss=keras.losses.Huber(delta=hp.Choice("delta", [0.1, 1.0, 3.0])))

    return searched(kt, folder, build, max_trials=3)


@pattern
def what_decays_and_what_does_not(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        optimizer = keras.optimizers.AdamW(hp.Float("rate", 1e-3, 1e-2), weight_decay=0.5)
        if hp.Boolean("kept"):
            optimizer.exclude_from_weight_decay(var_names=["kernel"])
        return dense(hp, optimizer=optimizer)

    return searched(kt, folder, build, max_trials=3)
