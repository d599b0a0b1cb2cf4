"""Kernels over lanes compute what the loop over steps does, and its gradients, without a GPU."""

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rnnsearch.models.cells import CELLS
from rnnsearch.models.kernels import LaneKernels, Making
from rnnsearch.models.recurrence import Gates, Sweep, Weights, recur

CASES = {
    "outputs": {"sequences": True},
    "last state": {"sequences": False},
    "rows filled up": {"sequences": True, "batch": 40},
    "masked": {"sequences": True, "masked": True, "batch": 8},
    "truncated": {"sequences": True, "truncated": True},
    "dropped": {"sequences": False, "dropped": True},
    "all, from the end": {
        "sequences": True,
        "backward": True,
        "masked": True,
        "truncated": True,
        "dropped": True,
        "batch": 40,
    },
}
"""What a layer may have; the gradient of the recurrent kernel is added up on the chip or not."""


def arrays(cell, units, case, lanes=2, steps=4):
    """Everything that a recurrent layer of K lanes takes, of noise, and weights of a loss."""
    rng = np.random.default_rng(units)
    batch, kind = case.get("batch", 16), CELLS[cell]

    def noise(*shape, scale=1.0):
        return jnp.asarray(scale * rng.normal(size=(lanes, *shape)), jnp.float32)

    columns = kind.gates * units
    learned = {
        "share": noise(steps, batch, columns),
        "kernel": noise(units, columns, scale=units**-0.5),
        "bias": noise(columns) if kind.recurrent_bias else None,
        "first": tuple(noise(batch, units) for _ in range(kind.states)),
    }
    drawn = rng.random((lanes, steps, batch, 1))
    masks = 1 if kind.shared_dropout else kind.gates
    gates = Gates(
        cuts=jnp.asarray(drawn[:, :, 0, 0] < 0.4) if case.get("truncated") else None,
        skip=jnp.asarray(drawn < 0.4) if case.get("masked") else None,
        dropout=tuple(noise(batch, units) for _ in range(masks)) if case.get("dropped") else None,
    )
    aims = (noise(steps, batch, units), tuple(noise(batch, units) for _ in range(kind.states)))
    return learned, gates, aims


def gradients(run, cell, case, given):
    """A loss of what a layer puts out, and its gradients, of each lane."""

    def loss(learned, gates, aims):
        outputs, last = run(
            Sweep(cell, case["sequences"], case.get("backward", False)),
            learned["share"],
            Weights(learned["kernel"], learned["bias"]),
            gates,
            learned["first"],
        )
        total = sum(jnp.sum(one * aim) for one, aim in zip(last, aims[1], strict=True))
        return total if outputs is None else total + jnp.sum(outputs * aims[0])

    return jax.jit(jax.vmap(jax.value_and_grad(loss)))(*given)


def compare(kernels, cell, units, case, tolerance=2e-4, **sizes):
    """The kernel beside the loop over steps."""
    given = arrays(cell, units, case, **sizes)
    with jax.default_matmul_precision("highest"):
        expected = gradients(recur, cell, case, given)
        found = gradients(kernels.recur, cell, case, given)
    assert_near(found, expected, tolerance)


def assert_near(found, expected, tolerance):
    """Each array, relative to the largest of its numbers."""
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        scale = float(jnp.max(jnp.abs(other)))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("SimpleRNN", "all, from the end"),
        *product(("LSTM", "GRU"), ("outputs", "last state", "all, from the end")),
        *(("LSTM", "masked"), ("LSTM", "dropped")),
        *(("GRU", "rows filled up"), ("GRU", "truncated")),
    ],
)
def test_a_kernel_is_the_loop_over_steps(cell, name):
    """What a kernel has one thing of alone is the same for every cell: each is tried with one."""
    making = Making(adds=name in ("last state", "all, from the end"), warps=4, rows=32)
    compare(LaneKernels(interpret=True, making=making), cell, 16, CASES[name], steps=3)


def test_one_lane_alone_is_the_same_as_beside_another():
    case = CASES["outputs"]
    given = arrays("GRU", 16, case)
    run = LaneKernels(interpret=True).recur
    together = gradients(run, "GRU", case, given)
    alone = gradients(run, "GRU", case, jax.tree.map(lambda a: a[:1], given))
    for one, other in zip(jax.tree.leaves(alone), jax.tree.leaves(together), strict=True):
        np.testing.assert_allclose(one[0], other[0], rtol=1e-6, atol=1e-6)


def test_layers_without_a_kernel_are_known():
    kernels = LaneKernels()
    assert kernels.take("LSTM", 64) and kernels.take("GRU", 16)
    assert not kernels.take("LSTM", 48) and not kernels.take("GRU", 256)
