"""A search with a loss that is not the usual one: quantiles from spec to prediction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from rnnsearch import api
from rnnsearch.api.studies.at_work import at_work
from rnnsearch.data import read
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.driver.planning.programs import asked_metrics
from rnnsearch.spec import parse
from rnnsearch.tasks import TASKS

QUANTILES = """\
task: many_to_one
data:
  source: csv
  path: series.csv
  inputs: [load]
  target: load
  window: 6
  season: 12
  split: {folds: 1, backtest: {folds: 1}}
space: {cell: GRU, units: 4, learning_rate: [0.01, 0.03]}
loss: {name: quantile, quantiles: [0.05, 0.5, 0.95]}
search:
  {objective: val_pinball, metrics: [mase, mape], sampler: grid, pruner: none, epochs: 8,
   patience: 10, keep: best, confirm: 0}
run: {diagnosis: false}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, inline: None) -> Path:
    folder = tmp_path_factory.mktemp("quantiles")
    rng = np.random.default_rng(0)
    load = 100 + 20 * np.sin(np.arange(400) * np.pi / 6) + rng.normal(0, 4, 400)
    pd.DataFrame({"load": load.round(3)}).to_csv(folder / "series.csv", index=False)
    (folder / "spec.yaml").write_text(QUANTILES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(folder: Path) -> Any:
    return api.search(folder / "spec.yaml", output=folder / "study")


def test_every_row_has_the_metrics_of_quantiles(results: api.Results) -> None:
    board = results.leaderboard.set_index("trial")
    columns = ["val_pinball", "val_coverage", "val_mase", "val_mape", "val_rmse", "val_loss"]
    assert board[columns].notna().all(axis=None)
    assert board["val_coverage"].between(0, 1).all()
    assert (board["score"] == board["val_pinball"]).all()
    assert {"baseline:last_value", "baseline:linear", "baseline:feed_forward"} <= set(board.index)


def test_an_interval_of_training_errors_covers_about_as_much_of_validation(
    results: api.Results,
) -> None:
    board = results.leaderboard.set_index("trial")
    for name in ("last_value", "seasonal_naive", "mean", "linear"):
        assert 0.75 < board.loc[f"baseline:{name}", "val_coverage"] <= 1


def test_predictions_have_a_column_a_quantile(results: api.Results, folder: Path) -> None:
    frame = results.predict(folder / "series.csv")
    columns = [f"predicted_load_q{level}" for level in (5, 50, 95)]
    assert [name for name in frame.columns if name.startswith("predicted")] == [
        "predicted_load",
        *columns,
    ]
    assert (frame["predicted_load"] == frame["predicted_load_q50"]).all()
    assert (np.diff(frame[columns].to_numpy(), axis=1) >= 0).all()
    assert frame["predicted_load"].between(60, 140).all()


def test_evaluation_has_them_too(results: api.Results, folder: Path) -> None:
    found = results.evaluate(folder / "series.csv")
    assert list(found) == ["rmse", "mae", "r2", "pinball", "coverage", "mase", "mape"]
    test = results.summary["winner"]["test"]
    assert {name.removeprefix("test_") for name in test} == {"loss", *found}
    frame = results.predict(folder / "series.csv")
    truth = pd.read_csv(folder / "series.csv")["load"].to_numpy()[6:]
    low, high = (frame[f"predicted_load_q{level}"].to_numpy()[: len(truth)] for level in (5, 95))
    assert found["coverage"] == pytest.approx(((truth >= low) & (truth <= high)).mean())


def test_the_winner_at_work_has_intervals_and_simple_methods_beside_the_truth(
    results: api.Results, folder: Path
) -> None:
    work = at_work(results.folder, results.spec(), results.winner)
    assert (work.part, work.names, work.levels) == ("test", ("load",), (0.05, 0.95))
    assert {"last_value", "seasonal_naive", "linear"} <= set(work.naive)
    assert work.truth is not None and work.low is not None and work.high is not None
    last = pd.read_csv(folder / "series.csv")["load"].to_numpy()[-len(work.truth) :]
    np.testing.assert_allclose(work.truth[:, 0], last, rtol=1e-4)
    assert (work.low <= work.predicted).all() and (work.predicted <= work.high).all()
    np.testing.assert_allclose(work.naive["last_value"][1:, 0], last[:-1], rtol=1e-4)


def test_the_networks_of_a_search_of_quantiles_can_be_had_again(results: api.Results) -> None:
    (model,) = results.models()
    x = np.zeros((1, 6, 1), np.float32)
    np.testing.assert_allclose(model.predict(x), results.best_model().predict(x), rtol=1e-5)
    assert model.output_shape == (None, 3)


@pytest.mark.parametrize("difference", ["null", "1", "season"])
def test_intervals_of_logarithms_and_changes(folder: Path, difference: str) -> None:
    """What a baseline predicts of values above 0 lies above 0, its quantiles too."""
    written = QUANTILES.replace(
        "season: 12", f"season: 12\n  scaling: log\n  difference: {difference}"
    )
    spec = parse(yaml.safe_load(written), name="log", directory=folder)
    data = read(spec.data, spec.task, (6,)).dataset()
    task = TASKS[spec.task]
    loss = task.loss(data.target, spec.loss)
    metrics = task.metrics(data.target, loss, asked_metrics(spec))
    for found in SimpleMethods.fit(task, [data], loss).records("val_pinball", metrics):
        assert 0.75 < found.metrics["val_coverage"] <= 1
        assert 0 < found.metrics["val_loss"] < 5
        assert found.metrics["val_mape"] < 0.4
