"""Our training inside an Optuna study."""

import keras
import numpy as np
import optuna
import pytest

import rnnsearch

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6, 2)).astype("float32")
Y = X[:, :, 0].sum(axis=1)


def build(trial):
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((6, 2)), keras.layers.GRU(3), keras.layers.Dense(1)])
    rate = trial.suggest_float("learning_rate", 1e-2, 1e-1)
    model.compile(keras.optimizers.Adam(rate), loss="mse")
    return model


FIT = {"validation_data": (X[:9], Y[:9]), "epochs": 2, "batch_size": 16}


def test_an_objective_finds_what_model_fit_finds():
    objective = rnnsearch.optuna.objective(build, X, Y, **FIT)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(objective, n_trials=2)
    last = study.trials[1]  # by the program of the first
    history = build(optuna.trial.FixedTrial(last.params)).fit(X, Y, **FIT, verbose=0).history
    reported = list(last.intermediate_values.values())
    np.testing.assert_allclose(reported, history["val_loss"], rtol=1e-4)
    assert last.value == min(reported)
    assert objective.best_value == study.best_value
    evaluated = objective.best_model.evaluate(*FIT["validation_data"], verbose=0)
    assert evaluated == pytest.approx(study.best_value, rel=1e-4)


class Always(optuna.pruners.BasePruner):
    def prune(self, study, trial):
        return True


def test_a_pruner_ends_a_trial_at_its_first_epoch():
    study = optuna.create_study(pruner=Always())
    study.optimize(rnnsearch.optuna.objective(build, X, Y, **FIT), n_trials=1)
    assert study.trials[0].state is optuna.trial.TrialState.PRUNED
    assert list(study.trials[0].intermediate_values) == [0]


def test_a_model_that_no_program_trains_is_trained_by_fit(caplog):
    def eager(trial):
        model = build(trial)
        model.compile(keras.optimizers.SGD(0.1), loss="mse", run_eagerly=True)
        return model

    objective = rnnsearch.optuna.objective(eager, X[:16], Y[:16], epochs=2, metric="loss")
    study = optuna.create_study()
    study.optimize(objective, n_trials=1)
    assert study.best_value == min(study.best_trial.intermediate_values.values())
    assert "trained by model.fit: the model is compiled with run_eagerly" in caplog.text


def test_a_metric_that_is_none_is_said():
    objective = rnnsearch.optuna.objective(build, X, Y, epochs=1, metric="val_auc")
    with pytest.raises(ValueError, match=r"metric of the model: loss\. Received: val_auc"):
        optuna.create_study().optimize(objective, n_trials=1)


def test_a_trial_that_diverges_fails_and_is_never_the_best():
    def diverging(trial):
        model = build(trial)
        model.compile(keras.optimizers.SGD([np.nan, 1e-3][trial.number]), loss="mse")
        return model

    objective = rnnsearch.optuna.objective(diverging, X, Y, **FIT)
    study = optuna.create_study()
    study.optimize(objective, n_trials=2)
    assert [trial.state.name for trial in study.trials] == ["FAIL", "COMPLETE"]
    assert objective.best_value == study.best_value


def small(trial):
    keras.utils.set_random_seed(7)
    parts = [keras.Input((6, 2)), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential(parts)
    rate = trial.suggest_float("learning_rate", 1e-2, 1e-1)
    model.compile(keras.optimizers.SGD(rate), loss="mse", metrics=["mae"])
    return model


def test_a_study_of_two_objectives_gets_both_at_the_best_epoch_of_the_first():
    metric = ["val_mae", "val_loss"]
    objective = rnnsearch.optuna.objective(small, X, Y, metric=metric, **{**FIT, "epochs": 4})
    study = optuna.create_study(directions=["maximize", "minimize"])
    study.enqueue_trial({"learning_rate": 0.05})
    study.optimize(objective, n_trials=1)
    trial = study.trials[0]
    fit = {**FIT, "epochs": 4}
    history = small(optuna.trial.FixedTrial(trial.params)).fit(X, Y, **fit, verbose=0).history
    best = int(np.argmax(history["val_mae"]))
    expected = [history["val_mae"][best], history["val_loss"][best]]
    np.testing.assert_allclose(trial.values, expected, rtol=1e-4)
    assert objective.best_value == trial.values[0]
    assert not trial.intermediate_values


def test_metrics_that_are_not_as_many_as_directions_are_refused():
    objective = rnnsearch.optuna.objective(small, X, Y, **FIT)
    study = optuna.create_study(directions=["minimize", "minimize"])
    with pytest.raises(ValueError, match=r"each of the study's 2 directions.*Received: val_loss"):
        study.optimize(objective, n_trials=1)


def test_an_argument_of_fit_may_be_asked_of_the_trial():
    def size(trial):
        return trial.suggest_categorical("batch_size", [8, 16])

    objective = rnnsearch.optuna.objective(small, X, Y, **{**FIT, "batch_size": size})
    study = optuna.create_study()
    study.enqueue_trial({"learning_rate": 0.05, "batch_size": 8})
    study.optimize(objective, n_trials=1)
    model = small(optuna.trial.FixedTrial({"learning_rate": 0.05}))
    history = model.fit(X, Y, **{**FIT, "batch_size": 8}, verbose=0).history
    assert study.trials[0].params["batch_size"] == 8
    assert study.best_value == pytest.approx(min(history["val_loss"]), rel=1e-4)


def test_a_metric_of_every_second_epoch_is_one_of_the_models():
    fit = {**FIT, "epochs": 3, "validation_freq": 2}
    study = optuna.create_study()
    study.optimize(rnnsearch.optuna.objective(small, X, Y, **fit), n_trials=1)
    assert list(study.trials[0].intermediate_values) == [1]


def test_a_pipeline_of_tensorflow_is_trained_by_a_program(caplog):
    tensorflow = pytest.importorskip("tensorflow")
    pipeline = tensorflow.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    objective = rnnsearch.optuna.objective(small, pipeline, epochs=2, metric="loss")
    study = optuna.create_study()
    study.optimize(objective, n_trials=1)
    model = small(optuna.trial.FixedTrial(study.best_params))
    history = model.fit(pipeline, epochs=2, shuffle=False, verbose=0).history
    assert study.best_value == pytest.approx(min(history["loss"]), rel=1e-4)
    assert "model.fit" not in caplog.text
