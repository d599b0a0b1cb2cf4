"""Baselines of forecasts of several steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from rnnsearch.baselines import fit_baselines, suitable
from rnnsearch.baselines.ridge import _MOST_PATTERNS
from rnnsearch.data import Dataset, read
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.spec.sources import CsvSource, SplitSpec
from rnnsearch.tasks import TASKS

TASK = TASKS["sequence_to_sequence"]
RNG = np.random.default_rng(2)
STEPS = 12


def forecasts(folder: Path, gaps: tuple[int, ...] = (), **changes: Any) -> Dataset:
    """A season of 8 rows, a level that walks, and days on which all is twice as much."""
    rows = np.arange(300)
    double = RNG.integers(0, 2, 300)
    y = 20 + 3 * np.sin(rows * np.pi / 4) + np.cumsum(RNG.normal(0, 0.1, 300)) + 5 * double
    cells = [f"{value:.4f}" if row not in gaps else "" for row, value in enumerate(y)]
    lines = [f"{cell},{d}" for cell, d in zip(cells, double, strict=True)]
    path = folder / "series.csv"
    path.write_text("\n".join(["y,double", *lines]), encoding="utf-8")
    values: dict[str, Any] = {"inputs": ("y",), "known": ("double",), "target": "y", "season": 8}
    values |= {"window": 9, "output_steps": STEPS, "missing": "interpolate"}
    return read(CsvSource(source="csv", path=path, **(values | changes)), TASK.name).dataset()


def flat(x: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([np.asarray(x["source"]).reshape(-1, 18), x["ahead"][..., 0]], axis=1)


def size(x: np.ndarray) -> float:
    return float(((x - x.mean(axis=0)) ** 2).sum(axis=0).mean())


@pytest.mark.parametrize("difference", [None, 1, "season"])
def test_linear_is_the_ridge_of_all_steps_at_once(tmp_path: Path, difference: Any) -> None:
    dataset = forecasts(tmp_path, difference=difference)
    train, test = dataset.train, dataset.test
    x, y = flat(train.x), train.y[..., 0]
    scores = {}
    for penalty in 10.0 ** np.arange(4, -5.1, -0.5):
        score = 0.0
        for share in (0.5, 0.6, 0.7):
            start = round(share * len(x))
            judged = slice(start, start + round(0.3 * len(x)))
            model = Ridge(alpha=penalty * size(x[:start])).fit(x[:start], y[:start])
            score += ((model.predict(x[judged]) - y[judged]) ** 2).sum()
        scores[score] = penalty
    model = Ridge(alpha=scores[min(scores)] * size(x)).fit(x, y)
    expected = model.predict(flat(test.x))[..., None]
    found = {name: fit.predict(test) for name, fit in fit_baselines(TASK, dataset).items()}
    own = dataset.target.own_units(expected, test.anchor)
    np.testing.assert_allclose(found["linear"], own, rtol=1e-3)
    assert list(found) == [each.name for each in suitable(TASK, dataset)]
    assert set(found) == {"last_value", "seasonal_naive", "mean", "linear"}
    truth = dataset.target.own_units(test.y, test.anchor)
    errors = {name: np.abs(values - truth).mean() for name, values in found.items()}
    assert min(errors, key=lambda name: errors[name]) == "linear"
    train_truth = dataset.target.own_units(train.y, train.anchor)
    np.testing.assert_allclose(found["mean"][0], train_truth.mean(axis=0), rtol=1e-5)


def test_memoryless_features_of_no_sequence(tmp_path: Path) -> None:
    test = forecasts(tmp_path, split=SplitSpec(test=0)).test
    assert TASK.memoryless_features(test.x).shape == (0, 18 + STEPS)


def test_linear_leaves_rows_with_gaps_out_where_these_are_many_patterns(tmp_path: Path) -> None:
    dataset = forecasts(tmp_path, gaps=(40, 41, 130))
    train = dataset.train
    counts = train.weights > 0
    assert len(np.unique(counts, axis=0)) > _MOST_PATTERNS
    whole = counts.all(axis=1)
    assert 0.5 < whole.mean() < 1
    found = fit_baselines(TASK, dataset)["linear"].predict(dataset.test)
    x, y = flat(train.x)[whole], train.y[whole, :, 0]
    penalties = 10.0 ** np.arange(4, -5.1, -0.5)
    expected = [Ridge(alpha=penalty * size(x)).fit(x, y) for penalty in penalties]
    fits = [
        dataset.target.own_units(model.predict(flat(dataset.test.x))[..., None])
        for model in expected
    ]
    assert any(np.allclose(found, fit, rtol=1e-3) for fit in fits)


@pytest.mark.parametrize(
    ("horizon", "inputs", "told"),
    [(0, ["x"], True), (0, ["x", "y"], False), (1, ["x"], False)],
)
def test_naive_forecasts_may_be_told_what_networks_do_not_read(
    horizon: int, inputs: list[str], told: bool, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{x:.3f},{y:.3f}" for x, y in RNG.normal(size=(60, 2))]
    path.write_text("\n".join(["x,y", *rows]), encoding="utf-8")
    source = CsvSource(
        source="csv", path=path, inputs=inputs, target="y", window=4, horizon=horizon, base="none"
    )
    data = read(source, "many_to_one")
    task, dataset = TASKS["many_to_one"], data.dataset()
    loss = task.loss(dataset.target)
    methods = SimpleMethods.fit(task, [dataset], loss, data.preparation())
    found = {record.name: record.told for record in methods.records("val_rmse", ["rmse"])}
    assert found["last_value"] is told and not found["linear"] and not found["mean"]
