"""A kernel for an LSTM over lanes, beside what XLA makes of the same loop: a prototype.

    python benchmarks/recurrence_gpu.py
    python benchmarks/recurrence_gpu.py --units 16 --lanes 8 --steps 5 --interpret   # on a CPU

Each program of the kernel (Pallas, its Triton backend) has the sequences of one lane and keeps the
recurrent kernel on the chip over all steps, forward and back, as FlashRNN does (arXiv 2412.07752).
What such a kernel could reach: benchmarks/README.md, "What a kernel over lanes could reach".
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton as plgpu

from benchmarks.job import count, positive
from benchmarks.lanes import epoch_seconds
from benchmarks.machine import print_machine
from benchmarks.tables import table

Array = Any
GATES = 4
"""In the order of Keras: input, forget, candidate, output."""


def forward_kernel(
    kernel: Any, share: Any, gates: Any, cells: Any, states: Any, *, steps: int, dtype: Any
) -> None:
    """All steps of one lane.

    Args:
        kernel: (4, H, H) recurrent weights.
        share: (T, 4, B, H) of the inputs, with the bias.
        gates: Out, (T, 4, B, H).
        cells, states: Out, (T + 1, B, H) each; the first are zeros.
        steps: T.
        dtype: Of what is multiplied.
    """
    weights = [kernel[gate].astype(dtype) for gate in range(GATES)]
    zeros = jnp.zeros(states.shape[1:], jnp.float32)
    cells[0], states[0] = zeros, zeros

    def step(t: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        state, cell = carry
        sums = [share[t, g] + _dot(state.astype(dtype), weights[g]) for g in range(GATES)]
        i, f, o = (_sigmoid(sums[g]) for g in (0, 1, 3))
        candidate = jnp.tanh(sums[2])
        cell = f * cell + i * candidate
        state = o * jnp.tanh(cell)
        for gate, value in enumerate((i, f, candidate, o)):
            gates[t, gate] = value
        cells[t + 1], states[t + 1] = cell, state
        return state, cell

    jax.lax.fori_loop(0, steps, step, (zeros, zeros))


def backward_kernel(
    kernel: Any, gates: Any, cells: Any, above: Any, sums: Any, *, steps: int, dtype: Any
) -> None:
    """The way back of one lane.

    Args:
        kernel, gates, cells: As in `forward_kernel`.
        above: (T, B, H) gradients of the states, as what reads them gives.
        sums: Out, (T, 4, B, H) gradients of the gates' sums, which are those of the inputs' share.
        steps: T.
        dtype: Of what is multiplied.
    """
    weights = [kernel[gate].astype(dtype) for gate in range(GATES)]
    zeros = jnp.zeros(above.shape[1:], jnp.float32)

    def step(back: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        t = steps - 1 - back
        d_state, d_cell = carry
        i, f, candidate, o = (gates[t, gate] for gate in range(GATES))
        bent = jnp.tanh(cells[t + 1])
        d_state = d_state + above[t]
        d_cell = d_cell + d_state * o * (1 - bent * bent)
        found = (
            d_cell * candidate * i * (1 - i),
            d_cell * cells[t] * f * (1 - f),
            d_cell * i * (1 - candidate * candidate),
            d_state * bent * o * (1 - o),
        )
        d_state = jnp.zeros_like(d_state)
        for gate, value in enumerate(found):
            sums[t, gate] = value
            d_state += _dot(value.astype(dtype), weights[gate], transposed=True)
        return d_state, d_cell * f

    jax.lax.fori_loop(0, steps, step, (zeros, zeros))


def _dot(a: Array, b: Array, *, transposed: bool = False) -> Array:
    return plgpu.dot(a, b, trans_b=transposed, allow_tf32=True)


def _sigmoid(x: Array) -> Array:
    return 0.5 * jnp.tanh(0.5 * x) + 0.5


def _call(
    kernel: Callable[..., None],
    inputs: tuple[Array, ...],
    outputs: list[tuple[int, ...]],
    **how: Any,
) -> list[Array]:
    """A kernel once a lane: every array has a leading axis K that it does not see."""

    def spec(shape: tuple[int, ...]) -> pl.BlockSpec:
        rest = len(shape) - 1
        return pl.BlockSpec((None, *shape[1:]), lambda lane: (lane, *(0,) * rest))

    interpret, warps = how.pop("interpret"), how.pop("warps")
    result: list[Array] = pl.pallas_call(
        partial(kernel, **how),
        grid=(inputs[0].shape[0],),
        in_specs=[spec(array.shape) for array in inputs],
        out_specs=[spec(shape) for shape in outputs],
        out_shape=[jax.ShapeDtypeStruct(shape, jnp.float32) for shape in outputs],
        compiler_params=plgpu.CompilerParams(num_warps=warps, num_stages=1),
        interpret=interpret,
    )(*inputs)
    return result


def make_lstm(*, interpret: bool = False, warps: int = 8, dtype: Any = jnp.float32) -> Any:
    """The states of K lanes as a function of their kernels and inputs' shares, with its gradient.

    Args:
        interpret: Runs the kernel in NumPy's stead, on a CPU.
        warps: Of 32 threads, of each lane.
        dtype: Of what is multiplied.

    Returns:
        A function of (K, 4, H, H) and (K, T, 4, B, H), to the states (K, T, B, H).
    """
    how = {"interpret": interpret, "warps": warps, "dtype": dtype}

    @jax.custom_vjp
    def lstm(kernel: Array, share: Array) -> Array:
        return forward(kernel, share)[0]

    def forward(kernel: Array, share: Array) -> tuple[Array, Any]:
        lanes, steps, _, batch, units = share.shape
        longer = (lanes, steps + 1, batch, units)
        gates, cells, states = _call(
            forward_kernel, (kernel, share), [share.shape, longer, longer], steps=steps, **how
        )
        return states[:, 1:], (kernel, gates, cells, states)

    def backward(kept: Any, above: Array) -> tuple[Array, Array]:
        kernel, gates, cells, states = kept
        steps = above.shape[1]
        (sums,) = _call(
            backward_kernel, (kernel, gates, cells, above), [gates.shape], steps=steps, **how
        )
        return jnp.einsum("ktbh,ktgbj->kghj", states[:, :-1], sums), sums

    lstm.defvjp(forward, backward)
    return lstm


def lstm_of_xla(kernel: Array, share: Array) -> Array:
    """The same as a loop over steps, as the compiler likes it."""

    def one(kernel: Array, share: Array) -> Array:
        flat = kernel.transpose(1, 0, 2).reshape(kernel.shape[1], -1)

        def step(carry: tuple[Array, Array], own: Array) -> tuple[tuple[Array, Array], Array]:
            state, cell = carry
            product = (state @ flat).reshape(state.shape[0], GATES, -1).transpose(1, 0, 2)
            sums = own + product
            i, f, o = (_sigmoid(sums[g]) for g in (0, 1, 3))
            cell = f * cell + i * jnp.tanh(sums[2])
            state = o * jnp.tanh(cell)
            return (state, cell), state

        zeros = jnp.zeros(share.shape[2:], jnp.float32)
        return jax.lax.scan(step, (zeros, zeros), share)[1]

    result: Array = jax.vmap(one)(kernel, share)
    return result


def gradients(
    lstm: Any, kernel: Array, share: Array, aim: Array
) -> tuple[Array, tuple[Array, Array]]:
    """A loss of the states, and its gradients by the kernel and the inputs' share."""

    def loss(kernel: Array, share: Array) -> Array:
        return jnp.sum(lstm(kernel, share) * aim)

    found: tuple[Array, tuple[Array, Array]] = jax.value_and_grad(loss, (0, 1))(kernel, share)
    return found


def arrays(lanes: int, steps: int, batch: int, units: int) -> tuple[Array, Array, Array]:
    """A kernel, an inputs' share and weights of the loss, of noise."""
    keys = jax.random.split(jax.random.key(0), 3)
    kernel = jax.random.normal(keys[0], (lanes, GATES, units, units)) / units**0.5
    share = jax.random.normal(keys[1], (lanes, steps, GATES, batch, units))
    return kernel, share, jax.random.normal(keys[2], (lanes, steps, batch, units))


def main() -> None:
    parser = argparse.ArgumentParser(description="A kernel for an LSTM over lanes, timed.")
    parser.add_argument("--units", nargs="+", type=count, default=[64], metavar="H")
    parser.add_argument("--lanes", nargs="+", type=count, default=[512], metavar="K")
    parser.add_argument("--steps", type=count, default=50, metavar="T", help="default: 50")
    parser.add_argument("--batch", type=count, default=32, metavar="B", help="default: 32")
    parser.add_argument("--warps", nargs="+", type=count, default=[4, 8], help="default: 4 8")
    parser.add_argument("--seconds", type=positive, default=0.2, help="timed for each, at least")
    parser.add_argument("--interpret", action="store_true", help="without a GPU")
    arguments = parser.parse_args()
    print_machine()
    rows = []
    for units in arguments.units:
        for lanes in arguments.lanes:
            given = arrays(lanes, arguments.steps, arguments.batch, units)
            ways = {"XLA": lstm_of_xla}
            for warps in arguments.warps:
                for name in ("float32", "bfloat16"):
                    kernel = make_lstm(
                        interpret=arguments.interpret, warps=warps, dtype=jnp.dtype(name)
                    )
                    ways[f"kernel, {name}, {warps} warps"] = kernel
            rows += _rows(f"LSTM-{units}, {lanes} lanes", ways, given, arguments)
    header = ["", "way", "µs a step", "speed-up", "error"]
    print(table(header, rows, texts=("", "way")))


def _rows(
    what: str,
    ways: dict[str, Any],
    given: tuple[Array, Array, Array],
    arguments: argparse.Namespace,
) -> list[list[str]]:
    """A row a way; the error is that of the kernel's gradient, relative to exact products."""
    with jax.default_matmul_precision("highest"):
        exact = jax.jit(partial(gradients, lstm_of_xla))(*given)[1][0]
    rows: list[list[str]] = []
    first = None
    for way, lstm in ways.items():
        timed = jax.jit(partial(gradients, lstm))
        try:
            found = timed(*given)[1][0]
        except Exception as error:
            rows.append([what, way, "–", "–", str(error).splitlines()[0][:60]])
            continue
        error = float(jnp.linalg.norm(found - exact) / jnp.linalg.norm(exact))
        once = epoch_seconds(
            lambda timed=timed: jax.block_until_ready(timed(*given)), arguments.seconds
        )
        first = first or once
        step = 1e6 * once / arguments.steps
        rows.append([what, way, f"{step:.1f}", f"{first / once:.2f}", f"{error:.0e}"])
        print(rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    main()
