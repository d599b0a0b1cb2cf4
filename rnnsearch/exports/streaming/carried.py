"""A network for one step of its sequence, the states of its recurrent layers in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import keras

from rnnsearch.exports.operators import graph_of

__all__ = ["WholeWindow", "carried"]

Tensor = Any

_RECURRENT = ("GRU", "LSTM", "SimpleRNN")
_BY_STEP = (
    *("Activation", "Concatenate", "Dense", "Dropout", "Embedding", "LayerNormalization"),
    *("Absolute", "Add", "Cast", "Divide", "Equal", "Exp", "Greater", "Log", "Maximum"),
    *("Multiply", "NotEqual", "Sqrt", "Subtract", "TrueDivide", "Where"),
)
"""Layers and operations that make of each step what they make of it alone."""
_OF_FEATURES = ("All", "Any")
"""Operations that do so where they go along the features."""
_NOTHING = ("Cropping1D", "Masking")
"""Layers that a stream has no need of: it has no padding, and goes back as far as it does."""


class WholeWindow(Exception):
    """A network looks at its whole window at once; the message says by which layer."""


def carried(network: keras.Model) -> keras.Model:
    """The network for one step.

    Args:
        network: From (B, T, F), or ids (B, T), to one output a sequence or one a step.

    Returns:
        A model from a dict of the same input with T = 1 and ``state_1`` …, to a dict of ``output``
        (B, 1, O) or (B, O) and the states.

    Raises:
        WholeWindow: There is no such thing.
    """
    (given,) = network.inputs
    shape = (1, *given.shape[2:])
    step = keras.Input(shape, dtype=given.dtype, name=given.name)
    walk = _Walk()
    (output,) = walk.run(network, [step])
    inputs = {given.name: step, **walk.before}
    return keras.Model(inputs, {"output": output, **walk.after}, name="step")


@final
class _Walk:
    """Goes through a graph and builds another one beside it.

    Attributes:
        before, after: Name → state.
    """

    def __init__(self) -> None:
        self.before: dict[str, Tensor] = {}
        self.after: dict[str, Tensor] = {}
        self._count = 0

    def run(self, model: keras.Model, given: Sequence[Tensor]) -> list[Tensor]:
        """What the copy makes of one step."""
        known = {id(one): other for one, other in zip(model.inputs, given, strict=True)}
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                arguments, named = node.arguments.fill_in(known)
                made = self._called(node.operation, arguments, named)
                for tensor, other in zip(node.outputs, made, strict=True):
                    known[id(tensor)] = other
        return [known[id(tensor)] for tensor in model.outputs]

    def _called(self, operation: Any, arguments: Any, named: Any) -> list[Tensor]:
        graph = graph_of(operation) if isinstance(operation, keras.Model) else None
        if graph is not None:
            (given,) = arguments
            return self.run(graph, [given])
        kind = type(operation).__name__
        if kind in _NOTHING:
            return [arguments[0]]
        if kind in _RECURRENT:
            return [self._recurrent(operation, arguments[0])]
        axis = getattr(operation, "axis", -1)
        along = axis in (-1, 2, [-1], [2])
        if kind in _OF_FEATURES:
            by_step = along and len(arguments[0].shape) == 3
        else:
            by_step = kind in _BY_STEP and (kind != "Concatenate" or along)
        if not by_step:
            raise WholeWindow(f"{operation.name} ({kind})")
        made = self._copied(operation)
        output = made(*arguments, **named)
        if isinstance(operation, keras.Layer):
            made.set_weights(operation.get_weights())
        return [output]

    def _copied(self, operation: Any, **changes: Any) -> Any:
        """The same with a name of its own: those of a bag's networks have equal ones."""
        self._count += 1
        config = {**operation.get_config(), "name": f"step_{self._count}", **changes}
        return type(operation).from_config(config)

    def _recurrent(self, layer: Any, x: Tensor) -> Tensor:
        number = len(self.before) + 1
        kinds = 2 if type(layer).__name__ == "LSTM" else 1
        names = [f"state_{number + kind}" for kind in range(kinds)]
        states = [keras.Input((layer.units,), name=name) for name in names]
        made = self._copied(layer, return_state=True)
        output, *after = made(x, initial_state=states)
        made.set_weights(layer.get_weights())
        self.before |= dict(zip(names, states, strict=True))
        self.after |= {f"next_{name}": one for name, one in zip(names, after, strict=True)}
        return output
