"""From a functional Keras model to operators: layers and `keras.ops` of its graph, one by one.

Masks that Keras hands on beside its tensors are followed as Keras follows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras

from rnnsearch.errors import InvalidInput, Problem
from rnnsearch.exports.operators._base import NoTranslation, Operators, Symbol, graph_of
from rnnsearch.exports.operators.layer_operators import LAYERS
from rnnsearch.exports.operators.operations import OPERATIONS

__all__ = ["translated"]


def translated(model: keras.Model, outputs: Sequence[str], form: str) -> Operators:
    """A model as operators.

    Args:
        model: Functional, of layers and operations that have a translation.
        outputs: Names of what comes out, in the model's order.
        form: What is asked for, as users call it.

    Raises:
        InvalidInput: It has others.
    """
    operators = Operators()
    given = [operators.given(one.name, tuple(one.shape), one.dtype) for one in model.inputs]
    try:
        found = _run(model, given, operators)
    except NoTranslation as what:
        must = f"must be a network of layers that {form} has a translation for"
        advice = "use --format keras or savedmodel, which take any"
        raise InvalidInput([Problem("--format", must, str(what), advice)]) from None
    for name, symbol, tensor in zip(outputs, found, model.outputs, strict=True):
        # By an operator of its own: an output may be an input, or two outputs the same.
        made = operators.add("Identity", symbol)
        operators.outputs[name] = (made.name, tuple(tensor.shape), made.dtype)
    return operators


def _run(model: keras.Model, given: Sequence[Symbol], operators: Operators) -> list[Symbol]:
    """What a model, which may be part of another, makes of its inputs."""
    known = {id(tensor): symbol for tensor, symbol in zip(model.inputs, given, strict=True)}
    # Keras has no public way through a graph: these are its nodes, the furthest from the end first.
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input:
                continue
            arguments, named = node.arguments.fill_in(known)
            made = _called(node.operation, arguments, named, node.outputs, operators)
            for tensor, symbol in zip(node.outputs, made, strict=True):
                known[id(tensor)] = symbol
    return [known[id(tensor)] for tensor in model.outputs]


def _called(
    operation: Any, arguments: Any, named: Any, wanted: Any, operators: Operators
) -> list[Symbol]:
    """The outputs of a layer, an operation, or a model within the model."""
    graph = graph_of(operation) if isinstance(operation, keras.Model) else None
    if graph is not None:
        (given,) = arguments
        return _run(graph, _in_order(graph, given), operators)
    kind = type(operation).__name__
    named = dict(named)
    if named.pop("training", None):
        raise NoTranslation(f"the layer {operation.name} called with training=True")
    theirs = isinstance(operation, keras.Layer) and not _is_keras(operation)
    if kind in LAYERS and isinstance(operation, keras.Layer) and not theirs:
        made = LAYERS[kind](operators, operation, *arguments, **named)
        return list(made) if isinstance(made, list) else [made]
    if kind not in OPERATIONS or theirs:
        raise NoTranslation(f"the layer {operation.name} ({kind})")
    made = OPERATIONS[kind](operators, operation, *arguments, **named)
    found = made if isinstance(made, list) else [made]
    # keras.ops hand no mask on.
    return [
        replace(operators.cast(one, tensor.dtype), mask=None)
        for one, tensor in zip(found, wanted, strict=True)
    ]


def _is_keras(layer: keras.Layer) -> bool:
    """Whether it is Keras's own, and no class of a user's that has the name of one."""
    return getattr(keras.layers, type(layer).__name__, None) is type(layer)


def _in_order(model: keras.Model, given: Any) -> list[Symbol]:
    """What a model is called with, in the order of its inputs."""
    if isinstance(given, dict):
        return [given[tensor.name] for tensor in model.inputs]
    return list(given) if isinstance(given, (list, tuple)) else [given]
