"""A cell over all steps of a sequence, as `rnnsearch.models.recurrence`, in kernels over lanes.

Written for one lane, as that is; `jax.vmap` over K lanes gives one kernel with a program for each
lane and each few of its sequences. The forward kernel keeps the states of all steps for the way
back, the other gives the gradients of the inputs' share and of the recurrent kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from rnnsearch.models.kernels.kernel_programs import Shape, backward_program, forward_program
from rnnsearch.models.kernels.kernel_steps import STEPS, Step
from rnnsearch.models.recurrence import Gates, Sweep, Weights

__all__ = ["LaneKernels", "Making"]

Array = Any
Arrays = tuple[Array, ...]
Named = dict[str, Array]


@dataclass(frozen=True)
class Making:
    """How a layer's kernels are made.

    Attributes:
        adds: Whether the gradient of the recurrent kernel is added up on the chip; else it is one
            product afterwards.
        warps: Of 32 threads, of each program.
        rows: Sequences of a lane in one program, at most; a power of two from 16.
    """

    adds: bool
    warps: int
    rows: int


MAKINGS = {16: Making(False, 4, 32), 32: Making(True, 4, 16), 64: Making(True, 8, 32)}
"""By H, of which tiles must be a power of two and weights must fit on the chip: the fastest of
eight on an H200 (benchmarks/gpu/h200.md)."""

_LEAST = 16
"""Sequences of a lane in one program, at least: so many has a product's tile."""

_WHOLE = ("highest", "float32")
"""Precisions of JAX at which products are not rounded."""

_NO_ROWS = ("kernel", "bias", "cuts", "d_kernel", "d_bias")
"""Arrays that all sequences of a lane share. All others have theirs on axis 2, after K."""


@dataclass(frozen=True)
class LaneKernels:
    """Kernels for recurrent layers, where there is one for the layer.

    Attributes:
        interpret: Run them without a GPU, slowly: for tests.
        making: How they are made; None for what is fastest.
    """

    interpret: bool = False
    making: Making | None = None

    def take(self, cell: str, units: int) -> bool:
        """Whether there is a kernel for such a layer."""
        return cell in STEPS and units in MAKINGS

    def recur(
        self,
        sweep: Sweep,
        projected: Array,
        weights: Weights,
        gates: Gates,
        initial: Arrays | None = None,
    ) -> tuple[Array | None, Arrays]:
        """As `rnnsearch.models.recurrence.recur`."""
        states = STEPS[sweep.cell].states
        if initial is None:
            rows, units = projected.shape[1], weights.kernel.shape[0]
            initial = (jnp.zeros((rows, units), projected.dtype),) * states
        learned = {"share": projected, "kernel": weights.kernel, "first": jnp.stack(initial)}
        if STEPS[sweep.cell].biased:
            learned["bias"] = weights.bias
        fixed: Named = {}
        if gates.skip is not None:
            fixed["skip"] = gates.skip[..., 0].astype(jnp.int32)
        if gates.dropout is not None:
            fixed["drop"] = jnp.stack(gates.dropout)
        if gates.cuts is not None:
            fixed["cuts"] = gates.cuts.astype(jnp.int32)
        exact = jax.config.jax_default_matmul_precision in _WHOLE  # type: ignore[attr-defined]
        making = self.making or MAKINGS[weights.kernel.shape[0]]
        way = _Way(sweep, exact, making, self.interpret)
        outputs, last = _recur(way, learned, fixed)
        return outputs, tuple(last[number] for number in range(states))


@dataclass(frozen=True)
class _Way:
    """What of a layer its kernels are made for, beside sizes.

    Attributes:
        sweep: Which cell, and how it goes over the sequence.
        exact: As in `Shape`.
        making: How they are made.
        interpret: As in `LaneKernels`.
        keeps: Whether a way back follows.
    """

    sweep: Sweep
    exact: bool
    making: Making
    interpret: bool
    keeps: bool = False

    def outputs(self, which: str) -> tuple[str, ...]:
        """Names of what a kernel puts out."""
        if which == "forward":
            written = self.step.states if self.keeps else int(self.sweep.sequences)
            return ("last", *(f"state_{number}" for number in range(written)))
        if not self.making.adds:
            return ("d_share", "d_first", *(f"d_own_{gate}" for gate in self.step.own))
        return ("d_share", "d_first", "d_kernel", *(("d_bias",) if self.step.biased else ()))

    @property
    def step(self) -> Step:
        """The arithmetic of the cell on tiles."""
        return STEPS[self.sweep.cell]


def _value(way: _Way, learned: Named, fixed: Named) -> tuple[Array | None, Array]:
    """The outputs of all steps if they are wanted, and the last states (S, B, H)."""
    found = _run("forward", way, learned | _without_cuts(fixed))
    return found.get("state_0"), found["last"]


def _forward(way: _Way, learned: Named, fixed: Named) -> tuple[tuple[Array | None, Array], Any]:
    way = replace(way, keeps=True)
    found = _run("forward", way, learned | _without_cuts(fixed))
    last = found.pop("last")
    return (found["state_0"] if way.sweep.sequences else None, last), (learned, fixed, found)


def _backward(way: _Way, kept: Any, d: Any) -> tuple[Named, None]:
    learned, fixed, states = kept
    above, d_last = d
    given = {**learned, **fixed, **states, "d_last": d_last}
    if above is not None:
        given["above"] = above
    found = _run("backward", replace(way, keeps=True), given)
    if not way.making.adds:
        found |= _of_weights(way, given, found)
    return {name: found[f"d_{name}"] for name in learned}, None


_recur = jax.custom_vjp(_value, nondiff_argnums=(0,))
_recur.defvjp(_forward, _backward)


def _of_weights(way: _Way, given: Named, found: Named) -> Named:
    """Gradients of the recurrent kernel and its bias, as products over all steps of a lane."""
    after, first = given["state_0"], given["first"][:1]
    before = [after[1:], first] if way.sweep.backward else [first, after[:-1]]
    hidden, step = jnp.concatenate(before), way.step
    shares = jnp.split(found["d_share"], step.gates, axis=-1)
    for gate in step.own:
        shares[gate] = found[f"d_own_{gate}"]
    if "drop" not in given:
        d = found["d_share"] if not step.own else jnp.concatenate(shares, axis=-1)
        d_kernel = jnp.einsum("tbh,tbj->hj", hidden, d)
    else:
        masks = given["drop"]
        kernels = [
            jnp.einsum("tbh,tbj->hj", hidden * masks[gate % len(masks)], share)
            for gate, share in enumerate(shares)
        ]
        d_kernel = jnp.concatenate(kernels, axis=-1)
    if not step.biased:
        return {"d_kernel": d_kernel}
    return {"d_kernel": d_kernel, "d_bias": jnp.concatenate([s.sum((0, 1)) for s in shares])}


def _without_cuts(fixed: Named) -> Named:
    return {name: array for name, array in fixed.items() if name != "cuts"}


def _run(which: str, way: _Way, given: Named) -> Named:
    """A kernel on the arrays of one lane, by name."""
    names = tuple(sorted(given))
    outputs, call = _of_one_lane(which, way, names)
    return dict(zip(outputs, call(*(given[name] for name in names)), strict=True))


@lru_cache(maxsize=256)
def _of_one_lane(
    which: str, way: _Way, names: tuple[str, ...]
) -> tuple[tuple[str, ...], Callable[..., Arrays]]:
    """Names of what a kernel puts out, and it as a function of one lane, which vmap makes one of K.

    Args:
        which: ``forward`` or ``backward``.
        way: What it is made for.
        names: Of its arguments.
    """
    outputs = way.outputs(which)

    def of_lanes(*arrays: Array) -> Arrays:
        """The kernel over arrays with an axis of lanes."""
        found = _over_lanes(which, way, dict(zip(names, arrays, strict=True)))
        return tuple(found[name] for name in outputs)

    @custom_vmap
    def of_one(*arrays: Array) -> Arrays:
        """The same of one lane."""
        return tuple(array[0] for array in of_lanes(*(array[None] for array in arrays)))

    @of_one.def_vmap
    def of_many(lanes: int, batched: Any, *arrays: Array) -> tuple[Arrays, tuple[bool, ...]]:
        """The same where `vmap` adds the axis."""
        whole = (
            array if own else jnp.broadcast_to(array, (lanes, *array.shape))
            for array, own in zip(arrays, batched, strict=True)
        )
        return of_lanes(*whole), (True,) * len(outputs)

    return outputs, of_one


def _over_lanes(which: str, way: _Way, given: Named) -> Named:
    """A kernel on arrays with a leading axis of lanes."""
    lanes, steps, batch, columns = given["share"].shape
    step, units = way.step, given["kernel"].shape[1]
    tiles = -(-batch // _LEAST)
    rows = min(way.making.rows, _LEAST << (tiles - 1).bit_length())
    programs = -(-batch // rows)
    whole = programs * rows
    given = {name: _filled(name, array, whole) for name, array in given.items()}
    shape = Shape(step, steps, rows, units, way.sweep.backward, way.exact, way.making.adds)
    sizes = {
        "d_share": (lanes, steps, whole, columns),
        "d_kernel": (lanes, programs, units, columns),
        "d_bias": (lanes, programs, columns),
        "last": (lanes, step.states, whole, units),
        "d_first": (lanes, step.states, whole, units),
    }
    outputs = {name: sizes.get(name, (lanes, steps, whole, units)) for name in way.outputs(which)}
    found = _call(which, shape, given, outputs, way)
    return {
        name: array.sum(axis=1) if name in _NO_ROWS else array[:, :, :batch]
        for name, array in found.items()
    }


def _filled(name: str, array: Array, rows: int) -> Array:
    """An array whose sequences are as many as programs take; those added change nothing."""
    missing = 0 if name in _NO_ROWS else rows - array.shape[2]
    if not missing:
        return array
    return jnp.pad(array, [(0, missing if axis == 2 else 0) for axis in range(array.ndim)])


def _call(
    which: str, shape: Shape, given: Named, outputs: Mapping[str, Arrays], way: _Way
) -> Named:
    """The kernel itself, once for each lane and each `rows` of its sequences."""
    names = (*given, *outputs)
    program = forward_program if which == "forward" else backward_program

    def kernel(*refs: Any) -> None:
        """The program of one lane, of named references."""
        program(dict(zip(names, refs, strict=True)), shape)

    lanes, _, batch, _ = given["share"].shape
    spec = partial(_spec, rows=shape.rows)
    found = pl.pallas_call(
        kernel,
        grid=(lanes, batch // shape.rows),
        in_specs=[spec(name, array.shape) for name, array in given.items()],
        out_specs=[spec(name, size) for name, size in outputs.items()],
        out_shape=[jax.ShapeDtypeStruct(size, jnp.float32) for size in outputs.values()],
        compiler_params=triton.CompilerParams(num_warps=way.making.warps, num_stages=1),
        interpret=way.interpret,
        name=f"lanes_{which}",
    )(*given.values())
    return dict(zip(outputs, found, strict=True))


def _spec(name: str, size: tuple[int, ...], *, rows: int) -> pl.BlockSpec:
    """What a program sees of an array: its lane, and its sequences or its place among partial sums.

    Args:
        name: Of the array.
        size: Of all lanes.
        rows: R.
    """
    rest = len(size) - 1
    if name in ("d_kernel", "d_bias"):
        return pl.BlockSpec(
            (None, None, *size[2:]), lambda lane, part: (lane, part, *(0,) * (rest - 1))
        )
    if name in _NO_ROWS:
        return pl.BlockSpec((None, *size[1:]), lambda lane, part: (lane, *(0,) * rest))
    block = (None, size[1], rows, *size[3:])
    return pl.BlockSpec(block, lambda lane, part: (lane, 0, part, *(0,) * (rest - 2)))
