"""Gradients by hand against those that JAX finds by itself."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rnnsearch.models.cells import CELLS
from rnnsearch.models.recurrence import Gates, Sweep, Weights, _value, recur

T, B, H = 6, 3, 4


def example(cell, *, masked, drops):
    rng = np.random.default_rng(3)

    def normal(*shape):
        return jnp.asarray(rng.normal(size=shape), jnp.float32)

    rule = CELLS[cell]
    columns = rule.gates * H
    weights = Weights(normal(H, columns), normal(columns) if rule.recurrent_bias else None)
    skip = jnp.asarray(rng.random((T, B, 1)) < 0.4) if masked else None
    count = 1 if rule.shared_dropout else rule.gates
    masks = tuple(jnp.asarray(rng.random((B, H)) < 0.6) / 0.6 for _ in range(count))
    return normal(T, B, columns), weights, Gates(None, skip, masks if drops else None)


def initial_states(cell):
    rng = np.random.default_rng(4)
    count = CELLS[cell].states
    return tuple(jnp.asarray(rng.normal(size=(B, H)), jnp.float32) for _ in range(count))


def gradients(function, projected, weights, gates, initial):
    """Of a mixture of everything that comes out: each output and each state after the last."""

    def loss(p, w, i):
        rng = np.random.default_rng(5)
        results = jax.tree.leaves(function(p, w, gates, i))
        return sum(jnp.sum(r * rng.normal(size=r.shape).astype(np.float32)) for r in results)

    return jax.value_and_grad(loss, argnums=(0, 1, 2))(projected, weights, initial)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("sequences", "backward", "masked", "drops"),
    [
        (False, False, False, False),
        (True, True, False, False),
        (False, True, True, False),
        (True, False, True, False),
        (False, True, True, True),
        (True, False, True, True),
    ],
)
def test_gradients_are_the_automatic_ones(cell, sequences, backward, masked, drops):
    """Each two of these together, with every cell."""
    projected, weights, gates = example(cell, masked=masked, drops=drops)

    def by_hand(p, w, g, i):
        return recur(Sweep(cell, sequences, backward), p, w, g, i)

    def automatic(p, w, g, i):
        return _value(Sweep(cell, sequences, backward), p, w, g, i)

    initial = initial_states(cell)
    value, found = gradients(by_hand, projected, weights, gates, initial)
    expected_value, expected = gradients(automatic, projected, weights, gates, initial)
    np.testing.assert_allclose(value, expected_value, rtol=1e-5)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cut_stops_the_gradient_and_nothing_else(cell):
    projected, weights, gates = example(cell, masked=False, drops=False)
    cuts = jnp.arange(T) == 4
    cut = gates._replace(cuts=cuts)

    def last(p, g):
        return recur(Sweep(cell, False), p, weights, g)[1][0]

    np.testing.assert_array_equal(last(projected, cut), last(projected, gates))
    reached = np.abs(jax.grad(lambda p: jnp.sum(last(p, cut)))(projected)).sum((1, 2)) > 0
    assert list(reached) == [False] * 4 + [True] * 2
