"""The kernels: some sequences of a lane, over all steps, the recurrent weights kept on the chip.

Each is one program of Triton, which Pallas writes; FlashRNN (arXiv 2412.07752) showed what that is
worth. Refs are what a program sees of the arrays of `lane_kernels`, beside this: one lane and R of
its sequences. Sizes of all tiles are powers of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from rnnsearch.models.kernels.kernel_steps import Step

__all__ = ["Shape", "backward_program", "forward_program"]

Array = Any
Refs = Mapping[str, Any]
Tiles = tuple[Array, ...]


@dataclass(frozen=True)
class Shape:
    """What a program is made for.

    Attributes:
        step: Of the cell.
        steps: T.
        rows: R.
        units: H.
        reverse: Whether the sequence is read from its end.
        exact: Whether products are in whole float32, not rounded as in TF32.
        adds: Whether the way back adds up the gradient of the recurrent kernel on the chip.
    """

    step: Step
    steps: int
    rows: int
    units: int
    reverse: bool
    exact: bool
    adds: bool


def forward_program(refs: Refs, shape: Shape) -> None:
    """All steps.

    Args:
        refs: In: ``share`` (T, R, G·H), ``kernel`` (H, G·H), ``first`` (S, R, H); where there are
            such ``bias`` (G·H,), ``skip`` (T, R) int32 and ``drop`` (1 or G, R, H). Out: ``last``
            (S, R, H); where wanted ``state_0`` … (T, R, H).
        shape: As they are.
    """
    step, lane = shape.step, _Lane(refs, shape)

    def body(s: Array, before: tuple[Array, ...]) -> tuple[Array, ...]:
        """One step in time, with what it leaves written."""
        t = lane.time(s)
        new = tuple(step.forward(lane.shares(t), before, lane.recurrent(before[0])))
        skip = lane.skipped(t)
        if skip is not None:
            new = tuple(jnp.where(skip, b, n) for b, n in zip(before, new, strict=True))
        for number, state in enumerate(new):
            if f"state_{number}" in refs:
                refs[f"state_{number}"][t] = state
        return new

    first = tuple(refs["first"][number] for number in range(step.states))
    for number, state in enumerate(jax.lax.fori_loop(0, shape.steps, body, first)):
        refs["last"][number] = state


def backward_program(refs: Refs, shape: Shape) -> None:
    """The way back.

    Args:
        refs: In: those of `forward_program`, ``state_0`` … among them, ``d_last`` (S, R, H);
            where there are such ``above`` (T, R, H), gradients of the outputs, and ``cuts`` (T,)
            int32, where the gradient ends before a step. Out: ``d_share`` (T, R, G·H), ``d_first``
            (S, R, H); and ``d_kernel`` (H, G·H) and with a bias ``d_bias`` (G·H,), or what they are
            made of, ``d_own_0`` … (T, R, H): the gradients of the recurrent shares of those gates
            in which they differ from the inputs' shares.
        shape: As they are.
    """
    step, lane = shape.step, _Lane(refs, shape)
    none = jnp.zeros((shape.rows, shape.units), jnp.float32)

    def body(back: Array, carry: Any) -> Any:
        """One step in time, with what it leaves written."""
        d_states, d_weights = carry
        s = shape.steps - 1 - back
        t = lane.time(s)
        if "above" in refs:
            d_states = (d_states[0] + refs["above"][t], *d_states[1:])
        before, skip = lane.before(s), lane.skipped(t)
        d_new = d_states
        if skip is not None:
            d_new = tuple(jnp.where(skip, 0.0, d) for d in d_states)
        recurrent = lane.recurrent(before[0])
        shares, products, d_before = step.backward(lane.shares(t), before, recurrent, d_new)
        for gate, share in enumerate(shares):
            refs["d_share"][t, :, lane.columns(gate)] = share
        if shape.adds:
            d_weights = lane.added(d_weights, before[0], products)
        else:
            for gate in step.own:
                refs[f"d_own_{gate}"][t] = products[gate]
        d_hidden = lane.through(products)
        d_before = (d_before[0] + d_hidden, *d_before[1:])
        if skip is not None:
            d_before = tuple(jnp.where(skip, d, b) for d, b in zip(d_states, d_before, strict=True))
        if "cuts" in refs:
            cut = jnp.full(none.shape, refs["cuts"][t]) != 0
            d_before = tuple(jnp.where(cut, 0.0, d) for d in d_before)
        return tuple(d_before), d_weights

    d_last = tuple(refs["d_last"][number] for number in range(step.states))
    d_first, d_weights = jax.lax.fori_loop(0, shape.steps, body, (d_last, lane.no_weights()))
    for number, state in enumerate(d_first):
        refs["d_first"][number] = state
    lane.write(d_weights)


class _Lane:
    """What both ways have in common: what stays on the chip, and how steps are read."""

    def __init__(self, refs: Refs, shape: Shape) -> None:
        self._refs = refs
        self._shape = shape
        gates = range(shape.step.gates)
        self._kernels = [refs["kernel"][:, self.columns(gate)] for gate in gates]
        self._biases: list[Array] = []
        if shape.step.biased:
            self._biases = [refs["bias"][self.columns(gate)][None, :] for gate in gates]
        self._drops: list[Array] = []
        if "drop" in refs:
            masks = refs["drop"].shape[0]
            tiles = [refs["drop"][number] for number in range(masks)]
            self._drops = [tiles[gate % masks] for gate in gates]

    def columns(self, gate: int) -> Any:
        """Where the columns of a gate lie."""
        return pl.ds(gate * self._shape.units, self._shape.units)

    def time(self, s: Array) -> Array:
        """The step that is run as number s."""
        return self._shape.steps - 1 - s if self._shape.reverse else s

    def shares(self, t: Array) -> list[Array]:
        """The inputs' shares of a step, (R, H) a gate."""
        gates = range(self._shape.step.gates)
        return [self._refs["share"][t, :, self.columns(gate)] for gate in gates]

    def skipped(self, t: Array) -> Array | None:
        """(R, H) whether a step is skipped."""
        if "skip" not in self._refs:
            return None
        skip = self._refs["skip"][t][:, None]
        return jnp.broadcast_to(skip, (self._shape.rows, self._shape.units)) != 0

    def before(self, s: Array) -> tuple[Array, ...]:
        """The states before the step that is run as number s."""
        t, begins = self.time(jnp.maximum(s - 1, 0)), s == 0
        return tuple(
            jnp.where(begins, self._refs["first"][number], self._refs[f"state_{number}"][t])
            for number in range(self._shape.step.states)
        )

    def recurrent(self, hidden: Array) -> list[Array]:
        """The recurrent shares, (R, H) a gate, of the hidden state."""
        found = [
            self._product(self._dropped(hidden, gate), kernel)
            for gate, kernel in enumerate(self._kernels)
        ]
        if not self._biases:
            return found
        return [one + bias for one, bias in zip(found, self._biases, strict=True)]

    def through(self, products: Any) -> Array:
        """Gradients of the recurrent shares to that of the hidden state."""
        d_hidden = jnp.zeros_like(products[0])
        for gate, (d, kernel) in enumerate(zip(products, self._kernels, strict=True)):
            part = self._product(d, kernel, trans_b=True)
            d_hidden = d_hidden + self._dropped(part, gate)
        return d_hidden

    def no_weights(self) -> tuple[Tiles, Tiles]:
        """Gradients of kernels (H, H) and biases, these still by sequence (R, H), of no step."""
        shape = self._shape
        gates = range(shape.step.gates if shape.adds else 0)
        kernel = jnp.zeros((shape.units, shape.units), jnp.float32)
        bias = jnp.zeros((shape.rows, shape.units), jnp.float32)
        return tuple(kernel for _ in gates), tuple(bias for _ in gates if self._biases)

    def added(self, d_weights: tuple[Tiles, Tiles], hidden: Array, products: Any) -> Any:
        """These with those of a step."""
        d_kernels, d_biases = d_weights
        kernels = [
            sum_ + self._product(self._dropped(hidden, gate), d, trans_a=True)
            for gate, (sum_, d) in enumerate(zip(d_kernels, products, strict=True))
        ]
        biases = [sum_ + d for sum_, d in zip(d_biases, products, strict=bool(d_biases))]
        return tuple(kernels), tuple(biases)

    def write(self, d_weights: tuple[Tiles, Tiles]) -> None:
        """Put these out."""
        d_kernels, d_biases = d_weights
        for gate, d_kernel in enumerate(d_kernels):
            self._refs["d_kernel"][:, self.columns(gate)] = d_kernel
        for gate, d_bias in enumerate(d_biases):
            self._refs["d_bias"][self.columns(gate)] = jnp.sum(d_bias, axis=0)

    def _dropped(self, hidden: Array, gate: int) -> Array:
        return hidden * self._drops[gate] if self._drops else hidden

    def _product(self, a: Array, b: Array, **transposed: bool) -> Array:
        return triton.dot(a, b, allow_tf32=not self._shape.exact, **transposed)
