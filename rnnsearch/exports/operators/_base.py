"""The list of operators and what goes from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

__all__ = ["NoTranslation", "Node", "Operators", "Symbol", "graph_of"]


def graph_of(model: Any) -> Any:
    """The functional model that a Keras model is, or has inside; None of another."""
    graph = getattr(model, "_functional", None) or model  # of a Sequential
    return graph if hasattr(graph, "_nodes_by_depth") else None


class NoTranslation(Exception):
    """Something in a network has no operators; the message says what, as users know it."""


@dataclass(frozen=True)
class Symbol:
    """An array that an operator will have made.

    Attributes:
        name: By which operators refer to it.
        dtype: Of NumPy, by name.
        mask: (B, T) bool, the steps that are no padding, as Keras hands it on; None where
            nothing is padding.
    """

    name: str
    dtype: str
    mask: Symbol | None = None


@dataclass(frozen=True)
class Node:
    """One operator at work.

    Attributes:
        kind: Its name in ONNX.
        inputs, outputs: Names of arrays; an input of no name is left out.
        settings: Its attributes.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[str, Any]


@final
@dataclass
class Operators:
    """A program of operators, in the order in which they are run.

    Attributes:
        inputs: Name → axes (B is None) and dtype of what is given.
        outputs: Name of what comes out → name of the array that it is, its axes and type.
        constants: Name → weights and the like.
        nodes: The operators.
    """

    inputs: dict[str, tuple[tuple[int | None, ...], str]] = field(default_factory=dict)
    outputs: dict[str, tuple[str, tuple[int | None, ...], str]] = field(default_factory=dict)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)

    def given(self, name: str, shape: tuple[int | None, ...], dtype: str) -> Symbol:
        """A further input."""
        self.inputs[name] = (shape, dtype)
        return Symbol(name, dtype)

    def constant(self, values: Any, dtype: str | None = None) -> Symbol:
        """An array that is known; the same one is kept once."""
        array = np.asarray(values) if dtype is None else np.asarray(values).astype(dtype)
        for name, kept in self.constants.items():
            if kept.dtype == array.dtype and kept.shape == array.shape and (kept == array).all():
                return Symbol(name, str(array.dtype))
        name = f"c{len(self.constants)}"
        self.constants[name] = array
        return Symbol(name, str(array.dtype))

    def add(
        self, kind: str, *inputs: Symbol | None, dtype: str | None = None, **settings: Any
    ) -> Symbol:
        """An operator with one output.

        Args:
            kind: Its name.
            inputs: What it reads; None for one that is left out.
            dtype: Of the output; None for that of the first input.
            settings: Its attributes.
        """
        (output,) = self.add_several(kind, 1, *inputs, dtype=dtype, **settings)
        return output

    def add_several(
        self,
        kind: str,
        count: int,
        *inputs: Symbol | None,
        dtype: str | None = None,
        **settings: Any,
    ) -> list[Symbol]:
        """An operator with so many outputs, as `add`."""
        first = next(one for one in inputs if one is not None)
        names = tuple(f"x{len(self.nodes)}_{number}" for number in range(count))
        read = tuple("" if one is None else one.name for one in inputs)
        self.nodes.append(Node(kind, read, names, settings))
        return [Symbol(name, dtype or first.dtype) for name in names]

    def cast(self, x: Symbol, dtype: str) -> Symbol:
        """The same numbers as another type."""
        return x if x.dtype == dtype else self.add("Cast", x, dtype=dtype, to=dtype)

    def axes(self, *axes: int) -> Symbol:
        """Axes, or sizes, as an input of an operator."""
        return self.constant(np.array(axes, np.int64))
