"""Estimators in scikit-learn's habits, against the network that their search found."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import rnnsearch
from rnnsearch.errors import StudyError

pytestmark = pytest.mark.usefixtures("without_feed_forward")

SMALL = {
    "trials": 1,
    "epochs": 2,
    "timeout": None,
    "cell": "GRU",
    "space": {"units": 4, "depth": 1, "bidirectional": False},
    "spec": {
        "data": {"split": {"folds": 1, "validation": 0.2}},
        "search": {"confirm": 0, "deliver": "best"},
        "run": {"workers": 1, "diagnosis": False},
    },
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 5, 2))
UP = X[:, :, 0].sum(axis=1) > 0


@pytest.fixture(scope="module")
def validated(inline):
    """A pipeline under cross-validation, in two folds."""
    pipeline = make_pipeline(FunctionTransformer(), rnnsearch.RecurrentClassifier(**SMALL))
    labels = np.where(UP, "up", "down")
    return cross_validate(pipeline, X, labels, cv=2, return_estimator=True, error_score="raise")


@pytest.fixture(scope="module")
def classifier(validated):
    return validated["estimator"][0][-1]


def test_a_pipeline_under_cross_validation(validated):
    assert np.isfinite(validated["test_score"]).all() and len(validated["test_score"]) == 2


def test_probabilities_are_the_winners(classifier):
    results = classifier.results_
    scaled = results.preparation.scaling.apply(X).astype(np.float32)
    outputs = results.best_model().predict(scaled, verbose=0)
    assert list(classifier.classes_) == ["down", "up"]
    np.testing.assert_allclose(classifier.predict_proba(X), outputs, atol=1e-6)
    assert list(classifier.predict(X)) == [["down", "up"][i] for i in outputs.argmax(axis=1)]


def test_nothing_is_held_out_for_a_test_that_the_user_makes(classifier):
    assert "test_loss" not in classifier.leaderboard_.columns
    states = list(classifier.leaderboard_["state"])
    assert states.count("COMPLETE") == 1 and "BASELINE" in states


def test_a_pickled_estimator_needs_no_folder(classifier):
    again = pickle.loads(pickle.dumps(classifier))
    assert again.results_.folder.path != classifier.results_.folder.path
    np.testing.assert_array_equal(again.predict_proba(X), classifier.predict_proba(X))


def test_a_clone_is_not_fitted_and_settings_can_be_set(classifier):
    other = clone(classifier).set_params(trials=7, cell=["LSTM"])
    assert (other.get_params()["trials"], classifier.trials) == (7, 1)
    with pytest.raises(NotFittedError):
        other.predict(X)
    with pytest.raises(NotFittedError):
        rnnsearch.RecurrentForecaster().predict()


def test_new_sequences_must_be_like_those_of_fit(classifier):
    with pytest.raises(
        ValueError, match="X has 3 features, but RecurrentClassifier is expecting 2"
    ):
        classifier.predict(np.zeros((2, 5, 3)))
    with pytest.raises(ValueError, match="must have 5 steps"):
        classifier.predict(np.zeros((2, 6, 2)))


def test_what_can_not_be_learned_is_refused_before_anything_trains():
    fresh = rnnsearch.RecurrentClassifier()
    with pytest.raises(ValueError, match="at least 2 classes"):
        fresh.fit(X, np.zeros(80))
    with pytest.raises(ValueError, match="same F"):
        fresh.fit([np.zeros((3, 1)), np.zeros((4, 2))], [0, 1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fresh.fit(X, np.zeros(59))
    with pytest.raises(ValueError, match=r"space\.unit"):
        rnnsearch.RecurrentRegressor(space={"unit": 3}).fit(X, X[:, 0, 0])


def test_sequences_of_several_lengths_and_several_targets(inline, tmp_path):
    rows = [RNG.normal(size=(length, 1)) for length in RNG.integers(3, 7, 50)]
    y = np.array([[row[-1, 0], row.sum()] for row in rows])
    folder = tmp_path / "kept"
    regressor = rnnsearch.RecurrentRegressor(**SMALL, directory=folder).fit(rows, y)
    predicted = regressor.predict(rows[:9])
    assert predicted.shape == (9, 2) and regressor.n_features_in_ == 1
    # One by one, as nothing depends on how far the others are padded.
    alone = np.concatenate([regressor.predict([row]) for row in rows[:3]])
    np.testing.assert_allclose(alone, predicted[:3], rtol=1e-4)
    assert rnnsearch.Results.open(folder).leaderboard.equals(regressor.leaderboard_)


HOURS = pd.date_range("2024-03-01", periods=240, freq="h", tz="Europe/Berlin", name="hour")
LOAD = pd.DataFrame({"load": 50 + 9 * np.sin(np.arange(240) * np.pi / 12)}, index=HOURS)


def test_a_forecast_stands_at_the_rows_after_the_last(inline):
    load = LOAD.assign(load=LOAD["load"] + RNG.normal(size=240))
    forecaster = rnnsearch.RecurrentForecaster(horizon=3, **SMALL).fit(load)
    forecast = forecaster.predict()
    assert list(forecast.index) == list(pd.date_range(HOURS[-1], periods=4, freq="h")[1:])
    assert forecast.name == "load" and forecast.index.name == "hour"
    pd.testing.assert_series_equal(forecaster.predict(2), forecast[:2])
    earlier = forecaster.predict(1, load[:200])
    assert list(earlier.index) == [HOURS[200]]
    with pytest.raises(ValueError, match="horizon from 1 to 3"):
        forecaster.predict(4)
    # All of the past says what its last rows say.
    with np.errstate(all="ignore"):
        whole = forecaster.results_.predict(load)
    np.testing.assert_allclose(whole["predicted_load"].tail(3), forecast, rtol=1e-5)


def test_a_forecaster_says_what_it_needs():
    with pytest.raises(ValueError, match="horizon of at least 1"):
        rnnsearch.RecurrentForecaster(horizon=0).fit(LOAD)
    with pytest.raises(ValueError, match="one number for each of 240 rows"):
        rnnsearch.RecurrentForecaster().fit(LOAD, np.zeros(3))
    with pytest.raises(ValueError, match="DataFrame, a Series, or numbers"):
        rnnsearch.RecurrentForecaster().fit(["a", "b"])
    with pytest.raises(ValueError, match=r"name of one column.*fit a forecaster for each"):
        rnnsearch.RecurrentForecaster(target=["load", "wind"]).fit(LOAD)
    turned = LOAD.set_axis(HOURS[:240][::-1])
    with pytest.raises(ValueError, match=r"sorted by their time stamps.*; call sort_index\(\)"):
        rnnsearch.RecurrentForecaster(horizon=np.int64(2)).fit(turned)


def test_a_folder_that_was_lost_is_said(classifier):
    study = pickle.loads(pickle.dumps(classifier)).study_
    (study.path / "summary.json").unlink()
    with pytest.raises(StudyError):
        _ = study.results
