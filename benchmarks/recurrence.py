"""What was tried below Keras, and what of it pays: ways to compute one recurrent layer.

    python benchmarks/recurrence.py
    python benchmarks/recurrence.py --cells LSTM --units 128

Each way trains the same layer, and a dense one on its last state, for an epoch of gradient steps,
on one device. `kept` is what the fused engine does. What the columns are: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=1")
os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.job import count
from benchmarks.machine import print_machine
from benchmarks.tables import table
from rnnsearch.models import cells
from rnnsearch.models.cells import CELLS
from rnnsearch.models.native.cpp_recurrence import HostKernels
from rnnsearch.models.recurrence import Gates, Sweep, Weights, input_share, recur

_FEATURES, _BATCH, _BATCHES, _STEPS = 4, 32, 64, 50
_NO_GATES = Gates(None, None, None)

Layer = Callable[[str, Any, Weights], Any]


@dataclass(frozen=True)
class Way:
    """One way to compute the layer.

    Attributes:
        layer: From cell, projected inputs (T, B, G·H) and weights to the last state (B, H).
        level: Of LLVM's optimizations.
        share: From x (T, B, F), kernel and bias to the projected inputs.
    """

    layer: Layer
    level: int = 1
    share: Callable[[Any, Any, Any], Any] = input_share


def _kept(cell: str, projected: Any, weights: Weights) -> Any:
    return recur(Sweep(cell, False), projected, weights, _NO_GATES)[1][0]


def _with_exponentials(cell: str, projected: Any, weights: Weights) -> Any:
    """Gates by the logistic function as JAX writes it."""
    with mock.patch.object(cells, "_sigmoid", jax.nn.sigmoid):
        return _kept(cell, projected, weights)


def _plain_share(x: Any, kernel: Any, bias: Any) -> Any:
    """The input's share as it is usually written."""
    return x @ kernel + bias


def _automatic(unroll: int, cast: Any = None) -> Layer:
    """Gradients by JAX, the scan unrolled so many times; products in another precision."""

    def layer(cell: str, projected: Any, weights: Weights) -> Any:
        rule = CELLS[cell]
        bias = 0.0 if weights.bias is None else weights.bias

        def product(h: Any) -> Any:
            if cast is None:
                return h @ weights.kernel + bias
            low = jnp.matmul(
                h.astype(cast), weights.kernel.astype(cast), preferred_element_type=jnp.float32
            )
            return low + bias

        def step(states: Any, x: Any) -> Any:
            return rule.forward(x, states, product(states[0]))[0], None

        zeros = jnp.zeros((projected.shape[1], weights.kernel.shape[0]))
        states, _ = jax.lax.scan(step, (zeros,) * rule.states, projected, unroll=unroll)
        return states[0]

    return layer


def _checkpointed(cell: str, projected: Any, weights: Weights) -> Any:
    """Gradients by JAX, with each step computed again on the way back: less is kept."""
    rule = CELLS[cell]
    bias = 0.0 if weights.bias is None else weights.bias

    @jax.checkpoint
    def step(states: Any, x: Any) -> Any:
        return rule.forward(x, states, states[0] @ weights.kernel + bias)[0], None

    zeros = jnp.zeros((projected.shape[1], weights.kernel.shape[0]))
    return jax.lax.scan(step, (zeros,) * rule.states, projected)[0][0]


def _native(cell: str, projected: Any, weights: Weights) -> Any:
    """Functions in C++ over all steps, which the engine takes where they can be built."""
    run = HostKernels().recur
    return run(Sweep(cell, False), projected, weights, _NO_GATES)[1][0]


WAYS = {
    "kept": Way(_kept),
    **({"functions in C++": Way(_native)} if HostKernels().take("LSTM", 64) else {}),
    "kept, LLVM level 3": Way(_kept, 3),
    "kept, LLVM level 0": Way(_kept, 0),
    "kept, but the plain input's share": Way(_kept, share=_plain_share),
    "kept, but gates by exponentials": Way(_with_exponentials),
    "automatic gradients": Way(_automatic(1)),
    "automatic gradients, LLVM level 3": Way(_automatic(1), 3),
    "automatic, unrolled twice": Way(_automatic(2)),
    "automatic, unrolled 5 times": Way(_automatic(5)),
    "automatic, steps computed again": Way(_checkpointed),
    "automatic, products in bfloat16": Way(_automatic(1, jnp.bfloat16)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Time ways to compute a recurrent layer.")
    parser.add_argument("--cells", nargs="+", choices=list(CELLS), default=["LSTM", "GRU"])
    parser.add_argument("--units", nargs="+", type=count, default=[32, 128], metavar="H")
    parser.add_argument("--rounds", type=count, default=5, help="epochs of each; default: 5")
    arguments = parser.parse_args()
    rows = []
    for cell in arguments.cells:
        for units in arguments.units:
            rows += _measure(cell, units, arguments.rounds)
    print_machine()
    header = ["layer", "way", "ms an epoch", "ratio to kept", "s to compile"]
    print(table(header, rows, texts=("layer", "way")))


def _measure(cell: str, units: int, rounds: int) -> list[list[str]]:
    """All ways take turns, so that a slow moment of the machine falls on all alike."""
    compiled, spent = {}, {}
    for name, way in WAYS.items():
        started = time.perf_counter()
        compiled[name] = _compile(cell, units, way)
        spent[name] = time.perf_counter() - started
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, epoch in compiled.items():
            started = time.process_time()
            jax.block_until_ready(epoch())
            seconds[name].append(time.process_time() - started)
    base = seconds["kept"]
    return [
        [
            f"{cell}-{units}",
            name,
            f"{1000 * statistics.median(ones):.1f}",
            f"{statistics.median(o / b for o, b in zip(ones, base, strict=True)):.2f}",
            f"{spent[name]:.2f}",
        ]
        for name, ones in seconds.items()
    ]


def _compile(cell: str, units: int, way: Way) -> Callable[[], Any]:
    rule = CELLS[cell]
    rng = np.random.default_rng(0)

    def normal(*shape: int) -> Any:
        return jnp.asarray(rng.normal(size=shape, scale=0.2), jnp.float32)

    columns = rule.gates * units
    bias = normal(columns) if rule.recurrent_bias else None
    inputs = (normal(_FEATURES, columns), normal(columns))
    weights = (inputs, Weights(normal(units, columns), bias), normal(units, 1))
    x = normal(_BATCHES, _STEPS, _BATCH, _FEATURES)
    y = normal(_BATCHES, _BATCH, 1)

    def loss(weights: Any, x: Any, y: Any) -> Any:
        inputs, recurrent, head = weights
        projected = way.share(x, *inputs)
        return jnp.mean((way.layer(cell, projected, recurrent) @ head - y) ** 2)

    def epoch(weights: Any, x: Any, y: Any) -> Any:
        def step(weights: Any, batch: Any) -> Any:
            value, gradient = jax.value_and_grad(loss)(weights, *batch)
            return jax.tree.map(lambda w, g: w - 1e-3 * g, weights, gradient), value

        return jax.lax.scan(step, weights, (x, y))

    options = {"xla_backend_optimization_level": way.level}
    compiled = jax.jit(epoch).lower(weights, x, y).compile(options)
    jax.block_until_ready(compiled(weights, x, y))
    return lambda: compiled(weights, x, y)


if __name__ == "__main__":
    main()
