"""`rnnsearch.optuna.objective`: a build function as an objective of an Optuna study."""

from rnnsearch.integrations.optuna_objective import Objective, objective

__all__ = ["Objective", "objective"]
