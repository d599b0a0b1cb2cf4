"""Recurrent cells and layers of the user's own, by their names: ``my_cells:MinimalGRU``.

Any Keras cell whose first argument is the number of units; or what builds a layer of so many units
that reads sequences, such as a whole network. The code is the user's, and runs because a spec says
so: in workers, and where a model is loaded.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from rnnsearch.models.cuts import cuts_between

if TYPE_CHECKING:
    from rnnsearch.models.architecture import Architecture, Recurrent

__all__ = ["OwnRNN", "is_own", "own_layer", "own_output", "own_part", "own_weights"]

Tensor = Any


def is_own(cell: str) -> bool:
    """Whether it is the name of a user's class."""
    return ":" in cell


def own_part(name: str, units: int) -> Any:
    """A cell of the user's, or a layer that stands in the place of a recurrent one.

    Args:
        name: ``module:attribute`` of a class, or a function, in a module that can be imported.
        units: H.

    Raises:
        ValueError: There is none, or what it makes is neither.
    """
    module, _, attribute = name.partition(":")
    make = getattr(importlib.import_module(module), attribute, None)
    if make is None:
        raise ValueError(f"Expected a class {attribute} in the module {module}. Received: none")
    _check_takes_units(name, make)
    part = make(units)
    if not isinstance(part, keras.Layer):
        raise ValueError(
            "Expected a Keras cell, a keras.Layer with state_size, or a keras.Layer that reads "
            f"sequences. Received: {name}({units}), a {type(part).__name__}; "
            "https://keras.io/api/layers/recurrent_layers/rnn says more"
        )
    return part


def _check_takes_units(name: str, make: Any) -> None:
    """A function of anything else would fail with what says nothing of specs."""
    try:
        takes = inspect.signature(make)
    except ValueError:  # it is not written in Python
        return
    must = f"Expected {name} to be called with the number of units alone. Received: {name}{takes}"
    if next(iter(takes.parameters), "") == "hp":
        raise ValueError(f"{must}; a function of hp is for rnnsearch.RandomSearch (docs/tuner.md)")
    try:
        takes.bind(8)
    except TypeError as error:
        raise ValueError(f"{must}, {error}; give what it needs more a default") from None


def _is_cell(part: keras.Layer) -> bool:
    whole = isinstance(part, keras.layers.RNN | keras.Model)
    return not whole and getattr(part, "state_size", None) is not None


def own_layer(wanted: Recurrent, *, states: bool, name: str) -> Any:
    """`keras.layers.RNN` of a user's cell, or a user's layer as it is.

    Args:
        wanted: The layer.
        states: Whether it returns its states.
        name: Of the layer.

    Raises:
        ValueError: There is no such thing, or it can't do this.
    """
    part = own_part(wanted.cell, wanted.units)
    if _is_cell(part):
        return keras.layers.RNN(
            part, return_sequences=wanted.sequences, return_state=states, name=name
        )
    cant = {
        "bidirectional: false": wanted.bidirectional,
        "no unroll_length: only a cell's gradient can be cut": states,
    }
    for must, asked in cant.items():
        if asked:
            raise ValueError(f"Expected {must}. Received: {wanted.cell}, a layer of your own")
    part.name = name
    return part


def own_output(layer: keras.Layer, read: Tensor, x: Tensor, wanted: Recurrent) -> Tensor:
    """What comes out of a user's layer: (B, T, H) where there is an output a step, else (B, H).

    Args:
        layer: As it was called.
        read: (B, T, F), what it was called with.
        x: Its output, (B, T, H) or (B, H).
        wanted: What it stands for.

    Raises:
        ValueError: It has another shape, or has more to it than weights that are learned.
    """
    for part in _parts(layer):
        _check_weights(part, wanted.cell)
    if wanted.sequences and (len(x.shape) != 3 or x.shape[1] != read.shape[1]):
        raise ValueError(
            f"Expected {read.shape[1]} steps out of {wanted.cell}, as go in: another layer, "
            f"pooling or the target wants each. Received: {tuple(x.shape)}"
        )
    if len(x.shape) == 2 or wanted.sequences:
        return x
    if len(x.shape) != 3:
        raise ValueError(f"Expected (B, T, H) or (B, H) of {wanted.cell}. Received: {x.shape}")
    return ops.take(x, x.shape[1] - 1, axis=1)


def _check_weights(part: keras.Layer, name: str) -> None:
    """What the engines would leave out of a user's cell or layer is refused."""
    frozen = [v for v in part.non_trainable_variables if not v.path.endswith("generator_state")]
    bounded = [v for v in part.trainable_variables if v.constraint is not None]
    found = {
        "statistics or weights that don't learn": frozen,
        "constraints of weights": bounded,
        "a penalty in the loss": part.losses,
    }
    for what, there in found.items():
        if there:
            raise ValueError(
                f"Expected a layer or cell of weights that learn, and of dropout. Received: {name} "
                f"with {what}; give a function that builds a whole model (docs/tuner.md)"
            )


def own_weights(model: keras.Model, architecture: Architecture, seed: int) -> dict[int, np.ndarray]:
    """Initial values of weights of the user's cells or layers, as they draw them from a seed.

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
        shape = keras.tree.flatten(layer.input)[0].shape
        for direction, part in enumerate(_parts(layer)):
            with _seeded([seed, number, direction]):
                fresh = own_part(architecture.cell, units)
                if _is_cell(fresh):
                    fresh.build((None, shape[-1]))
                else:
                    fresh(keras.Input(shape[1:]))
            pairs = zip(part.trainable_variables, fresh.trainable_variables, strict=True)
            found |= {id(one): np.array(ops.convert_to_numpy(drawn)) for one, drawn in pairs}
    return found


def _parts(layer: Any) -> list[Any]:
    """The cells of a recurrent layer, one a direction; or a layer of the user's."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer.cell, layer.backward_layer.cell]
    if type(layer).__module__.startswith("rnnsearch."):  # an OwnRNN, or a ChunkedRNN
        return [one.cell for one in layer.directions]
    return [layer.cell] if type(layer) is keras.layers.RNN else [layer]


@contextlib.contextmanager
def _seeded(seed: list[int]) -> Iterator[None]:
    """Weights are drawn from a seed: Keras's initializers take theirs from Python's generator."""
    kept = random.getstate()
    random.seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    try:
        yield
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
        import jax  # other backends build none of these, and may be alone
        import jax.numpy as jnp

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
