"""Layers whose numeric parameters are variables: one compiled program serves every value.

An unroll length, a dropout rate or a recurrent dropout rate is a non-trainable weight here,
found by its name (`NUMBERS`). With a leading lane axis it is one number per lane.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from rnnsearch.models.architecture import Recurrent
from rnnsearch.models.augment import Augment
from rnnsearch.models.cells import CELLS
from rnnsearch.models.cuts import cuts_between
from rnnsearch.models.in_kernels import kernel_of
from rnnsearch.models.layers import Layers
from rnnsearch.models.own import OwnRNN, is_own, own_layer
from rnnsearch.models.own_tokens import OwnTokens
from rnnsearch.models.probes import recurrence_of
from rnnsearch.models.recurrence import Gates, Recur, Sweep, Weights, input_share, recur

__all__ = ["NUMBERS", "GatedDropout", "GatedLayers", "GatedRNN"]

Tensor = Any


def _blank(shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
    """An initializer that draws nothing: every run brings its own weights.

    Keras's would each compile a program that draws random numbers, for 2 s in all.
    """
    return np.zeros(shape, dtype)


NUMBERS = ("unroll_length", "dropout", "recurrent_dropout", "teacher_forcing", "augment")
"""Names of the non-trainable weights that hold numeric parameters."""


class GatedDropout(keras.Layer):
    """Dropout (Srivastava et al., 2014) at a rate that is a variable.

    Draws what `keras.layers.Dropout` draws at the same rate and seed.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.seed_generator = keras.random.SeedGenerator(0)

    def build(self, input_shape: Any) -> None:
        """Create the rate."""
        self.rate = self.add_weight(shape=(), initializer=_blank, trainable=False, name="dropout")
        self.built = True

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Drop each element of x with probability `rate`, scaling the rest by 1 / (1 - rate)."""
        return _drop(x, self.rate, self.seed_generator) if training else x


def _drop(x: Tensor, rate: Tensor, seed: keras.random.SeedGenerator) -> Tensor:
    keep = 1.0 - rate
    kept = keras.random.uniform(ops.shape(x), seed=seed) < keep
    return ops.where(kept, x / keep, 0.0)


class GatedRNN(keras.Layer):
    """A recurrent layer with truncated backpropagation through time as a gate on the gradient.

    The hidden state flows through the whole sequence; its gradient is cut every
    `unroll_length` = k steps, counted from the end: between steps t - 1 and t (of T, from 0)
    where T - t is a multiple of k (Williams & Peng, 1990, with h = h' = k). At k ≥ T nothing
    is cut.

    Weights are those of the Keras layer of the same cell; those of the backward direction
    follow, as in `keras.layers.Bidirectional`.
    """

    def __init__(
        self,
        cell: str,
        units: int,
        *,
        sequences: bool,
        states: bool = False,
        bidirectional: bool = False,
        truncates: bool = True,
        drops: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self._name_of_cell = cell
        self._cell = CELLS[cell]
        self._units = units
        self._sequences = sequences
        self._states = states
        self._directions = 2 if bidirectional else 1
        self._truncates = truncates
        self._drops = drops
        self.seed_generators = [
            keras.random.SeedGenerator(0) for _ in range(self._directions if drops else 0)
        ]

    def build(self, input_shape: Any) -> None:
        """Create weights (F, G·H), (H, G·H), (G·H,) or (2, G·H) of each direction."""
        columns = self._cell.gates * self._units
        bias = (2, columns) if self._cell.recurrent_bias else (columns,)
        shapes = {
            "kernel": (input_shape[-1], columns),
            "recurrent_kernel": (self._units, columns),
            "bias": bias,
        }
        self._weights_by_direction = [
            [
                self.add_weight(shape=shape, initializer=_blank, name=name)
                for name, shape in shapes.items()
            ]
            for _ in range(self._directions)
        ]
        self.unroll_length = self._number("unroll_length") if self._truncates else None
        self.recurrent_dropout = self._number("recurrent_dropout") if self._drops else None
        self.built = True

    def _number(self, name: str) -> keras.Variable:
        return self.add_weight(shape=(), initializer=_blank, trainable=False, name=name)

    def compute_mask(self, _: Any, mask: Tensor = None) -> Tensor:
        """The mask goes on where there is an output a step."""
        onwards = mask if self._sequences else None
        return [onwards, *[None] * self._count_states()] if self._states else onwards

    def compute_output_shape(self, input_shape: Any, **_: Any) -> Any:
        """(B, T, H) or (B, H), twice H if bidirectional; then (B, H) for each state."""
        width = self._units * self._directions
        shape = (*input_shape[:2], width) if self._sequences else (input_shape[0], width)
        states = [(input_shape[0], self._units)] * self._count_states()
        return [shape, *states] if self._states else shape

    def _count_states(self) -> int:
        return self._cell.states * self._directions

    def call(
        self,
        x: Tensor,
        initial_state: list[Tensor] | None = None,
        mask: Tensor = None,
        training: bool = False,
    ) -> Tensor:
        """(B, T, F) to (B, T, H) or (B, H); where states are asked for, these follow in a list.

        Args:
            x: The steps.
            initial_state: (B, H) each, those of one direction after those of the other; None
                for zeros.
            mask: (B, T), False at steps to skip.
            training: Whether to drop anything.
        """
        outputs: list[Tensor] = []
        states: list[Tensor] = []
        for direction in range(self._directions):
            first = self._cell.states * direction
            start = initial_state and tuple(initial_state[first : first + self._cell.states])
            output, last = self._run(x, start or None, mask, direction, training)
            outputs.append(output)
            states += last
        joined = outputs[0] if len(outputs) == 1 else ops.concatenate(outputs, axis=-1)
        return [joined, *states] if self._states else joined

    def _run(
        self,
        x: Tensor,
        start: tuple[Tensor, ...] | None,
        mask: Tensor,
        direction: int,
        training: bool,
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        kernel, recurrent_kernel, bias = self._weights_by_direction[direction]
        backward = direction == 1
        input_bias, recurrent_bias = (
            (bias[0], bias[1]) if self._cell.recurrent_bias else (bias, None)
        )
        projected = input_share(
            ops.transpose(x, (1, 0, 2)),
            ops.convert_to_tensor(kernel),
            ops.convert_to_tensor(input_bias),
        )
        gates = Gates(
            cuts=cuts_between(self.unroll_length, x.shape[1], backward=backward),
            skip=None if mask is None else ops.transpose(ops.logical_not(mask))[..., None],
            dropout=self._dropout_masks(ops.shape(x)[0], direction)
            if self._drops and training
            else None,
        )
        weights = Weights(
            ops.convert_to_tensor(recurrent_kernel),
            None if recurrent_bias is None else ops.convert_to_tensor(recurrent_bias),
        )
        outputs, last = self._recurrence(direction)(
            Sweep(self._name_of_cell, self._sequences, backward), projected, weights, gates, start
        )
        return (ops.transpose(outputs, (1, 0, 2)) if self._sequences else last[0]), last

    def _recurrence(self, direction: int) -> Recur:
        """A diagnosis's where there is one, else a kernel where these are on, else the loop."""
        run = recurrence_of(self.name, direction)
        return run if run is not recur else kernel_of(self._name_of_cell, self._units) or recur

    def _dropout_masks(self, batch: Any, direction: int) -> tuple[Tensor, ...]:
        """One (B, H) a gate, drawn once for the whole sequence (Gal & Ghahramani, 2016)."""
        ones = ops.ones((batch, self._units))
        count = 1 if self._cell.shared_dropout else self._cell.gates
        seed = self.seed_generators[direction]
        return tuple(_drop(ones, self.recurrent_dropout, seed) for _ in range(count))


class GatedLayers(Layers):
    """Layers for the ``fused`` engine; what the space never uses is left out of the program."""

    state_inputs = True

    def __init__(
        self,
        *,
        truncates: bool,
        drops: bool,
        drops_recurrent: bool,
        mixes_tokens: bool = False,
        augments: bool = False,
    ) -> None:
        self._augments = augments
        self._truncates = truncates
        self._drops = drops
        self._drops_recurrent = drops_recurrent
        self._mixes_tokens = mixes_tokens

    def recurrent(self, wanted: Recurrent) -> keras.Layer:
        """A `GatedRNN`, or what is of the user's."""
        if is_own(wanted.cell):
            return self._own(wanted)
        return GatedRNN(
            wanted.cell,
            wanted.units,
            sequences=wanted.sequences,
            states=wanted.states,
            bidirectional=wanted.bidirectional,
            truncates=self._truncates,
            drops=self._drops_recurrent,
            name=wanted.name,
        )

    def _own(self, wanted: Recurrent) -> keras.Layer:
        """A layer of the user's, or an `OwnRNN` of a cell."""
        truncates = self._truncates
        layer = own_layer(wanted, states=truncates, name=wanted.name)
        if type(layer) is not keras.layers.RNN:
            return layer
        names = ("forward", "backward")[: 1 + wanted.bidirectional]
        directions = [own_layer(wanted, states=False, name=name) for name in names]
        return OwnRNN(directions, sequences=wanted.sequences, truncates=truncates, name=wanted.name)

    def dropout(self, name: str) -> keras.Layer | None:
        """A `GatedDropout`, or None where no trial drops anything."""
        return GatedDropout(name=name) if self._drops else None

    def own_tokens(self, name: str) -> keras.Layer | None:
        """An `OwnTokens`, or None where every trial reads the data's tokens only."""
        return OwnTokens(name=name) if self._mixes_tokens else None

    def augment(self, name: str, *, masked: bool) -> keras.Layer | None:
        """An `Augment`, or None where every trial reads sequences as they are."""
        return Augment(masked=masked, name=name) if self._augments else None
