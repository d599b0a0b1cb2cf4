"""`from rnnsearch.engine.tuner import Tuner`, as from `keras_tuner.engine.tuner`."""

from rnnsearch.integrations.keras_tuner.methods import BuildTuner as Tuner

__all__ = ["Tuner"]
