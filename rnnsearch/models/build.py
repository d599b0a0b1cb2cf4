"""An architecture as a Keras model: one graph, of which the layers come in three kinds.

The same graph is built of plain Keras layers (`StandardLayers`: what is saved), of layers that
train by chunks (`ChunkedLayers`: the ``keras`` engine) or of layers whose numeric parameters are
variables (`GatedLayers`: the ``fused`` engine). Their trainable weights are the same, in the
same order, so that weights move freely between them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import keras

from rnnsearch.data import MASK_VALUE
from rnnsearch.models.architecture import Architecture

__all__ = ["Layers", "StandardLayers", "build", "build_standard"]

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

    def dense(self, units: int, activation: str | None, name: str) -> keras.Layer:
        """A layer without memory, (…, F) to (…, `units`)."""
        return keras.layers.Dense(units, activation=activation, name=name)


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


def build(architecture: Architecture, layers: Layers) -> keras.Model:
    """The model of an architecture.

    Returns:
        A functional model from (B, T, F), or (B, F) for one_to_many, to (B, width) or
        (B, T, width). Weights are Keras's defaults until somebody sets them.
    """
    if architecture.cell == "feed_forward":
        return _build_feed_forward(architecture, layers)
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
        x = layers.recurrent(architecture, units, sequences, f"recurrent_{number}")(x)
        x = _after_layer(x, architecture, layers, number)
    outputs = layers.dense(head.width, head.activation, "output")(x)
    return keras.Model(inputs, outputs, name="rnnsearch")


def build_standard(
    architecture: Architecture, dropout: float = 0.0, recurrent_dropout: float = 0.0
) -> keras.Model:
    """The model of an architecture in plain Keras layers, as it is saved."""
    return build(architecture, StandardLayers(dropout, recurrent_dropout))


def _after_layer(
    x: keras.KerasTensor, architecture: Architecture, layers: Layers, number: int
) -> keras.KerasTensor:
    if architecture.layer_norm:
        x = keras.layers.LayerNormalization(name=f"layer_norm_{number}")(x)
    dropout = layers.dropout(f"dropout_{number}")
    return x if dropout is None else dropout(x)


def _build_feed_forward(architecture: Architecture, layers: Layers) -> keras.Model:
    """Dense layers on memoryless features: (B, D), or (B, T, D) where each step has an output."""
    head = architecture.head
    per_step = head.sequences and head.repeat is None
    inputs = keras.Input((head.steps, head.features) if per_step else (head.features,))
    x = inputs
    for number, units in enumerate(architecture.units, start=1):
        x = layers.dense(units, "relu", f"dense_{number}")(x)
        x = _after_layer(x, architecture, layers, number)
    if head.repeat is None:
        outputs = layers.dense(head.width, head.activation, "output")(x)
    else:
        x = layers.dense(head.repeat * head.width, None, "output")(x)
        outputs = keras.layers.Reshape((head.repeat, head.width), name="steps")(x)
    return keras.Model(inputs, outputs, name="feed_forward")
