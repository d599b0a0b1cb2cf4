"""`from rnnsearch.tuners import RandomSearch`, as from `keras_tuner.tuners`."""

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
