"""A program's Keras model as a pure function of one flat array of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.engines._base import Program, Run
from rnnsearch.engines.fused.convolutions import as_products
from rnnsearch.models.build import build, state_names
from rnnsearch.models.gated import GatedLayers
from rnnsearch.models.moved_weights import in_standard_order
from rnnsearch.models.own import is_own, own_weights
from rnnsearch.models.seeded_weights import dropout_seed, initial_weights

__all__ = ["Network"]

Array = Any


class Network:
    """The Keras model of a program, with gated layers.

    Attributes:
        steps: T that its recurrent layers run over.
        size: P, trainable weights.
        generators: Generators of dropout masks.
        hidden: Name → H of each state that a stream carries from batch to batch; else empty.
    """

    def __init__(self, program: Program) -> None:
        kind = GatedLayers(
            truncates=program.truncates,
            drops=program.drops,
            drops_recurrent=program.drops_recurrent,
            mixes_tokens=program.mixes_tokens,
            augments=program.augments,
        )
        architecture = program.architecture
        self._architecture = architecture
        self.steps = architecture.head.steps
        self.hidden = {}
        if architecture.head.stream is not None:
            layers = zip(state_names(architecture), architecture.units, strict=True)
            self.hidden = {name: units for names, units in layers for name in names}
        self._model = build(architecture, kind, blank=True)
        self._trainable = in_standard_order(self._model, architecture)
        places = {id(variable): place for place, variable in enumerate(self._trainable)}
        self._places = [places[id(v)] for v in self._model.trainable_variables]
        self._shapes = [tuple(variable.shape) for variable in self._trainable]
        self._sizes = [int(np.prod(shape)) for shape in self._shapes]
        self._frozen = [v.path.rsplit("/", 1)[-1] for v in self._model.non_trainable_variables]
        self.size = sum(self._sizes)
        self.generators = self._frozen.count("seed_generator_state")

    def unflatten(self, weights: Array) -> list[Array]:
        """(P,) to one array a trainable variable, in the standard model's order."""
        ends = np.cumsum(self._sizes)
        parts = zip(self._shapes, self._sizes, ends, strict=True)
        return [weights[end - size : end].reshape(shape) for shape, size, end in parts]

    @staticmethod
    def flatten(arrays: Sequence[Array]) -> Array:
        """One array a trainable variable to (P,)."""
        return jnp.concatenate([array.reshape(-1) for array in arrays])

    def predict(
        self,
        weights: Sequence[Array],
        numbers: Mapping[str, Array],
        generators: Sequence[Array],
        x: Any,
        hidden: dict[str, Array],
        *,
        training: bool,
    ) -> tuple[Array, tuple[Array, ...], dict[str, Array]]:
        """The model's output on x (B, …), and after it the generators and the hidden states."""
        states = iter(generators)
        frozen = [
            next(states) if name == "seed_generator_state" else numbers[name]
            for name in self._frozen
        ]
        inputs = {"sequence": x, **hidden} if hidden else x
        call: Any = partial(self._model.stateless_call, training=training)
        if is_own(self._architecture.cell) and jax.default_backend() == "cpu":
            call = as_products(call)
        outputs, frozen = call([weights[place] for place in self._places], frozen, inputs)
        named = zip(self._frozen, frozen, strict=True)
        after = tuple(value for name, value in named if name == "seed_generator_state")
        if not hidden:
            return outputs, after, {}
        # The gradient stops where a batch does: truncated backpropagation through time.
        carried = {name: jax.lax.stop_gradient(outputs[name]) for name in hidden}
        return outputs["output"], after, carried

    def no_hidden(self, rows: int) -> dict[str, Array]:
        """The hidden states before a stream begins, zeros (B, H)."""
        return {name: jnp.zeros((rows, units)) for name, units in self.hidden.items()}

    def initial_weights(self, run: Run) -> np.ndarray:
        """(P,) what a run starts from."""
        cell, head = self._architecture.cell, self._architecture.head
        bias = run.numbers.forget_bias
        own = own_weights(self._model, self._architecture, run.seed)
        arrays = initial_weights(
            self._trainable, run.seed, cell, bias, zero_start=head.zero_start, own=own
        )
        return np.concatenate([array.reshape(-1) for array in arrays])

    def initial_generators(self, run: Run) -> tuple[np.ndarray, ...]:
        """What a run's generators of dropout masks start from."""
        seeds = [dropout_seed(run.seed, index) for index in range(self.generators)]
        return tuple(np.array([seed, 0], np.uint32) for seed in seeds)
