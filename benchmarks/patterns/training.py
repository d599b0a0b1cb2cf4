"""Callbacks, and who trains: `fit`, a `fit` of one's own, `run_trial`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import callbacks

from benchmarks.patterns._base import FIT, LABELS, X, Y, classifier, dense, pattern, searched


@pattern
def early_stopping(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping("val_loss", patience=1, min_delta=0.05)
    return searched(kt, folder, fit={"callbacks": [stop], "epochs": 5})


@pattern
def early_stopping_on_accuracy_with_its_best_weights(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping(
        "val_accuracy", mode="max", patience=2, restore_best_weights=True, start_from_epoch=1
    )
    # Where trials stop early the next one's batches are the same in turn only.
    turn = {"block": 1} if kt.__name__ == "rnnsearch" else {}
    fit = {"callbacks": [stop], "epochs": 6}
    more = {"objective": "val_accuracy", "fit": fit, **turn}
    return searched(kt, folder, classifier, y=LABELS, **more)


@pattern
def early_stopping_at_a_baseline(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping("loss", baseline=0.1, patience=2)
    return searched(kt, folder, fit={"callbacks": [stop], "epochs": 5})


@pattern
def one_callback_without_a_list(kt: Any, folder: str) -> Any:
    stop = callbacks.EarlyStopping(patience=1)
    return searched(kt, folder, fit={"callbacks": stop})


@pattern
def learning_rate_schedules_by_callbacks(kt: Any, folder: str) -> Any:
    slower = callbacks.ReduceLROnPlateau(patience=1)
    falling = callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    return searched(kt, folder, fit={"callbacks": [slower, falling], "epochs": 3})


@pattern
def checkpoints_and_a_log(kt: Any, folder: str) -> Any:
    path = Path(folder) / "checkpoint.keras"
    best = callbacks.ModelCheckpoint(str(path), monitor="val_loss", save_best_only=True)
    kept = [best, callbacks.CSVLogger(f"{folder}/log.csv")]
    tuner = searched(kt, folder, fit={"callbacks": kept})
    lines = len(Path(folder, "log.csv").read_text().splitlines())
    return tuner, (lines, len(keras.models.load_model(path).weights))


@pattern
def tensorboard(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, fit={"callbacks": [callbacks.TensorBoard(f"{folder}/logs")]})
    return tuner, sorted({path.name for path in Path(folder, "logs").rglob("*") if path.is_dir()}
                         & {"train", "validation"})  # fmt: skip


@pattern
def ending_where_a_loss_is_not_a_number(kt: Any, folder: str) -> Any:
    return searched(kt, folder, fit={"callbacks": [callbacks.TerminateOnNaN()]})


@pattern
def a_callback_that_counts_epochs(kt: Any, folder: str) -> Any:
    seen: list[Any] = []

    class Count(callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            seen.append("begin")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append((epoch, sorted(logs)))

        def on_train_end(self, logs: Any = None) -> None:
            seen.append("end")

    return searched(kt, folder, fit={"callbacks": [Count()]}), seen


@pattern
def a_callback_that_sees_batches(kt: Any, folder: str) -> Any:
    seen: list[int] = []

    class Count(callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(batch)

    return searched(kt, folder, fit={"callbacks": [Count()]}), seen


@pattern
def a_callback_that_stops_and_one_that_changes_weights(kt: Any, folder: str) -> Any:
    class Smaller(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.set_weights([0.9 * weight for weight in self.model.get_weights()])
            self.model.optimizer.learning_rate = 0.01
            self.model.stop_training = epoch == 1

    return searched(kt, folder, fit={"callbacks": [Smaller()], "epochs": 4})


@pattern
def a_callback_that_predicts(kt: Any, folder: str) -> Any:
    seen: list[float] = []

    class Predict(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append(round(float(np.mean(self.model.predict(X[:4], verbose=0))), 2))

    return searched(kt, folder, fit={"callbacks": [Predict()]}), seen


@pattern
def a_LambdaCallback(kt: Any, folder: str) -> Any:
    seen: list[int] = []
    told = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))
    return searched(kt, folder, fit={"callbacks": [told]}), seen


@pattern
def a_metric_that_a_callback_adds(kt: Any, folder: str) -> Any:
    class Add(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["val_own"] = logs["val_loss"] + 1

    goal = kt.Objective("val_own", "min")
    return searched(kt, folder, objective=goal, fit={"callbacks": [Add()]})


@pattern
def a_batch_size_searched_by_a_HyperModel(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["batch_size"] = hp.Choice("batch_size", [8, 16])
            return model.fit(*args, **kwargs)

    return searched(kt, folder, Model())


@pattern
def epochs_and_preparation_searched_by_a_HyperModel(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: Any, x: Any, y: Any, **kwargs: Any) -> Any:
            if hp.Boolean("scaled"):
                x = (x - x.mean()) / x.std()
            kwargs["epochs"] = hp.Int("epochs", 1, 3)
            return model.fit(x, y, **kwargs)

    return searched(kt, folder, Model())


@pattern
def fitting_in_two_phases(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
            model.layers[1].trainable = False
            model.compile("sgd", "mse")
            model.fit(*args, **kwargs)
            model.layers[1].trainable = True
            model.compile(keras.optimizers.Adam(hp.Float("second", 1e-3, 1e-2)), "mse")
            return model.fit(*args, **kwargs)

    return searched(kt, folder, Model())


@pattern
def a_HyperModel_that_returns_a_number(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: Any, x: Any, y: Any, **kwargs: Any) -> Any:
            for _ in range(hp.Int("steps", 1, 3)):
                model.train_on_batch(x, y)
            return float(model.evaluate(x, y, verbose=0))

    return searched(kt, folder, Model(), objective=None), None


@pattern
def folds_within_a_HyperModel(kt: Any, folder: str) -> Any:
    from sklearn.model_selection import KFold

    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

        def fit(self, hp: Any, model: Any, x: Any, y: Any, **kwargs: Any) -> Any:
            del kwargs["validation_split"], kwargs["callbacks"]
            found = []
            for train, test in KFold(3).split(x):
                part = self.build(hp)
                part.fit(x[train], y[train], **kwargs)
                found.append(part.evaluate(x[test], y[test], verbose=0))
            return {"val_loss": float(np.mean(found))}

    return searched(kt, folder, Model()), None


@pattern
def a_batch_size_searched_by_run_trial(kt: Any, folder: str) -> Any:
    class Tuner(kt.RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["batch_size"] = trial.hyperparameters.Choice("batch_size", [8, 16])
            return super().run_trial(trial, *args, **kwargs)

    return searched(kt, folder, kind=Tuner)


@pattern
def run_trial_that_returns_nothing_of_super(kt: Any, folder: str) -> Any:
    class Tuner(kt.BayesianOptimization):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["epochs"] = trial.hyperparameters.Int("epochs", 1, 2)
            super().run_trial(trial, *args, **kwargs)

    try:
        return searched(kt, folder, kind=Tuner)
    except Exception as error:
        return None, (type(error).__name__, str(error).splitlines()[0])


@pattern
def run_trial_that_returns_a_number(kt: Any, folder: str) -> Any:
    class Tuner(kt.RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> float:
            return float(trial.hyperparameters.Float("a", -1, 1)) ** 2

    tuner = Tuner(max_trials=3, seed=1, directory=folder)
    tuner.search()
    return tuner


@pattern
def run_trial_that_returns_a_dict(kt: Any, folder: str) -> Any:
    class Tuner(kt.GridSearch):
        def run_trial(self, trial: Any, x: Any) -> dict[str, float]:
            hp = trial.hyperparameters
            return {"far": abs(x - hp.Int("a", 0, 3)), "near": hp.Choice("b", [0.0, 1.0])}

    tuner = Tuner(objective=kt.Objective("far", "min"), seed=1, directory=folder)
    tuner.search(2)
    return tuner


@pattern
def run_trial_that_builds_and_fits(kt: Any, folder: str) -> Any:
    class Tuner(kt.Tuner):
        def run_trial(self, trial: Any, x: Any, y: Any, **fit: Any) -> Any:
            model = self.hypermodel.build(trial.hyperparameters)
            return model.fit(x, y, **fit)

    oracle = kt.oracles.RandomSearchOracle("val_loss", 2, seed=1)
    tuner = Tuner(oracle=oracle, hypermodel=dense, directory=folder)
    keras.utils.set_random_seed(3)
    tuner.search(X, Y, **FIT)
    return tuner, None


@pattern
def folds_within_run_trial(kt: Any, folder: str) -> Any:
    from sklearn.model_selection import TimeSeriesSplit

    class Tuner(kt.RandomSearch):
        def run_trial(self, trial: Any, x: Any, y: Any, **fit: Any) -> Any:
            found = []
            for train, test in TimeSeriesSplit(2).split(x):
                model = self.hypermodel.build(trial.hyperparameters)
                history = model.fit(x[train], y[train], validation_data=(x[test], y[test]), **fit)
                found.append(history)
            return found

    return searched(kt, folder, kind=Tuner, fit={"validation_split": None}), None


@pattern
def hooks_of_a_tuner(kt: Any, folder: str) -> Any:
    seen: list[Any] = []

    class Tuner(kt.RandomSearch):
        def on_epoch_end(self, trial: Any, model: Any, epoch: int, logs: Any = None) -> None:
            seen.append((trial.trial_id, epoch))
            super().on_epoch_end(trial, model, epoch, logs=logs)

        def on_trial_end(self, trial: Any) -> None:
            seen.append(("end", trial.trial_id))
            super().on_trial_end(trial)

        def on_search_begin(self) -> None:
            seen.append("search")

    return searched(kt, folder, kind=Tuner), seen
