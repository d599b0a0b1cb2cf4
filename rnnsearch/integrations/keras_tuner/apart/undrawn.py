"""Models whose first weights come from elsewhere: none are drawn for them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

__all__ = ["undrawn"]

_KINDS: tuple[Any, ...] = (
    keras.initializers.VarianceScaling,
    keras.initializers.Orthogonal,
    keras.initializers.RandomNormal,
    keras.initializers.RandomUniform,
    keras.initializers.TruncatedNormal,
    keras.initializers.Zeros,
)


@contextlib.contextmanager
def undrawn() -> Iterator[None]:
    """In the block Keras's initializers give zeros, which JAX needs to compile nothing for.

    Drawing them takes a program for each initializer and shape: 1.5 s of a GRU and a dense layer.
    """
    own = {kind: kind.__call__ for kind in _KINDS}
    try:
        for kind in _KINDS:
            kind.__call__ = _zeros
        yield
    finally:
        for kind, call in own.items():
            kind.__call__ = call


def _zeros(_: Any, shape: Any, dtype: Any = None, **__: Any) -> Any:
    """In place of an initializer."""
    kind = keras.backend.standardize_dtype(dtype or keras.config.floatx())
    return np.zeros(shape, np.float32 if kind == "bfloat16" else kind)
