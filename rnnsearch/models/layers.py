"""The layers of which the kinds of model differ: plain, chunked or gated."""

from __future__ import annotations

from abc import ABC, abstractmethod

import keras

from rnnsearch.models.architecture import Recurrent
from rnnsearch.models.own import is_own, own_layer

__all__ = ["KERAS_CELLS", "Layers", "StandardLayers", "keras_layer"]

KERAS_CELLS = {
    "SimpleRNN": keras.layers.SimpleRNN,
    "LSTM": keras.layers.LSTM,
    "GRU": keras.layers.GRU,
}
"""The layer of each cell of the vocabulary."""


class Layers(ABC):
    """Makes the layers of which the kinds of model differ.

    Attributes:
        state_inputs: Whether the states of a stream are inputs and outputs of the model.
        rows: Rows of a stream whose states the layers themselves keep, else None.
    """

    state_inputs: bool = False
    rows: int | None = None

    @abstractmethod
    def recurrent(self, wanted: Recurrent) -> keras.Layer:
        """A recurrent layer, (B, T, F) to (B, T, H), or to (B, H)."""

    @abstractmethod
    def dropout(self, name: str) -> keras.Layer | None:
        """A layer that drops outputs in training, or None."""

    def own_tokens(self, name: str) -> keras.Layer | None:
        """A layer that replaces tokens by those of the network in training, or None."""
        return None

    def augment(self, name: str, *, masked: bool) -> keras.Layer | None:
        """A layer that changes sequences of numbers at random in training, or None."""
        return None


class StandardLayers(Layers):
    """Plain Keras layers: the model that users get.

    Args:
        dropout: Rate of the layers' outputs.
        recurrent_dropout: Rate of the hidden states.
        state_inputs: Whether the states of a stream are inputs and outputs of the model.
    """

    def __init__(
        self,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        *,
        state_inputs: bool = False,
    ) -> None:
        self._dropout = dropout
        self._recurrent_dropout = recurrent_dropout
        self.state_inputs = state_inputs

    def recurrent(self, wanted: Recurrent) -> keras.Layer:
        """A Keras layer of the cell, in `Bidirectional` where both directions are asked for."""
        layer = keras_layer(
            wanted,
            states=wanted.states,
            recurrent_dropout=self._recurrent_dropout,
            name=wanted.name,
        )
        if wanted.bidirectional:
            return keras.layers.Bidirectional(layer, name=f"bidirectional_{wanted.name}")
        return layer

    def dropout(self, name: str) -> keras.Layer | None:
        """`keras.layers.Dropout`, or None at rate 0."""
        return keras.layers.Dropout(self._dropout, name=name) if self._dropout else None


def keras_layer(
    wanted: Recurrent, *, states: bool, recurrent_dropout: float, name: str
) -> keras.Layer:
    """The Keras layer of a cell, in one direction.

    Args:
        wanted: The layer.
        states: Whether it returns its states.
        recurrent_dropout: Rate of the hidden states; a cell of the user's has none.
        name: Of the layer.
    """
    if is_own(wanted.cell):
        return own_layer(wanted, states=states, name=name)
    return KERAS_CELLS[wanted.cell](
        wanted.units,
        return_sequences=wanted.sequences,
        return_state=states,
        recurrent_dropout=recurrent_dropout,
        name=name,
    )
