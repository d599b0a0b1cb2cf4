"""Keras layers as operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from rnnsearch.exports.operators._base import NoTranslation, Operators, Symbol
from rnnsearch.exports.operators.recurrent_operators import bidirectional, recurrent

__all__ = ["LAYERS"]

Made = Symbol | list[Symbol]

_NEGATIVE = 1e9
"""What Keras subtracts from the score of a step of padding."""


_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def _weights(layer: Any) -> list[np.ndarray]:
    found: list[np.ndarray] = layer.get_weights()
    return found


def _activated(operators: Operators, x: Symbol, layer: Any) -> Symbol:
    """What a layer's activation makes of x."""
    name = layer.activation.__name__
    if name == "linear":
        return x
    if name == "softmax":
        return operators.add("Softmax", x, axis=-1)
    if name not in _ACTIVATIONS:
        raise NoTranslation(f"the layer {layer.name} with the activation {name}")
    return operators.add(_ACTIVATIONS[name], x)


def _dense(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    kernel, *bias = _weights(layer)
    made = operators.add("MatMul", x, operators.constant(kernel))
    if bias:
        made = operators.add("Add", made, operators.constant(bias[0]))
    return replace(_activated(operators, made, layer), mask=x.mask)


def _embedding(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    (table,) = _weights(layer)
    rows = operators.add("Gather", operators.constant(table), x, axis=0)
    if not layer.mask_zero:
        return rows
    padding = operators.add("Equal", x, operators.constant(0, x.dtype), dtype="bool")
    return replace(rows, mask=operators.add("Not", padding))


def _masking(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    value = operators.constant(layer.mask_value, x.dtype)
    differs = operators.add("Not", operators.add("Equal", x, value, dtype="bool"))
    counted = operators.cast(differs, "float32")
    any_differs = operators.add("ReduceMax", counted, operators.axes(-1), keepdims=0)
    mask = operators.cast(any_differs, "bool")
    real = operators.add("Unsqueeze", any_differs, operators.axes(-1))
    return replace(operators.add("Mul", x, real), mask=mask)


def _layer_norm(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    config = layer.get_config()
    usual = {"center": True, "scale": True, "rms_scaling": False}
    for key, expected in usual.items():
        if config.get(key, expected) != expected:
            raise NoTranslation(f"the layer {layer.name} with {key} {config[key]}")
    gamma, beta = _weights(layer)
    if gamma.ndim > 1 or layer.axis not in (-1, [-1], [2]):
        raise NoTranslation(f"the layer {layer.name} with axis {layer.axis}")
    mean = operators.add("ReduceMean", x, operators.axes(-1), keepdims=1)
    centred = operators.add("Sub", x, mean)
    squares = operators.add("Mul", centred, centred)
    variance = operators.add("ReduceMean", squares, operators.axes(-1), keepdims=1)
    least = operators.constant(layer.epsilon, "float32")
    deviation = operators.add("Sqrt", operators.add("Add", variance, least))
    scaled = operators.add(
        "Mul", operators.add("Div", centred, deviation), operators.constant(gamma)
    )
    return replace(operators.add("Add", scaled, operators.constant(beta)), mask=x.mask)


def _dropout(_: Operators, __: Any, x: Symbol) -> Symbol:
    return x


def _activation(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    return replace(_activated(operators, x, layer), mask=x.mask)


def _flatten(operators: Operators, _: Any, x: Symbol) -> Symbol:
    return operators.add("Reshape", x, operators.axes(0, -1))


def _reshape(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    return operators.add("Reshape", x, operators.axes(0, *layer.target_shape))


def _repeat_vector(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    row = operators.add("Unsqueeze", x, operators.axes(1))
    return operators.add("Concat", *[row] * layer.n, axis=1)


def _cropping(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    first, after = layer.cropping
    end = -after if after else np.iinfo(np.int64).max
    starts, ends = operators.axes(first), operators.axes(end)
    return operators.add("Slice", x, starts, ends, operators.axes(1))


def _concatenate(operators: Operators, layer: Any, given: list[Symbol]) -> Symbol:
    return operators.add("Concat", *given, axis=layer.axis)


def _sum(operators: Operators, _: Any, given: list[Symbol]) -> Symbol:
    total = given[0]
    for one in given[1:]:
        total = operators.add("Add", total, one)
    return replace(total, mask=None)


def _average(operators: Operators, layer: Any, given: list[Symbol]) -> Symbol:
    count = operators.constant(len(given), "float32")
    return operators.add("Div", _sum(operators, layer, given), count)


def _convolution(operators: Operators, layer: Any, x: Symbol) -> Symbol:
    (stride,), (apart,) = layer.strides, layer.dilation_rate
    unusual = {"groups": layer.groups > 1, "padding same and strides": stride > 1}
    unusual["padding same and strides"] &= layer.padding == "same"
    unusual["data_format channels_first"] = layer.data_format != "channels_last"
    for what, there in unusual.items():
        if there:
            raise NoTranslation(f"the layer {layer.name} with {what}")
    written, *bias = _weights(layer)
    # Steps that a dilated kernel leaves out are steps of no weight.
    kernel = np.zeros((apart * (len(written) - 1) + 1, *written.shape[1:]), written.dtype)
    kernel[::apart] = written
    more = len(kernel) - 1
    pads = {"causal": (more, 0), "same": (more // 2, more - more // 2)}.get(layer.padding, (0, 0))
    crossed = operators.add("Transpose", x, perm=(0, 2, 1))
    weights = operators.constant(np.ascontiguousarray(kernel.transpose(2, 1, 0)))
    added = operators.constant(bias[0] if bias else np.zeros(kernel.shape[-1], kernel.dtype))
    made = operators.add("Conv", crossed, weights, added, pads=pads)
    made = operators.add("Transpose", made, perm=(0, 2, 1))
    if stride > 1:
        start, end = operators.axes(0), operators.axes(np.iinfo(np.int64).max)
        made = operators.add("Slice", made, start, end, operators.axes(1), operators.axes(stride))
    return _activated(operators, made, layer)


def _attention(operators: Operators, layer: Any, given: list[Symbol], mask: Any = None) -> Symbol:
    """The dot products, or the sum of a small network, of queries and keys."""
    query, value = given[:2]
    if type(layer).__name__ == "Attention":
        crossed = operators.add("Transpose", value, perm=(0, 2, 1))
        scores = operators.add("MatMul", query, crossed)
    else:
        of_query = operators.add("Unsqueeze", query, operators.axes(2))
        of_key = operators.add("Unsqueeze", value, operators.axes(1))
        joined = operators.add("Tanh", operators.add("Add", of_query, of_key))
        if layer.use_scale:
            joined = operators.add("Mul", joined, operators.constant(_weights(layer)[0]))
        scores = operators.add("ReduceSum", joined, operators.axes(-1), keepdims=0)
    known = None if mask is None else mask[1]
    known = value.mask if known is None else known
    if known is not None:
        padding = operators.cast(operators.add("Not", known), "float32")
        lowered = operators.add("Mul", padding, operators.constant(_NEGATIVE, "float32"))
        row = operators.add("Unsqueeze", lowered, operators.axes(1))
        scores = operators.add("Sub", scores, row)
    return operators.add("MatMul", operators.add("Softmax", scores, axis=-1), value)


LAYERS: Mapping[str, Callable[..., Made]] = {
    "Activation": _activation,
    "Add": _sum,
    "AdditiveAttention": _attention,
    "AlphaDropout": _dropout,
    "Attention": _attention,
    "Average": _average,
    "Bidirectional": bidirectional,
    "Concatenate": _concatenate,
    "Conv1D": _convolution,
    "Cropping1D": _cropping,
    "Dense": _dense,
    "Dropout": _dropout,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "GRU": recurrent,
    "GaussianDropout": _dropout,
    "GaussianNoise": _dropout,
    "LSTM": recurrent,
    "LayerNormalization": _layer_norm,
    "Masking": _masking,
    "RepeatVector": _repeat_vector,
    "Reshape": _reshape,
    "SimpleRNN": recurrent,
    "SpatialDropout1D": _dropout,
}
"""Name of a Keras layer's class → its operators."""
