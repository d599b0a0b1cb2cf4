"""Tuners of a build function: KerasTuner's own script, trial for trial what KerasTuner finds."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pytest
from keras import layers

import rnnsearch
from rnnsearch.integrations.keras_tuner import pareto_trials
from rnnsearch.integrations.keras_tuner.apart import Apart, NotApart
from rnnsearch.integrations.keras_tuner.best_epoch import BestEpoch
from rnnsearch.integrations.keras_tuner.methods import BuildTuner
from rnnsearch.integrations.keras_tuner.own_fits import ProgramFit
from rnnsearch.integrations.keras_tuner.standing_against import Said
from rnnsearch.integrations.keras_tuner.trial_fitting import Job

# As KerasTuner's: a checkpoint has the optimizer's variables, a new model has none yet.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipping variable loading"),
    pytest.mark.filterwarnings("ignore:The optimal value found"),  # by its Gaussian process
]

RNG = np.random.default_rng(0)
# 48 for training and 16 for validation, in batches of 16: a short one would be compiled, too.
X = RNG.normal(size=(64, 4)).astype("float32")
Y = X[:, 0] * 2 + 0.1 * RNG.normal(size=64)
FIT = {"epochs": 2, "batch_size": 16, "validation_split": 0.25, "verbose": 0}


def build(hp):
    model = keras.Sequential([keras.Input((4,))])
    for layer in range(hp.Int("layers", 1, 2)):
        with hp.conditional_scope("layers", list(range(layer + 1, 3))):
            model.add(layers.Dense(hp.Choice(f"units_{layer}", [2, 3]), "relu"))
    if hp.Boolean("drop"):
        model.add(layers.Dropout(hp.Float("rate", 0.1, 0.5)))
    model.add(layers.Dense(1))
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse", metrics=["mae"])
    return model


def linear(hp):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-1)), loss="mse")
    return model


def searched(package, kind, folder, hypermodel=build, fit=FIT, **arguments):
    given = {"objective": "val_loss", "directory": folder, "project_name": package.__name__}
    tuner = getattr(package, kind)(hypermodel, **(given | arguments))
    keras.utils.set_random_seed(5)
    tuner.search(X, Y, **fit)
    return tuner


def test_trials_are_those_of_keras_tuner(tmp_path):
    """The same values, scores, best epochs and weights: from the same seeds, in the same order."""
    arguments = {"max_trials": 3, "seed": 1}
    ours = searched(rnnsearch, "RandomSearch", tmp_path, **arguments)
    theirs = searched(keras_tuner, "RandomSearch", tmp_path, **arguments)
    assert ours.oracle.trials.keys() == theirs.oracle.trials.keys()
    for trial_id, trial in theirs.oracle.trials.items():
        mine = ours.oracle.get_trial(trial_id)
        assert (mine.status, mine.best_step) == (trial.status, trial.best_step)
        assert mine.hyperparameters.values == trial.hyperparameters.values
        assert mine.score == pytest.approx(trial.score, rel=1e-4)
        models = (tuner.load_model(one) for tuner, one in ((ours, mine), (theirs, trial)))
        for one, other in zip(*(model.get_weights() for model in models), strict=True):
            np.testing.assert_allclose(one, other, 1e-3, 1e-5)
    assert len(ours._start.programs) < len(ours.oracle.trials)


def test_a_function_that_sets_seeds_finds_what_it_finds_under_keras_tuner(tmp_path):
    """As lanes, and where a callback within epochs makes `model.fit` train."""

    def seeded(hp):
        keras.utils.set_random_seed(hp.Int("seed", 1, 9))
        return linear(hp)

    def scores(package, name, callbacks=()):
        fit = {**FIT, "callbacks": list(callbacks)}
        arguments = {"max_trials": 2, "seed": 1, "executions_per_trial": 2, "project_name": name}
        tuner = searched(package, "RandomSearch", tmp_path, seeded, fit, **arguments)
        return [trial.score for trial in tuner.oracle.trials.values()]

    theirs = scores(keras_tuner, "theirs")
    assert scores(rnnsearch, "lanes") == pytest.approx(theirs, rel=1e-5)
    within = [keras.callbacks.TerminateOnNaN()]
    assert scores(rnnsearch, "fits", within) == pytest.approx(theirs, rel=1e-5)


def test_hyperband_finds_what_it_finds_under_keras_tuner(tmp_path):
    """Round by round: the next is of the best of this one, with their weights."""
    arguments = {"hypermodel": linear, "max_epochs": 2, "factor": 2, "seed": 2}
    ours = searched(rnnsearch, "Hyperband", tmp_path, **arguments).oracle.trials
    theirs = searched(keras_tuner, "Hyperband", tmp_path, **arguments).oracle.trials
    assert {key: trial.hyperparameters.values for key, trial in ours.items()} == {
        key: trial.hyperparameters.values for key, trial in theirs.items()
    }
    assert {key: trial.score for key, trial in ours.items()} == pytest.approx(
        {key: trial.score for key, trial in theirs.items()}, rel=1e-4
    )
    later = [trial for trial in ours.values() if "tuner/trial_id" in trial.hyperparameters.values]
    for trial in later:
        first = ours[trial.hyperparameters.get("tuner/trial_id")]
        assert trial.score < first.score, "it goes on where the other ended"
    assert later


def test_a_tuner_of_a_function_is_searched_at_random(tmp_path):
    tuner = rnnsearch.Tuner(
        linear, objective="val_loss", max_trials=3, directory=tmp_path, seed=1, project_name="p"
    )
    assert isinstance(tuner, BuildTuner)
    assert isinstance(tuner, keras_tuner.Tuner)
    assert isinstance(tuner, rnnsearch.Tuner)
    assert tuner.remaining_trials == 3
    tuner.search(X, Y, **FIT)
    assert tuner.remaining_trials == 0
    assert len(tuner._start.programs) == 1


def test_tuner_stands_for_the_class_of_every_tuner(tmp_path):
    """Scripts ask what a tuner is, annotate with `Tuner | None`, and call what it has by its class."""
    tuner = rnnsearch.RandomSearch(linear, "val_loss", max_trials=1, directory=tmp_path)
    spec = rnnsearch.Tuner(task="many_to_one", space={"units": 4}, max_trials=1)
    for name in (rnnsearch.Tuner, rnnsearch.tuners.Tuner, rnnsearch.engine.tuner.Tuner):
        assert isinstance(tuner, name)
        assert issubclass(rnnsearch.Hyperband, name)
        assert not isinstance(linear, name)
        assert not issubclass(keras_tuner.SklearnTuner, name)
    assert isinstance(spec, rnnsearch.Tuner)
    assert (rnnsearch.Tuner | None) == (None | rnnsearch.Tuner)
    assert rnnsearch.Tuner.get_best_models is BuildTuner.get_best_models
    assert rnnsearch.Tuner.__name__ == "Tuner"
    assert not hasattr(rnnsearch.Tuner, "_anything")


def test_an_oracle_of_ones_own_is_asked_for_one_trial_at_a_time(tmp_path):
    class Halving(keras_tuner.Oracle):
        def populate_space(self, trial_id):
            done = [t.score for t in self.trials.values()]
            assert None not in done
            return {"status": "RUNNING", "values": {"rate": 0.1 / 2 ** len(done)}}

    oracle = Halving(objective="val_loss", max_trials=3)
    tuner = rnnsearch.Tuner(oracle, linear, directory=tmp_path, project_name="p")
    tuner.search(X, Y, **FIT)
    rates = [t.hyperparameters.get("rate") for t in oracle.trials.values()]
    assert rates == [0.1, 0.05, 0.025]


def test_bayesian_and_grid(tmp_path):
    arguments = {"hypermodel": linear, "max_trials": 6, "seed": 1}
    tuner = searched(rnnsearch, "BayesianOptimization", tmp_path, num_initial_points=3, **arguments)
    assert len({t.score for t in tuner.oracle.get_best_trials(6)}) == 6

    def grid(hp):
        hp.Choice("rate", [0.1, 0.01])
        hp.Choice("other", ["a", "b"])
        return linear(hp)

    tuner = searched(rnnsearch, "GridSearch", tmp_path / "grid", hypermodel=grid)
    values = [tuple(t.hyperparameters.values.values()) for t in tuner.oracle.trials.values()]
    assert sorted(values) == [(0.01, "a"), (0.01, "b"), (0.1, "a"), (0.1, "b")]


@pytest.mark.parametrize(
    ("kind", "more"),
    [("RandomSearch", {"max_trials": 4}), ("Hyperband", {"max_epochs": 2, "factor": 2})],
)
def test_a_search_that_was_interrupted_goes_on_with_every_trial(tmp_path, kind, more):
    """In one process, as a notebook's cell that is stopped and run again."""
    began = []

    def interrupt(logs):
        began.append(logs)
        if len(began) == 2:
            raise KeyboardInterrupt

    fit = {**FIT, "callbacks": [keras.callbacks.LambdaCallback(on_train_begin=interrupt)]}
    tuner = getattr(rnnsearch, kind)(linear, "val_loss", directory=tmp_path, seed=2, **more)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(X, Y, **fit)
    before = [(t.status, t.hyperparameters.values) for t in tuner.oracle.trials.values()]
    assert [status for status, _ in before].count("RUNNING") > 0
    tuner.search(X, Y, **fit)
    after = list(tuner.oracle.trials.values())
    assert {trial.status for trial in after} == {"COMPLETED"}
    assert [t.hyperparameters.values for t in after[: len(before)]] == [v for _, v in before]
    assert tuner.oracle.end_order == sorted(tuner.oracle.trials)


def test_a_model_that_no_program_can_be_made_of_is_trained_by_fit(tmp_path, monkeypatch, caplog):
    def fail(programs, model, request):
        raise NotImplementedError

    monkeypatch.setattr("rnnsearch.engines.built.Programs.of", fail)
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, linear, max_trials=1, seed=3)
    assert [trial.status for trial in tuner.oracle.trials.values()] == ["COMPLETED"]
    assert "model.fit: no program can be made of it (NotImplementedError)" in caplog.text


@pytest.mark.parametrize("own", [False, True])
def test_a_fit_in_the_place_of_keras_s_sees_every_trial(tmp_path, monkeypatch, caplog, own):
    """As `mlflow.autolog()` puts one there, before or after programs know of Keras's."""
    import rnnsearch.engines.built

    class Own(keras_tuner.HyperModel):
        def build(self, hp):
            return linear(hp)

        def fit(self, hp, model, *args, **kwargs):
            return model.fit(*args, **kwargs)

    seen, fit = [], keras.Model.fit

    def logged(model, *arguments, **named):
        seen.append(model)
        return fit(model, *arguments, **named)

    monkeypatch.setattr(keras.Model, "fit", logged)
    hypermodel = Own() if own else linear
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, hypermodel, max_trials=2, seed=3)
    assert len(seen) == len(tuner.oracle.get_best_trials(2)) == 2
    assert "tests has put its own fit in the place of Model.fit" in caplog.text


def test_a_search_that_fails_keeps_no_model(tmp_path):
    """Of a trial that `model.fit` was to train: it is built, and waits for that."""

    class Own(keras.callbacks.Callback):
        def __deepcopy__(self, memo):
            raise TypeError

        def on_train_batch_end(self, batch, logs=None):
            raise NotImplementedError

    tuner = rnnsearch.RandomSearch(linear, "val_loss", max_trials=2, directory=tmp_path, seed=3)
    with pytest.raises(keras_tuner.errors.FatalValueError, match="deep-copyable"):
        tuner.search(X, Y, **FIT, callbacks=[Own()])
    assert not tuner._start._left


@pytest.mark.parametrize(("memory", "most"), [(2**40, 4), (8 * 16 * 12, 3), (8 * 16 * 4, 1)])
def test_large_models_are_not_all_in_memory_at_once(tmp_path, monkeypatch, memory, most):
    """Of five weights each, of which one trial in eight of the memory may hold 16 bytes."""
    monkeypatch.setattr("rnnsearch.integrations.keras_tuner.built.memory_bytes", lambda: memory)
    under_way = []
    look = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: under_way.append(len(tuner.oracle.ongoing_trials))
    )
    tuner = rnnsearch.RandomSearch(linear, "val_loss", max_trials=4, directory=tmp_path, seed=3)
    tuner.search(X, Y, **FIT, callbacks=[look])
    assert max(under_way) == most


def test_models_are_collected_by_their_size(tmp_path, monkeypatch):
    home = "rnnsearch.integrations.keras_tuner.built"
    monkeypatch.setattr(f"{home}._COLLECTED_NUMBERS", 10)
    collected = []
    monkeypatch.setattr(f"{home}.gc.collect", lambda: collected.append(1))
    tuner = rnnsearch.RandomSearch(linear, "val_loss", max_trials=4, directory=tmp_path, seed=3)
    for _ in range(5):
        tuner._try_build(keras_tuner.HyperParameters())
    assert len(collected) == 2


def test_each_lane_stops_by_itself(tmp_path):
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=0.3)
    fit = {**FIT, "epochs": 9, "callbacks": [stop]}
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, linear, fit, max_trials=4, seed=3)
    steps = [trial.best_step for trial in tuner.oracle.trials.values()]
    assert len(set(steps)) > 1
    assert max(steps) < 8


def test_a_callback_knows_the_metrics_of_a_model_that_anothers_program_trains(tmp_path):
    def build(hp):
        model = keras.Sequential(
            [keras.Input(X.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(1)]
        )
        optimizer = keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-1))
        model.compile(optimizer, "mse", metrics=[keras.metrics.R2Score(name="fit")])
        return model

    stop = keras.callbacks.EarlyStopping(
        "val_fit", patience=1
    )  # Keras asks the metric for its mode
    fit = {**FIT, "callbacks": [stop]}
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, build, fit, max_trials=3, seed=3)
    assert [trial.status for trial in tuner.oracle.trials.values()] == ["COMPLETED"] * 3


def test_another_process_reads_what_one_found(tmp_path):
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, max_trials=2, seed=1)
    best = tuner.get_best_models()[0].predict(X, verbose=0)
    again = rnnsearch.RandomSearch(
        build, "val_loss", 3, directory=tmp_path, project_name="rnnsearch", seed=1
    )
    assert again.remaining_trials == 1
    assert again.oracle.get_best_trials()[0].score == tuner.oracle.get_best_trials()[0].score
    assert again.get_best_hyperparameters()[0].values == tuner.get_best_hyperparameters()[0].values
    np.testing.assert_allclose(again.get_best_models()[0].predict(X, verbose=0), best, 1e-5)
    again.search(X, Y, **FIT)
    assert len(again.oracle.trials) == 3
    fresh = rnnsearch.RandomSearch(
        build, "val_loss", 3, directory=tmp_path, project_name="rnnsearch", overwrite=True
    )
    assert fresh.remaining_trials == 3


class Subclassed(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.hidden, self.out = layers.Dense(units), layers.Dense(1)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def subclassed(hp):
    model = Subclassed(hp.Int("units", 2, 3))
    model.compile("sgd", "mse")
    return model


def test_a_subclassed_model_is_a_lane_and_can_be_loaded(tmp_path, caplog):
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, subclassed, max_trials=1)
    trial = tuner.oracle.get_best_trials()[0]
    loss = float(
        np.mean((tuner.get_best_models()[0].predict(X[48:], verbose=0)[:, 0] - Y[48:]) ** 2)
    )
    assert loss == pytest.approx(trial.score, rel=1e-4)
    assert not caplog.records
    assert len(tuner._start.programs) == 1


def hyperparameters(tuner):
    return [trial.hyperparameters for trial in tuner.oracle.trials.values()]


class OwnFit(keras_tuner.HyperModel):
    models = ()

    def build(self, hp):
        return linear(hp)

    def fit(self, hp, model, *args, **kwargs):
        self.models = (*self.models, model)
        return model.fit(*args, **{**kwargs, "batch_size": hp.Choice("batch", [8, 16])})


def test_a_fit_of_the_hypermodels_own_finds_a_model_whose_fit_is_a_programs(tmp_path, caplog):
    """And comes to what it comes to under KerasTuner; afterwards a model's `fit` is Keras's."""
    arguments = {"max_trials": 2, "seed": 1}
    theirs = searched(keras_tuner, "RandomSearch", tmp_path, OwnFit(), **arguments)
    hypermodel = OwnFit()
    ours = searched(rnnsearch, "RandomSearch", tmp_path, hypermodel, **arguments)
    assert [r.message for r in caplog.records if r.name == "rnnsearch"] == [
        "trained one after the other: OwnFit has a fit of its own"
    ]
    for trial_id, trial in theirs.oracle.trials.items():
        mine = ours.oracle.get_trial(trial_id)
        assert mine.hyperparameters.values == trial.hyperparameters.values
        assert mine.score == pytest.approx(trial.score, rel=1e-4)
        assert mine.best_step == trial.best_step
    kept = [tuner.get_best_models()[0].get_weights() for tuner in (ours, theirs)]
    for one, other in zip(*kept, strict=True):
        np.testing.assert_allclose(one, other, 1e-3, 1e-5)
    first, second = hypermodel.models
    assert len(first.fit.programs) == len({t.get("batch") for t in hyperparameters(ours)})
    assert first.train_function is second.train_function is None, "Keras has compiled nothing"
    first.fit(X, Y, verbose=0)
    assert first.train_function is not None
    assert isinstance(hypermodel.build(hyperparameters(ours)[0]), keras.Model)
    assert not isinstance(hypermodel.build(hyperparameters(ours)[0]).fit, ProgramFit)


@pytest.mark.parametrize("result", [0.5, {"val_loss": 0.5}, [0.25, 0.75]])
def test_run_trial_of_ones_own(tmp_path, result):
    class Own(rnnsearch.Tuner):
        def run_trial(self, trial, x):
            assert x == 3
            trial.hyperparameters.Int("n", 1, 5)
            return result

    oracle = keras_tuner.oracles.RandomSearchOracle("val_loss", 2)
    tuner = Own(oracle, directory=tmp_path, project_name="p")
    tuner.search(3)
    assert [t.score for t in tuner.oracle.trials.values()] == [0.5, 0.5]


def test_a_model_may_fit_by_itself_and_have_no_optimizer(tmp_path):
    class Steps(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.optimizer = True
            self.rate = rate

        def fit(self, *args, callbacks, **kwargs):
            history = keras.callbacks.History()
            for one in (*callbacks, history):
                one.set_model(self)
                one.on_train_begin()
                for epoch, loss in enumerate([self.rate, self.rate / 2]):
                    one.on_epoch_end(epoch, {"loss": loss})
            return history

        def save_weights(self, *args, **kwargs):
            pass

    def build(hp):
        return Steps(hp.Choice("rate", [0.1, 0.01]))

    objective = keras_tuner.Objective("loss", "min")
    tuner = rnnsearch.RandomSearch(build, objective, 2, directory=tmp_path)
    tuner.search()
    assert sorted(trial.score for trial in tuner.oracle.trials.values()) == [0.005, 0.05]


def test_run_trial_may_change_the_fit_and_go_on_as_usual(tmp_path, caplog):
    """KerasTuner's own example of a batch size that is searched: one trial after the other."""

    class Sizes(rnnsearch.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            kwargs["batch_size"] = trial.hyperparameters.Choice("batch_size", [8, 30])
            return super().run_trial(trial, *args, **kwargs)

    tuner = Sizes(linear, "val_loss", 4, seed=1, directory=tmp_path, project_name="p")
    tuner.search(X, Y, **FIT)
    assert 1 <= len(tuner._start.programs) <= 2
    assert len(tuner.oracle.get_best_trials(4)) == 4
    assert not caplog.records


def test_callbacks_that_keep_something_see_one_trial_at_a_time(tmp_path):
    events = []

    class Tell(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            events.append("begin")

        def on_epoch_end(self, epoch, logs=None):
            events.append(float(np.sum(self.model.get_weights()[0])))

        def on_train_end(self, logs=None):
            events.append("end")

    fit = {**FIT, "callbacks": [Tell()]}
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, linear, fit, max_trials=2, seed=1)
    assert [one for one in events if isinstance(one, str)] == ["begin", "end"] * 2
    assert len({one for one in events if not isinstance(one, str)}) == 4
    assert len(tuner._start.programs) == 1


def test_failing_trials_are_tried_again_and_then_end_the_search(tmp_path):
    calls = []

    def fails(hp):
        calls.append(hp.Float("rate", 0, 1))
        if len(calls) > 1:  # the first is the space's
            raise ValueError("no such model")
        return linear(hp)

    tuner = rnnsearch.RandomSearch(
        fails,
        "val_loss",
        9,
        max_retries_per_trial=1,
        max_consecutive_failed_trials=2,
        directory=tmp_path,
        project_name="p",
    )
    with pytest.raises(RuntimeError, match=r"(?s)Number of consecutive.*no such model"):
        tuner.search(X, Y, **FIT)
    assert len(calls) == 5
    assert {t.status for t in tuner.oracle.trials.values()} == {"FAILED"}


def test_what_fit_refuses_is_the_trials_message(tmp_path):
    with pytest.raises(RuntimeError, match="got an unexpected keyword argument 'epoch'"):
        searched(rnnsearch, "RandomSearch", tmp_path, linear, {"epoch": 2}, max_trials=4)
    with pytest.raises(RuntimeError, match="incompatible"):
        tuner = rnnsearch.RandomSearch(linear, "val_loss", 4, directory=tmp_path / "shapes")
        tuner.search(X[:, :3], Y, **FIT)


def test_several_objectives_and_directions(tmp_path):
    objective = ["val_loss", keras_tuner.Objective("val_mae", "min")]
    tuner = searched(rnnsearch, "RandomSearch", tmp_path, max_trials=4, objective=objective)
    trial = tuner.oracle.get_best_trials()[0]
    found = [trial.metrics.get_best_value(name) for name in ("val_loss", "val_mae")]
    assert trial.score == pytest.approx(sum(found))
    front = pareto_trials(tuner)
    costs = {
        trial.trial_id: [trial.metrics.get_best_value(name) for name in ("val_loss", "val_mae")]
        for trial in tuner.oracle.trials.values()
    }
    assert trial in front
    assert costs[front[0].trial_id][0] == min(cost[0] for cost in costs.values())
    for one in tuner.oracle.trials.values():
        beaten = any(all(np.less(cost, costs[one.trial_id])) for cost in costs.values())
        assert (one in front) != beaten
    with pytest.raises(ValueError, match="Could not infer optimization direction"):
        rnnsearch.RandomSearch(build, "unheard_of", 2, directory=tmp_path / "o")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: rnnsearch.Tuner(), TypeError, "Expected a function.*or a task.*neither"),
        (lambda: rnnsearch.Tuner(objective="val_loss"), TypeError, "Received: neither"),
        (
            lambda: rnnsearch.Tuner(oracle="no", hypermodel=build),
            ValueError,
            "instance of `Oracle`",
        ),
        (lambda: rnnsearch.RandomSearch(None, "val_loss"), ValueError, "hypermodel=None"),
        (lambda: rnnsearch.RandomSearch(build, "val_loss", block=0), ValueError, "at least 1"),
        (lambda: rnnsearch.Tuner(build, objective="loss", sampler="tpe"), ValueError, "sampler"),
        (lambda: rnnsearch.Tuner(task="many_to_won", space={}), ValueError, "task: must be"),
    ],
)
def test_what_cant_be_is_refused(tmp_path, monkeypatch, make, error, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message):
        make()


def test_keras_tuners_names_are_there():
    from rnnsearch.integrations import keras_tuner as names

    assert rnnsearch.HyperModel is names.HyperModel is keras_tuner.HyperModel
    assert rnnsearch.errors.FailedTrialError is keras_tuner.errors.FailedTrialError
    assert names.RandomSearch is rnnsearch.RandomSearch is not keras_tuner.RandomSearch
    for name in keras_tuner.oracles.__dict__.keys() & {"RandomSearchOracle", "HyperbandOracle"}:
        assert getattr(rnnsearch.oracles, name) is getattr(keras_tuner.oracles, name)
    from rnnsearch.engine.hyperparameters import HyperParameters

    from rnnsearch.engine.tuner import Tuner

    assert HyperParameters is keras_tuner.HyperParameters
    assert rnnsearch.engine.trial.Trial is keras_tuner.engine.trial.Trial
    inner = rnnsearch.tuners.randomsearch.RandomSearchOracle
    assert inner is keras_tuner.oracles.RandomSearchOracle
    assert Tuner is rnnsearch.tuners.Tuner is rnnsearch.Tuner
    assert rnnsearch.applications.HyperResNet is keras_tuner.applications.HyperResNet
    assert rnnsearch.SklearnTuner is rnnsearch.tuners.SklearnTuner is keras_tuner.SklearnTuner
    assert names.tuners.Hyperband is rnnsearch.tuners.Hyperband is rnnsearch.Hyperband
    for module in (rnnsearch, names, rnnsearch.errors, rnnsearch.engine):
        with pytest.raises(AttributeError, match="unheard_of"):
            _ = module.unheard_of


SCRIPT = """
import sys
import keras, numpy as np
import rnnsearch as kt
from rnnsearch.integrations.keras_tuner.apart.driver_side import _idle

@keras.saving.register_keras_serializable("script")
class Scale(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        return x * self.factor

def build(hp):
    on_jax = keras.backend.backend() == "jax"
    assert not (on_jax and "tensorflow" in sys.modules), "seconds for nothing"
    rate = hp.Float("rate", 0.1, 0.5)
    parts = [Scale(), keras.layers.Dropout(rate), keras.layers.Dense(hp.Int("units", 2, 3)),
             keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((4,)), *parts])
    model.compile(optimizer=keras.optimizers.Adam(hp.Float("step", 0.01, 0.1)), loss="mse")
    return model

class Watch(keras.callbacks.Callback):
    seen = 0
    def on_epoch_end(self, epoch, logs):
        loss = self.model.evaluate(x[30:], y[30:], verbose=0)
        assert abs(loss - logs["val_loss"]) < 1e-4 * loss
        Watch.seen += 1
        assert (self.params["epochs"], self.params["steps"], self.params["verbose"]) == (3, 1, 0)
        assert int(self.model.optimizer.iterations) == epoch + 1
        assert np.abs(self.model.optimizer.variables[2]).max() > 0, "Adam's mean of gradients"
        self.model.stop_training = epoch == 1

class Change(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        self.model.optimizer.learning_rate = 0.5

def searched(name, **more):
    tuner = kt.RandomSearch(build, objective="val_loss", max_trials=2, directory="here",
                            project_name=name)
    fit = dict(epochs=6, validation_data=(x[30:], y[30:]), verbose=0)
    tuner.search(x[:30], y[:30], **(fit | more))
    (best,) = tuner.oracle.get_best_trials(1)
    loss = tuner.get_best_models()[0].evaluate(x[30:], y[30:], verbose=0)
    assert abs(loss - best.score) < 1e-4 * best.score, (loss, best.score)
    processes.add(_idle[0]._process.pid)
    return tuner

processes = set()
x = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
y = x @ np.arange(4.0)
stop = keras.callbacks.EarlyStopping(patience=1, min_delta=1e9, verbose=1)
tuner = searched("apart", callbacks=[stop])
print(len(tuner.oracle.get_best_trials(2)), keras.backend.backend())
watched = Watch()
searched("watched", epochs=3, callbacks=[watched, keras.callbacks.CSVLogger("epochs.csv")])
print("seen", Watch.seen)
searched("changed", epochs=1, callbacks=[Change()])

class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, at):
        return x, y

tuner = kt.RandomSearch(build, "loss", 1, directory="here", project_name="batches")
tuner.search(Batches(), verbose=0)
assert tuner._said._said == {"the data is a Batches, not arrays"}, tuner._said._said

seen = keras.layers.Normalization()  # which counts in another type on JAX
seen.adapt(x)

def build(hp):
    sure = keras.layers.Dense(1, "sigmoid", kernel_initializer=keras.initializers.Constant(60.0))
    model = keras.Sequential([keras.Input((4,)), seen, sure])
    loss = lambda y, p: keras.losses.binary_crossentropy(y > 0, p)  # beyond what JAX clips
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.01, 0.1)), loss)
    return model

said = searched("normalised", epochs=1)._said._said
assert len(said) == 1, said

def build(hp):
    units = {"tensorflow": 2, "jax": 3}[keras.backend.backend()]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.01, 0.1)), "mse")
    return model

keras.config.set_epsilon(1e-6)
searched("other", epochs=1)

import tensorflow as tf
from rnnsearch.integrations.keras_tuner.datasets import Datasets

whole = tf.data.Dataset.from_tensor_slices((x, y)).map(lambda a, b: (2 * a, b)).cache()

def read(pipeline, exact=True):
    return Datasets().in_memory((pipeline,), {"epochs": 2}, exact=exact)[1]

plain = read(whole.batch(16).prefetch(2))
assert np.array_equal(plain["x"], 2 * x) and np.array_equal(plain["y"], y)
assert (plain["batch_size"], plain["shuffle"], plain["epochs"]) == (16, False, 2)
shuffled = whole.shuffle(40).batch(20)
assert "x" not in read(shuffled)
assert read(shuffled, exact=False)["shuffle"]
for beside in ({"y": y}, {"sample_weight": y}, {"validation_split": 0.5}):  # Keras refuses these
    assert Datasets().in_memory((whole.batch(16),), beside, exact=True)[1] is beside
words = keras.layers.TextVectorization(output_sequence_length=2, vocabulary=["b", "a"])
texts = tf.data.Dataset.from_tensor_slices((["a b", "b"] * 20, y)).map(lambda a, b: (words(a), b))
assert read(texts.batch(16))["x"][:2].tolist() == [[3, 2], [2, 0]]
for refused in (
    whole.shuffle(39).batch(16),
    whole.batch(16).shuffle(40),
    whole.shuffle(40).batch(16, drop_remainder=True),
    whole.shuffle(40).cache().batch(16),
    whole.map(lambda a, b: (a + tf.random.uniform([4]), b)).batch(16),
    whole.repeat().batch(16),
    whole.filter(lambda a, b: b > 0).batch(16),
    whole.take(0).batch(16),
    whole.take(4).batch(4).concatenate(whole.take(8).batch(8)),
    whole.take(20).batch(7).concatenate(whole.take(4).batch(4)),
):
    assert "x" not in read(refused, exact=False)

def drawn(shape, dtype=None):  # where the model is built, which no input does
    return keras.ops.full(shape, {"tensorflow": 1.0, "jax": 2.0}[keras.backend.backend()])

def build(hp):
    model = keras.Sequential([keras.layers.Dense(1, kernel_initializer=drawn)])
    model.compile(keras.optimizers.SGD(hp.Float("rate", 1e-9, 1e-8)), "mse")
    return model

tuner = kt.RandomSearch(build, "val_loss", 2, directory="here", project_name="pipelines")
tuner.search(shuffled, validation_data=whole.batch(7), epochs=2, verbose=0)
(best,) = tuner.get_best_models()
assert np.allclose(best.get_weights()[0], 1.0), "its weights are the script's"
assert not any("set_weights" in line for line in tuner._said._said), "the second's, too"
loss = best.evaluate(2 * x, y, verbose=0)
assert abs(loss - tuner.oracle.get_best_trials(1)[0].score) < 1e-4 * loss
processes.add(_idle[0]._process.pid)
print("processes", len(processes))
"""


@pytest.mark.parametrize("backend", ["tensorflow"])
def test_a_script_on_another_backend_without_a_main_guard(tmp_path, backend):
    """JAX trains in a process of its own; what it learned is the script's, on its own backend."""
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    environment = {**os.environ, "KERAS_BACKEND": backend}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    process = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr[-3000:]
    told = [*["Epoch 2: early stopping"] * 2, f"2 {backend}", "seen 4", "processes 1"]
    assert [line for line in process.stdout.splitlines() if line in told] == told
    lines = dict.fromkeys(process.stderr.splitlines())
    assert [line for line in lines if "backend is" in line or "by mod" in line] == [
        f"the backend is {backend}: trials are trained together on JAX, in a process of its own",
        "trained by model.fit: a callback changes what is trained",
        "trained by model.fit: the data is a Batches, not arrays",
        "trained by model.fit: what the function builds depends on the process",
    ]
    assert logging.getLogger("rnnsearch").level == logging.NOTSET


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"stateful": True}, "the state of held lasts from batch to batch"),
        ({"dtype": "float64"}, "held computes in double precision"),
        ({}, ""),
    ],
)
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")
def test_what_jax_would_do_otherwise_is_left_to_fit(given, reason):
    inner = [keras.Input(batch_shape=(4, 3, 1)), layers.GRU(2, name="held", **given)]
    model = keras.Sequential([keras.Sequential(inner), layers.Dense(1)])
    model.compile("sgd", "mse")
    # Without such a layer it gets as far as to the data, of which there is none.
    expected = pytest.raises(NotApart, match=reason) if reason else pytest.raises(TypeError)
    objective = keras_tuner.Objective("val_loss", "min")
    with expected:
        Apart(None).lane(model, None, [], BestEpoch(objective), objective, (), {"nothing": 1})


@pytest.mark.parametrize(("backend", "lines"), [("tensorflow", 2), ("torch", 1)])
def test_that_embeddings_learn_otherwise_apart_is_said_once(backend, lines, monkeypatch, caplog):
    monkeypatch.setattr("keras.backend.backend", lambda: backend)
    said = Said()
    said.apart(keras.Sequential([keras.Input((3,)), layers.Dense(1)]))
    inner = keras.Sequential([keras.Input((3,)), layers.Embedding(5, 2), layers.Flatten()])
    for _ in range(2):
        said.apart(keras.Sequential([inner, layers.Dense(1)]))
    assert len(caplog.messages) == lines
    assert "Embedding" in "".join(caplog.messages[1:]) or lines == 1


def test_that_half_precision_is_rounded_otherwise_apart_is_said(caplog):
    half = layers.Dense(1, dtype="mixed_bfloat16")
    for _ in range(2):
        Said().apart(keras.Sequential([keras.Input((3,)), half]))
        assert [line for line in caplog.messages if "half precision is rounded" in line]
        caplog.clear()
    Said().apart(keras.Sequential([keras.Input((3,)), layers.Dense(1)]))
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("what", ["base", "seed", "optimizer"])
def test_weights_that_a_function_does_not_make_are_learned_from_trial_to_trial(tmp_path, what):
    """Under KerasTuner each trial goes on with what the one before has left in them."""

    def script(package):
        keras.utils.set_random_seed(2)
        drop = layers.Dropout(0.3, seed=4)
        base = keras.Sequential([keras.Input((4,)), layers.Dense(3, "tanh")])
        common = keras.optimizers.Adam(0.05)

        def with_base(hp):
            middle = {"seed": [drop], "base": [base], "optimizer": []}[what]
            model = keras.Sequential([keras.Input((4,)), *middle, layers.Dense(1)])
            rate = hp.Float("rate", 1e-2, 1e-1)
            optimizer = common if what == "optimizer" else keras.optimizers.Adam(rate)
            model.compile(optimizer, "mse", metrics=["mae"])
            return model

        executions = 2 if what == "base" else 1
        arguments = {"max_trials": 2, "seed": 1, "executions_per_trial": executions}
        fit = {**FIT, "shuffle": False}
        tuner = searched(package, "RandomSearch", tmp_path, with_base, fit, **arguments)
        known = [trial.score for trial in tuner.oracle.trials.values()]
        assert not isinstance(tuner, BuildTuner) or tuner._start.programs is not None
        return known, base.get_weights(), tuner.get_best_models()[0].get_weights()

    for ours, theirs in zip(script(rnnsearch), script(keras_tuner), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, 1e-3, 1e-5)


def test_weights_that_outlive_a_search_are_not_sent_to_another_process(tmp_path, monkeypatch):
    base = layers.Dense(3, name="base")
    base.build((None, 4))

    def with_base(hp):
        model = keras.Sequential([keras.Input((4,)), base, layers.Dense(1)])
        model.compile(keras.optimizers.SGD(hp.Float("rate", 1e-3, 1e-2)), "mse")
        return model

    made = {"directory": tmp_path, "objective": "val_loss", "max_trials": 1}
    tuner = rnnsearch.RandomSearch(with_base, **made)
    monkeypatch.setattr(tuner._start, "process", None)  # whoever sends anything fails
    job = Job(tuner.oracle.create_trial("one"))
    assert "weights of base, made outside" in tuner._start._send(job, None, (X, Y), dict(FIT))
    assert not job.lanes
    base.trainable = False
    other = rnnsearch.RandomSearch(with_base, **made, project_name="frozen")
    assert other._common.learning == ""


def test_data_that_a_script_changes_in_place_is_sent_again(monkeypatch):
    """As a `run_trial` does that fills one array for each trial."""
    apart, sent, x = Apart(None), [], np.zeros(3)
    monkeypatch.setattr(apart, "_send", sent.append)
    numbers = [apart._data_number({"x": x}), apart._data_number({"x": x})]
    x += 1
    numbers.append(apart._data_number({"x": x}))
    assert numbers == [0, 0, 1] == [0, *(data.number for data in sent)]


def test_data_too_large_for_several_copies_is_not_sent(monkeypatch):
    apart, x = Apart(None), np.zeros(4 * 10**7, np.int8)
    sending = "rnnsearch.integrations.keras_tuner.apart.sending.memory_bytes"
    monkeypatch.setattr(sending, lambda: 15 * 10**7)
    with pytest.raises(NotApart, match=r"takes 0\.04 GB, more than a quarter of the memory"):
        apart._data_number({"x": None, "validation_data": (x, None)})


def test_modules_of_tuners_have_ours(monkeypatch):
    """`from keras_tuner.tuners import randomsearch` with the import changed."""
    from rnnsearch.tuners import bayesian, randomsearch, sklearn_tuner

    assert randomsearch.RandomSearch is rnnsearch.RandomSearch
    assert randomsearch.RandomSearchOracle is keras_tuner.oracles.RandomSearchOracle
    assert sklearn_tuner.SklearnTuner is keras_tuner.SklearnTuner
    monkeypatch.setattr(bayesian, "scipy", None)  # as a test of a script's may
    with pytest.raises(ImportError, match="Please install scipy"):
        rnnsearch.BayesianOptimization(build, "val_loss")
