"""`Preparation.scalings` names the inputs that the network has, and says what is done to them."""

from pathlib import Path

import numpy as np
import pytest

from rnnsearch.data import Arrays, read
from rnnsearch.models.build import build_standard
from rnnsearch.spec.sources import ArraysSource, CsvSource, TableSource, TokensSplitSpec
from tests.engines.conftest import make_program

RNG = np.random.default_rng(0)
CSV = {"inputs": ("y", "a"), "target": "y", "time": "t", "calendar": ("hour",)}


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    rows = ["t,y,a,k,kind,text"]
    for n in range(120):
        stamp = np.datetime64("2024-01-01T00:00", "m") + n * np.timedelta64(6, "h")
        rows.append(f"{stamp},{RNG.normal()},{n % 7},{n % 5},{'uv'[n % 2]},{'abc'[n % 3] * 2}x")
    (tmp_path / "rows.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "rows.csv"


def of_rows(path, task, **changes):
    return read(CsvSource(source="csv", path=path, **{**CSV, "window": 4} | changes), task, ())


def of_texts(path, task, **changes):
    split = TokensSplitSpec(block=1)
    return read(TableSource(source="table", path=path, split=split, **changes), task)


def of_arrays(path, task, **changes):
    y = RNG.normal(size=(40, 5)) if task == "one_to_many" else RNG.normal(size=40)
    x = RNG.normal(size=(40, 3) if task in ("one_to_many", "one_to_one") else (40, 6, 3))
    return read(ArraysSource(source="arrays"), task, arrays=Arrays(train=(x, y)))


CASES = [
    (of_arrays, "many_to_one", {}, {"sequence": 3}),
    (of_arrays, "one_to_many", {}, {"vector": 3}),
    (of_arrays, "one_to_one", {}, {"features": 3}),
    (of_rows, "many_to_one", {}, {"sequence": 4}),
    (of_rows, "many_to_many", {"known": ("k",)}, {"sequence": 5}),
    (of_rows, "one_to_one", {"window": None}, {"features": 4}),
    (of_rows, "one_to_many", {"window": None, "inputs": ("a",), "output_steps": 3}, {"vector": 3}),
    (
        of_rows,
        "sequence_to_sequence",
        {"output_steps": 3, "known": ("k",), "scaling": "log", "inputs": ("a",)},
        {"source": 4, "ahead": 4},
    ),
    (of_texts, "many_to_one", {"sequence": "text", "target": "kind"}, {}),
    (of_texts, "one_to_many", {"inputs": ("a", "kind"), "target": "text"}, {"vector": 3}),
]


@pytest.mark.parametrize(("kind", "task", "changes", "features"), CASES)
def test_scalings_are_of_the_networks_inputs(kind, task, changes, features, tables):
    if changes.get("scaling") == "log":
        tables.write_text(tables.read_text().replace(",-", ","))
    data = kind(tables, task, **changes)
    dataset, scalings = data.dataset(), data.preparation().scalings
    cell = "feed_forward" if task == "one_to_one" else "GRU"
    program = make_program(task, dataset, cell=cell, embedding_dim=3)
    model = build_standard(program.architecture, blank=True)
    shapes = {tensor.name: tensor.shape[-1] for tensor in model.inputs}
    assert {name: len(scaling.offset) for name, scaling in scalings.items()} == features
    assert {name: shapes[name] for name in scalings} == features
    x = dataset.train.x
    for name, scaling in scalings.items():
        found = np.asarray(x[name] if isinstance(x, dict) else x)
        np.testing.assert_array_equal(
            scaling.apply(np.zeros(features[name])).shape, (features[name],)
        )
        alone = scaling.scale == 1
        assert (scaling.offset[alone] == 0).all()
        if not alone.all() and not isinstance(x, dict):
            scaled = found.reshape(-1, features[name])[:, ~alone]
            assert abs(scaled.mean(axis=0)).max() < 0.3
