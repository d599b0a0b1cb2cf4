"""A search for forecasts of several steps, from spec to prediction."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnnsearch import api
from rnnsearch.api.studies import exporting

SPEC = """\
task: sequence_to_sequence
data:
  source: csv
  path: series.csv
  time: hour
  inputs: [load]
  known: [holiday]
  calendar: [hour]
  target: load
  output_steps: 5
  season: 12
  stride: 2
  scaling: log
  difference: season
  split: {backtest: {folds: 2, step: 20}}
space: {cell: GRU, units: 4, window: [6, 12], attention: luong, learning_rate: 0.02}
loss: {name: quantile, quantiles: [0.1, 0.5, 0.9]}
search: {objective: val_mase, sampler: grid, pruner: none, epochs: 3, keep: best, confirm: 0}
run: {diagnosis: false}
"""


def table(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    holiday = (np.arange(rows) % 17 == 0).astype(int)
    load = 100 + 20 * np.sin(np.arange(rows) * np.pi / 6) - 30 * holiday + rng.normal(0, 4, rows)
    hours = pd.date_range("2024-01-01", periods=rows, freq="h").astype(str)
    return pd.DataFrame({"hour": hours, "load": load.round(3), "holiday": holiday})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, inline: None) -> Path:
    folder = tmp_path_factory.mktemp("forecasts")
    table(400).to_csv(folder / "series.csv", index=False)
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(folder: Path) -> Any:
    return api.search(folder / "spec.yaml", output=folder / "study")


def test_it_is_searched_and_compared(results: api.Results) -> None:
    board = results.leaderboard.set_index("trial")
    baselines = ("last_value", "seasonal_naive", "mean", "linear", "feed_forward")
    assert {f"baseline:{name}" for name in baselines} <= set(board.index)
    assert (board["state"] != "FAIL").all()
    columns = ["val_mase", "val_rmse", "val_pinball", "val_coverage", "val_loss"]
    assert board[columns].notna().all(axis=None)
    # A change of nothing is the naive forecast: three epochs can't be far from it.
    assert board["val_mase"].iloc[0] < 1.5


def test_the_next_steps_are_predicted(results: api.Results, folder: Path) -> None:
    ahead = table(105)
    ahead.loc[100:, "load"] = np.nan
    ahead.to_csv(folder / "new.csv", index=False)
    frame = results.predict(folder / "new.csv")
    assert frame.columns.tolist() == [
        "sequence",
        "step",
        "hour",
        "predicted_load",
        *(f"predicted_load_q{level}" for level in (10, 50, 90)),
    ]
    assert frame["step"].tolist()[-5:] == [1, 2, 3, 4, 5]
    assert frame["hour"].tolist()[-5:] == [f"2024-01-05 {hour:02}:00:00" for hour in range(4, 9)]
    assert frame["hour"].is_unique
    assert frame["predicted_load"].between(40, 180).all()


def test_scores_are_those_of_what_is_predicted(results: api.Results, folder: Path) -> None:
    table(60).to_csv(folder / "scored.csv", index=False)
    found = results.evaluate(folder / "scored.csv")
    assert set(found) == {"rmse", "mae", "r2", "pinball", "coverage", "mase"}
    window = results.preparation.window
    # The only forecast of a file that ends with what is forecast.
    rows = 12 + window + 5
    table(rows).to_csv(folder / "one.csv", index=False)
    one = results.evaluate(folder / "one.csv")
    ahead = table(rows)
    truth = ahead["load"].to_numpy(copy=True)[-5:]
    ahead.loc[rows - 5 :, "load"] = np.nan
    ahead.to_csv(folder / "one.csv", index=False)
    last = results.predict(folder / "one.csv")["predicted_load"].to_numpy()[-5:]
    assert one["mae"] == pytest.approx(np.abs(last - truth).mean(), rel=1e-4)


def test_check_says_what_is_read_and_known(folder: Path) -> None:
    lines = dict(api.check(folder / "spec.yaml").data)
    assert lines["input"].endswith(": load, holiday, hour_sin, hour_cos")
    assert lines["ahead"].endswith(": holiday, hour_sin, hour_cos, place")


def test_an_export_is_off_in_deviations_of_the_target(
    results: api.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deviation = np.asarray(results.preparation.target.deviation)
    assert (deviation > 2).all()

    def off(folder: Path) -> np.ndarray:
        with np.load(folder / "examples.npz") as kept:
            return np.asarray(kept["expected"] + 1e-6 * deviation)

    monkeypatch.setattr(exporting, "run_alone", off)
    exported = results.export("python", tmp_path / "off")
    assert exported.checked is not None and exported.checked.worst == pytest.approx(1e-6, rel=1e-3)


def test_it_is_exported_with_its_preparation(results: api.Results, tmp_path: Path) -> None:
    exported = results.export("python", tmp_path / "alone")
    assert exported.checked is not None
    assert exported.checked.equal
    assert exported.checked.count > 20
    card = (tmp_path / "alone" / "model_card.md").read_text("utf-8")
    assert "val_mase" in card
    assert "seasonal_naive" in card
    assert "output_steps: 5" in card


def test_a_service_takes_rows_of_the_table(results: api.Results) -> None:
    from rnnsearch.integrations.serve import service_of

    ahead = table(105)
    ahead.loc[100:, "load"] = np.nan
    service = service_of(results)
    assert service.columns == {"hour": True, "load": False, "holiday": False}
    found = service.rows(ahead[list(service.columns)].to_dict("records"), 200)
    assert [one["step"] for one in found[-5:]] == [1, 2, 3, 4, 5]
    assert found[-1]["hour"] == "2024-01-05 08:00:00"
    assert 40 < found[-1]["predicted_load"] < 180


@pytest.mark.filterwarnings("ignore")
def test_mlflow_registers_the_winner(
    results: api.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow")
    from rnnsearch.trackers import TRACKERS, Search

    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    folder = results.folder.path
    tracker = TRACKERS["mlflow"]()
    tracker.begin(Search("load", "sequence_to_sequence", "val_mase", "minimize", folder, {}))
    tracker.end(results.summary)
    model = mlflow.pyfunc.load_model("models:/load/1")
    mlflow.set_tracking_uri(None)
    exported = results.export("python", tmp_path / "alone")
    with np.load(exported.folder / "examples.npz") as kept:
        inputs = {name[6:]: kept[name] for name in kept.files if name.startswith("input_")}
        expected = kept["expected"]
    assert {one.name for one in model.metadata.signature.inputs} == set(inputs)
    np.testing.assert_allclose(model.predict(inputs), expected, rtol=1e-4)


def test_notebooks_show_the_leaderboard_and_plots(results: api.Results) -> None:
    shown = results._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;')
    inner = html.unescape(shown.split('srcdoc="')[1].split('" style="')[0])
    assert "seasonal_naive" in inner
    assert "Best so far" in inner
    assert "<svg" in inner
    assert "How to reproduce" not in inner
