"""`Tuner` on real searches, small ones."""

import shutil

import keras
import keras_tuner
import numpy as np
import pytest

import rnnsearch
from rnnsearch.errors import StudyError
from rnnsearch.integrations.keras_tuner import pareto_trials

pytestmark = pytest.mark.usefixtures("without_feed_forward")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 8, 2)).astype("float32")
Y = X[:, -2:, 0].sum(axis=1)
VALIDATION = (X[60:], Y[60:])
SPACE = {
    "cell": "GRU",
    "units": 4,
    "unroll_length": [4, "full"],
    "learning_rate": {"min": 1e-3, "max": 1e-1, "log": True},
    "dropout": [0.1, 0.2],
    "clip_norm": [1.0, "none"],
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory, inline):
    return tmp_path_factory.mktemp("tuning")


@pytest.fixture(scope="module")
def make(directory):
    def tuner(**arguments):
        given = {
            "task": "many_to_one",
            "space": SPACE,
            "max_trials": 3,
            "directory": directory,
            "project_name": "numbers",
            "pruner": "none",
        }
        return rnnsearch.Tuner(**(given | arguments))

    return tuner


@pytest.fixture(scope="module")
def tuner(make):
    tuner = make()
    assert tuner.search(*search_data(), epochs=2, batch_size=16, **quiet()) is None
    return tuner


def search_data():
    return X[:60], Y[:60]


def quiet():
    return {"validation_data": VALIDATION, "verbose": 0}


def test_best_hyperparameters_are_keras_tuners(tuner):
    first, second = tuner.get_best_hyperparameters(2)
    assert isinstance(first, keras_tuner.HyperParameters)
    assert first.values["units"] == 4
    assert first.values["batch_size"] == 16
    assert first.get("unroll_length") in (4, "full")
    assert first.values != second.values
    assert len(tuner.get_best_hyperparameters()) == 1
    assert len(tuner.get_best_hyperparameters(10)) == 3


def test_best_trials_are_keras_tuners(tuner):
    trials = tuner.oracle.get_best_trials(3)
    scores = [trial.score for trial in trials]
    assert scores == sorted(scores)
    board = tuner.results.leaderboard
    best = board[board["state"] == "COMPLETE"].iloc[0]
    assert trials[0].score == pytest.approx(best["score"])
    assert trials[0].trial_id == best["trial"]
    assert trials[0].status == "COMPLETED"
    assert trials[0].best_step in (0, 1)
    assert trials[0].metrics.get_best_value("val_rmse") == pytest.approx(best["val_rmse"])
    assert set(tuner.oracle.trials) == {"0", "1", "2"}
    assert tuner.oracle.get_trial("1").trial_id == "1"
    assert tuner.oracle.remaining_trials() == tuner.remaining_trials == 0


def test_best_models_score_what_their_trials_did(tuner):
    models = tuner.get_best_models(3)
    for model, trial in zip(models, tuner.oracle.get_best_trials(3), strict=True):
        loss, _ = model.evaluate(*VALIDATION, verbose=0)
        assert loss == pytest.approx(trial.score, rel=1e-4)
        values = trial.hyperparameters.values
        rate = float(model.optimizer.learning_rate)
        assert rate == pytest.approx(values["learning_rate"], rel=1e-5)
        clip = None if values["clip_norm"] == "none" else 1.0
        assert model.optimizer.global_clipnorm == clip
        (dropout,) = [item for item in model.layers if isinstance(item, keras.layers.Dropout)]
        assert dropout.rate == values["dropout"]
        assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
    winner = tuner.results.best_model()
    np.testing.assert_allclose(
        models[0].predict(X, verbose=0), winner.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_a_model_can_be_trained_on_and_saved(tuner, tmp_path):
    model = tuner.get_best_models()[0]
    model.fit(*search_data(), epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = model.predict(X, verbose=0)
    np.testing.assert_allclose(loaded.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_a_new_tuner_reads_the_folder(tuner, make):
    other = make()
    other.reload()
    assert other.oracle.get_best_trials(1)[0].score == tuner.oracle.get_best_trials(1)[0].score
    np.testing.assert_array_equal(
        other.get_best_models()[0].predict(X, verbose=0),
        tuner.get_best_models()[0].predict(X, verbose=0),
    )


def test_overwrite_hides_what_its_search_will_set_aside(tuner, make):
    other = make(overwrite=True)
    assert other.remaining_trials == 3
    assert other.oracle.get_best_trials(3) == []


def test_other_arguments_are_refused_with_what_changed(tuner, make):
    with pytest.raises(StudyError, match=r"search\.epochs: was 2, is 5(.|\n)*overwrite=True"):
        make().search(*search_data(), epochs=5, batch_size=16, **quiet())
    with pytest.raises(StudyError, match=r"data: .*content.* has changed"):
        make().search(X[:50], Y[:50], epochs=2, batch_size=16, **quiet())


def test_weights_that_were_not_kept(tuner, make):
    board = tuner.results.trials()
    path = tuner.results.folder.weights(board[-1].number)
    aside = path.rename(path.with_suffix(".away"))
    with pytest.raises(StudyError, match=r"weights of 3 trials.*best 2; ask for no more"):
        tuner.get_best_models(3)
    aside.rename(path)


def test_more_trials_go_on_where_it_stopped(tuner, make, capsys, tmp_path):
    shutil.copytree(tuner.project_dir, tmp_path / "numbers")
    before = {trial.trial_id: trial.score for trial in tuner.oracle.trials.values()}
    more = make(max_trials=4, directory=tmp_path)
    assert more.remaining_trials == 1
    more.search(*search_data(), epochs=2, batch_size=16, validation_data=VALIDATION)
    assert "[4/4] trial 3" in capsys.readouterr().err
    after = {trial.trial_id: trial.score for trial in more.oracle.trials.values()}
    assert len(after) == 4
    assert before.items() <= after.items()


def test_a_metric_and_a_cost(make):
    given = ["val_rmse", keras_tuner.Objective("parameters", "min")]
    few = {"cell": "GRU", "units": [2, 3, 4], "depth": 1}
    tuner = make(objective=given, space=few, sampler="grid", project_name="costs", pruner="auto")
    tuner.search(*search_data(), epochs=1, **quiet())
    assert [one.name for one in tuner.oracle.objective.objectives] == ["val_rmse", "parameters"]
    trials = {str(int(trial.trial_id)): trial for trial in tuner.oracle.get_best_trials(3)}
    sizes = {number: one.metrics.get_best_value("parameters") for number, one in trials.items()}
    board = tuner.results.leaderboard.set_index("trial")
    assert sizes == {number: board["parameters"][number] for number in trials}
    assert len({*sizes.values()}) == 3
    front = [str(int(trial.trial_id)) for trial in pareto_trials(tuner)]
    assert front == tuner.results.front()["trial"].tolist()
    assert min(sizes, key=sizes.get) in front


def test_ragged_classes_from_one_array(make):
    x = X.copy()
    x[::3, 5:] = np.nan
    labels = np.where(X[:, 0, 0] > 0, "up", "down")
    tuner = make(
        space={"cell": "LSTM", "units": [3, 4]},
        objective=keras_tuner.Objective("val_accuracy", "max"),
        project_name="classes",
        max_trials=1,
        loss="sparse_categorical_crossentropy",
    )
    weight = {"up": 3.0}
    tuner.search(x, labels, validation_split=0.3, epochs=1, verbose=0, class_weight=weight)
    (trial,) = tuner.oracle.get_best_trials(5)
    assert 0 <= trial.score <= 1
    written = tuner.results.folder.spec.read_text("utf-8")
    assert "class_weights:\n    up: 3.0" in written
    assert tuner.oracle.objective.direction == "max"
    assert tuner.results.preparation.target.classes == ("down", "up")
    (model,) = tuner.get_best_models(1)
    assert model.output_shape == (None, 2)
    assert model.loss == "sparse_categorical_crossentropy"
    winner = tuner.results.best_model()
    padded = np.nan_to_num(x, nan=-1e9)[1::3]
    np.testing.assert_allclose(
        model.predict(padded, verbose=0), winner.predict(padded, verbose=0), rtol=1e-5, atol=1e-6
    )
