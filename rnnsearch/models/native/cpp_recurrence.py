"""A cell over all steps of a sequence, as `rnnsearch.models.recurrence`, by functions in C++."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp

from rnnsearch.models import recurrence
from rnnsearch.models.cells import CELLS
from rnnsearch.models.native import FUNCTIONS, has_function
from rnnsearch.models.native.cpp_library import library
from rnnsearch.models.recurrence import Gates, Sweep, Weights

__all__ = ["HostKernels", "register"]

Array = Any
Arrays = tuple[Array, ...]


class HostKernels:
    """Functions for recurrent layers, where there is one for the layer; for lanes in a loop."""

    def take(self, cell: str, units: int) -> bool:
        """Whether there is a function for such a layer."""
        return has_function(cell, units) and _registered()

    def recur(
        self,
        sweep: Sweep,
        projected: Array,
        weights: Weights,
        gates: Gates,
        initial: Arrays | None = None,
    ) -> tuple[Array | None, Arrays]:
        """As `rnnsearch.models.recurrence.recur`, which has those of recurrent dropout itself."""
        if gates.dropout is not None or projected.dtype != jnp.float32:
            return recurrence.recur(sweep, projected, weights, gates, initial)
        rows, units = projected.shape[1], weights.kernel.shape[0]
        if initial is None:
            initial = (jnp.zeros((rows, units)),) * CELLS[sweep.cell].states
        bias = jnp.zeros(projected.shape[-1:]) if weights.bias is None else weights.bias
        learned = projected, weights.kernel, bias, jnp.stack(initial)
        none = jnp.zeros((0,))
        skip = none if gates.skip is None else gates.skip[..., 0].astype(jnp.float32)
        cuts = none if gates.cuts is None else gates.cuts.astype(jnp.float32)
        outputs, last = _recur(sweep, learned, (skip, cuts))
        return outputs, tuple(last)


@cache
def _registered() -> bool:
    """Whether XLA knows the functions: there is a library, and it was told of it."""
    built = library()
    if isinstance(built, str):
        return False
    register(built)
    return True


def register(built: ctypes.CDLL) -> None:
    """Tell XLA of the functions of a library. Once a process."""
    for cell in FUNCTIONS:
        for way in ("forward", "backward"):
            for name in (_name(cell, way, False), _name(cell, way, True)):
                capsule = jax.ffi.pycapsule(getattr(built, name))
                jax.ffi.register_ffi_target(f"rnnsearch_{name}", capsule, platform="cpu")


def _name(cell: str, way: str, backward: bool) -> str:
    return f"{cell}_{way}{'_reversed' if backward else ''}"


def _called(sweep: Sweep, way: str, shapes: list[tuple[int, ...]], *given: Array) -> Any:
    described = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in shapes]
    name = f"rnnsearch_{_name(sweep.cell, way, sweep.backward)}"
    return jax.ffi.ffi_call(name, described, vmap_method="sequential")(*given)


def _value(sweep: Sweep, learned: Arrays, fixed: Arrays) -> Any:
    return _forward(sweep, learned, fixed)[0]


def _forward(sweep: Sweep, learned: Arrays, fixed: Arrays) -> tuple[Any, Any]:
    projected, kernel, _, first = learned
    steps, (states, rows, units) = len(projected), first.shape
    shapes = [(steps, states, rows, units), (steps, 4, rows, units), first.shape]
    before, kept, last = _called(sweep, "forward", shapes, *learned, fixed[0])
    outputs = None
    if sweep.sequences:
        parts = [last[:1], before[:-1, 0]] if sweep.backward else [before[1:, 0], last[:1]]
        outputs = jnp.concatenate(parts)
    return (outputs, last), (before, kept, kernel, fixed)


def _backward(sweep: Sweep, residuals: Any, d: Any) -> Any:
    before, kept, kernel, fixed = residuals
    d_outputs, d_last = d
    steps, _, rows, units = before.shape
    columns = (steps, rows, CELLS[sweep.cell].gates * units)
    # The gradient of a GRU's recurrent share is not that of the input's.
    shapes = [columns, d_last.shape, *([columns] if sweep.cell == "GRU" else [])]
    d_outputs = jnp.zeros((0,)) if d_outputs is None else d_outputs
    given = before, kept, kernel.T, d_last, d_outputs, *fixed
    d_projected, d_first, *rest = _called(sweep, "backward", shapes, *given)
    d_share = rest[0] if rest else d_projected
    flat = d_share.reshape(steps * rows, -1)
    d_kernel = before[:, 0].reshape(steps * rows, units).T @ flat
    return (d_projected, d_kernel, flat.sum(0), d_first), None


_recur = jax.custom_vjp(_value, nondiff_argnums=(0,))
_recur.defvjp(_forward, _backward)
