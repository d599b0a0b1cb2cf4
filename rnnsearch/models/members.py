"""Baselines as parts of a Keras model, in plain layers that load without this package."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rnnsearch.baselines import ConstantGraph, Graph, LinearGraph, LookupGraph
from rnnsearch.data import MASK_VALUE

__all__ = ["member"]

Tensor = Any


def member(graph: Graph, inputs: Tensor | dict[str, Tensor], name: str) -> Tensor:
    """What a baseline puts out, as `rnnsearch.baselines.Fitted.outputs` says.

    Its weights are not trained.

    Args:
        graph: Its description.
        inputs: A network's Keras inputs: one, or several by name; ones of a longer window than
            the baseline has, too.
        name: What names of layers begin with; another one for each member of a model.

    Returns:
        (B, O) or (B, T, O).
    """
    if isinstance(graph, ConstantGraph):
        return _constant(graph, inputs, name)
    if isinstance(graph, LookupGraph):
        return _lookup(graph, inputs, name)
    if graph.reads == "steps":
        return _causal(graph, inputs, name)
    return _dense(graph, inputs, name)


def _constant(graph: ConstantGraph, inputs: Tensor | dict[str, Tensor], name: str) -> Tensor:
    """A dense layer that gives no weight to its input, of which any number will do."""
    if isinstance(inputs, dict):
        inputs = next(iter(inputs.values()))
    axes = tuple(range(1, len(inputs.shape)))
    one = keras.ops.cast(keras.ops.max(inputs, axis=axes), "float32")
    one = keras.layers.Reshape((1,), name=f"{name}_any")(one)
    values = np.asarray(graph.values)
    kernel = np.zeros((1, values.size))
    return _shaped(_apply(kernel, values.ravel(), one, "linear", name), values.shape, name)


def _dense(graph: LinearGraph, inputs: Tensor | dict[str, Tensor], name: str) -> Tensor:
    """All that is read, flattened, into one dense layer."""
    if graph.reads == "block":
        steps = keras.layers.Flatten(name=f"{name}_ahead")(inputs["ahead"])
        read = keras.layers.Concatenate(name=f"{name}_read")([inputs["vector"], steps])
    elif isinstance(inputs, dict):
        source, ahead = inputs["source"], inputs["ahead"]
        read = _flat(_known(_last_steps(source, graph, name), graph), name)
        if ahead.shape[2] > 1:
            place = keras.layers.Flatten(name=f"{name}_ahead")(ahead[:, :, :-1])
            read = keras.layers.Concatenate(name=f"{name}_read")([read, place])
    elif graph.reads == "vector":
        read = inputs
    else:
        read = _flat(_known(_last_steps(inputs, graph, name), graph), name)
    at_once = len(graph.shape) == 1
    activation = graph.activation if at_once else "linear"
    outputs = _shaped(_apply(graph.kernel, graph.bias, read, activation, name), graph.shape, name)
    if at_once or graph.activation == "linear":
        return outputs
    return keras.layers.Activation(graph.activation, name=f"{name}_chances")(outputs)


def _causal(graph: LinearGraph, inputs: Tensor, name: str) -> Tensor:
    """At each step a dense layer of that one and those before, which is a convolution."""
    features, outputs = inputs.shape[2], graph.kernel.shape[1]
    kernel = graph.kernel.reshape(-1, features, outputs)[::-1]
    layer = keras.layers.Conv1D(
        outputs, len(kernel), padding="causal", activation=graph.activation, name=name
    )
    return _called(layer, [kernel, graph.bias], _known(inputs, graph))


def _lookup(graph: LookupGraph, inputs: Tensor, name: str) -> Tensor:
    """An embedding with a row for each token at each step, summed over the steps."""
    steps, ids, outputs = graph.tables.shape
    # The first step's tokens are numbered first; each sequence has one of them, with the bias.
    tables = graph.tables.copy()
    tables[0] += graph.bias
    numbers = keras.ops.add(inputs, np.arange(steps, dtype="int32") * ids)
    layer = keras.layers.Embedding(steps * ids, outputs, name=name)
    rows = _called(layer, [tables.reshape(-1, outputs)], numbers)
    summed = keras.ops.sum(rows, axis=1)
    return keras.layers.Activation(graph.activation, name=f"{name}_output")(summed)


def _last_steps(x: Tensor, graph: LinearGraph, name: str) -> Tensor:
    """(B, T, F) of a longer window the end."""
    more = x.shape[1] - graph.steps
    return keras.layers.Cropping1D((more, 0), name=f"{name}_end")(x) if more else x


def _known(x: Tensor, graph: LinearGraph) -> Tensor:
    """With 0 in place of padding."""
    return keras.ops.where(keras.ops.equal(x, MASK_VALUE), 0.0, x) if graph.masked else x


def _flat(x: Tensor, name: str) -> Tensor:
    return keras.layers.Flatten(name=f"{name}_flat")(x)


def _shaped(x: Tensor, shape: tuple[int, ...], name: str) -> Tensor:
    """(B, M) as (B, T, O) where there are steps."""
    return x if len(shape) == 1 else keras.layers.Reshape(shape, name=f"{name}_steps")(x)


def _apply(kernel: np.ndarray, bias: np.ndarray, x: Tensor, activation: str, name: str) -> Tensor:
    return _called(keras.layers.Dense(len(bias), activation, name=name), [kernel, bias], x)


def _called(layer: Any, weights: list[np.ndarray], x: Tensor) -> Tensor:
    """What a layer with these weights makes of x."""
    outputs = layer(x)
    layer.set_weights([np.asarray(array, "float32") for array in weights])
    layer.trainable = False
    return outputs
