"""`rnnsearch.engine.hyperparameters` and its like, for scripts that have `keras_tuner.engine.…`.

What isn't here is read from KerasTuner's own folder of this name.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras_tuner.engine

__path__ = [*__path__, *keras_tuner.engine.__path__]


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(keras_tuner.engine, name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
