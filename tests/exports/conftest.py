"""Studies small enough to export many: data of several kinds, and networks with random weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from rnnsearch.baselines.registry import suitable
from rnnsearch.data.inputs import take
from rnnsearch.data.read import read
from rnnsearch.exports import Format, Network
from rnnsearch.exports.raw import Examples, RawForm, form_of, raw_model
from rnnsearch.exports.streaming import make_step
from rnnsearch.models import Architecture
from rnnsearch.models.bag import Branch, build_bag
from rnnsearch.models.build import build_standard
from rnnsearch.models.feeding import predict
from rnnsearch.models.networks import Affine
from rnnsearch.models.networks import Network as Member
from rnnsearch.models.simple_members import member
from rnnsearch.spec import parse
from rnnsearch.tasks import TASKS, Task, own_units


@dataclass(frozen=True)
class Study:
    """A network for some data, with what `predict` says of a file of it."""

    network: Network
    form: RawForm
    examples: Examples
    expected: np.ndarray
    loss: Any
    trained: keras.Model
    architecture: Architecture

    @property
    def scale(self) -> np.ndarray:
        target = self.form.target
        return np.ones(1) if target.deviation is None else np.asarray(target.deviation)

    def assert_equal(self, found: np.ndarray, form: Format | None = None) -> None:
        """To 1e-5 of the target's deviation, and 32 bits of what is far larger than that."""
        expected, counts = self.expected, self.examples.counts
        if form is not None:
            expected, counts = form.shown(self.network, expected, counts)
        assert found.shape == expected.shape
        differences = np.abs(found - expected) / self.scale
        if counts is not None:
            differences = differences[counts]
        assert differences.max() < 1e-5 + 2e-6 * self.form.roughness


def table(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    holiday = (np.arange(rows) % 17 == 0).astype(int)
    load = 100 + 20 * np.sin(np.arange(rows) * np.pi / 6) - 30 * holiday + rng.normal(0, 4, rows)
    hours = pd.date_range("2024-01-01", periods=rows, freq="h").astype(str)
    kind = np.array(["wet", "dry"])[(np.arange(rows) // 7) % 2]
    wind = rng.gamma(2, 3, rows)
    columns = {"hour": hours, "load": load.round(3), "wind": wind.round(3)}
    return pd.DataFrame({**columns, "holiday": holiday, "kind": kind, "state": kind})


def write_table(folder: Path) -> str:
    table().to_csv(folder / "data.csv", index=False)
    return "data.csv"


def write_sequences(folder: Path) -> str:
    """Of unequal lengths, of three features of which one is large."""
    rng = np.random.default_rng(1)
    x = rng.normal([0, 50, -3], [1, 9, 0.2], (60, 9, 3))
    lengths = rng.integers(4, 10, 60)
    for sequence, length in zip(x, lengths, strict=True):
        sequence[length:] = np.nan
    y = (np.nanmean(x[:, :, 1], axis=1) > 50).astype(int)
    steps = np.nancumsum(x[:, :, :1], axis=1) * np.where(np.isnan(x[:, :, :1]), np.nan, 1)
    np.savez(folder / "data.npz", x=x, y=y)
    np.savez(folder / "steps.npz", x=x, y=steps)
    return "data.npz"


def write_spectra(folder: Path) -> str:
    """Of one length, all but the same curve."""
    rng = np.random.default_rng(3)
    curve = np.stack([50 + 9 * np.sin(np.arange(9)), 3 * np.cos(np.arange(9))], axis=1)
    x = curve + rng.normal(size=(60, 9, 2)) * [0.3, 0.1]
    np.savez(folder / "spectra.npz", x=x, y=(x[:, 4, 0] > curve[4, 0]).astype(int))
    return "spectra.npz"


def write_texts(folder: Path) -> str:
    rng = np.random.default_rng(2)
    words = ["".join(rng.choice(list("acgt"), rng.integers(3, 9))) for _ in range(80)]
    kinds = ["rich" if word.count("g") > 1 else "poor" for word in words]
    pd.DataFrame({"word": words, "kind": kinds}).to_csv(folder / "words.csv", index=False)
    return "words.csv"


def write_text(folder: Path) -> str:
    (folder / "text.txt").write_text("the cat sat on the mat and the rat ran. " * 30)
    return "text.txt"


_SERIES = {
    **{"source": "csv", "path": "data.csv", "time": "hour", "target": "load", "season": 12},
    "base": "none",
}
_FORECAST = {
    **_SERIES,
    "inputs": ["load", "wind"],
    "known": ["holiday"],
    "calendar": ["hour", "weekday"],
}

CASES: dict[str, tuple[Callable[[Path], str], dict[str, Any], dict[str, Any]]] = {
    "next value": (
        write_table,
        {"task": "many_to_one", "data": {**_FORECAST, "window": 8, "horizon": 3, "lags": [12]}},
        {"cell": "GRU", "layer_norm": True, "pooling": "mean"},
    ),
    "change since last": (
        write_table,
        {
            "task": "many_to_one",
            "data": {**_SERIES, "inputs": ["load"], "window": 6, "base": "last", "lags": [12]},
            "loss": {"name": "quantile", "quantiles": [0.1, 0.5, 0.9]},
        },
        {"cell": "LSTM", "bidirectional": True, "changes": True, "patch": 2},
    ),
    "tags": (
        write_table,
        {
            "task": "many_to_many",
            "data": {
                **_SERIES,
                "inputs": ["load", "kind"],
                "target": "state",
                "window": 6,
                "horizon": 0,
            },
        },
        {"cell": "LSTM", "bidirectional": True, "units": (3, 4)},
    ),
    "each row": (
        write_table,
        {
            "task": "many_to_many",
            "data": {**_FORECAST, "window": 6, "horizon": 2, "base": "season"},
        },
        {"cell": "SimpleRNN"},
    ),
    "several steps": (
        write_table,
        {
            "task": "sequence_to_sequence",
            "data": {
                **_FORECAST,
                "window": 7,
                "output_steps": 5,
                "scaling": "log",
                "base": "season",
                "lags": [12],
            },
            "loss": {"name": "quantile", "quantiles": [0.1, 0.5, 0.9]},
        },
        {"cell": "GRU", "attention": "luong", "bidirectional": True},
    ),
    "all at once": (
        write_table,
        {"task": "sequence_to_sequence", "data": {**_FORECAST, "window": 7, "output_steps": 4}},
        {"cell": "LSTM", "attention": "bahdanau"},
    ),
    "block": (
        write_table,
        {
            "task": "one_to_many",
            "data": {
                **_SERIES,
                "inputs": ["holiday"],
                "calendar": ["hour"],
                "output_steps": 6,
                "lags": [6],
            },
        },
        {"cell": "GRU"},
    ),
    "forecast by states": (
        write_table,
        {
            "task": "many_to_one",
            "data": {**_FORECAST, "window": 5, "horizon": 2, "base": "last", "lags": [6]},
        },
        {"cell": "LSTM", "units": (4, 3), "layer_norm": True},
    ),
    "sequences": (
        write_sequences,
        {"task": "many_to_one", "data": {"source": "npz", "path": "data.npz"}},
        {"cell": "LSTM", "bidirectional": True, "units": (4, 3), "pooling": "max"},
    ),
    "sequences less their curve": (
        write_spectra,
        {
            "task": "many_to_one",
            "data": {"source": "npz", "path": "spectra.npz", "scaling": "per_step"},
        },
        {"cell": "GRU"},
    ),
    "sequences by themselves": (
        write_sequences,
        {
            "task": "many_to_one",
            "data": {"source": "npz", "path": "data.npz", "scaling": "per_sequence"},
        },
        {"cell": "GRU", "patch": 2, "changes": True},
    ),
    "steps": (
        write_sequences,
        {"task": "many_to_many", "data": {"source": "npz", "path": "steps.npz"}},
        {"cell": "GRU", "layer_norm": True},
    ),
    "words": (
        write_texts,
        {
            "task": "many_to_one",
            "data": {
                "source": "table",
                "path": "words.csv",
                "sequence": "word",
                "target": "kind",
                "tokens": "characters",
            },
        },
        {"cell": "LSTM", "embedding_dim": 3},
    ),
    "words and their runs": (
        write_texts,
        {
            "task": "many_to_one",
            "data": {
                "source": "table",
                "path": "words.csv",
                "sequence": "word",
                "target": "kind",
                "tokens": "characters",
            },
        },
        {"cell": "GRU", "embedding_dim": 3, "bidirectional": True},
    ),
    "text": (
        write_text,
        {"task": "many_to_many", "data": {"source": "text", "path": "text.txt", "window": 10}},
        {"cell": "GRU", "embedding_dim": 3, "units": (4, 4)},
    ),
}
"""Name → what writes the file, the spec, and the network."""


def drawn(model: keras.Model) -> list[np.ndarray]:
    """Weights that are all of some size, so that none can be mixed up unseen."""
    rng = np.random.default_rng(5)
    return [rng.normal(0, 0.5, v.shape).astype(np.float32) for v in model.trainable_variables]


def make_study(name: str, folder: Path) -> Study:
    """A bag of two networks and, of one value or a text, what simple methods suit it."""
    write, document, shape = CASES[name]
    write(folder)
    document = {**document, "space": {"cell": "GRU", "units": 4}, "name": "small"}
    spec = parse(document, name="small", directory=folder)
    data = read(spec.data, spec.task)
    dataset, preparation = data.dataset(), data.preparation()
    task = TASKS[spec.task]
    loss = task.loss(preparation.target, spec.loss)
    head = replace(task.head(dataset), width=loss.outputs(preparation.target))
    settings = {"units": (4,), "bidirectional": False, "layer_norm": False, **shape}
    architecture = Architecture(head=head, **settings)
    weights = drawn(build_standard(architecture, blank=True))
    shifted = {
        key: Affine(np.full(len(one.scale), 0.9), np.full(len(one.scale), 0.1))
        for key, one in preparation.scalings.items()
    }
    outputs = (
        None
        if preparation.target.kind == "class"
        else Affine(np.full(head.width, 1.1), np.zeros(head.width))
    )
    members = [
        Member(architecture, weights, 0.5),
        Member(architecture, [0.5 * one for one in weights], 0.3, shifted, outputs),
    ]
    trained = build_bag(members, _simple(name, task, dataset), architecture)
    form = form_of(preparation)
    path = str(spec.data.path)
    examples = form.examples(path, 100, judged=True)
    part = data.preparation().targets(path)
    some = None if part.anchor is None else part.anchor[examples.places]
    found = predict(trained, take(part.x, examples.places), 32)
    expected = own_units(found, preparation.target, loss, some)
    signature = form.signature(loss, head.sequences or head.repeat is not None)

    def step() -> Any:
        return make_step(trained, form, loss, signature.output)

    network = Network(raw_model(trained, form, loss), signature, step)
    return Study(network, form, examples, expected, loss, trained, architecture)


def _simple(name: str, task: Task, dataset: Any) -> list[Branch]:
    """Simple methods of a mixture."""
    names = {"next value": ("linear", "mean"), "words and their runs": ("linear",)}.get(name, ())
    found = []
    known = {one.name: one for one in suitable(task, dataset)}
    for one in names:
        graph = known[one].fit(task, dataset).as_graph(dataset)
        found.append(
            Branch(lambda inputs, graph=graph, one=one: member(graph, inputs["sequence"], one), 0.1)
        )
    return found


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Study]:
    """Each is made once."""
    made: dict[str, Study] = {}

    def get(name: str) -> Study:
        if name not in made:
            made[name] = make_study(name, tmp_path_factory.mktemp("study"))
        return made[name]

    return get


@pytest.fixture(params=CASES)
def case(study: Callable[[str], Study], request: pytest.FixtureRequest) -> Study:
    """Every one of them."""
    return study(request.param)
