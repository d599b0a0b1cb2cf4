"""`from rnnsearch.tuners import RandomSearch`, as from `keras_tuner.tuners`."""

from rnnsearch.integrations.keras_tuner.methods import (
    BayesianOptimization,
    GridSearch,
    Hyperband,
    RandomSearch,
)

__all__ = ["BayesianOptimization", "GridSearch", "Hyperband", "RandomSearch"]
