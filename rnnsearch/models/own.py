"""Recurrent cells of the user's own, by their names: ``my_cells:MinimalGRU``.

Any Keras cell whose first argument is the number of units. The code is the user's, and runs
because a spec says so: in workers, and where a model is loaded.
"""

from __future__ import annotations

import importlib
import random
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import ops

from rnnsearch.models.cuts import cuts_between

if TYPE_CHECKING:
    from rnnsearch.models.architecture import Architecture
    from rnnsearch.models.layers import Recurrent

__all__ = ["OwnRNN", "is_own", "own_layer", "own_weights"]

Tensor = Any


def is_own(cell: str) -> bool:
    """Whether it is the name of a user's class."""
    return ":" in cell


def own_cell(name: str, units: int) -> Any:
    """A cell of the user's.

    Args:
        name: ``module:Class``, of a module that can be imported.
        units: H.

    Raises:
        ValueError: There is none, or it is no Keras cell.
    """
    module, _, attribute = name.partition(":")
    made = getattr(importlib.import_module(module), attribute, None)
    if made is None:
        raise ValueError(f"Expected a class {attribute} in the module {module}. Received: none")
    cell = made(units)
    if not isinstance(cell, keras.Layer) or getattr(cell, "state_size", None) is None:
        raise ValueError(
            f"Expected a Keras cell, a keras.Layer with state_size. Received: {name}({units}), "
            f"a {type(cell).__name__}; https://keras.io/api/layers/recurrent_layers/rnn says more"
        )
    return cell


def own_layer(wanted: Recurrent, *, states: bool, name: str) -> Any:
    """`keras.layers.RNN` of a user's cell."""
    return keras.layers.RNN(
        own_cell(wanted.cell, wanted.units),
        return_sequences=wanted.sequences,
        return_state=states,
        name=name,
    )


def own_weights(model: keras.Model, architecture: Architecture, seed: int) -> dict[int, np.ndarray]:
    """Initial values of the cells' weights, as the cells themselves draw them from a seed.

    Args:
        model: Of the architecture, of any kind of layers.
        architecture: With a cell of the user's; with another there are none.
        seed: Of the run.

    Returns:
        `id` of a variable → its value.
    """
    found: dict[int, np.ndarray] = {}
    if not is_own(architecture.cell):
        return found
    for number, units in enumerate(architecture.units, start=1):
        names = (f"recurrent_{number}", f"bidirectional_recurrent_{number}")
        (layer,) = (layer for layer in model.layers if layer.name in names)
        features = keras.tree.flatten(layer.input)[0].shape[-1]
        for direction, cell in enumerate(_cells(layer)):
            fresh = own_cell(architecture.cell, units)
            _build(fresh, features, [seed, number, direction])
            pairs = zip(cell.trainable_variables, fresh.trainable_variables, strict=True)
            found |= {id(one): np.array(ops.convert_to_numpy(drawn)) for one, drawn in pairs}
    return found


def _cells(layer: Any) -> list[Any]:
    """The cells of a recurrent layer, one a direction."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer.cell, layer.backward_layer.cell]
    return [one.cell for one in getattr(layer, "directions", [layer])]


def _build(cell: Any, features: int, seed: list[int]) -> None:
    """Draw weights. Keras's initializers take their seeds from Python's generator."""
    kept = random.getstate()
    random.seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    try:
        cell.build((None, features))
    finally:
        random.setstate(kept)


class OwnRNN(keras.Layer):
    """A user's cell over a sequence, with truncation as a gate on the gradient, as `GatedRNN`'s.

    Args:
        directions: A Keras layer of the cell for each direction.
        sequences: Whether there is an output at every step, or only after the last.
        truncates: Whether any trial cuts the gradient.
    """

    def __init__(
        self, directions: list[Any], *, sequences: bool, truncates: bool, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.directions = directions
        self._sequences = sequences
        self._truncates = truncates

    def build(self, input_shape: Any) -> None:
        """Build the cells, and the number."""
        for layer in self.directions:
            layer.build(input_shape)
        self.unroll_length = None
        if self._truncates:
            self.unroll_length = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="unroll_length"
            )
        self.built = True

    def compute_mask(self, _: Any, mask: Tensor = None) -> Tensor:
        """The mask goes on where there is an output a step."""
        return mask if self._sequences else None

    def compute_output_shape(self, input_shape: Any, **_: Any) -> Any:
        """(B, T, H) or (B, H), twice H if bidirectional."""
        shapes = [layer.compute_output_shape(input_shape) for layer in self.directions]
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))

    def call(self, x: Tensor, mask: Tensor = None, training: bool = False) -> Tensor:
        """(B, T, F) to (B, T, H) or (B, H)."""
        outputs = [
            self._run(layer, x, mask, backward=at == 1, training=training)
            for at, layer in enumerate(self.directions)
        ]
        return outputs[0] if len(outputs) == 1 else ops.concatenate(outputs, axis=-1)

    def _run(
        self, layer: Any, x: Tensor, mask: Tensor, *, backward: bool, training: bool
    ) -> Tensor:
        cell = layer.cell
        initial = keras.tree.flatten(layer.get_initial_state(ops.shape(x)[0]))
        structure = cell.state_size
        further = {"training": training} if cell._call_has_training_arg else {}
        cuts = cuts_between(self.unroll_length, x.shape[1], backward=backward)
        known = None if mask is None else ops.transpose(mask)[..., None]

        def step(before: Any, now: Any) -> tuple[Any, Tensor]:
            """One step of the user's cell."""
            states, last = before
            features, cut, real = now
            if cut is not None:
                states = [jnp.where(cut, jax.lax.stop_gradient(s), s) for s in states]
            packed = keras.tree.pack_sequence_as(structure, states)
            output, after = cell(features, _as_list(packed), **further)
            after = keras.tree.flatten(after)
            if real is not None:
                output = jnp.where(real, output, last)
                after = [jnp.where(real, a, s) for a, s in zip(after, states, strict=True)]
            return (after, output), output if self._sequences else None

        nothing = jnp.zeros((x.shape[0], layer.compute_output_shape(x.shape)[-1]), x.dtype)
        steps = (ops.transpose(x, (1, 0, 2)), cuts, known)
        (_, last), outputs = jax.lax.scan(step, (initial, nothing), steps, reverse=backward)
        return ops.transpose(outputs, (1, 0, 2)) if self._sequences else last


def _as_list(states: Any) -> Any:
    """States as Keras's RNN gives them to a cell: a list, also of one."""
    return list(states) if isinstance(states, list | tuple) else [states]
