"""What holds of every baseline, and what it takes to add one."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnnsearch
from rnnsearch.baselines import (
    BASELINES,
    Baseline,
    Fitted,
    Graph,
    fit_baselines,
    registry,
    suitable,
)
from rnnsearch.data import Arrays, Dataset, Part, Target, read
from rnnsearch.driver.comparing.simple_methods import SimpleMethods
from rnnsearch.spec.sources import ArraysSource, CsvSource, SplitSpec, TableSource, TextSource
from rnnsearch.tasks import TASKS, Task

RNG = np.random.default_rng(4)


def series(folder: Path, **changes: Any) -> Dataset:
    rows = np.arange(200)
    y = np.exp(np.sin(rows / 3) + rows / 100 + RNG.normal(0, 0.1, 200))
    path = folder / "series.csv"
    path.write_text("\n".join(["y", *map(str, y)]), encoding="utf-8")
    values: dict[str, Any] = {"inputs": ("y",), "target": "y", "season": 19, "window": 6}
    return read(CsvSource(source="csv", path=path, **(values | changes)), "many_to_one").dataset()


def classes(folder: Path) -> Dataset:
    x, y = RNG.normal(size=(50, 5, 2)), RNG.integers(0, 3, 50)
    source = ArraysSource(source="arrays", target_kind="class", split=SplitSpec())
    return read(source, "many_to_one", arrays=Arrays(train=(x, y))).dataset()


def words(folder: Path) -> Dataset:
    path = folder / "a.csv"
    path.write_text("text,label\n" + "\n".join(f"{'acgt'[n % 4] * 3},{n % 2}" for n in range(60)))
    source = TableSource(source="table", path=path, sequence="text", target="label")
    return read(source, "many_to_one").dataset()


def text(folder: Path) -> Dataset:
    path = folder / "a.txt"
    path.write_text(" ".join(RNG.choice(["the", "cat", "sat"], 300)))
    source = TextSource(source="text", path=path, window=5, split=SplitSpec())
    return read(source, "many_to_many").dataset()


MADE = {
    "values": lambda folder: series(folder, base="none"),
    "changes": lambda folder: series(folder, base="last"),
    "log": lambda folder: series(folder, base="season", scaling="log"),
    "classes": classes,
    "words": words,
    "text": text,
}


@pytest.mark.parametrize("made", MADE)
def test_the_contract(made: str, tmp_path: Path) -> None:
    dataset = MADE[made](tmp_path)
    task = TASKS["many_to_many" if made == "text" else "many_to_one"]
    fits = fit_baselines(task, dataset)
    assert list(fits) == [each.name for each in suitable(task, dataset)]
    target = dataset.target
    for part in (dataset.train, dataset.validation, dataset.test):
        for name, fit in fits.items():
            predicted, outputs = fit.predict(part), fit.outputs(part)
            width = () if target.kind == "numeric" else (target.width,)
            assert predicted.shape == outputs.shape == (*part.y.shape, *width), name
            np.testing.assert_allclose(target.own_units(outputs, part.anchor), predicted, rtol=1e-9)
    for fit in fits.values():  # workers are sent them
        again: Fitted = pickle.loads(pickle.dumps(fit))
        np.testing.assert_array_equal(again.outputs(part), fit.outputs(part))
        pickle.dumps(fit.as_graph(dataset))


def test_each_suits_some_data(tmp_path: Path) -> None:
    found = {
        type(each)
        for made in MADE.values()
        for task in ("many_to_one",)
        for each in suitable(TASKS[task], made(tmp_path))
    }
    assert {type(each).__name__ for each in BASELINES} - {each.__name__ for each in found} == {
        "Nearest"  # of pairs of texts
    }


@dataclass(frozen=True)
class FittedMedian(Fitted):
    target: Target
    median: np.ndarray

    def predict(self, part: Part) -> np.ndarray:
        return np.broadcast_to(self.median, part.y.shape)

    def outputs(self, part: Part) -> np.ndarray:
        return self.target.scaling.apply(self.predict(part), part.anchor)

    def as_graph(self, dataset: Dataset) -> Graph | None:
        return None


class Median(Baseline):
    name = "median"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        return dataset.target.kind == "numeric"

    def fit(self, task: Task, dataset: Dataset) -> FittedMedian:
        own = dataset.target.own_units(dataset.train.y, dataset.train.anchor)
        return FittedMedian(dataset.target, np.median(own, axis=0))


def test_a_new_baseline_takes_a_line_in_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` names it, and a search judges it."""
    monkeypatch.setattr(registry, "BASELINES", (*BASELINES, Median()))
    dataset, task = series(tmp_path), TASKS["many_to_one"]
    loss = task.loss(dataset.target)
    methods = SimpleMethods.fit(task, [dataset], loss)
    found = {record.name: record for record in methods.records("val_rmse", ["rmse"])}
    y = dataset.target.own_units(dataset.validation.y, dataset.validation.anchor)
    train = dataset.target.own_units(dataset.train.y, dataset.train.anchor)
    assert found["median"].score == pytest.approx(np.sqrt(((y - np.median(train)) ** 2).mean()))
    data = {"source": "csv", "path": str(tmp_path / "series.csv"), "inputs": ["y"], "target": "y"}
    space = {"cell": "GRU", "units": 4}
    spec = {"name": "a", "task": "many_to_one", "data": {**data, "window": 6}, "space": space}
    assert "median" in rnnsearch.check(spec).baselines
