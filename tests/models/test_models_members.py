"""Baselines as layers: what they put out is what the baseline does, saved and loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.special import softmax

from rnnsearch.baselines import (
    ConstantGraph,
    Graph,
    LayersGraph,
    LinearGraph,
    LookupGraph,
    RunsGraph,
    fit_baselines,
)
from rnnsearch.data import Arrays, Dataset, read
from rnnsearch.data.inputs import as_array
from rnnsearch.driver.finishing.feed_forward import as_graph
from rnnsearch.driver.finishing.feed_forward_program import has_feed_forward, memoryless
from rnnsearch.models.bag import standard_model
from rnnsearch.models.build import build_standard
from rnnsearch.models.simple_members import member
from rnnsearch.spec.sources import (
    ArraysSource,
    CsvSource,
    SplitSpec,
    TableSource,
    TextSource,
    TokensSplitSpec,
)
from rnnsearch.tasks import TASKS

RNG = np.random.default_rng(3)


def arrays(task: str, kind: str) -> Dataset:
    vectors, one = task.startswith("one_to"), task.endswith("to_one")
    x = RNG.normal(size=(60, 4) if vectors else (60, 8, 2))
    shape = (60,) if one else (60, 8)
    y = RNG.normal(size=shape) if kind == "numeric" else RNG.integers(0, 3, shape)
    if not vectors:
        x[np.arange(8) >= RNG.integers(3, 9, 60)[:, None]] = np.nan
    source = ArraysSource(source="arrays", target_kind=kind, split=SplitSpec())  # type: ignore[arg-type]
    return read(source, task, arrays=Arrays(train=(x, y))).dataset()


def series(folder: Path, task: str, gaps: tuple[int, ...] = (), **changes: Any) -> Dataset:
    rows = np.arange(260)
    double = RNG.integers(0, 2, 260)
    y = 20 + 3 * np.sin(rows * np.pi / 4) + np.cumsum(RNG.normal(0, 0.3, 260)) + 5 * double
    cells = ["" if row in gaps else f"{value:.4f}" for row, value in enumerate(y)]
    lines = [f"{c},{d},{'ab'[d]}" for c, d in zip(cells, double, strict=True)]
    path = folder / "series.csv"
    path.write_text("\n".join(["y,double,letter", *lines]), encoding="utf-8")
    values: dict[str, Any] = {"inputs": ("y", "double"), "target": "y", "season": 8, "window": 10}
    values["base"] = "none"
    if task in ("one_to_many", "sequence_to_sequence"):
        values |= {"output_steps": 8}
    if task == "one_to_many":
        values |= {"inputs": ("double",), "window": None}
    if gaps:
        values["missing"] = "interpolate"
    return read(CsvSource(source="csv", path=path, **(values | changes)), task).dataset()


def keras_inputs(x: Any) -> Any:
    if isinstance(x, dict):
        return {name: keras_input(array, name) for name, array in x.items()}
    return keras_input(x, "input")


def keras_input(x: Any, name: str) -> Any:
    dtype = "int32" if x.dtype.kind == "i" else "float32"
    return keras.Input(x.shape[1:], dtype=dtype, name=name)


def loaded(graphs: dict[str, Graph], x: Any, folder: Path) -> keras.Model:
    """A model of several members, saved and loaded as a user does."""
    inputs = keras_inputs(x)
    outputs = {name: member(graph, inputs, name) for name, graph in graphs.items()}
    keras.Model(inputs, outputs).save(folder / "model.keras")
    model: keras.Model = keras.saving.load_model(folder / "model.keras", safe_mode=True)
    return model


def feed_forward(task: str, dataset: Dataset) -> tuple[LayersGraph | None, np.ndarray]:
    """Three networks without memory as one graph, and the mean of what they put out (logits)."""
    learned = TASKS[task]
    if not has_feed_forward(learned, dataset):
        return None, np.zeros(0)
    architecture = memoryless(learned.head(dataset), 300, learned, dataset)
    model = build_standard(architecture, blank=True)
    networks = [
        [RNG.normal(0, 0.3, one.shape).astype(np.float32) for one in model.trainable_variables]
        for _ in range(3)
    ]
    x = learned.memoryless_features(dataset.test.x, dataset.vocabulary)
    linear = replace(architecture, head=replace(architecture.head, activation="linear"))
    put_out = [
        standard_model(linear, weights).predict(as_array(x), verbose=0) for weights in networks
    ]
    mean = np.mean(put_out, axis=0)
    if dataset.target.kind == "class":
        mean = softmax(mean, axis=-1)
    return as_graph(architecture.head, networks, dataset), mean


def check(task: str, dataset: Dataset, folder: Path, *, exact: float = 1e-5) -> dict[str, Graph]:
    """Every graph that is offered puts out what its baseline does."""
    fits = fit_baselines(TASKS[task], dataset)
    graphs = {name: graph for name, fit in fits.items() if (graph := fit.as_graph(dataset))}
    part = dataset.test
    network, put_out = feed_forward(task, dataset)
    beside = {} if network is None else {"feed_forward": network}
    model = loaded({**graphs, **beside}, part.x, folder)
    assert not model.trainable_variables
    found = model.predict(as_array(part.x), verbose=0)
    counts = part.weights > 0
    for name in (*graphs, *beside):
        expected = fits[name].outputs(part) if name in graphs else put_out
        assert found[name].shape == expected.shape
        np.testing.assert_allclose(
            found[name][counts], expected[counts], rtol=exact, atol=exact, err_msg=name
        )
    return graphs


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        *((task, "numeric") for task in ("one_to_one", "many_to_one", "one_to_many")),
        *((task, "class") for task in ("many_to_one", "one_to_many", "many_to_many")),
        ("many_to_many", "numeric"),
    ],
)
def test_separate_sequences(task: str, kind: str, tmp_path: Path) -> None:
    found = check(task, arrays(task, kind), tmp_path)
    assert set(found) == {"mean" if kind == "numeric" else "majority", "linear"}


@pytest.mark.parametrize("base", ["none", "last", "season"])
@pytest.mark.parametrize("task", ["many_to_one", "sequence_to_sequence"])
def test_forecasts(task: str, base: str, tmp_path: Path) -> None:
    """Of values all naive forecasts are in the window; of changes only that which they are from."""
    found = check(task, series(tmp_path, task, base=base), tmp_path)
    unchanged = {"last": "last_value", "season": "seasonal_naive", "none": "mean"}[base]
    every = {"last_value", "seasonal_naive", "mean", "linear"}
    assert set(found) == (every if base == "none" else {unchanged, "linear"})
    kinds = {name: type(graph) for name, graph in found.items()}
    assert kinds.pop(unchanged) is ConstantGraph and set(kinds.values()) == {LinearGraph}


def test_forecasts_with_what_is_known_ahead(tmp_path: Path) -> None:
    task = "sequence_to_sequence"
    dataset = series(tmp_path, task, inputs=("y",), known=("double",))
    found = check(task, dataset, tmp_path)
    linear = found["linear"]
    assert isinstance(linear, LinearGraph) and len(linear.kernel) == 10 * 2 + 8


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"window": 4}, {"seasonal_naive"}),
        ({"inputs": ("double",)}, {"seasonal_naive", "last_value"}),
        ({"gaps": (50, 51, 52)}, {"seasonal_naive"}),
    ],
    ids=["short", "elsewhere", "filled"],
)
def test_a_forecast_that_is_not_in_the_window_has_no_graph(
    changes: dict[str, Any], missing: set[str], tmp_path: Path
) -> None:
    found = check("many_to_one", series(tmp_path, "many_to_one", base="none", **changes), tmp_path)
    assert {"last_value", "seasonal_naive", "mean", "linear"} - set(found) == missing


def test_classes_of_a_table(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"target": "letter", "inputs": ("y",)}
    found = check("many_to_one", series(tmp_path, "many_to_one", **changes), tmp_path)
    assert set(found) == {"majority", "linear"}


def test_a_season_longer_than_the_window_is_in_its_lags(tmp_path: Path) -> None:
    found = check("many_to_one", series(tmp_path, "many_to_one", window=4, lags=(8,)), tmp_path)
    assert isinstance(found["seasonal_naive"], LinearGraph)


@pytest.mark.parametrize("base", ["none", "season"])
def test_blocks(base: str, tmp_path: Path) -> None:
    found = check("one_to_many", series(tmp_path, "one_to_many", base=base), tmp_path)
    assert ("seasonal_naive" in found) == (base == "season")


@pytest.mark.parametrize("base", ["none", "last", "season"])
def test_blocks_with_lags(base: str, tmp_path: Path) -> None:
    found = check("one_to_many", series(tmp_path, "one_to_many", base=base, lags=(8, 16)), tmp_path)
    assert isinstance(found["linear"], LinearGraph) and found["linear"].reads == "block"


def test_a_part_without_blocks_has_features_of_the_same_width() -> None:
    x = {"vector": np.zeros((0, 3), np.float32), "ahead": np.zeros((0, 8, 2), np.float32)}
    features = TASKS["one_to_many"].memoryless_features(x)
    assert features is not None and features.shape == (0, 19)


def test_a_longer_window_than_the_baseline_has(tmp_path: Path) -> None:
    dataset = series(tmp_path, "many_to_one", base="none")
    x = dataset.test.array
    fits = fit_baselines(TASKS["many_to_one"], dataset)
    graphs = {name: fit.as_graph(dataset) for name, fit in fits.items()}
    longer = np.concatenate([RNG.normal(size=(len(x), 5, x.shape[2])), x], axis=1)
    found = loaded(graphs, longer.astype(np.float32), tmp_path).predict(longer, verbose=0)
    for name, fit in fits.items():
        np.testing.assert_allclose(found[name], fit.outputs(dataset.test), atol=1e-5)


@pytest.mark.parametrize("kind", ["class", "number"])
def test_tokens_at_places(kind: str, tmp_path: Path) -> None:
    texts = ["".join(row) for row in RNG.choice(list("acgt"), (300, 6))]
    labels = [t[2] if kind == "class" else str(ord(t[2]) + 2 * ord(t[4])) for t in texts]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["text,label", *map(",".join, zip(texts, labels, strict=True))]))
    split = TokensSplitSpec(by="random")
    source = TableSource(source="table", path=path, sequence="text", target="label", split=split)
    found = check("many_to_one", read(source, "many_to_one").dataset(), tmp_path)
    assert isinstance(found["linear"], LookupGraph)


def test_runs_of_tokens_at_any_place(tmp_path: Path) -> None:
    """Some come up more often than they count, some texts hold nothing that is known."""
    texts = ["".join(RNG.choice(list("abcd"), RNG.integers(1, 9))) * n for n in range(1, 8)] * 30
    texts += ["".join(RNG.choice(list("abcd"), RNG.integers(2, 30))) for _ in range(200)]
    texts += [*("ab" * n for n in range(17, 47)), "z", "y"]
    labels = ["yes" if "cd" in text else "no" for text in texts]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["text,label", *map(",".join, zip(texts, labels, strict=True))]))
    split = TokensSplitSpec(by="random")
    source = TableSource(
        source="table", path=path, sequence="text", tokens="characters", target="label", split=split
    )
    found = check("many_to_one", read(source, "many_to_one").dataset(), tmp_path)
    assert isinstance(found["linear"], RunsGraph)


def test_a_stream_of_tokens_has_its_frequencies_only(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(" ".join(RNG.choice(["the", "cat", "sat"], 300)))
    source = TextSource(source="text", path=path, window=5, split=SplitSpec())
    found = check("many_to_many", read(source, "many_to_many").dataset(), tmp_path)
    assert list(found) == ["majority"]
