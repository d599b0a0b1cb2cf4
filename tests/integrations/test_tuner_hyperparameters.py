"""`keras_tuner.HyperParameters` to a space and back."""

import keras_tuner
import pytest

from rnnsearch.errors import InvalidSpec
from rnnsearch.integrations.keras_tuner.hyperparameters import to_config, to_space
from rnnsearch.space import SearchSpace
from rnnsearch.spec import parse


def searched(space):
    document = {"task": "many_to_one", "data": {"source": "arrays"}, "space": space}
    return SearchSpace.from_spec(parse(document, name="test", directory="."))


def test_each_kind_of_entry():
    hp = keras_tuner.HyperParameters()
    hp.Choice("cell", ["LSTM", "GRU"], default="GRU")
    hp.Int("depth", 1, 3)
    hp.Int("units", 8, 30, step=8)
    hp.Boolean("bidirectional")
    hp.Int("batch_size", 8, 64, step=2, sampling="log")
    hp.Fixed("optimizer", "sgd")
    hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
    hp.Float("dropout", 0.0, 0.5, step=0.2)
    hp.Int("clip_norm", 1, 5)
    hp.Float("weight_decay", 0.1, 0.1)
    space = to_space(hp)
    assert space == {
        "cell": ["LSTM", "GRU"],
        "depth": {"min": 1, "max": 3},
        "units": {"min": 8, "max": 24, "step": 8},
        "bidirectional": [False, True],
        "batch_size": [8, 16, 32, 64],
        "optimizer": "sgd",
        "learning_rate": {"min": 1e-4, "max": 1e-2, "log": True},
        "dropout": {"min": 0.0, "max": 0.4, "step": 0.2},
        "clip_norm": {"min": 1, "max": 5, "step": 1},
        "weight_decay": 0.1,
    }
    assert searched(space).domains["clip_norm"].candidates() == (1.0, 2.0, 3.0, 4.0, 5.0)


def test_conditions_become_when_with_those_of_the_parents():
    hp = keras_tuner.HyperParameters()
    hp.Choice("cell", ["SimpleRNN", "LSTM", "GRU"])
    with hp.conditional_scope("cell", ["LSTM", "GRU"]):
        hp.Boolean("layer_norm")
        hp.Fixed("dropout", 0.2)
    hp.Float("recurrent_dropout", 0.1, 0.3, parent_name="cell", parent_values=["GRU"])
    space = to_space(hp)
    assert space["layer_norm"] == {"values": [False, True], "when": {"cell": ["LSTM", "GRU"]}}
    assert space["dropout"] == {"value": 0.2, "when": {"cell": ["LSTM", "GRU"]}}
    assert space["recurrent_dropout"] == {"min": 0.1, "max": 0.3, "when": {"cell": ["GRU"]}}
    searched(space)


def test_a_child_of_a_child_needs_both_active():
    hp = keras_tuner.HyperParameters()
    hp.Choice("cell", ["LSTM", "GRU"])
    with hp.conditional_scope("cell", ["GRU"]):
        hp.Boolean("layer_norm")
        with hp.conditional_scope("layer_norm", [False]):
            hp.Float("dropout", 0.1, 0.3)
    assert to_space(hp)["dropout"]["when"] == {"cell": ["GRU"], "layer_norm": [False]}


def test_what_can_not_be_said_is_all_named():
    hp = keras_tuner.HyperParameters()
    hp.Choice("cell", ["LSTM", "GRU"])
    hp.Float("learning_rate", 1e-4, 1e-2, sampling="reverse_log")
    with hp.conditional_scope("cell", ["GRU"]):
        hp.Int("units", 8, 16)
    with hp.conditional_scope("cell", ["LSTM"]):
        hp.Int("units", 32, 64)
    with pytest.raises(InvalidSpec) as caught:
        to_space(hp)
    assert [str(problem) for problem in caught.value.problems] == [
        "space.learning_rate: must have sampling linear or log; received reverse_log; use log",
        "space.units: must be one entry: its conditions must not make two parameters of it; "
        "received another one; give it one range",
    ]


def test_a_space_as_hyperparameters():
    space = searched(
        {
            "cell": ["LSTM", "GRU"],
            "depth": {"min": 1, "max": 2},
            "units": {"values": [4, 8], "per_layer": True},
            "bidirectional": [True, False],
            "unroll_length": [4, "full"],
            "learning_rate": {"min": 1e-3, "max": 1e-2, "log": True},
            "forget_bias": {"value": 2.0, "when": {"cell": ["LSTM"]}},
        }
    )
    hp = keras_tuner.HyperParameters.from_config(to_config(space))
    kinds = {entry.name: type(entry).__name__ for entry in hp.space}
    assert kinds == {
        **{"cell": "Choice", "depth": "Int", "units_1": "Choice", "units_2": "Choice"},
        **{"bidirectional": "Boolean", "unroll_length": "Choice", "learning_rate": "Float"},
        "forget_bias": "Fixed",
    }
    assert hp.get("forget_bias") == 2.0
    assert "units_1" in hp and "units_2" not in hp
    hp.values["depth"] = 2
    hp.values["cell"] = "GRU"
    hp.ensure_active_values()
    assert hp.get("units_2") in (4, 8)
    assert "forget_bias" not in hp
    assert hp.copy().values == hp.values


def test_a_trials_values_keep_their_types():
    space = searched({"unroll_length": [4, "full"], "units": [4, 8]})
    hp = keras_tuner.HyperParameters.from_config(to_config(space, {"unroll_length": 4, "units": 8}))
    assert hp.values == {"unroll_length": 4, "units": 8}
    assert hp.get("unroll_length") == 4


def test_there_and_back():
    hp = keras_tuner.HyperParameters()
    hp.Choice("cell", ["LSTM", "GRU"])
    hp.Int("units", 8, 24, step=8)
    hp.Float("learning_rate", 1e-4, 1e-2, sampling="log", parent_name="cell", parent_values=["GRU"])
    back = keras_tuner.HyperParameters.from_config(to_config(searched(to_space(hp))))
    before, after = [
        [(type(item), {**item.get_config(), "default": None}) for item in one.space]
        for one in (hp, back)
    ]
    assert before == after
