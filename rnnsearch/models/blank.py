"""Calling a layer for the first time, which makes its weights, with or without initial values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

__all__ = ["Apply", "apply", "apply_blank"]

Apply = Callable[..., Any]
"""Calls a layer for the first time: ``(layer, x, **arguments)`` to its output."""


def apply(layer: keras.Layer, x: Any, **arguments: Any) -> Any:
    """Call a layer."""
    return layer(x, **arguments)


def apply_blank(layer: keras.Layer, x: Any, **arguments: Any) -> Any:
    """Call a layer whose weights are zeros at first.

    On JAX each initializer compiles a program for each shape: a second for a network.
    """
    kept = [
        (owner, name, initializer)
        for owner in _weighted(layer)
        for name, initializer in vars(owner).items()
        if isinstance(initializer, keras.Initializer)
    ]
    for owner, name, _ in kept:
        setattr(owner, name, _Zeros())
    outputs = layer(x, **arguments)
    for owner, name, initializer in kept:
        setattr(owner, name, initializer)
    return outputs


def _weighted(layer: keras.Layer) -> list[keras.Layer]:
    """The layers in a layer that make weights: itself, or its cells, one a direction."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer.cell, layer.backward_layer.cell]
    return [layer.cell] if isinstance(layer, keras.layers.RNN) else [layer]


class _Zeros(keras.Initializer):
    """Zeros of NumPy: `keras.initializers.Zeros` compiles a program for each shape."""

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **_: Any) -> np.ndarray:
        return np.zeros(shape, keras.backend.standardize_dtype(dtype))
