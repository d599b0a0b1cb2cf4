"""`from rnnsearch.tuners import RandomSearch`, as from `keras_tuner.tuners`."""

from __future__ import annotations

from importlib import import_module
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
    return import_module(f"keras_tuner.src.tuners.{name}")
