"""Operations of `keras.ops` as operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnnsearch.exports.operators._base import Operators, Symbol

__all__ = ["OPERATIONS"]

Made = Symbol | list[Symbol]

_LONGEST = np.iinfo(np.int64).max


def _symbols(operators: Operators, *values: Any) -> list[Symbol]:
    """Arrays and numbers among arrays that are made, all of one type."""
    made = [one for one in values if isinstance(one, Symbol)]
    kinds = {one.dtype for one in made}
    dtype = "float32" if "float32" in kinds else made[0].dtype
    return [
        operators.cast(one, dtype) if isinstance(one, Symbol) else operators.constant(one, dtype)
        for one in values
    ]


def _binary(kind: str, *, compares: bool = False) -> Callable[..., Symbol]:
    def made(operators: Operators, _: Any, one: Any, other: Any) -> Symbol:
        """The operation, as operators."""
        dtype = "bool" if compares else None
        return operators.add(kind, *_symbols(operators, one, other), dtype=dtype)

    return made


def _unary(kind: str, dtype: str | None = None) -> Callable[..., Symbol]:
    def made(operators: Operators, _: Any, x: Symbol) -> Symbol:
        """The operation, as operators."""
        return operators.add(kind, x, dtype=dtype)

    return made


def _not_equal(operators: Operators, _: Any, one: Any, other: Any) -> Symbol:
    same = operators.add("Equal", *_symbols(operators, one, other), dtype="bool")
    return operators.add("Not", same)


def _where(operators: Operators, _: Any, condition: Symbol, one: Any, other: Any) -> Symbol:
    first, second = _symbols(operators, one, other)
    return operators.add("Where", condition, first, second, dtype=first.dtype)


def _axes(operators: Operators, axis: Any) -> Symbol:
    return operators.axes(*(axis if isinstance(axis, (tuple, list)) else (axis,)))


def _reduced(kind: str) -> Callable[..., Symbol]:
    def made(operators: Operators, operation: Any, x: Symbol) -> Symbol:
        """The operation, as operators."""
        given = operators.cast(x, "float32") if x.dtype == "bool" else x
        axes, kept = _axes(operators, operation.axis), int(operation.keepdims)
        return operators.add(kind, given, axes, keepdims=kept)

    return made


def _logical(kind: str) -> Callable[..., Symbol]:
    def made(operators: Operators, operation: Any, x: Symbol) -> Symbol:
        """The operation, as operators."""
        found = _reduced(kind)(operators, operation, operators.cast(x, "float32"))
        return operators.cast(found, "bool")

    return made


def _expand(operators: Operators, operation: Any, x: Symbol) -> Symbol:
    return operators.add("Unsqueeze", x, _axes(operators, operation.axis))


def _squeeze(operators: Operators, operation: Any, x: Symbol) -> Symbol:
    return operators.add("Squeeze", x, _axes(operators, operation.axis))


def _concatenate(operators: Operators, operation: Any, given: list[Symbol]) -> Symbol:
    return operators.add("Concat", *_symbols(operators, *given), axis=operation.axis)


def _split(operators: Operators, operation: Any, x: Symbol) -> list[Symbol]:
    count = operation.indices_or_sections
    return operators.add_several("Split", count, x, axis=operation.axis, num_outputs=count)


def _pad(operators: Operators, operation: Any, x: Symbol, **_: Any) -> Symbol:
    """Zeros before and after; ONNX has first all widths before, then all after."""
    widths = np.asarray(operation.pad_width)
    whole = operators.cast(x, "float32") if x.dtype == "bool" else x
    padded = operators.add("Pad", whole, operators.axes(*widths.T.ravel().tolist()))
    return operators.cast(padded, x.dtype)


def _reshape(operators: Operators, operation: Any, x: Symbol) -> Symbol:
    shape = operation.newshape
    return operators.add("Reshape", x, operators.axes(*shape))


def _cast(operators: Operators, operation: Any, x: Symbol) -> Symbol:
    return operators.cast(x, operation.dtype)


def _take(operators: Operators, operation: Any, x: Symbol, places: Any) -> Symbol:
    chosen = operators.constant(places, "int64") if not isinstance(places, Symbol) else places
    return operators.add("Gather", x, chosen, axis=operation.axis)


def _sort(operators: Operators, operation: Any, x: Symbol) -> Symbol:
    return operators.add("Sort", x, axis=operation.axis)


def _get_item(operators: Operators, _: Any, x: Symbol, key: Any) -> Symbol:
    """Slices of the first axes."""
    keys = key if isinstance(key, tuple | list) else (key,)  # a list where it was loaded
    starts, ends, axes = [], [], []
    for axis, one in enumerate(keys):
        assert isinstance(one, slice) and one.step in (None, 1), "only slices are used"
        if one.start is None and one.stop is None:
            continue
        starts.append(one.start or 0)
        ends.append(_LONGEST if one.stop is None else one.stop)
        axes.append(axis)
    read = (operators.axes(*starts), operators.axes(*ends), operators.axes(*axes))
    return operators.add("Slice", x, *read)


OPERATIONS: Mapping[str, Callable[..., Made]] = {
    "Add": _binary("Add"),
    "All": _logical("ReduceMin"),
    "Any": _logical("ReduceMax"),
    "Abs": _unary("Abs"),
    "Absolute": _unary("Abs"),
    "Cast": _cast,
    "Concatenate": _concatenate,
    "Divide": _binary("Div"),
    "Equal": _binary("Equal", compares=True),
    "Exp": _unary("Exp"),
    "ExpandDims": _expand,
    "GetItem": _get_item,
    "Greater": _binary("Greater", compares=True),
    "Isnan": _unary("IsNaN", "bool"),
    "Log": _unary("Log"),
    "LogicalAnd": _binary("And"),
    "LogicalNot": _unary("Not"),
    "Max": _reduced("ReduceMax"),
    "Maximum": _binary("Max"),
    "Mean": _reduced("ReduceMean"),
    "Min": _reduced("ReduceMin"),
    "Mod": _binary("Mod"),
    "Multiply": _binary("Mul"),
    "NotEqual": _not_equal,
    "Pad": _pad,
    "Reshape": _reshape,
    "Sort": _sort,
    "Split": _split,
    "Sqrt": _unary("Sqrt"),
    "Squeeze": _squeeze,
    "Subtract": _binary("Sub"),
    "Sum": _reduced("ReduceSum"),
    "Take": _take,
    "TrueDivide": _binary("Div"),
    "Where": _where,
}
"""Name of an operation's class → its operators."""
