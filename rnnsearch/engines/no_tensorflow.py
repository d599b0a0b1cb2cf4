"""Keras describing models on JAX, without importing TensorFlow for it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from keras.src.utils import module_utils

__all__ = ["without_tensorflow"]


@contextlib.contextmanager
def without_tensorflow() -> Iterator[None]:
    """Keras asks whether a thing is TensorFlow's, and imports that for seconds to know.

    As long as nobody has imported it nothing is.
    """
    lazy = module_utils.tensorflow
    if "tensorflow" in sys.modules or lazy._available is not None:
        yield
        return
    lazy._available = False
    try:
        yield
    finally:
        lazy._available = None
