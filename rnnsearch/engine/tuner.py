"""`from rnnsearch.engine.tuner import Tuner`, as from `keras_tuner.engine.tuner`."""

from rnnsearch.integrations.keras_tuner.either_tuner import Tuner

__all__ = ["Tuner"]
