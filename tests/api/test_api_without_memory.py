"""A network without memory beside recurrent ones: where it is the better, it is delivered, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from rnnsearch.driver.finishing import feed_forward

SPEC: dict[str, Any] = {
    "name": "memoryless",
    "task": "many_to_one",
    # So slow that the recurrent networks learn nothing; that without memory has its own rates.
    "space": {"cell": "GRU", "units": 4, "learning_rate": [1e-5, 2e-5], "bidirectional": False},
    "search": {"trials": 2, "epochs": 20, "seed": 1, "block": 2, "pruner": "none"},
    "run": {"engine": "fused", "workers": 1, "device": "cpu", "diagnosis": False},
}
RNG = np.random.default_rng(0)


def delivered(results: rnnsearch.Results) -> dict[str, Any]:
    (found,) = [one for one in results.summary["deliveries"] if one["delivered"]]
    assert found["kind"] == "ensemble" and found["shares"]["feed_forward"] > 0.5
    assert sum(found["shares"].values()) == pytest.approx(1)
    baselines = {one["name"]: one for one in results.summary["baselines"]}
    assert baselines["feed_forward"]["test"], "it is compared with, as ever"
    return found


def assert_learned_from_all(results: rnnsearch.Results, y: np.ndarray, test: np.ndarray) -> None:
    """The mean, as the simplest of them, is that of all that is not tested."""
    (mean,) = [one for one in results.summary["baselines"] if one["name"] == "mean"]
    error = np.sqrt(np.mean((test - y.mean()) ** 2))
    assert mean["test"]["test_rmse"] == pytest.approx(error, rel=1e-6)


def test_of_numbers_on_several_divisions(tmp_path, inline, monkeypatch) -> None:
    """How far from zero the last step is: no linear model knows."""
    blocks: list[Any] = []
    judged: list[Any] = []
    train, judge = feed_forward.train_remotely, feed_forward.judge_remotely
    monkeypatch.setattr(
        feed_forward, "train_remotely", lambda executor, b: blocks.append(b) or train(executor, b)
    )
    monkeypatch.setattr(
        feed_forward, "judge_remotely", lambda executor, o: judged.append(o) or judge(executor, o)
    )
    x = RNG.normal(size=(110, 3, 2)).astype(np.float32)
    y = 50 + 9 * np.abs(x[:, -1, :1])
    arrays = rnnsearch.Arrays(train=(x[:80], y[:80]), test=(x[80:], y[80:]))
    split = {"folds": {"folds": 3, "repeats": 2}}
    search = SPEC["search"] | {"keep": "best", "patience": 15}
    spec = SPEC | {"data": {"source": "arrays", "split": split}, "search": search}
    results = rnnsearch.search(spec, arrays=arrays, output=tmp_path)

    found = delivered(results)
    predicted = results.predict(x[80:]).iloc[:, -1].to_numpy()
    error = np.sqrt(np.mean((predicted - y[80:, 0]) ** 2))
    assert error == pytest.approx(found["test"]["test_rmse"], rel=1e-4)
    assert error < 3.0, "of a deviation of 5.4"
    tied = {one["name"]: one["test_tied"] for one in results.summary["baselines"]}
    assert tied["mean"] is False and tied["linear"] is False, "each pair of errors says so"
    assert tied["feed_forward"] is not None
    kept = {(block.whole, block.schedule.keep, block.schedule.patience is None) for block in blocks}
    assert kept == {(False, "best", False), (True, "last", True)}, "nothing judges on all data"
    # The test part judges simple methods as it does what is delivered: trained on all before it.
    assert [order.fold for order in judged] == [2, None]
    assert [block.whole for block in blocks].count(True) == 1, "which trains once for both"
    assert_learned_from_all(results, y[:80], y[80:])


def test_of_forecasts(tmp_path, inline) -> None:
    """The tent map: each value follows from the last one, and no line goes through them."""
    values = [0.3]
    for _ in range(400):
        values.append(1.99 * min(values[-1], 1 - values[-1]))
    path = tmp_path / "tent.csv"
    pd.DataFrame({"height": 100 * np.array(values)}).to_csv(path, index=False)
    split = {"validation": 0.2, "test": 0.2, "backtest": {"folds": 2}}
    data = {"source": "csv", "path": str(path), "inputs": ["height"], "target": "height"}
    data |= {"window": 4, "horizon": 1, "split": split, "base": "none"}
    results = rnnsearch.search(SPEC | {"data": data}, output=tmp_path / "found")

    found = delivered(results)
    predicted = results.predict(path).iloc[:-1, -1].to_numpy()
    true = 100 * np.array(values)[-76:]  # those after a window of the test part
    error = np.sqrt(np.mean((predicted[-76:] - true) ** 2))
    assert error == pytest.approx(found["test"]["test_rmse"], rel=1e-3)
    assert error < 15, "of a deviation of 29"
    assert_learned_from_all(results, 100 * np.array(values)[4:-80], 100 * np.array(values)[-76:])


def test_nothing_is_trained_on_all_where_nothing_is_tested() -> None:
    data: Any = SimpleNamespace(dataset=lambda window: SimpleNamespace(test=()))
    nothing: Any = None  # which any training or judging would ask for
    program: Any = SimpleNamespace(window=None)
    assert feed_forward.FeedForward(nothing, nothing, data, program, (), 1).on_test is None
