"""`Tuner`: the search behind KerasTuner's methods.

KerasTuner itself is imported by what returns its objects, and not before.
"""

from rnnsearch.integrations.keras_tuner.tuner import Tuner

__all__ = ["Tuner"]
