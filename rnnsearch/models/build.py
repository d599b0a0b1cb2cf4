"""An architecture as a Keras model: one graph, of which the layers come in three kinds.

The same graph is built of plain Keras layers (`StandardLayers`: what is saved), of layers that
train by chunks (`ChunkedLayers`: the ``keras`` engine) or of layers whose numeric parameters are
variables (`GatedLayers`: the ``fused`` engine). Their trainable weights are the same, in the
same order, so that weights move freely between them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from rnnsearch.data import MASK_VALUE
from rnnsearch.models.architecture import Architecture

__all__ = ["Layers", "StandardLayers", "build", "build_standard"]

Apply = Callable[[keras.Layer, keras.KerasTensor], keras.KerasTensor]
"""Calls a layer for the first time."""

_CELLS = {
    "SimpleRNN": keras.layers.SimpleRNN,
    "LSTM": keras.layers.LSTM,
    "GRU": keras.layers.GRU,
}


class Layers(ABC):
    """Makes the layers of which the kinds of model differ."""

    @abstractmethod
    def recurrent(
        self, architecture: Architecture, units: int, sequences: bool, name: str
    ) -> keras.Layer:
        """A recurrent layer, (B, T, F) to (B, T, H) if `sequences`, else (B, H)."""

    @abstractmethod
    def dropout(self, name: str) -> keras.Layer | None:
        """A layer that drops outputs in training, or None."""


class StandardLayers(Layers):
    """Plain Keras layers: the model that users get."""

    def __init__(self, dropout: float = 0.0, recurrent_dropout: float = 0.0) -> None:
        self._dropout = dropout
        self._recurrent_dropout = recurrent_dropout

    def recurrent(
        self, architecture: Architecture, units: int, sequences: bool, name: str
    ) -> keras.Layer:
        """A Keras layer of the architecture's cell, in `Bidirectional` where it asks for it."""
        layer = _CELLS[architecture.cell](
            units,
            return_sequences=sequences,
            recurrent_dropout=self._recurrent_dropout,
            name=name,
        )
        if architecture.bidirectional:
            return keras.layers.Bidirectional(layer, name=f"bidirectional_{name}")
        return layer

    def dropout(self, name: str) -> keras.Layer | None:
        """`keras.layers.Dropout`, or None at rate 0."""
        return keras.layers.Dropout(self._dropout, name=name) if self._dropout else None


def build(architecture: Architecture, layers: Layers, *, blank: bool = False) -> keras.Model:
    """The model of an architecture.

    Args:
        architecture: The network.
        layers: Kind of its layers.
        blank: Leave the initial weights out, which are zeros then: for whoever sets them all.

    Returns:
        A functional model from (B, T, F), or (B, F) for one_to_many, to (B, width) or
        (B, T, width). Weights are Keras's defaults until somebody sets them.
    """
    apply = _apply_blank if blank else _apply
    if architecture.cell == "feed_forward":
        return _build_feed_forward(architecture, layers, apply)
    head = architecture.head
    if head.repeat is not None:
        inputs = keras.Input((head.features,), name="vector")
        x = keras.layers.RepeatVector(head.repeat, name="repeat")(inputs)
    else:
        inputs = keras.Input((head.steps, head.features), name="sequence")
        x = inputs
    if head.masked:
        x = keras.layers.Masking(MASK_VALUE, name="masking")(x)
    for number, units in enumerate(architecture.units, start=1):
        sequences = head.sequences or number < len(architecture.units)
        x = apply(layers.recurrent(architecture, units, sequences, f"recurrent_{number}"), x)
        x = _after_layer(x, architecture, layers, number, apply)
    outputs = apply(keras.layers.Dense(head.width, activation=head.activation, name="output"), x)
    return keras.Model(inputs, outputs, name="rnnsearch")


def build_standard(
    architecture: Architecture,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    *,
    blank: bool = False,
) -> keras.Model:
    """The model of an architecture in plain Keras layers, as it is saved."""
    return build(architecture, StandardLayers(dropout, recurrent_dropout), blank=blank)


def _apply(layer: keras.Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    return layer(x)


def _apply_blank(layer: keras.Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    """A layer's first call, which makes its weights, with other initializers for that long.

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
    outputs = layer(x)
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


def _after_layer(
    x: keras.KerasTensor, architecture: Architecture, layers: Layers, number: int, apply: Apply
) -> keras.KerasTensor:
    if architecture.layer_norm:
        x = apply(keras.layers.LayerNormalization(name=f"layer_norm_{number}"), x)
    dropout = layers.dropout(f"dropout_{number}")
    return x if dropout is None else dropout(x)


def _build_feed_forward(architecture: Architecture, layers: Layers, apply: Apply) -> keras.Model:
    """Dense layers on memoryless features: (B, D), or (B, T, D) where each step has an output."""
    head = architecture.head
    per_step = head.sequences and head.repeat is None
    inputs = keras.Input((head.steps, head.features) if per_step else (head.features,))
    x = inputs
    for number, units in enumerate(architecture.units, start=1):
        x = apply(keras.layers.Dense(units, activation="relu", name=f"dense_{number}"), x)
        x = _after_layer(x, architecture, layers, number, apply)
    if head.repeat is None:
        output = keras.layers.Dense(head.width, activation=head.activation, name="output")
        outputs = apply(output, x)
    else:
        x = apply(keras.layers.Dense(head.repeat * head.width, name="output"), x)
        outputs = keras.layers.Reshape((head.repeat, head.width), name="steps")(x)
    return keras.Model(inputs, outputs, name="feed_forward")
