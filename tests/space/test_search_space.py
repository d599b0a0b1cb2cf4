"""Order, conditions, what Optuna is asked, and what is counted."""

from __future__ import annotations

from typing import Any

import optuna
import pytest

from rnnsearch.space import SearchSpace, layer_units
from rnnsearch.spec import PARAMETERS, Spec, parse

CSV = {"source": "csv", "path": "x.csv", "inputs": ["a"], "target": "a", "window": 96}


def spec_of(space: dict[str, Any], **changes: Any) -> Spec:
    data = {**CSV, **changes}
    data = {key: value for key, value in data.items() if value is not None}
    document = {"task": "many_to_one", "data": data, "space": space}
    return parse(document, name="study", directory=".")


def space_of(space: dict[str, Any], **changes: Any) -> SearchSpace:
    return SearchSpace.from_spec(spec_of(space, **changes))


WIDE = {
    "recurrent_dropout": {"min": 0, "max": 0.3, "when": {"cell": ["LSTM", "GRU"]}},
    "layer_norm": {"values": [True, False], "when": {"bidirectional": True}},
    "unroll_length": [12, 48, "full"],
    "learning_rate": {"min": 1e-4, "max": 3e-2, "log": True},
    "dropout": {"min": 0, "max": 0.5, "step": 0.1},
    "units": {"values": [16, 32], "per_layer": True},
    "bidirectional": {"values": [True, False], "when": {"depth": [1, 2]}},
    "depth": {"min": 1, "max": 3},
    "cell": ["SimpleRNN", "LSTM", "GRU"],
    "optimizer": "adam",
    "forget_bias": {"min": 0, "max": 2, "when": {"cell": "LSTM"}},
}


def test_parents_before_children_and_structural_before_numeric() -> None:
    space = space_of(WIDE)
    names = [dimension.name for dimension in space.dimensions]
    assert names == [
        "cell",
        "depth",
        "units_1",
        "units_2",
        "units_3",
        "bidirectional",
        "layer_norm",
        "optimizer",
        "unroll_length",
        "learning_rate",
        "dropout",
        "recurrent_dropout",
        "forget_bias",
    ]


def test_a_parent_later_in_the_table_comes_first() -> None:
    space = space_of(
        {
            "cell": {"values": ["LSTM", "GRU"], "when": {"optimizer": "sgd"}},
            "optimizer": ["adam", "sgd"],
        }
    )
    assert [dimension.name for dimension in space.dimensions] == ["optimizer", "cell"]


def test_suggests_what_is_in_use() -> None:
    space = space_of(WIDE)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(200):
        trial = study.ask()
        params = space.suggest(trial)
        assert params["optimizer"] == "adam"
        assert set(trial.params) == set(params) - {"optimizer"}
        depth = params["depth"]
        assert isinstance(depth, int)
        assert [name for name in params if name.startswith("units_")] == [
            f"units_{n}" for n in range(1, depth + 1)
        ]
        assert ("recurrent_dropout" in params) == (params["cell"] != "SimpleRNN")
        assert ("forget_bias" in params) == (params["cell"] == "LSTM")
        assert ("bidirectional" in params) == (depth < 3)
        assert ("layer_norm" in params) == (params.get("bidirectional") is True)


def test_a_parent_that_is_not_in_use_counts_with_its_default() -> None:
    space = space_of(
        {
            "cell": ["LSTM", "GRU"],
            "depth": {"values": [1, 2], "when": {"cell": "GRU"}},
            "layer_norm": {"values": [True, False], "when": {"depth": 1}},
        }
    )
    assert "layer_norm" in space.suggest(
        optuna.trial.FixedTrial({"cell": "LSTM", "layer_norm": True})
    )
    deep = {"cell": "GRU", "depth": 2}
    assert "layer_norm" not in space.suggest(optuna.trial.FixedTrial(deep))


def test_complete() -> None:
    space = space_of({"cell": ["LSTM", "GRU"]})
    complete = space.complete({"cell": "GRU"})
    assert complete == {
        **{n: p.default for n, p in PARAMETERS.items() if p.default is not None},
        "cell": "GRU",
        "window": 96,
    }
    assert layer_units(complete) == (32,)


def test_complete_keeps_units_of_layers() -> None:
    complete = space_of(WIDE).complete({"depth": 2, "units_1": 16, "units_2": 32})
    assert "units" not in complete
    assert layer_units(complete) == (16, 32)


def test_structural() -> None:
    space = space_of(WIDE)
    params = {"cell": "GRU", "units_2": 8, "dropout": 0.1, "clip_norm": "none", "window": 5}
    assert space.structural(params) == {"cell": "GRU", "units_2": 8, "window": 5}


@pytest.mark.parametrize(
    ("space", "count"),
    [
        ({}, 1),
        ({"learning_rate": {"min": 1e-4, "max": 1e-2}}, 1),
        ({"cell": ["LSTM", "GRU"], "units": [8, 16, 32]}, 6),
        ({"depth": {"min": 1, "max": 3}, "units": {"values": [8, 16], "per_layer": True}}, 14),
        ({"units": {"min": 8, "max": 32, "step": 8}}, 4),
        # depth not in use is depth 1, the same program as depth 1 in use
        (
            {
                "optimizer": ["adam", "sgd"],
                "depth": {"values": [1, 2], "when": {"optimizer": "sgd"}},
            },
            3,
        ),
        ({"cell": ["LSTM", "GRU"], "depth": {"values": [2, 3], "when": {"cell": "GRU"}}}, 3),
        (
            {
                "units": {"min": 1, "max": 8192},
                "depth": [1, 2, 3],
                "batch_size": [8, 16, 32, 64, 128],
            },
            None,
        ),
        ({"batch_size": {"min": 1, "max": 10**9}}, None),
    ],
)
def test_program_count(space: dict[str, Any], count: int | None) -> None:
    assert space_of(space).program_count() == count


def test_grid() -> None:
    space = space_of(
        {
            "cell": ["SimpleRNN", "GRU"],
            "recurrent_dropout": {"values": [0.1, 0.2], "when": {"cell": "GRU"}},
            "optimizer": "sgd",
        }
    )
    assert space.grid() == [
        {"cell": "SimpleRNN", "optimizer": "sgd"},
        {"cell": "GRU", "optimizer": "sgd", "recurrent_dropout": 0.1},
        {"cell": "GRU", "optimizer": "sgd", "recurrent_dropout": 0.2},
    ]


def test_grid_points_are_what_optuna_takes() -> None:
    space = space_of({"dropout": {"min": 0, "max": 0.3, "step": 0.1}, "unroll_length": [4, "full"]})
    values = {one.name: list(one.domain.candidates() or ()) for one in space.dimensions}
    study = optuna.create_study(sampler=optuna.samplers.GridSampler(values, seed=0))
    suggested = []

    def objective(trial: optuna.Trial) -> float:
        suggested.append(space.suggest(trial))
        return 0.0

    study.optimize(objective, n_trials=20)
    assert sorted(map(str, suggested)) == sorted(map(str, space.grid()))


def test_grid_of_the_endless() -> None:
    with pytest.raises(
        ValueError, match=r"Expected values that can be listed\. Received: .*dropout"
    ):
        space_of({"dropout": {"min": 0, "max": 0.5}}).grid()


@pytest.mark.parametrize(
    ("space", "drops", "clips", "truncates"),
    [
        ({}, False, True, False),
        ({"dropout": 0, "clip_norm": None, "unroll_length": "full"}, False, False, False),
        (
            {"dropout": [0, 0.1], "clip_norm": [None, 1], "unroll_length": [5, "full"]},
            True,
            True,
            True,
        ),
        (
            {
                "dropout": {"min": 0, "max": 0.1},
                "clip_norm": {"min": 1, "max": 2},
                "unroll_length": {"min": 2, "max": 9},
            },
            True,
            True,
            True,
        ),
    ],
)
def test_what_programs_must_be_able_to_do(
    space: dict[str, Any], drops: bool, clips: bool, truncates: bool
) -> None:
    found = space_of(space)
    assert found.can_exceed_zero("dropout") is drops
    assert found.may_clip() is clips
    assert found.may_truncate() is truncates
    assert not found.can_exceed_zero("weight_decay")


@pytest.mark.parametrize(
    ("space", "schedules", "averages"),
    [
        ({"cell": "GRU"}, True, False),
        ({"schedule": "constant"}, False, False),
        ({"schedule": ["constant", "cosine"], "averaging": {"min": 0, "max": 0.999}}, True, True),
        (
            {"schedule": {"value": "constant", "when": {"cell": "GRU"}}, "cell": ["GRU", "LSTM"]},
            True,
            False,
        ),
    ],
)
def test_schedules_and_averages(space: dict[str, Any], schedules: bool, averages: bool) -> None:
    found = space_of(space)
    assert found.may_schedule() is schedules
    assert found.can_exceed_zero("averaging") is averages
    assert found.program_count() == (2 if isinstance(space.get("cell"), list) else 1)


@pytest.mark.parametrize(
    ("teacher_forcing", "mixes"),
    [(1, False), (0.5, True), ({"min": 0.5, "max": 1}, True), ([0, 1], True)],
)
def test_whether_a_decoder_may_read_its_own_tokens(teacher_forcing: Any, mixes: bool) -> None:
    document = {
        "task": "sequence_to_sequence",
        "data": {"source": "pairs", "path": "a.tsv", "sequence": "en", "target": "es"},
        "space": {"cell": "GRU", "teacher_forcing": teacher_forcing},
    }
    spec = parse(document, name="study", directory=".")
    assert SearchSpace.from_spec(spec).may_mix_tokens() is mixes


def test_windows() -> None:
    for changes, space, windows in [
        ({}, {}, (96,)),
        ({"window": None}, {"window": [48, 24]}, (24, 48)),
        ({}, {"cell": ["LSTM", "GRU"], "window": {"value": 24, "when": {"cell": "GRU"}}}, (24, 96)),
    ]:
        spec = spec_of(space, **changes)
        found = SearchSpace.from_spec(spec)
        assert found.windows(spec) == windows


def test_describe() -> None:
    assert space_of(WIDE).describe() == [
        ("cell", "one of SimpleRNN, LSTM, GRU", "structural", ""),
        ("depth", "1 to 3", "structural", ""),
        ("units", "one of 16, 32, per layer", "structural", ""),
        ("bidirectional", "one of true, false", "structural", "depth is 1 or 2"),
        ("layer_norm", "one of true, false", "structural", "bidirectional is true"),
        ("optimizer", "adam", "structural", ""),
        ("unroll_length", "one of 12, 48, full", "numeric", ""),
        ("learning_rate", "0.0001 to 0.03, log scale", "numeric", ""),
        ("dropout", "0.0 to 0.5, step 0.1", "numeric", ""),
        ("recurrent_dropout", "0.0 to 0.3", "numeric", "cell is LSTM or GRU"),
        ("forget_bias", "0.0 to 2.0", "numeric", "cell is LSTM"),
    ]
