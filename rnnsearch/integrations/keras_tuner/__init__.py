"""KerasTuner's names: tuners whose trials are trained together; the rest is KerasTuner's own.

KerasTuner and Keras are imported by what needs them, and not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnsearch.integrations.keras_tuner.either_tuner import Tuner
    from rnnsearch.integrations.keras_tuner.methods import (
        BayesianOptimization,
        GridSearch,
        Hyperband,
        RandomSearch,
    )
    from rnnsearch.integrations.keras_tuner.optuna_oracle import OptunaOracle
    from rnnsearch.integrations.keras_tuner.pareto import pareto_trials
    from rnnsearch.integrations.keras_tuner.recurrent import RecurrentHyperModel

__all__ = [
    "BayesianOptimization",
    "GridSearch",
    "Hyperband",
    "OptunaOracle",
    "RandomSearch",
    "RecurrentHyperModel",
    "Tuner",
    "pareto_trials",
]

_HOMES = {
    "OptunaOracle": "optuna_oracle",
    "RecurrentHyperModel": "recurrent",
    "Tuner": "either_tuner",
    "pareto_trials": "pareto",
}


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'methods')}"), name)
    if name == "tuners":
        return import_module("rnnsearch.tuners")
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("keras_tuner"), name)
