"""Lanes of models that a user's own function built and compiled. Importing it imports JAX.

A model is trained as `model.fit` trains it on JAX: by its own `train_step` and `test_step`, in the
same order of the data, from the same weights. What is gained is that models which differ in numbers
only share one compiled program, that an epoch is one call of it, and that several train at once.
"""

from rnnsearch.engines.built.first_looks import leave_to_fit
from rnnsearch.engines.built.fit_requests import NotArrays, Request
from rnnsearch.engines.built.model_training import Keeper, Lane, Trained
from rnnsearch.engines.built.refusals import program_for, reason_against, reason_against_program
from rnnsearch.engines.built.shared_programs import Programs

__all__ = [
    "Keeper",
    "Lane",
    "NotArrays",
    "Programs",
    "Request",
    "Trained",
    "leave_to_fit",
    "program_for",
    "reason_against",
    "reason_against_program",
]
