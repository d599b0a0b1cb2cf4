"""Convolutions as matrix products, where XLA computes their gradients slowly.

On a CPU XLA hands a convolution to its library only outside of loops; a run's epoch is a loop, and
there the gradient of one takes seven to ten times as long as that of the same products.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend import core

__all__ = ["as_products"]

_MOST = 32
"""Places of a kernel, of each of which the inputs are laid side by side."""


def as_products(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function of arrays, to be traced, whose convolutions are matrix products."""

    def changed(*arguments: Any) -> Any:
        """Traced, and its equations evaluated, convolutions otherwise."""
        closed, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
        found = _evaluate(closed, jax.tree.leaves(arguments))
        return jax.tree.unflatten(jax.tree.structure(shape), found)

    return changed


def _evaluate(closed: Any, arguments: Sequence[Any]) -> list[Any]:
    """What was traced, an equation after the other; see JAX's guide to interpreters of its own."""
    jaxpr = closed.jaxpr
    values: dict[Any, Any] = dict(zip(jaxpr.constvars, closed.consts, strict=True))
    values |= zip(jaxpr.invars, arguments, strict=True)

    def read(atom: Any) -> Any:
        """The value of a variable, or a constant."""
        return atom.val if isinstance(atom, core.Literal) else values[atom]

    for equation in jaxpr.eqns:
        given = [read(atom) for atom in equation.invars]
        name, parameters = equation.primitive.name, equation.params
        if name == "conv_general_dilated" and _is_plain(parameters, given):
            results: Sequence[Any] = [_products(given[0], given[1], parameters)]
        elif name in ("jit", "pjit") and isinstance(parameters.get("jaxpr"), core.ClosedJaxpr):
            results = _evaluate(parameters["jaxpr"], given)
        else:
            results = _as_it_is(equation, values)
        values |= zip(equation.outvars, results, strict=True)
    return [read(atom) for atom in jaxpr.outvars]


def _as_it_is(equation: Any, values: Mapping[Any, Any]) -> Sequence[Any]:
    """What an equation comes to, as a function of its own."""
    read = list(dict.fromkeys(v for v in equation.invars if not isinstance(v, core.Literal)))
    alone = core.Jaxpr((), read, equation.outvars, [equation], equation.effects)
    found: Sequence[Any] = core.jaxpr_as_fun(core.ClosedJaxpr(alone, ()))(*map(values.get, read))
    return found


def _is_plain(parameters: dict[str, Any], given: Sequence[Any]) -> bool:
    """Whether it is a convolution of all features, of a kernel with few places."""
    kernel = given[1].shape
    places = math.prod(kernel[axis] for axis in parameters["dimension_numbers"].rhs_spec[2:])
    groups = parameters["feature_group_count"] * parameters["batch_group_count"]
    return groups == 1 and places <= _MOST and all(one == 1 for one in parameters["lhs_dilation"])


def _products(x: Any, kernel: Any, parameters: dict[str, Any]) -> Any:
    """Of each place of the kernel what it meets, side by side, times the kernel as a matrix."""
    numbers = parameters["dimension_numbers"]
    batch, feature, *space = numbers.lhs_spec
    out, into, *places = numbers.rhs_spec
    x = jnp.transpose(x, (batch, *space, feature))
    kernel = jnp.transpose(kernel, (*places, into, out))
    sizes, strides = kernel.shape[:-2], parameters["window_strides"]
    dilation, padding = parameters["rhs_dilation"], parameters["padding"]
    x = jnp.pad(x, [(0, 0), *((max(0, a), max(0, b)) for a, b in padding), (0, 0)])
    x = x[(slice(None), *(slice(max(0, -a), None if b >= 0 else b) for a, b in padding))]
    ends = [
        (length - spread * (size - 1) - 1) // stride + 1
        for length, size, stride, spread in zip(
            x.shape[1:-1], sizes, strides, dilation, strict=True
        )
    ]
    met = []
    for place in itertools.product(*map(range, sizes)):
        starts = [at * spread for at, spread in zip(place, dilation, strict=True)]
        cut = [
            slice(start, start + stride * (end - 1) + 1, stride)
            for start, stride, end in zip(starts, strides, ends, strict=True)
        ]
        met.append(x[(slice(None), *cut)])
    y = jnp.concatenate(met, axis=-1) @ kernel.reshape(-1, kernel.shape[-1])
    return jnp.transpose(y, _back(numbers.out_spec))


def _back(out_spec: Sequence[int]) -> list[int]:
    """From (batch, space …, feature) to the axes that a convolution puts out."""
    batch, feature, *space = out_spec
    here = [batch, *space, feature]
    return [here.index(axis) for axis in range(len(here))]
