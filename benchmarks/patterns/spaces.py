"""Hyperparameters: how they are declared, conditioned, given and restricted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras
from keras import layers

from benchmarks.patterns._base import dense, pattern, printed, searched


def _values(tuner: Any) -> list[Any]:
    """Names that each trial has, and all that the oracle knows."""
    trials = tuner.oracle.trials.values()
    return [sorted(trial.hyperparameters.values) for trial in trials] + [
        sorted(one.name for one in tuner.oracle.get_space().space)
    ]


@pattern
def conditional_scopes_and_names_a_layer(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        model = keras.Sequential([keras.Input((6, 2))])
        depth = hp.Int("depth", 1, 2)
        for at in range(depth):
            with hp.conditional_scope("depth", list(range(at + 1, 3))):
                units = hp.Int(f"units_{at}", 2, 4)
                model.add(layers.GRU(units, return_sequences=at + 1 < depth))
        model.add(layers.Dense(1))
        model.compile("adam", "mse")
        return model

    tuner = searched(kt, folder, build)
    return tuner, _values(tuner)


@pattern
def entries_that_only_show_in_some_models(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = [layers.Dense(hp.Int(f"units_{at}", 2, 4)) for at in range(hp.Int("depth", 1, 3))]
        return dense(hp, *parts)

    tuner = searched(kt, folder, build)
    return tuner, _values(tuner)


@pattern
def ranges_that_depend_on_another(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        first = hp.Int("first", 2, 4)
        return dense(hp, layers.Dense(first), layers.Dense(hp.Int("second", 1, max_value=first)))

    return searched(kt, folder, build)


@pattern
def parents_by_name(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        kind = hp.Choice("kind", ["wide", "deep"])
        wide = hp.Int("wide_units", 3, 5, parent_name="kind", parent_values="wide")
        deep = hp.Int("deep_units", 2, 3, parent_name="kind", parent_values=["deep"])
        parts = [wide] if kind == "wide" else [deep, deep]
        return dense(hp, *(layers.Dense(units) for units in parts))

    tuner = searched(kt, folder, build)
    return tuner, _values(tuner)


@pattern
def every_kind_of_entry(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        units = hp.Int("units", min_value=2, max_value=8, step=2, default=4)
        steps = hp.Int("log", 2, 8, step=2, sampling="log")
        reverse = hp.Float("reverse", 0.1, 1.0, sampling="reverse_log")
        fixed, ordered = hp.Fixed("fixed", 3), hp.Choice("ordered", [1, 2, 3], ordered=True)
        drop = layers.Dropout(0.0) if hp.Boolean("drop", default=True) else layers.Flatten()
        assert hp.get("units") == units
        assert "log" in hp
        return dense(hp, layers.Dense(units + steps), drop, layers.Dense(fixed * ordered),
                     layers.Rescaling(reverse))  # fmt: skip

    return searched(kt, folder, build)


@pattern
def names_in_a_scope(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = []
        for name in ("encoder", "decoder"):
            with hp.name_scope(name):
                parts.append(layers.Dense(hp.Int("units", 2, 4)))
        return dense(hp, *parts)

    tuner = searched(kt, folder, build)
    return tuner, _values(tuner)


@pattern
def entries_given_and_new_ones_tuned(kt: Any, folder: str) -> Any:
    known = kt.HyperParameters()
    known.Fixed("units", 3)
    return searched(kt, folder, hyperparameters=known, tune_new_entries=True)


@pattern
def only_the_entries_given(kt: Any, folder: str) -> Any:
    known = kt.HyperParameters()
    known.Choice("learning_rate", [0.1, 0.01, 0.001])
    tuner = searched(kt, folder, hyperparameters=known, tune_new_entries=False)
    return tuner, _values(tuner)


@pattern
def entries_that_must_be_known(kt: Any, folder: str) -> Any:
    known = kt.HyperParameters()
    known.Int("units", 2, 4)
    try:
        searched(kt, folder, hyperparameters=known, allow_new_entries=False, tune_new_entries=False)
    except Exception as error:
        return None, (type(error).__name__, str(error).splitlines()[0])
    raise AssertionError("an unknown entry was allowed")


@pattern
def a_HyperModel_with_arguments(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def __init__(self, most: int) -> None:
            super().__init__(name="own")
            self.most = most

        def build(self, hp: Any) -> keras.Model:
            return dense(hp, layers.Dense(hp.Int("units", 2, self.most)))

    return searched(kt, folder, Model(most=3))


@pattern
def a_HyperModel_that_is_not_tuned(kt: Any, folder: str) -> Any:
    class Model(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

    known = kt.HyperParameters()
    known.Int("units", 2, 4)
    tuner = searched(kt, folder, Model(tunable=False), hyperparameters=known)
    return tuner, _values(tuner)


@pattern
def a_HyperModel_of_another(kt: Any, folder: str) -> Any:
    class Front(kt.HyperModel):
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

    class Whole(kt.HyperModel):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def build(self, hp: Any) -> keras.Model:
            model = self.inner.build(hp)
            rate = keras.optimizers.SGD(hp.Float("other", 1e-3, 1e-2))
            model.compile(rate, "mae")
            return model

    return searched(kt, folder, Whole(Front()))


@pattern
def a_space_that_is_exhausted(kt: Any, folder: str) -> Any:
    def build(hp: Any) -> keras.Model:
        parts = layers.Dense(hp.Choice("units", [2, 3])), layers.Dense(1)
        model = keras.Sequential([keras.Input((6, 2)), layers.Flatten(), *parts])
        model.compile("sgd", "mse")
        return model

    return searched(kt, folder, build, max_trials=9)


@pattern
def the_space_before_and_after(kt: Any, folder: str) -> Any:
    tuner = searched(kt, folder)
    extended = printed(lambda: tuner.search_space_summary(extended=True))
    return tuner, (printed(tuner.search_space_summary), extended)


@pattern
def entries_of_the_engine_module(kt: Any, folder: str) -> Any:
    """As scripts have it that were written for KerasTuner 1.0."""
    kinds = import_module(f"{kt.__name__}.engine.hyperparameters")
    known = kinds.HyperParameters()
    known.Choice("units", [2, 3])
    base = import_module(f"{kt.__name__}.engine.hypermodel").HyperModel

    class Model(base):  # type: ignore[misc]
        def build(self, hp: Any) -> keras.Model:
            return dense(hp)

    tuners = import_module(f"{kt.__name__}.tuners")
    return searched(kt, folder, Model(), kind=tuners.RandomSearch, hyperparameters=known)
