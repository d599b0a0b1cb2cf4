"""`rnnsearch.engine.hyperparameters` and its like, for scripts that have `keras_tuner.engine.…`.

What isn't here is read from KerasTuner's own folder of this name.
"""

import keras_tuner.engine

__path__ = [*__path__, *keras_tuner.engine.__path__]
