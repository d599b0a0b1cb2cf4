"""Callbacks that look at what trains, or change it; models that are fitted more than once; losses
and metrics of which backends, or epochs, make different things.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import callbacks, layers, ops

from benchmarks.patterns._base import FIT, LABELS, X, Y, classifier, dense, pattern, searched

SLOWLY = {"epochs": 3, "validation_split": 0.25}


@pattern
def an_annealed_variable_of_a_loss(kt: Any, folder: str) -> Any:
    share = keras.Variable(0.0, name="share")

    def loss(y: Any, predicted: Any) -> Any:
        return share * ops.square(y - predicted) + ops.abs(predicted)

    class Anneals(callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            share.assign(0.2 + 0.4 * epoch)

    fit = {**SLOWLY, "callbacks": [Anneals()]}
    return searched(kt, folder, lambda hp: dense(hp, loss=loss), y=Y[:, None], fit=fit)


@pattern
def weights_changed_at_an_epochs_beginning(kt: Any, folder: str) -> Any:
    class Shrinks(callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            kernel = self.model.layers[-1].kernel
            kernel.assign(kernel * 0.5)

    return searched(kt, folder, fit={**SLOWLY, "callbacks": [Shrinks()]})


class Judges(callbacks.Callback):
    """Judges the model on other data, and adds that to the logs."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add it."""
        logs["new_loss"] = float(self.model.evaluate(X[:9], Y[:9], verbose=0))


@pattern
def what_another_callback_monitors(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping("new_loss", patience=0, min_delta=1e9, mode="min")
    return searched(kt, folder, fit={**SLOWLY, "callbacks": [Judges(), stop]})


@pattern
def rates_and_counts_that_a_callback_logs(kt: Any, folder: str) -> Any:
    seen: list[Any] = []

    class Logs(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            optimizer = self.model.optimizer
            rate = round(float(optimizer.learning_rate), 6)
            seen.append((epoch, rate, int(optimizer.iterations), sorted(self.params)))

        def __deepcopy__(self, memo: Any) -> Any:
            return self

    plateau = callbacks.ReduceLROnPlateau("val_loss", 0.5, patience=1, min_delta=1e9)
    return searched(kt, folder, fit={**SLOWLY, "callbacks": [plateau, Logs()]}), seen


def _with_fit(kt: Any, fit: Any) -> Any:
    class Own(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: keras.Model, *given: Any, **named: Any) -> Any:
            return fit(model, *given, **named)

    return Own()


@pattern
def a_fit_called_in_a_loop(kt: Any, folder: str) -> Any:
    def several(model: keras.Model, x: Any, y: Any, **named: Any) -> float:
        fit = {**FIT, "epochs": 1}
        return min(model.fit(x, y, **fit).history["val_loss"][0] for _ in range(3))

    tuner = searched(kt, folder, _with_fit(kt, several), objective=None)
    return tuner, None


@pattern
def two_phases_without_compiling_again(kt: Any, folder: str) -> Any:
    def twice(model: keras.Model, x: Any, y: Any, **named: Any) -> Any:
        model.fit(x, y, **{**named, "callbacks": None})
        model.optimizer.learning_rate = float(model.optimizer.learning_rate) / 10
        return model.fit(x, y, **named)

    return searched(kt, folder, _with_fit(kt, twice))


class _Adds(layers.Layer):
    """Its loss is all that the model has."""

    def call(self, x: Any) -> Any:
        """Add the loss."""
        self.add_loss(ops.mean(ops.square(x - 1)))
        return x


@pattern
def a_loss_of_a_layer_alone(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = [keras.Input((6, 2)), layers.Dense(hp.Int("units", 2, 4)), _Adds()]
        model = keras.Sequential(parts)
        model.compile(keras.optimizers.Adam(0.01))
        return model

    return searched(kt, folder, build, y=None)


@pattern(backends=("jax",))
def an_optimizer_made_once(kt: Any, folder: str) -> Any:
    """On TensorFlow Keras refuses the second model of it."""
    optimizer = keras.optimizers.Adam(0.01)

    def build(hp: Any) -> keras.Model:
        hidden = layers.Dense(3, hp.Choice("activation", ["relu", "tanh"]))
        return dense(hp, hidden, optimizer=optimizer)

    return searched(kt, folder, build, max_trials=3)


class _Most(keras.metrics.Metric):
    """The largest of all epochs: nothing sets it back."""

    def __init__(self) -> None:
        super().__init__(name="most")
        self.most = self.add_weight(name="most", initializer="zeros")

    def update_state(self, y: Any, p: Any, sample_weight: Any = None) -> None:
        """Take a batch."""
        self.most.assign(ops.maximum(self.most, ops.max(ops.abs(p))))

    def result(self) -> Any:
        """So far."""
        return self.most + 0.0

    def reset_state(self) -> None:
        """Nothing."""


@pattern
def a_metric_that_goes_on_over_epochs(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        return dense(hp, metrics=[_Most()])

    return searched(kt, folder, build, objective=kt.Objective("val_most", "max"))


@pattern
def data_that_a_callback_changes(kt: Any, folder: str) -> Any:
    x = X.copy()

    class Fades(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            x[:] *= 0.5

    fit = {"epochs": 3, "callbacks": [Fades()]}
    return searched(kt, folder, x=x, fit=fit, max_trials=1)


@pattern
def outputs_that_are_sure(kt: Any, folder: str) -> Any:
    """JAX clips a probability of less than 1e-7, TensorFlow takes logits."""

    def build(hp: Any) -> keras.Model:
        wide = layers.Dense(4, "relu", kernel_initializer=keras.initializers.RandomNormal(0, 40))
        model = keras.Sequential(
            [keras.Input((6, 2)), layers.Flatten(), wide, layers.Dense(2, "softmax")]
        )
        rate = hp.Float("learning_rate", 1e-3, 1e-1)
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        return model

    return searched(kt, folder, build, y=LABELS)


@pattern
def labels_that_no_output_is_for(kt: Any, folder: str) -> Any:
    """1 and 2 of two classes: no number, or an error, on TensorFlow; no loss of a 2 on JAX."""
    return searched(kt, folder, classifier, y=LABELS + 1, max_retries_per_trial=0), None


@pattern(backends=("tensorflow",))  # Keras on JAX fails
def a_metric_that_a_call_updates(kt: Any, folder: str) -> Any:
    class Watched(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.level = keras.metrics.Mean(name="level")

        def call(self, x: Any) -> Any:
            self.level.update_state(ops.mean(ops.abs(x)))
            return x

    return searched(kt, folder, lambda hp: dense(hp, layers.Dense(3, "tanh"), Watched()))


class StopsEarly(callbacks.Callback):
    """After the second epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop."""
        self.model.stop_training = epoch == 1


@pattern(random="training")
def a_fit_of_ones_own_that_stops_early(kt: Any, folder: str) -> Any:
    class Own(kt.HyperModel):  # type: ignore[misc]
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: keras.Model, *args: Any, **kwargs: Any) -> Any:
            batch = hp.Choice("batch_size", [8, 16])
            return model.fit(*args, **{**kwargs, "batch_size": batch})

    fit = {"callbacks": [StopsEarly()], "epochs": 4}
    return searched(kt, folder, Own(), fit=fit, max_trials=3)
