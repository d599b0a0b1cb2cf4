"""A search whose trials have several runs, on real code paths: two seeds on each of two folds."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnsearch import api
from rnnsearch.data import read
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.records import StudyFolder, load_weights, read_epochs
from rnnsearch.spec import load
from rnnsearch.tasks import TASKS

SPEC = """
task: many_to_one
data:
  {source: csv, path: series.csv, inputs: [y], target: y, window: 4, split: {backtest: {folds: 2}}}
space: {cell: SimpleRNN, units: 2, learning_rate: [1e-2, 3e-2]}
search:
  {objective: val_rmse, sampler: grid, pruner: none, epochs: 2, patience: 10, keep: best,
   confirm: 0, runs_per_trial: 2, block: 2}
run: {workers: 1, device: cpu, diagnosis: false}
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory, inline: None) -> Path:
    folder = tmp_path_factory.mktemp("spec")
    y = np.sin(np.arange(120) / 3) + np.random.default_rng(0).normal(0, 0.1, 120)
    pd.DataFrame({"y": y}).to_csv(folder / "series.csv", index=False)
    (folder / "runs.yaml").write_text(SPEC)
    return folder / "runs.yaml"


@pytest.fixture(scope="module")
def results(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Results:
    return api.search(spec, output=tmp_path_factory.mktemp("runs") / "study")


def test_scores_are_means_over_seeds_and_folds(results: api.Results) -> None:
    curves = read_epochs(results.folder.epochs)
    best = curves.groupby(["trial", "run"])["val_rmse"].min()
    assert len(best) == 8 and best.nunique() == 8
    board = results.leaderboard.set_index("trial")
    for trial in range(2):
        row = board.loc[str(trial)]
        assert (row["runs"], row["epochs"]) == (4, 2)
        assert row["score"] == pytest.approx(best[trial].mean())
        assert row["score_std"] == pytest.approx(best[trial].std(ddof=1))


def test_the_network_kept_is_the_best_on_the_last_fold(results: api.Results, spec: Path) -> None:
    curves = read_epochs(results.folder.epochs)
    winner = results.summary["winner"]["number"]
    best = curves[curves["trial"] == winner].groupby("run")["val_rmse"].min()
    parsed = load(spec).spec
    dataset = read(parsed.data, parsed.task).dataset()
    weights = load_weights(StudyFolder(results.folder.path).weights(winner))
    model = results.best_model()
    for kept, saved in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, saved)
    scaling = dataset.target.scaling
    predicted = scaling.invert(model.predict(dataset.validation.array, verbose=0))
    rmse = np.sqrt(np.mean((predicted - scaling.invert(dataset.validation.y)) ** 2))
    # Runs 1 and 3 are those of the last fold.
    assert rmse == pytest.approx(min(best[1], best[3]), rel=1e-4)


def test_baselines_are_fitted_on_each_fold(results: api.Results, spec: Path) -> None:
    parsed = load(spec).spec
    data = read(parsed.data, parsed.task)
    task = TASKS[parsed.task]
    target = data.dataset().target
    loss, metrics = task.loss(target), task.metrics(target)
    folds = [
        {
            one.name: one
            for one in SimpleMethods.fit(task, [fold], loss).records("val_rmse", metrics)
        }
        for fold in map(partial(data.dataset, None), range(2))
    ]
    board = results.leaderboard.set_index("trial")
    found = {baseline["name"]: baseline for baseline in results.summary["baselines"]}
    for name in ("last_value", "mean", "linear"):
        scores = [fold[name].score for fold in folds]
        assert scores[0] != scores[1]
        assert board.loc[f"baseline:{name}", "score"] == pytest.approx(np.mean(scores))
        assert board.loc[f"baseline:{name}", "score_std"] == pytest.approx(np.std(scores, ddof=1))
        assert found[name]["test"] == pytest.approx(dict(folds[1][name].test))
        assert folds[0][name].test == {}
    row = board.loc["baseline:feed_forward"]
    assert row["runs"] == 2 and row["score_std"] > 0
    assert found["feed_forward"]["test"]["test_rmse"] > 0
