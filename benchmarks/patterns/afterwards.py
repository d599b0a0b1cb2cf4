"""After the search: models, hyperparameters, trials, the folder; another process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.patterns._base import FIT, X, Y, dense, network, pattern, printed, searched

HELD = (X[36:], Y[36:])
"""What FIT's validation_split takes."""


@pattern
def the_best_models_judged_again(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, network)
    found = [model.evaluate(*HELD, verbose=0) for model in tuner.get_best_models(2)]
    scores = [trial.score for trial in tuner.oracle.get_best_trials(2)]
    np.testing.assert_allclose(found, scores, rtol=1e-4)
    return tuner


@pattern
def the_best_of_several_executions_judged_again(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, executions_per_trial=2, max_trials=1)
    return tuner, round(tuner.get_best_models()[0].evaluate(*HELD, verbose=0), 3)


@pattern
def trained_anew_with_the_best_hyperparameters(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    best = tuner.get_best_hyperparameters(num_trials=1)[0]
    model = tuner.hypermodel.build(best)
    history = model.fit(X, Y, epochs=2, validation_split=0.2, verbose=0, shuffle=False)
    losses = history.history["val_loss"]
    assert losses.index(min(losses)) + 1 in (1, 2)
    return tuner, (best.get("units"), sorted(best.values), len(losses))


@pattern
def the_best_model_trained_further(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    model = tuner.get_best_models(num_models=1)[0]
    history = model.fit(X, Y, epochs=1, verbose=0, shuffle=False)
    return tuner, round(history.history["loss"][0], 2)


@pattern
def the_best_model_saved_as_a_file(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, network)
    model = tuner.get_best_models()[0]
    model.save(f"{folder}/best.keras")
    again = keras.models.load_model(f"{folder}/best.keras")
    np.testing.assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), 1e-5)
    return tuner, printed(model.summary)[0][:6]


@pattern
def a_project_read_again(kt: Any, folder: str) -> Any:
    searched(kt, folder, network)
    tuner = kt.RandomSearch(network, "val_loss", max_trials=2, seed=1, directory=folder)
    tuner.reload()
    return tuner, (tuner.remaining_trials, len(printed(lambda: tuner.results_summary(1))))


@pattern
def a_search_that_goes_on_with_more_trials(kt: Any, folder: str) -> Any:
    searched(kt, folder)
    return searched(kt, folder, max_trials=3)


@pattern
def a_second_search_that_has_nothing_to_do(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    tuner.search(X, Y, **FIT)
    return tuner, tuner.remaining_trials


@pattern
def a_project_that_is_overwritten(kt: Any, folder: str) -> Any:
    searched(kt, folder)
    tuner = kt.RandomSearch(dense, "val_loss", 3, directory=folder, overwrite=True)
    return None, (tuner.remaining_trials, len(tuner.oracle.trials))


@pattern
def results_summary(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, project_name="named")
    lines = printed(lambda: tuner.results_summary(num_trials=2))
    return tuner, [line for line in lines if not line.startswith(("Score", "learning_rate"))]


@pattern
def trials_as_a_table(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    rows = []
    for trial in tuner.oracle.get_best_trials(num_trials=5):
        history = trial.metrics.get_history("val_loss")
        rows.append((
            trial.trial_id, trial.status, trial.hyperparameters.values["units"], trial.best_step,
            len(history), sorted(trial.metrics.metrics), sorted(trial.get_state()),
            sorted(trial.metrics.get_config()["metrics"]),
        ))  # fmt: skip
        printed(trial.summary)
    return tuner, rows


@pattern
def a_trial_by_its_id(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    found = []
    for trial_id in sorted(tuner.oracle.trials):
        trial = tuner.oracle.get_trial(trial_id)
        model = tuner.load_model(trial)
        np.testing.assert_allclose(model.evaluate(*HELD, verbose=0), trial.score, rtol=1e-4)
        found.append((trial_id, trial.metrics.get_best_value("val_loss") == trial.score))
    return tuner, found


@pattern
def the_files_of_a_project(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, project_name="named")
    root = Path(folder) / "named"
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    trial = json.loads((root / "trial_0" / "trial.json").read_text("utf-8"))
    oracle = json.loads((root / "oracle.json").read_text("utf-8"))
    assert Path(tuner.project_dir) == root
    return tuner, (files, sorted(trial), sorted(oracle), oracle["end_order"])


@pattern
def weights_of_a_checkpoint(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder, project_name="named")
    best = tuner.oracle.get_best_trials()[0]
    model = tuner.hypermodel.build(best.hyperparameters)
    model.load_weights(f"{folder}/named/trial_{best.trial_id}/checkpoint.weights.h5")
    return tuner, round(model.evaluate(*HELD, verbose=0), 3)


@pattern
def saved_and_reloaded(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    tuner.save()
    tuner.reload()
    return tuner, sorted(tuner.oracle.get_state())


@pattern
def hyperparameters_changed_by_hand(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    best = tuner.get_best_hyperparameters()[0].copy()
    best.values["units"] = 7
    model = tuner.hypermodel.build(best)
    state = kt.HyperParameters.from_config(best.get_config())
    return tuner, (model.count_params(), state.get("units"))


@pattern
def two_searches_of_one_script(kt: Any, folder: str) -> Any:
    """The second is of what the first found."""
    first = searched(kt, folder, project_name="first")
    known = first.get_best_hyperparameters()[0]

    def build(hp: Any) -> keras.Model:
        units = known.get("units")
        return dense(hp, layers.Dense(units), layers.Dense(hp.Int("more", 1, 3)))

    return searched(kt, folder, build, project_name="second")


@pattern
def a_search_that_was_stopped_and_is_called_again(kt: Any, folder: str) -> Any:
    """As the cell of a notebook."""
    begun: list[Any] = []

    def stop(logs: Any) -> None:
        begun.append(logs)
        if len(begun) == 2:
            raise KeyboardInterrupt

    fit = {**FIT, "callbacks": [keras.callbacks.LambdaCallback(on_train_begin=stop)]}
    arguments = {"directory": folder, "seed": 1, "max_trials": 4}
    tuner = kt.RandomSearch(dense, "val_loss", **arguments)
    try:
        tuner.search(X, Y, **fit)
    except KeyboardInterrupt:
        tuner.search(X, Y, **fit)
    # Their weights are drawn in another order: they are built anew.
    trials = tuner.oracle.trials
    return None, [(key, one.status, one.hyperparameters.values) for key, one in trials.items()]


@pattern
def shapes_of_a_best_model_without_an_input(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([layers.Flatten(), layers.Dense(hp.Int("units", 2, 4, step=2))])
        model.add(layers.Dense(1))
        model.compile("adam", "mse")
        return model

    tuner = searched(kt, folder, build)
    best = tuner.get_best_models()[0]
    return tuner, (best.input_shape, best.output_shape)


@pattern
def a_tuner_that_is_asked_what_it_is(kt: Any, folder: str) -> Any:
    def best(tuner: kt.Tuner | None) -> Any:
        return tuner and tuner.get_best_hyperparameters()[0].values

    tuner = searched(kt, folder)
    kinds = [kt.Tuner, kt.RandomSearch, kt.Hyperband, kt.engine.tuner.Tuner]
    found = [isinstance(tuner, kind) for kind in kinds], issubclass(kt.GridSearch, kt.Tuner)
    return tuner, (found, best(tuner), kt.Tuner.__name__)
