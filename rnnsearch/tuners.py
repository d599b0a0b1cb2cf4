"""`from rnnsearch.tuners import RandomSearch`, as from `keras_tuner.tuners`."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from keras_tuner.tuners import SklearnTuner

from rnnsearch.integrations.keras_tuner.either_tuner import Tuner
from rnnsearch.integrations.keras_tuner.methods import (
    BayesianOptimization,
    GridSearch,
    Hyperband,
    RandomSearch,
)

__all__ = [
    "BayesianOptimization",
    "GridSearch",
    "Hyperband",
    "RandomSearch",
    "SklearnTuner",
    "Tuner",
]

_MODULES = ("bayesian", "gridsearch", "hyperband", "randomsearch", "sklearn_tuner")
"""Of KerasTuner's source, as in `tuners.randomsearch.RandomSearchOracle`."""


class _Module(ModuleType):
    """A module of KerasTuner's with our tuners in it; what is put into it is put into theirs."""

    def __init__(self, name: str, theirs: ModuleType) -> None:
        super().__init__(f"{__name__}.{name}")
        ours = {known: globals()[known] for known in __all__ if hasattr(theirs, known)}
        named = {"__name__": self.__name__, "_theirs": theirs}
        vars(self).update({**vars(theirs), **ours, **named})

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        setattr(vars(self)["_theirs"], name, value)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _Module(name, import_module(f"keras_tuner.src.tuners.{name}"))
    globals()[name] = module
    return module
