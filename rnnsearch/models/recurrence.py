"""A cell over all steps of a sequence, with its gradient: backpropagation through time.

The backward pass is written by hand for one reason: automatic differentiation adds up the
gradient of the recurrent kernel at each step, where one matrix product over all steps, after the
backward pass, gives the same (benchmarks/README.md has the gain).
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp

from rnnsearch.models.cells import CELLS, Cell

__all__ = ["Gates", "Recur", "Sweep", "Weights", "input_share", "one_step", "recur"]

Array = Any
Arrays = tuple[Array, ...]


class Sweep(NamedTuple):
    """A cell's way over a sequence: what of it a program is made for, beside sizes.

    Attributes:
        cell: Name in `CELLS`.
        sequences: Whether the outputs of all steps are wanted.
        backward: Whether the sequence is read from its end.
    """

    cell: str
    sequences: bool
    backward: bool = False


class Weights(NamedTuple):
    """What the recurrent share of a step is made of.

    Attributes:
        kernel: (H, G·H).
        bias: (G·H,), or None.
    """

    kernel: Array
    bias: Array | None


class Gates(NamedTuple):
    """What is done to the hidden state between steps; None where nothing is.

    Attributes:
        cuts: (T,) whether the gradient is cut before the step.
        skip: (T, B, 1) whether the step is skipped: the state stays.
        dropout: One (B, H) a gate, or one for all, that the state is multiplied with on its
            way into the recurrent share.
    """

    cuts: Array | None
    skip: Array | None
    dropout: Arrays | None


def input_share(x: Array, kernel: Array, bias: Array) -> Array:
    """The input's share of all steps, (T, B, F) to (T, B, G·H), as one product of two matrices.

    Each input has a 1 beside it and the bias is a row of the kernel: so the gradients of both are
    one product, too, and no further pass over all steps.
    """
    steps, batch, _ = x.shape
    rows = x.reshape(steps * batch, -1)
    rows = jnp.concatenate([rows, jnp.ones((steps * batch, 1), rows.dtype)], axis=1)
    return (rows @ jnp.concatenate([kernel, bias[None]])).reshape(steps, batch, -1)


class Recur(Protocol):
    """What runs a cell over a sequence: `recur`, or the same in other ways."""

    def __call__(
        self,
        sweep: Sweep,
        projected: Array,
        weights: Weights,
        gates: Gates,
        initial: Arrays | None = None,
    ) -> tuple[Array | None, Arrays]:
        """As `recur`."""


def recur(
    sweep: Sweep,
    projected: Array,
    weights: Weights,
    gates: Gates,
    initial: Arrays | None = None,
) -> tuple[Array | None, Arrays]:
    """Run a cell over a sequence.

    Args:
        sweep: Which cell, and how.
        projected: (T, B, G·H), the input's share of each step.
        weights: Of the recurrent share.
        gates: Truncation, masks and recurrent dropout; not differentiated.
        initial: The states (B, H) before the first step; None for zeros.

    Returns:
        The outputs (T, B, H), or None if they are not wanted; and the states (B, H) after the step
        that was run last, of which the first is the output.
    """
    if initial is None:
        zeros = jnp.zeros((projected.shape[1], weights.kernel.shape[0]), projected.dtype)
        initial = (zeros,) * CELLS[sweep.cell].states
    return _recur(sweep, projected, weights, gates, initial)


def _value(
    sweep: Sweep, projected: Array, weights: Weights, gates: Gates, initial: Arrays
) -> tuple[Array | None, Arrays]:
    """The outputs alone: nothing is kept for a backward pass."""
    cell = CELLS[sweep.cell]

    def step(states: Arrays, now: Any) -> tuple[Arrays, Array | None]:
        """One step in time, forward or back."""
        new, _ = one_step(cell, states, now, weights, gates)
        return new, new[0] if sweep.sequences else None

    steps = (projected, gates.skip)
    last, outputs = jax.lax.scan(step, initial, steps, reverse=sweep.backward)
    return outputs, last


def _forward(
    sweep: Sweep, projected: Array, weights: Weights, gates: Gates, initial: Arrays
) -> tuple[tuple[Array | None, Arrays], Any]:
    """The outputs, and what the way back needs: the states before each step, and what it kept."""
    cell = CELLS[sweep.cell]

    def step(states: Arrays, now: Any) -> tuple[Arrays, Any]:
        """One step in time, forward or back."""
        new, kept = one_step(cell, states, now, weights, gates)
        return new, (states, kept)

    steps = (projected, gates.skip)
    last, (before, kept) = jax.lax.scan(step, initial, steps, reverse=sweep.backward)
    outputs = None
    if sweep.sequences:
        end, first = last[0][None], before[0]
        outputs = jnp.concatenate([end, first[:-1]] if sweep.backward else [first[1:], end])
    return (outputs, last), (before, kept, weights, gates)


def one_step(
    cell: Cell, states: Arrays, now: Any, weights: Weights, gates: Gates
) -> tuple[Arrays, Arrays]:
    """The states after a step, and what the cell's `backward` needs.

    Args:
        cell: Whose step it is.
        states: (B, H) before it.
        now: The input's share (B, G·H), and (B, 1) whether it is skipped, or None.
        weights, gates: As of `recur`.
    """
    x, skip = now
    new, kept = cell.forward(x, states, _recurrent_share(cell, states[0], weights, gates))
    if skip is not None:
        new = tuple(jnp.where(skip, s, n) for s, n in zip(states, new, strict=True))
    return new, kept


def _backward(sweep: Sweep, residuals: Any, d: Any) -> Any:
    """Gradients of the input's share, the weights and the first states, against the sweep."""
    cell = CELLS[sweep.cell]
    before, kept, weights, gates = residuals
    d_outputs, d_last = d
    # Transposed here, once, and not at each step.
    kernels = [k.T for k in jnp.split(weights.kernel, _groups(gates), axis=-1)]

    def step(d_states: Arrays, now: Any) -> tuple[Arrays, Array]:
        """One step in time, forward or back."""
        states, kept, d_output, cut, skip = now
        if d_output is not None:
            d_states = (d_states[0] + d_output, *d_states[1:])
        d_new = d_states
        if skip is not None:
            d_new = tuple(jnp.where(skip, 0.0, d) for d in d_states)
        d_projected, d_before = cell.backward(kept, states, d_new)
        d_share = _share_gradient(cell, d_projected, kept)
        d_before = (d_before[0] + _hidden_gradient(d_share, kernels, gates), *d_before[1:])
        if skip is not None:
            d_before = tuple(jnp.where(skip, d, b) for d, b in zip(d_states, d_before, strict=True))
        if cut is not None:
            d_before = tuple(jnp.where(cut, 0.0, b) for b in d_before)
        return d_before, d_projected

    steps = (before, kept, d_outputs, gates.cuts, gates.skip)
    d_initial, d_projected = jax.lax.scan(step, d_last, steps, reverse=not sweep.backward)
    d_share = _share_gradient(cell, d_projected, kept)
    d_kernel = _kernel_gradient(before[0], d_share, gates)
    d_bias = None if weights.bias is None else d_share.sum((0, 1))
    return d_projected, Weights(d_kernel, d_bias), None, d_initial


_recur = jax.custom_vjp(_value, nondiff_argnums=(0,))
_recur.defvjp(_forward, _backward)


def _share_gradient(cell: Cell, d_projected: Array, kept: Arrays) -> Array:
    if cell.recurrent_gradient is None:
        return d_projected
    return cell.recurrent_gradient(d_projected, kept)


def _recurrent_share(cell: Cell, h: Array, weights: Weights, gates: Gates) -> Array:
    if gates.dropout is None:
        share = h @ weights.kernel
    elif len(gates.dropout) == 1:
        share = (h * gates.dropout[0]) @ weights.kernel
    else:
        kernels = jnp.split(weights.kernel, cell.gates, axis=-1)
        products = [(h * m) @ k for m, k in zip(gates.dropout, kernels, strict=True)]
        share = jnp.concatenate(products, axis=-1)
    return share if weights.bias is None else share + weights.bias


def _groups(gates: Gates) -> int:
    """Products that the recurrent share consists of: one, or one a gate where masks differ."""
    return 1 if gates.dropout is None else len(gates.dropout)


def _hidden_gradient(d_share: Array, kernels: list[Array], gates: Gates) -> Array:
    """(B, G·H) back to (B, H), by transposed kernels."""
    if gates.dropout is None:
        return d_share @ kernels[0]
    shares = jnp.split(d_share, len(kernels), axis=-1)
    parts = zip(shares, kernels, gates.dropout, strict=True)
    return sum(((d @ k) * m for d, k, m in parts), jnp.zeros(()))


def _kernel_gradient(h: Array, d_share: Array, gates: Gates) -> Array:
    """One product over all steps: (T, B, H) and (T, B, G·H) to (H, G·H)."""
    masks = gates.dropout or (None,)
    shares = jnp.split(d_share, _groups(gates), axis=-1)
    return jnp.concatenate(
        [_of_all_steps(h if m is None else h * m, d) for d, m in zip(shares, masks, strict=True)],
        axis=-1,
    )


def _of_all_steps(left: Array, right: Array) -> Array:
    """The product over steps and sequences, (T, B, M) and (T, B, N) to (M, N).

    Of matrices: XLA would put the axes of an einsum into another order, at the price of a copy.
    """
    rows = left.shape[0] * left.shape[1]
    over_rows = (((0,), (0,)), ((), ()))
    return jax.lax.dot_general(left.reshape(rows, -1), right.reshape(rows, -1), over_rows)
