"""Truncated backpropagation through time with plain Keras layers: chunk after chunk.

What the ``keras`` engine trains. Each chunk is one call of the Keras layer, which keeps its
fast kernels, starting from the last chunk's state without its gradient.

The hidden state flows through the whole sequence and its gradient is cut every `unroll_length`
steps, counted from the end of the sequence: a loss at the end reaches exactly so many back. Shorter
sequences are padded in front, so that this holds for each of them; a bidirectional layer is cut at
the same places in both directions; of steps that are read in patches the number is rounded up to
whole patches. `rnnsearch.models.gated` has the same gradients, which a test shows, and exact zeros
beyond. Chunks are compiled one by one: a small number on long sequences is slow to compile.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import ops

from rnnsearch.models.architecture import Recurrent
from rnnsearch.models.augment import Augment
from rnnsearch.models.layers import Layers, StandardLayers, keras_layer
from rnnsearch.models.own_tokens import OwnTokens

__all__ = ["ChunkedLayers", "ChunkedRNN"]

Tensor = Any


class ChunkedRNN(keras.Layer):
    """A Keras recurrent layer, run over chunks of `unroll_length` steps counted from the end.

    Its gradients equal those of `GatedRNN` at the same unroll length. The first chunk is the
    short one. Recurrent dropout keeps one mask for the whole sequence.

    With `rows`, the states after the last chunk are where the next call starts from, until
    `forget`. (In Keras 3.15 on JAX `stateful=True` carries nothing in `fit` and `predict`.)
    """

    def __init__(
        self,
        layers: list[keras.Layer],
        unroll_length: int,
        *,
        sequences: bool,
        states: bool = False,
        rows: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.directions = layers
        self._unroll_length = unroll_length
        self._sequences = sequences
        self._states = states
        self._rows = rows
        self._carried: list[keras.Variable] = []

    def build(self, input_shape: Any) -> None:
        """Build the layer of each direction."""
        for layer in self.directions:
            layer.build(input_shape)
        if self._rows is not None:
            self._carried = [
                self.add_weight(shape=(self._rows, size), initializer="zeros", trainable=False)
                for size in _sizes(self.directions[0].cell)
            ]
        self.built = True

    def forget(self) -> None:
        """Let the next call start from zeros."""
        for state in self._carried:
            state.assign(np.zeros(state.shape, state.dtype))

    def compute_mask(self, _: Any, mask: Tensor = None) -> Tensor:
        """The mask goes on where there is an output a step."""
        onwards = mask if self._sequences else None
        return [onwards, *[None] * self._count_states()] if self._states else onwards

    def compute_output_shape(self, input_shape: Any, **_: Any) -> Any:
        """(B, T, H) or (B, H), twice H if bidirectional; then (B, H) for each state."""
        width = sum(_width(layer.cell) for layer in self.directions)
        shape = (*input_shape[:2], width) if self._sequences else (input_shape[0], width)
        states = [
            (input_shape[0], size) for layer in self.directions for size in _sizes(layer.cell)
        ]
        return [shape, *states] if self._states else shape

    def _count_states(self) -> int:
        return sum(len(_sizes(layer.cell)) for layer in self.directions)

    def call(
        self,
        x: Tensor,
        initial_state: list[Tensor] | None = None,
        mask: Tensor = None,
        training: bool = False,
    ) -> Tensor:
        """(B, T, F) to (B, T, H) or (B, H); where states are asked for, these follow in a list."""
        if self._carried:
            initial_state = [ops.stop_gradient(state.value * 1) for state in self._carried]
        outputs, states = [], []
        for index, layer in enumerate(self.directions):
            assert initial_state is None or index == 0, "only one direction has initial states"
            output, last = self._run(
                layer, x, initial_state, mask, backward=index == 1, training=training
            )
            outputs.append(output)
            states += last
        for carried, state in zip(self._carried, states, strict=False):
            carried.assign(state)
        joined = outputs[0] if len(outputs) == 1 else ops.concatenate(outputs, axis=-1)
        return [joined, *states] if self._states else joined

    def _run(
        self,
        layer: keras.Layer,
        x: Tensor,
        states: list[Tensor] | None,
        mask: Tensor,
        *,
        backward: bool,
        training: bool,
    ) -> tuple[Tensor, list[Tensor]]:
        chunks = self._chunks(x.shape[1])
        outputs: list[Tensor] = []
        generator = getattr(layer.cell, "seed_generator", None)
        before = None if generator is None else generator.state.value * 1
        for start, stop in reversed(chunks) if backward else chunks:
            if generator is not None and outputs:
                generator.state.assign(before)
            part = x[:, start:stop]
            part_mask = None if mask is None else mask[:, start:stop]
            if backward:
                part = ops.flip(part, axis=1)
                part_mask = None if part_mask is None else ops.flip(part_mask, axis=1)
            if outputs and states is not None:
                states = [ops.stop_gradient(state) for state in states]
            output, *states = layer(part, initial_state=states, mask=part_mask, training=training)
            outputs.append(ops.flip(output, axis=1) if backward and self._sequences else output)
        assert states is not None
        if not self._sequences:
            return outputs[-1], states
        return ops.concatenate(outputs[::-1] if backward else outputs, axis=1), states

    def _chunks(self, steps: int) -> list[tuple[int, int]]:
        """(start, stop) of each chunk; cuts where T - t is a multiple of the unroll length."""
        first = steps % self._unroll_length or self._unroll_length
        edges = [0, *range(min(first, steps), steps + 1, self._unroll_length)]
        return list(pairwise(edges))


def _sizes(cell: Any) -> list[int]:
    """Sizes of a cell's states."""
    return list(keras.tree.flatten(cell.state_size))


def _width(cell: Any) -> int:
    """Size of a cell's output; that of its first state unless it says otherwise."""
    return int(getattr(cell, "output_size", None) or _sizes(cell)[0])


class ChunkedLayers(Layers):
    """Layers for the ``keras`` engine: plain Keras where nothing is cut, chunks where it is."""

    def __init__(
        self,
        *,
        unroll_length: int,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        teacher_forcing: float = 1.0,
        augment: float | None = None,
        rows: int | None = None,
    ) -> None:
        self._augment = augment
        self._unroll_length = unroll_length
        self._teacher_forcing = teacher_forcing
        self._recurrent_dropout = recurrent_dropout
        self._standard = StandardLayers(dropout, recurrent_dropout)
        self.rows = rows

    def recurrent(self, wanted: Recurrent) -> keras.Layer:
        """A Keras layer, in a `ChunkedRNN` if the unroll length is below T or states are kept."""
        if self._unroll_length >= wanted.steps and self.rows is None:
            return self._standard.recurrent(wanted)
        directions = [
            keras_layer(
                wanted,
                states=True,
                recurrent_dropout=self._recurrent_dropout,
                name=f"{wanted.name}_{direction}",
            )
            for direction in ("forward", "backward")[: 1 + wanted.bidirectional]
        ]
        return ChunkedRNN(
            directions,
            self._unroll_length,
            sequences=wanted.sequences,
            states=wanted.states,
            rows=self.rows,
            name=wanted.name,
        )

    def dropout(self, name: str) -> keras.Layer | None:
        """As in the standard model."""
        return self._standard.dropout(name)

    def own_tokens(self, name: str) -> keras.Layer | None:
        """An `OwnTokens`, or None where all tokens are those of the data."""
        share = self._teacher_forcing
        return OwnTokens(share, name=name) if share < 1.0 else None

    def augment(self, name: str, *, masked: bool) -> keras.Layer | None:
        """An `Augment`, or None where no trial has one."""
        strength = self._augment
        return None if strength is None else Augment(masked=masked, strength=strength, name=name)
