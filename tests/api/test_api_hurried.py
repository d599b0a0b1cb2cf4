"""Where there was no time to confirm anything: the search's own networks, and simple methods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnsearch

pytestmark = pytest.mark.usefixtures("without_feed_forward")

SPEC = {
    "name": "hurried",
    "task": "many_to_one",
    "data": {"source": "arrays", "split": {"folds": 3}},
    "space": {"cell": "GRU", "units": 2, "learning_rate": [1e-4, 2e-4], "bidirectional": False},
    "search": {"trials": 2, "epochs": 1, "seed": 1, "block": 2, "pruner": "none"},
    "run": {"engine": "fused", "workers": 1, "device": "cpu", "diagnosis": False},
}


def test_a_simple_method_stands_beside_networks_that_were_not_confirmed(
    tmp_path, inline, monkeypatch
) -> None:
    """Of a sum of the inputs, which a ridge knows, and networks do not learn in one epoch."""
    monkeypatch.setattr(
        "rnnsearch.driver.finishing.concluding.Finish.conclude", lambda *_, **__: None
    )
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 4, 2)).astype(np.float32)
    y = x.sum((1, 2))[:, None] + rng.normal(5, 0.1, (90, 1))
    arrays = rnnsearch.Arrays(train=(x[:60], y[:60]), test=(x[60:], y[60:]))
    results = rnnsearch.search(SPEC, arrays=arrays, output=tmp_path)

    (delivered,) = results.summary["deliveries"]
    assert delivered["kind"] == "ensemble" and delivered["delivered"]
    assert delivered["shares"]["linear"] > 0.9
    assert sum(delivered["shares"].values()) == pytest.approx(1)
    assert delivered["score"] < 0.3, "as the ridge has, of a deviation of 3"
    # What is saved is what was judged.
    predicted = results.predict(x[60:]).iloc[:, -1].to_numpy()
    error = np.sqrt(np.mean((predicted - y[60:, 0]) ** 2))
    assert error == pytest.approx(delivered["test"]["test_rmse"], rel=1e-4)
    assert error < 0.3


def forecast(folder: Path, origins: int) -> rnnsearch.Results:
    """A search of a wave that a ridge goes on with, and networks do not learn in one epoch."""
    rng = np.random.default_rng(0)
    wave = 10 * np.sin(np.arange(300) * 2 * np.pi / 17) + rng.normal(50, 0.1, 300)
    pd.DataFrame({"load": wave}).to_csv(folder / "wave.csv", index=False)
    split = {"validation": 0.2, "test": 0.2, "backtest": {"folds": origins}}
    data = {"source": "csv", "path": str(folder / "wave.csv"), "inputs": ["load"]}
    data |= {"target": "load", "window": 12, "horizon": 1, "split": split, "base": "none"}
    return rnnsearch.search(SPEC | {"data": data}, output=folder / "found")


@pytest.mark.parametrize("origins", [1, 2])
def test_of_forecasts_too(origins, tmp_path, inline, monkeypatch) -> None:
    monkeypatch.setattr(
        "rnnsearch.driver.finishing.concluding.Finish.conclude", lambda *_, **__: None
    )
    results = forecast(tmp_path, origins=origins)

    (delivered,) = results.summary["deliveries"]
    assert delivered["kind"] == "ensemble" and delivered["delivered"]
    assert delivered["shares"]["linear"] > (0.6 if origins > 1 else 0.45)
    assert sum(delivered["shares"].values()) == pytest.approx(1)
    predicted = results.predict(tmp_path / "wave.csv").iloc[:-1, -1].to_numpy()
    wave = pd.read_csv(tmp_path / "wave.csv")["load"].to_numpy()
    error = np.sqrt(np.mean((predicted[-60:] - wave[-60:]) ** 2))
    assert error == pytest.approx(delivered["test"]["test_rmse"], rel=1e-3)


def test_of_forecasts_that_one_run_confirmed(tmp_path, inline, monkeypatch) -> None:
    monkeypatch.setattr("rnnsearch.driver.planning.programs._LEAST_TO_CONFIRM", 1)
    offered = {one["kind"]: one for one in forecast(tmp_path, origins=1).summary["deliveries"]}
    assert "linear" in offered["ensemble"]["shares"]
