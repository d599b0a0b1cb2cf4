"""Baselines as parts of a Keras model, in plain layers that load without this package."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rnnsearch.baselines import (
    ConstantGraph,
    Graph,
    LayersGraph,
    LinearGraph,
    LookupGraph,
    RunsGraph,
)
from rnnsearch.data import MASK_VALUE
from rnnsearch.models.blank import apply_blank

__all__ = ["member"]

Tensor = Any

_SHORT = 1e-6
"""Length of what has no length, so that nothing is divided by 0."""


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
    if isinstance(graph, RunsGraph):
        return _runs(graph, inputs, name)
    if isinstance(graph, LayersGraph):
        return _layers(graph, inputs, name)
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


def _layers(graph: LayersGraph, inputs: Tensor | dict[str, Tensor], name: str) -> Tensor:
    """Dense layers, of which the last puts out all steps at once where it does not see each."""
    x = member(graph.first, inputs, f"{name}_layer_1")
    for number, (kernel, bias) in enumerate(graph.others, start=2):
        last = number == len(graph.others) + 1
        x = _apply(kernel, bias, x, "linear" if last else "relu", f"{name}_layer_{number}")
    if len(x.shape) == 2:
        x = _shaped(x, graph.shape, name)
    return keras.layers.Activation(graph.activation, name=f"{name}_output")(x)


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
    if surplus := inputs.shape[1] - steps:  # of a longer window the end
        inputs = inputs[:, surplus:]
    # The first step's tokens are numbered first; each sequence has one of them, with the bias.
    tables = graph.tables.copy()
    tables[0] += graph.bias
    numbers = keras.ops.add(inputs, np.arange(steps, dtype="int32") * ids)
    layer = keras.layers.Embedding(steps * ids, outputs, name=name)
    rows = _called(layer, [tables.reshape(-1, outputs)], numbers)
    summed = keras.ops.sum(rows, axis=1)
    return keras.layers.Activation(graph.activation, name=f"{name}_output")(summed)


def _runs(graph: RunsGraph, inputs: Tensor, name: str) -> Tensor:
    """Runs in the order of their places, each counted as it comes up again."""
    ops, unknown = keras.ops, len(graph.marks) - 1
    number, mark, known = _hashed(graph, keras.ops.cast(inputs, "int32"))
    place = ops.mod(number, unknown)
    table = keras.layers.Embedding(unknown + 1, 1, name=f"{name}_marks")
    marked = ops.squeeze(_called(table, [graph.marks[:, None]], place), axis=-1)
    known = ops.logical_and(known, ops.equal(marked, ops.cast(mark, "float32")))
    place = ops.sort(ops.where(known, place, unknown), axis=1)
    gain, square = _counting(place, graph.most)
    table = keras.layers.Embedding(unknown + 1, 1, name=f"{name}_rarity")
    rarity = _called(table, [graph.rarity[:, None]], place)
    length = ops.sqrt(ops.sum(ops.multiply(square, ops.multiply(rarity, rarity)), axis=1))
    layer = keras.layers.Embedding(unknown + 1, graph.kernel.shape[1], name=name)
    rows = _called(layer, [graph.rarity[:, None] * graph.kernel], place)
    summed = ops.sum(ops.multiply(gain, rows), axis=1)
    summed = ops.divide(summed, ops.maximum(length, _SHORT))
    outputs = ops.add(summed, np.asarray(graph.bias, "float32"))
    return keras.layers.Activation(graph.activation, name=f"{name}_output")(outputs)


def _hashed(graph: RunsGraph, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Both hashes of each run (B, T · run), and whether there is one."""
    ops = keras.ops
    whole = ops.greater(ids, 0)
    hashes = [ops.mod(ops.add(ids, 1), size) for _, size in graph.hashes]
    found: list[list[Tensor]] = [[*hashes, whole]]
    for length in range(2, graph.run + 1):
        token = _later(ids, length - 1)
        whole = ops.logical_and(whole, ops.greater(token, 0))
        hashes = [
            ops.mod(ops.add(ops.multiply(number, factor), ops.add(token, length)), size)
            for number, (factor, size) in zip(hashes, graph.hashes, strict=True)
        ]
        found.append([*hashes, whole])
    numbers, marks, known = (ops.concatenate(of, axis=1) for of in zip(*found, strict=True))
    return numbers, marks, known


def _counting(place: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """What each of like neighbours (B, M) adds to the count of its run, and to the square of it.

    The first adds 1, the second log 2, and so on: together 1 + log c of c neighbours.

    Returns:
        (B, M, 1) twice.
    """
    ops = keras.ops
    counts = np.insert(1 + np.log(np.arange(1, most + 1)), 0, 0.0)
    # By place in its run, from the first on; after the last that counts nothing is added.
    adds = [np.append(np.diff(values), 0.0) for values in (counts, counts**2)]
    found: list[Tensor] = [1.0, 1.0]
    for again in range(1, most + 1):
        alike = ops.cast(ops.equal(place[:, again:], place[:, :-again]), "float32")
        same = ops.pad(alike, ((0, 0), (again, 0)))
        changes = [float(of[again] - of[again - 1]) for of in adds]
        found = [
            ops.add(ops.multiply(same, change), so_far)
            for so_far, change in zip(found, changes, strict=True)
        ]
    return ops.expand_dims(found[0], -1), ops.expand_dims(found[1], -1)


def _later(x: Tensor, steps: int) -> Tensor:
    """(B, T) with each step `steps` later, 0 before."""
    return keras.ops.pad(x, ((0, 0), (steps, 0)))[:, :-steps]


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
    outputs = apply_blank(layer, x)
    layer.set_weights([np.asarray(array, "float32") for array in weights])
    layer.trainable = False
    return outputs
