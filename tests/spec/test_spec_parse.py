"""`load` and `parse`: values, defaults, overrides, and that all problems come at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsearch.errors import InvalidSpec, Location
from rnnsearch.spec import ArraysSource, CsvSource, Domain, load, parse

SPEC = """\
task: many_to_one
data:
  source: csv
  path: data/load.csv
  time: timestamp
  inputs: [demand]
  target: demand
  window: 96
space:
  cell: [SimpleRNN, LSTM, GRU]
  depth: {min: 1, max: 3}
  units: {values: [16, 32], per_layer: true}
  unroll_length: [12, 48, full]
  clip_norm: [null, 1, 5.5]
  learning_rate: {min: 1e-4, max: 3e-2, log: true}
  dropout: {min: 0, max: 0.5, step: 0.1}
  recurrent_dropout: {min: 0, max: 0.3, when: {cell: [LSTM, GRU]}}
  optimizer: adam
  batch_size: [64]
search:
  objective: val_rmse
  trials: 60
  timeout: 1h30m
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "load_curve.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def arrays(**changes: Any) -> dict[str, Any]:
    return {
        "task": "many_to_one",
        "data": {"source": "arrays"},
        "space": {"cell": ["LSTM", "GRU"]},
        **changes,
    }


def messages(document: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidSpec) as caught:
        parse(document, name="n", directory=".")
    return [str(problem) for problem in caught.value.problems]


def test_values(path: Path) -> None:
    spec = load(path).spec
    assert spec.name == "load_curve"
    assert isinstance(spec.data, CsvSource)
    assert spec.data.path == path.parent / "data" / "load.csv"
    assert spec.data.horizon == 1
    assert spec.search.timeout == 5400
    assert spec.search.epochs == "auto"
    assert spec.space == {
        "cell": Domain(kind="choice", values=("SimpleRNN", "LSTM", "GRU")),
        "depth": Domain(kind="range", min=1, max=3, integer=True),
        "units": Domain(kind="choice", values=(16, 32), per_layer=True),
        "unroll_length": Domain(kind="choice", values=(12, 48, "full")),
        "clip_norm": Domain(kind="choice", values=("none", 1.0, 5.5)),
        "learning_rate": Domain(kind="range", min=1e-4, max=3e-2, log=True),
        "dropout": Domain(kind="range", min=0.0, max=0.5, step=0.1),
        "recurrent_dropout": Domain(kind="range", min=0.0, max=0.3, when={"cell": ("LSTM", "GRU")}),
        "optimizer": Domain(kind="fixed", values=("adam",)),
        "batch_size": Domain(kind="fixed", values=(64,)),
    }


def test_candidates() -> None:
    tenths = Domain(kind="range", min=0.0, max=0.5, step=0.1)
    assert tenths.candidates() == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    assert Domain(kind="range", min=2, max=8, step=3, integer=True).candidates() == (2, 5, 8)
    assert Domain(kind="range", min=0.0, max=0.5).candidates() is None
    assert Domain(kind="range", min=1, max=10**9, integer=True).candidates() is None


def test_overrides(path: Path) -> None:
    overrides = {"search.trials": 5, "search.timeout": "10m", "run.workers": "2"}
    loaded = load(path, overrides)
    assert (loaded.spec.search.trials, loaded.spec.search.timeout) == (5, 600)
    assert loaded.spec.run.workers == 2
    assert loaded.locate("search.trials") == Location("--trials")
    assert loaded.locate("data.inputs[0]") == Location(str(path), 6, 12)
    assert loaded.locate("data.inputs[7]") == Location(str(path), 6, 3)


def test_problems_of_overrides_name_the_flag(path: Path) -> None:
    with pytest.raises(InvalidSpec) as caught:
        load(path, {"search.trials": 0, "search.timeout": "soon", "run.backend": "jaxx"})
    assert [str(problem) for problem in caught.value.problems] == [
        "--timeout: search.timeout: must be a duration such as 90s, 20m or 1h30m, or a number "
        "of seconds, or null; received soon",
        "--trials: search.trials: must be a whole number of at least 1, or auto; received 0",
        "--backend: run.backend: must be jax, tensorflow or torch; received jaxx; did you mean "
        "jax?",
    ]


def test_override_of_what_the_file_gets_wrong(path: Path) -> None:
    path.write_text(SPEC.replace("trials: 60", "trials: 060"), encoding="utf-8")
    assert load(path, {"search.trials": 3}).spec.search.trials == 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("20m", 1200), ("2h", 7200), ("1h30m", 5400), ("1.5h", 5400), (45, 45)],
)
def test_durations(text: object, seconds: float) -> None:
    spec = parse(arrays(search={"timeout": text}), name="n", directory=".")
    assert spec.search.timeout == seconds


@pytest.mark.parametrize("text", ["", "20", "m", "1m1h", "1.2.3s", "0s", "-5m", -5, 0, True])
def test_no_durations(text: object) -> None:
    (message,) = messages(arrays(search={"timeout": text}))
    assert message.startswith("search.timeout: must be a duration")


def test_no_limit_of_time() -> None:
    for text in (None, "none"):
        assert (
            parse(arrays(search={"timeout": text}), name="n", directory=".").search.timeout is None
        )


def test_five_problems_are_five_messages() -> None:
    found = messages(
        {
            "task": "many_to_won",
            "data": {"source": "csv", "path": "x.csv", "inputs": ["a"], "target": 5, "window": 9},
            "space": {"cell": ["lstm"], "unit": 3},
            "search": {"trials": 0},
        }
    )
    assert [message.split(":")[0] for message in found] == [
        "task",
        "data.target",
        "space.cell[0]",
        "space.unit",
        "search.trials",
    ]


def test_a_problem_is_not_followed_by_its_consequences() -> None:
    document = arrays(
        task="many_to_one",
        data={"source": "csv", "path": "x", "inputs": [1], "target": "y", "windw": 8},
        space={"cel": ["GRU"], "forget_bias": 1, "clip_nrm": 1, "clip_mode": "norm"},
    )
    assert [message.split(":")[0] for message in messages(document)] == [
        "data.windw",
        "data.inputs[0]",
        "space.cel",
        "space.clip_nrm",
    ]


def test_values_that_python_callers_pass() -> None:
    space = {
        "units": (np.int64(8), 16),
        "learning_rate": np.float32(0.5),
        "bidirectional": np.True_,
    }
    data = {"source": "npz", "path": Path("a.npz")}
    spec = parse(arrays(data=data, space=space), name="n", directory="/x")
    assert spec.space["units"].values == (8, 16)
    assert spec.space["learning_rate"].values == (0.5,)
    assert spec.space["bidirectional"].values == (True,)
    assert not isinstance(spec.data, ArraysSource)
    assert spec.data.path == Path("/x/a.npz")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "space.dropout: must be a text, a number, true, false, a list or a mapping"),
        (float("nan"), "space.dropout: must be a finite number; received nan"),
        (10**30, "space.dropout: must be a number below 2^63"),
        ({1: 2}, "space.dropout: must have texts as keys; received 1; put it in quotes"),
        (np.zeros(2), "space.dropout: must be a text, a number"),
        ("\ud800", "space.dropout: must hold valid characters"),
        (True, "space.dropout: must be a number of at least 0 and below 1; received true"),
        ("0.5", "space.dropout: must be a number of at least 0 and below 1; received"),
    ],
)
def test_values_that_they_must_not(value: object, message: str) -> None:
    (found,) = messages(arrays(space={"dropout": value}))
    assert found.startswith(message)


def test_not_a_mapping() -> None:
    assert messages([1]) == [  # type: ignore[arg-type]
        "must be a mapping of name, task, data, space, loss, search and run; received [1]; see "
        "docs/spec.md"
    ]


@pytest.mark.parametrize("name", ["a/b", "..", "", "  ", "a\nb", 5])
def test_names(name: object) -> None:
    (message,) = messages(arrays(name=name))
    assert message.startswith("name: must be a ")


def test_arrays_are_for_the_api() -> None:
    assert isinstance(parse(arrays(), name="n", directory=".").data, ArraysSource)


def test_a_study_may_hold_arrays(tmp_path: Path) -> None:
    text = "task: many_to_one\ndata: {source: arrays}\nspace: {}\n"
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    assert isinstance(load(tmp_path / "spec.yaml", allow_arrays=True).spec.data, ArraysSource)


def test_importing_is_light() -> None:
    code = (
        "import sys, rnnsearch.spec, rnnsearch.space;"
        "print([m for m in ('numpy', 'pandas', 'optuna', 'keras', 'jax') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 200),
    st.floats(),
    st.sampled_from(["LSTM", "GRU", "full", "none", "csv", "npz", "arrays", "many_to_one", "a"]),
    st.text(max_size=4),
)
KEYS = st.sampled_from(
    [
        "name",
        "task",
        "data",
        "space",
        "search",
        "run",
        "source",
        "path",
        "inputs",
        "target",
        "window",
        "cell",
        "units",
        "depth",
        "dropout",
        "unroll_length",
        "clip_norm",
        "forget_bias",
        "min",
        "max",
        "log",
        "step",
        "when",
        "values",
        "value",
        "per_layer",
        "split",
        "calendar",
        "time",
        "timeout",
        "objective",
        "sampler",
        "block",
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)
SECTION = st.dictionaries(KEYS, TREES, max_size=6)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "task": st.one_of(SCALARS, st.just("many_to_many")),
            "data": st.one_of(TREES, SECTION.map(lambda found: {**found, "source": "csv"})),
            "space": st.one_of(TREES, SECTION),
            "search": SECTION,
            "run": TREES,
        },
    )
)
def test_any_document_is_a_spec_or_a_clear_refusal(document: dict[str, Any]) -> None:
    try:
        parse(document, name="n", directory="/x")
    except InvalidSpec as error:
        str(error).encode("utf-8")
