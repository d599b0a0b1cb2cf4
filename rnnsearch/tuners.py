"""`from rnnsearch.tuners import RandomSearch`, as from `keras_tuner.tuners`."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from keras_tuner.tuners import SklearnTuner

from rnnsearch.integrations.keras_tuner.methods import (
    BayesianOptimization,
    BuildTuner,
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

Tuner = BuildTuner

_MODULES = ("bayesian", "gridsearch", "hyperband", "randomsearch", "sklearn_tuner")
"""Of KerasTuner's source, as in `tuners.randomsearch.RandomSearchOracle`."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    theirs = vars(import_module(f"keras_tuner.src.tuners.{name}"))
    module = ModuleType(f"{__name__}.{name}")
    ours = {known: globals()[known] for known in __all__ if known in theirs}
    vars(module).update({**theirs, **ours, "__name__": module.__name__})
    globals()[name] = module
    return module
