"""Lanes of models that a user's own function built and compiled. Importing it imports JAX.

A model is trained as `model.fit` trains it on JAX: by its own `train_step` and `test_step`, in the
same order of the data, from the same weights. What is gained is that models which differ in numbers
only share one compiled program, that an epoch is one call of it, and that several train at once.
"""

from rnnsearch.engines.built.lanes import Keeper, Lane, Trained
from rnnsearch.engines.built.programs import Programs
from rnnsearch.engines.built.reasons import reason_against
from rnnsearch.engines.built.requests import NotArrays, Request

__all__ = ["Keeper", "Lane", "NotArrays", "Programs", "Request", "Trained", "reason_against"]
