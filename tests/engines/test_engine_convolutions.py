"""Convolutions as matrix products: the same numbers and gradients, in a loop and under lanes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from keras import layers

from rnnsearch.engines.fused.convolutions import as_products

RNG = np.random.default_rng(0)

NETWORKS = {
    "causal": lambda: layers.Conv1D(5, 3, padding="causal", activation="relu"),
    "same, strides": lambda: layers.Conv1D(5, 4, strides=3, padding="same"),
    "valid, dilated": lambda: layers.Conv1D(5, 3, dilation_rate=2, activation="tanh"),
    "channels first": lambda: layers.Conv1D(5, 3, data_format="channels_first", padding="same"),
    "in groups, as it is": lambda: layers.Conv1D(4, 3, groups=2, padding="same"),
    "wide, as it is": lambda: layers.Conv1D(4, 40, padding="same"),
    "separable": lambda: layers.SeparableConv1D(4, 3, padding="same"),
    "pictures, step by step": lambda: keras.Sequential(
        [layers.Reshape((12, 2, 2, 1)), layers.TimeDistributed(layers.Conv2D(3, 2, padding="same"))]
    ),
    "with a layer in a loop": lambda: keras.Sequential(
        [layers.Conv1D(4, 3, padding="same"), layers.Dropout(0.5), layers.GRU(3)]
    ),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_outputs_and_gradients_are_those_of_the_convolution(kind: str) -> None:
    network: Any = NETWORKS[kind]()
    x = RNG.standard_normal((6, 12, 4)).astype(np.float32)
    network(x)
    weights = [v.value for v in network.trainable_variables]
    frozen = [v.value for v in network.non_trainable_variables]

    def plain(given: Any, read: Any) -> Any:
        return network.stateless_call(given, frozen, read)[0]

    def slope(call: Any) -> Any:
        return jax.grad(lambda given, read: jnp.sum(jnp.sin(call(given, read))), argnums=(0, 1))

    changed = as_products(plain)
    np.testing.assert_allclose(changed(weights, x), plain(weights, x), rtol=2e-5, atol=1e-5)
    for one, other in zip(
        jax.tree.leaves(slope(changed)(weights, x)),
        jax.tree.leaves(slope(plain)(weights, x)),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
    if kind in ("causal", "same, strides", "valid, dilated", "channels first"):
        assert "conv_general_dilated" not in str(jax.make_jaxpr(changed)(weights, x))


def test_in_a_loop_under_lanes_and_compiled() -> None:
    layer = layers.Conv1D(5, 3, padding="causal", activation="relu")
    x = RNG.standard_normal((7, 6, 12, 4)).astype(np.float32)
    layer(x[0])
    weights = [jnp.stack([v.value, 2 * v.value]) for v in layer.trainable_variables]

    def loop(call: Any) -> Any:
        def step(given: Any, read: Any) -> tuple[Any, Any]:
            slope = jax.grad(lambda w: jnp.mean(call(w, read) ** 2))(given)
            return [w - 0.1 * g for w, g in zip(given, slope, strict=True)], None

        return jax.jit(jax.vmap(lambda given: jax.lax.scan(step, given, x)[0]))

    def plain(given: Any, read: Any) -> Any:
        return layer.stateless_call(given, [], read)[0]

    for one, other in zip(loop(as_products(plain))(weights), loop(plain)(weights), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
