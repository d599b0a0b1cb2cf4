"""Our spaces inside KerasTuner itself, and our training inside an Optuna study."""

import keras
import keras_tuner
import numpy as np
import optuna
import pytest

import rnnsearch
from rnnsearch.errors import InvalidSpec

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6, 2)).astype("float32")
Y = X[:, :, 0].sum(axis=1)
SPACE = {
    "cell": ["SimpleRNN", "GRU"],
    "units": 3,
    "bidirectional": False,
    "depth": {"min": 1, "max": 2},
    "recurrent_dropout": {"min": 0.1, "max": 0.3, "when": {"cell": ["GRU"]}},
    "learning_rate": {"min": 1e-3, "max": 1e-1, "log": True},
    "dropout": 0,
}


def test_keras_tuner_searches_our_space(tmp_path):
    hypermodel = rnnsearch.RecurrentHyperModel({"space": SPACE}, x=X, y=Y)
    tuner = keras_tuner.RandomSearch(
        hypermodel, "val_loss", max_trials=1, seed=3, directory=tmp_path, project_name="p"
    )
    names = {entry.name for entry in tuner.oracle.hyperparameters.space}
    assert names >= {"cell", "units", "depth", "recurrent_dropout", "learning_rate"}
    tuner.search(*hypermodel.train, validation_data=hypermodel.validation, epochs=1, verbose=0)
    values = tuner.get_best_hyperparameters()[0].values
    model = hypermodel.build(tuner.get_best_hyperparameters()[0])
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN)]
    assert len(recurrent) == values["depth"]
    assert {type(layer).__name__ for layer in recurrent} == {values["cell"]}
    assert float(model.optimizer.learning_rate.value) == pytest.approx(values["learning_rate"])
    scaled = hypermodel.preparation.scaling.apply(X)
    assert hypermodel.train[0].shape[1:] == scaled.shape[1:]


def test_a_condition_of_the_space_is_one_of_keras_tuners():
    hypermodel = rnnsearch.RecurrentHyperModel({"space": SPACE}, x=X, y=Y)
    hp = keras_tuner.HyperParameters()
    hypermodel.build(hp)
    hp.values["cell"] = "SimpleRNN"
    (entry,) = [entry for entry in hp.space if entry.name == "recurrent_dropout"]
    assert not hp.is_active(entry)
    (layer,) = [x for x in hypermodel.build(hp).layers if isinstance(x, keras.layers.RNN)]
    assert layer.cell.recurrent_dropout == 0


def test_what_model_fit_can_not_do_is_refused():
    space = {"unroll_length": [2, "full"], "batch_size": [8, 16]}
    with pytest.raises(InvalidSpec) as error:
        rnnsearch.RecurrentHyperModel({"space": space}, x=X, y=Y)
    assert [p.path for p in error.value.problems] == ["space.unroll_length", "space.batch_size"]
    with pytest.raises(InvalidSpec, match="must be a spec, or x and y"):
        rnnsearch.RecurrentHyperModel()


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
