"""Writing a spec out and reading it back; what differs between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnnsearch.errors import InvalidSpec
from rnnsearch.spec import PARAMETERS, Parameter, Spec, difference, dump, load, parse, resolved

CSV = {"source": "csv", "path": "load.csv", "inputs": ["demand"], "target": "demand", "window": 96}


def spec_of(space: dict[str, Any], **changes: Any) -> Spec:
    document = {"task": "many_to_one", "data": CSV, "space": space, **changes}
    return parse(document, name="study", directory="/data")


def test_every_default_is_written() -> None:
    assert resolved(spec_of({"cell": "LSTM", "units": [16, 32]})) == {
        "name": "study",
        "task": "many_to_one",
        "data": {
            "source": "csv",
            "path": "/data/load.csv",
            "split": {
                "validation": 0.15,
                "test": 0.15,
                "by": "auto",
                "seed": 0,
                "folds": "auto",
                "backtest": {"folds": "auto", "step": None, "window": None},
                "group": None,
                "reach_back": "auto",
                "column": None,
            },
            "scaling": "standard",
            "target_kind": "auto",
            "missing": "error",
            "time": None,
            "time_format": None,
            "time_zone": None,
            "inputs": ["demand"],
            "calendar": [],
            "target": "demand",
            "window": 96,
            "horizon": 1,
            "stride": 1,
            "season": None,
            "series": None,
            "known": [],
            "kinds": [],
            "base": None,
            "lags": [],
            "difference": None,
            "irregular": "rows",
            "duplicates": "error",
            "missing_values": [],
            "dialect": {
                "encoding": None,
                "separator": None,
                "decimal": None,
                "quotes": "auto",
                "header": "auto",
            },
        },
        "space": {
            "cell": "LSTM",
            "units": [16, 32],
            "depth": 1,
            "bidirectional": False,
            "pooling": "last",
            "patch": "auto",
            "layer_norm": False,
            "batch_size": "auto",
            "optimizer": "adam",
            "clip_norm": 1.0,
            "clip_mode": "global_norm",
            "unroll_length": "full",
            "epoch_share": 1.0,
            "learning_rate": 0.001,
            "schedule": "cosine",
            "averaging": 0.0,
            "weight_decay": 0.0,
            "dropout": 0.0,
            "recurrent_dropout": 0.0,
            "augment": 0.0,
            "forget_bias": 1.0,
            "beta_1": 0.9,
            "beta_2": "auto",
            "label_smoothing": 0.0,
        },
        "loss": {"name": "auto"},
        "search": {
            "objective": "val_loss",
            "costs": [],
            "constraints": {},
            "metrics": [],
            "direction": "auto",
            "sampler": "tpe",
            "pruner": "auto",
            "trials": "auto",
            "runs_per_trial": 1,
            "epochs": "auto",
            "patience": "auto",
            "keep": "auto",
            "confirm": 0.35,
            "deliver": "bag",
            "timeout": None,
            "block": "auto",
            "seed": 0,
        },
        "run": {
            "engine": "auto",
            "backend": "jax",
            "executor": "processes",
            "address": None,
            "workers": "auto",
            "lanes": "auto",
            "lane_mode": "auto",
            "device": "auto",
            "retries": 1,
            "max_failures": 50,
            "trial_timeout": "auto",
            "diagnosis": True,
            "trackers": [],
            "join": "machine",
            "storage": None,
            "code": None,
        },
    }


def test_defaults_stand_only_where_they_apply() -> None:
    space = resolved(spec_of({"cell": ["LSTM", "GRU"], "clip_norm": [0.5, "none"]}))["space"]
    assert space["forget_bias"] == {"value": 1.0, "when": {"cell": ["LSTM"]}}
    assert space["clip_mode"] == "global_norm"
    mixed = resolved(spec_of({"cell": "GRU", "optimizer": ["sgd", "rmsprop", "lion"]}))["space"]
    assert mixed["momentum"] == {"value": 0.0, "when": {"optimizer": ["sgd", "rmsprop"]}}
    assert mixed["rho"] == {"value": 0.9, "when": {"optimizer": ["rmsprop"]}}
    space = resolved(spec_of({"cell": "GRU", "clip_norm": "none"}))["space"]
    assert "forget_bias" not in space
    assert "clip_mode" not in space
    assert "window" not in space


@pytest.mark.parametrize(
    ("written", "settings"),
    [
        ("mae", {"name": "mae"}),
        ("huber", {"name": "huber", "delta": 1.0}),
        ("quantile", {"name": "quantile", "quantiles": [0.1, 0.5, 0.9]}),
        ({"name": "huber", "delta": 2}, {"name": "huber", "delta": 2.0}),
        ("cross_entropy", {"name": "cross_entropy", "class_weights": None}),
        (
            {"name": "cross_entropy", "class_weights": {"a": 2}},
            {"name": "cross_entropy", "class_weights": {"a": 2.0}},
        ),
    ],
)
def test_a_loss_has_the_settings_that_are_its_own(written: object, settings: object) -> None:
    spec = spec_of({}, loss=written)
    document = resolved(spec)
    assert document["loss"] == settings
    again = parse(document, name="other", directory="/")
    assert again.loss.model_dump() == spec.loss.model_dump()
    changed = resolved(spec_of({}))
    assert "loss.name: was auto, is " in difference(changed, document)[0]


def test_one_to_many_has_no_windows() -> None:
    data = {"source": "csv", "path": "x", "inputs": ["a"], "target": "b", "output_steps": 48}
    written = resolved(spec_of({}, task="one_to_many", data=data))["data"]
    assert written["output_steps"] == 48
    assert not {"window", "horizon", "stride"} & set(written)


def test_forecasts_have_windows_and_steps() -> None:
    spec = spec_of({}, task="sequence_to_sequence", data={**CSV, "output_steps": 48})
    written = resolved(spec)
    assert {
        key: written["data"][key] for key in ("window", "horizon", "stride", "output_steps")
    } == {
        "window": 96,
        "horizon": 1,
        "stride": 1,
        "output_steps": 48,
    }
    assert resolved(parse(written, name="other", directory="/")) == written


def test_short_forms() -> None:
    space = {
        "cell": ["LSTM", "GRU"],
        "depth": {"min": 1, "max": 3, "when": {"cell": "LSTM"}},
        "units": {"values": [8, 16], "per_layer": True},
        "dropout": {"min": 0, "max": 0.5, "step": 0.1},
        "learning_rate": {"min": 1e-4, "max": 1e-2, "log": True},
        "weight_decay": {"value": 0.1, "when": {"cell": ["GRU"]}},
        "batch_size": [16],
    }
    written = resolved(spec_of(space))["space"]
    assert {name: written[name] for name in space} == {
        **space,
        "depth": {"min": 1, "max": 3, "when": {"cell": ["LSTM"]}},
        "dropout": {"min": 0.0, "max": 0.5, "step": 0.1},
        "batch_size": 16,
    }


def numbers(parameter: Parameter) -> st.SearchStrategy[Any]:
    low, high = parameter.low or 0, min(parameter.high or 90, 90)
    if parameter.type == "int":
        return st.integers(int(low), int(high))
    return st.floats(max(low, 1e-6), high * 0.99, allow_subnormal=False)


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    if parameter.type == "bool":
        return st.booleans()
    if parameter.type == "str":
        return st.sampled_from(parameter.choices)
    found = numbers(parameter)
    return st.one_of(found, st.sampled_from(parameter.words)) if parameter.words else found


@st.composite
def forms(draw: st.DrawFn, parameter: Parameter) -> Any:
    """A parameter in one of its forms, most of them sound."""
    choice = st.lists(values(parameter), min_size=1, max_size=4, unique=True)
    when = draw(
        st.sampled_from(
            [{}, {}, {"cell": ["LSTM"]}, {"depth": [2]}, {"bidirectional": True, "cell": "GRU"}]
        )
    )
    extra = {"when": when} if when and parameter.name not in ("cell", "depth") else {}
    if parameter.name == "units" and draw(st.booleans()):
        extra["per_layer"] = True
    kind = draw(st.sampled_from(["value", "values", "range"]))
    if kind == "range" and parameter.type in ("int", "float"):
        low, high = sorted(draw(st.lists(numbers(parameter), min_size=2, max_size=2, unique=True)))
        log = draw(st.booleans()) and low > 0
        return {"min": low, "max": high, **({"log": True} if log else {}), **extra}
    if kind == "value" and "per_layer" not in extra:
        value = draw(values(parameter))
        return {"value": value, **extra} if extra else value
    listed = draw(choice)
    return {"values": listed, **extra} if extra else listed


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    names = draw(st.sets(st.sampled_from(sorted(set(PARAMETERS) - {"window"})), max_size=7))
    space = {name: draw(forms(PARAMETERS[name])) for name in sorted(names)}
    search = {
        "timeout": draw(st.one_of(st.none(), st.floats(0.1, 1e6))),
        "patience": draw(st.one_of(st.none(), st.integers(1, 50))),
    }
    column = draw(st.text(min_size=1, max_size=5))
    data = {**CSV, "inputs": [column, "1e-4", "0o14", "012", "yes"], "target": "no"}
    broken: set[str] = set()
    for _ in range(4):  # what the random space got wrong is left out
        try:
            return spec_of(
                {name: form for name, form in space.items() if name not in broken},
                search=search,
                data=data,
            )
        except InvalidSpec as error:
            paths = [problem.path.replace("[", ".") for problem in error.problems]
            assume(all(path.startswith("space.") for path in paths))
            broken |= {path.split(".")[1] for path in paths}
    assume(False)
    raise AssertionError


@given(specs())
@settings(deadline=None)
def test_reading_back_what_was_resolved(spec: Spec) -> None:
    written = resolved(spec)
    again = parse(written, name="other", directory="/elsewhere")
    assert resolved(again) == written
    assert {name: again.space[name] for name in spec.space} == spec.space
    assert again.model_copy(update={"space": {}}) == spec.model_copy(update={"space": {}})
    assert difference(written, resolved(again)) == []


@given(specs())
@settings(deadline=None, max_examples=25)
def test_reading_back_what_was_dumped(tmp_path_factory: pytest.TempPathFactory, spec: Spec) -> None:
    path = tmp_path_factory.getbasetemp() / "spec.yaml"
    path.write_text(dump(resolved(spec)), encoding="utf-8")
    assert resolved(load(path).spec) == resolved(spec)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "1e-4",
        "0o14",
        "012",
        "1:30",
        "\x85",
        "a, b",
        "null",
        "",
        " a",
        "a: b",
        "#x",
        ".inf",
        "ü",
        "a\nb",
        "~",
    ],
)
def test_texts_stay_texts(text: str, tmp_path: Path) -> None:
    from rnnsearch.spec.yaml_loader import read_text

    assert read_text(dump({"key": [text], text or "empty": 1}), "f").value["key"] == [text]


def test_difference() -> None:
    old = resolved(
        spec_of(
            {"units": [16, 32], "dropout": 0.1, "depth": {"min": 1, "max": 3}, "clip_norm": "none"}
        )
    )
    new = resolved(
        spec_of(
            {"units": [16, 64], "dropout": 0.1, "depth": 2, "clip_norm": 1},
            data={**CSV, "path": "/moved/load.csv", "split": {"test": 0.2}},
            search={"trials": 99, "timeout": "1h", "epochs": 50},
            run={"engine": "keras"},
            name="renamed",
        )
    )
    assert difference(old, new) == [
        "data.split.test: was 0.15, is 0.2",
        "space.units: was [16, 32], is [16, 64]",
        "space.depth: was {min: 1, max: 3}, is 2",
        "space.clip_norm: was none, is 1.0",
        "search.epochs: was auto, is 50",
        "space.clip_mode: was not there, is global_norm",
    ]
    assert difference(old, old) == []
