"""A recurrent layer of many lanes in kernels, beside what XLA makes of the loop over steps.

    python benchmarks/recurrence_gpu.py
    python benchmarks/recurrence_gpu.py --layers GRU-16 --lanes 4 --steps 4 --warps 4 --interpret

Both are the engine's own, as `jax.vmap` over lanes makes them, with the gradients of the inputs'
share and of the recurrent kernel. What a kernel could reach: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import jax
import jax.numpy as jnp

from benchmarks.job import count, positive
from benchmarks.lanes import GATES, epoch_seconds
from benchmarks.machine import print_machine
from benchmarks.tables import table
from rnnsearch.models.kernels import LaneKernels, Making
from rnnsearch.models.recurrence import Gates, Sweep, Weights, recur

Array = Any


@dataclass(frozen=True)
class Layer:
    """A layer of K lanes: LSTM-64 of T steps."""

    cell: str
    units: int
    steps: int
    lanes: int
    batch: int

    @classmethod
    def parse(cls, text: str, arguments: argparse.Namespace) -> Layer:
        """From ``LSTM-64`` or ``LSTM-64-50``, T at the end."""
        cell, units, *steps = text.split("-")
        last = int(steps[0]) if steps else arguments.steps
        return cls(cell, int(units), last, arguments.lanes, arguments.batch)

    def __str__(self) -> str:
        return f"{self.cell}-{self.units}, T = {self.steps}, {self.lanes} lanes"


def gradients(run: Any, cell: str, kernel: Array, bias: Array, share: Array, aim: Array) -> Any:
    """Gradients of a loss of all outputs, of each lane, by the kernel and the inputs' share."""

    def loss(kernel: Array, share: Array, bias: Array, aim: Array) -> Array:
        weights = Weights(kernel, bias if cell == "GRU" else None)
        outputs, _ = run(Sweep(cell, True), share, weights, Gates(None, None, None))
        return jnp.sum(outputs * aim)

    return jax.vmap(jax.grad(loss, (0, 1)))(kernel, share, bias, aim)


def arrays(layer: Layer) -> tuple[Array, Array, Array, Array]:
    """A kernel, its bias, an inputs' share and weights of the loss, of noise."""
    keys = jax.random.split(jax.random.key(0), 4)
    columns = GATES[layer.cell] * layer.units
    steps = (layer.lanes, layer.steps, layer.batch)
    kernel = jax.random.normal(keys[0], (layer.lanes, layer.units, columns)) / layer.units**0.5
    bias = jax.random.normal(keys[1], (layer.lanes, columns))
    share = jax.random.normal(keys[2], (*steps, columns))
    return kernel, bias, share, jax.random.normal(keys[3], (*steps, layer.units))


def main() -> None:
    parser = argparse.ArgumentParser(description="Recurrent layers of many lanes, timed.")
    parser.add_argument(
        "--layers", nargs="+", default=["LSTM-64", "GRU-32-500", "LSTM-16"], metavar="CELL-H[-T]"
    )
    parser.add_argument("--lanes", type=count, default=512, metavar="K", help="default: 512")
    parser.add_argument("--steps", type=count, default=50, metavar="T", help="default: 50")
    parser.add_argument("--batch", type=count, default=32, metavar="B", help="default: 32")
    parser.add_argument("--warps", nargs="+", type=count, default=[4, 8], help="default: 4 8")
    parser.add_argument("--rows", nargs="+", type=count, default=[16, 32], help="default: 16 32")
    parser.add_argument("--seconds", type=positive, default=0.2, help="timed for each, at least")
    parser.add_argument("--interpret", action="store_true", help="without a GPU")
    arguments = parser.parse_args()
    print_machine()
    found = []
    for layer in (Layer.parse(text, arguments) for text in arguments.layers):
        ways: dict[str, Any] = {"loop": recur}
        for adds, warps, rows in product((True, False), arguments.warps, arguments.rows):
            kernels = LaneKernels(arguments.interpret, Making(adds, warps, rows))
            where = "on the chip" if adds else "afterwards"
            ways[f"weights' gradient {where}, {warps} warps, {rows} rows"] = kernels.recur
        found += _rows(layer, ways, arguments.seconds)
    header = ["", "way", "µs a step", "speed-up", "error"]
    print(table(header, found, texts=("", "way")))


def _compiled(run: Any, layer: Layer, given: Any) -> Any:
    return jax.jit(partial(gradients, run, layer.cell)).lower(*given).compile()


def _wait(timed: Callable[..., Any], given: Any) -> None:
    jax.block_until_ready(timed(*given))


def _rows(layer: Layer, ways: dict[str, Callable[..., Any]], seconds: float) -> list[list[str]]:
    """A row a way; the error is that of the kernel's gradient, relative to exact products."""
    given = arrays(layer)
    with jax.default_matmul_precision("highest"):
        exact = jax.jit(partial(gradients, recur, layer.cell))(*given)[0]
    rows: list[list[str]] = []
    first = None
    with ThreadPoolExecutor(len(ways)) as pool:
        compiling = {way: pool.submit(_compiled, run, layer, given) for way, run in ways.items()}
    for way, made in compiling.items():
        try:
            timed = made.result()
            found = timed(*given)[0]
        except Exception as error:
            rows.append([str(layer), way, "–", "–", str(error).strip().splitlines()[0][:80]])
            print(rows[-1], flush=True)
            continue
        off = float(jnp.linalg.norm(found - exact) / jnp.linalg.norm(exact))
        once = epoch_seconds(partial(_wait, timed, given), seconds)
        first = first or once
        step = f"{1e6 * once / layer.steps:.1f}"
        row = [str(layer), way, step, f"{first / once:.2f}", f"{off:.0e}"]
        rows.append(row)
        print(row, flush=True)
    return rows


if __name__ == "__main__":
    main()
