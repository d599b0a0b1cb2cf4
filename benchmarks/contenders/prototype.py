"""The fused idea and nothing else: trials as lanes of one program, in plain JAX and Keras.

Random configurations, no study, no records, one structure: what a search costs that is nothing but
training. A lane is an entry of the leading axis K of all arrays; each of JAX's devices, of which
XLA_FLAGS makes one a core, loops over its share.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from benchmarks.contenders.networks import build_network, device
from benchmarks.job import Data, Job, contender_parser, job_of, load_data, print_outcome

Lane = dict[str, Any]


class LaneDropout(keras.layers.Layer):
    """Dropout of which the rate is a variable."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(0)

    def build(self, shape: Any) -> None:
        self.rate = self.add_weight(shape=(), trainable=False, initializer="zeros", name="rate")

    def call(self, x: Any, training: bool = False) -> Any:
        if not training:
            return x
        kept = keras.random.uniform(x.shape, seed=self.seed) >= self.rate
        return jnp.where(kept, x / (1 - self.rate), 0.0)


def make_lanes(model: keras.Model, optimizer: Any, job: Job, lanes: int) -> Lane:
    """Random configurations and fresh weights; every array (K, …)."""
    rng = np.random.default_rng(job.seed)
    rate, clip = (
        np.exp(rng.uniform(*np.log(limits), lanes))
        for limits in (job.space.learning_rate, job.space.clip_norm)
    )
    dropout = rng.uniform(*job.space.dropout, lanes)
    all_lanes = []
    for lane in range(lanes):
        fresh = keras.models.clone_model(model)
        fresh.layers[1].rate.assign(dropout[lane])
        fresh.layers[1].seed.state.assign([lane, 0])
        optimizer.learning_rate.assign(rate[lane])
        all_lanes.append(
            {
                "weights": [np.array(v) for v in fresh.trainable_variables],
                "frozen": [np.array(v) for v in fresh.non_trainable_variables],
                "optimizer": [np.array(v) for v in optimizer.variables],
                "clip": np.float32(clip[lane]),
                "key": np.array(jax.random.key_data(jax.random.key(lane))),
            }
        )
    return jax.tree.map(lambda *arrays: np.stack(arrays), *all_lanes)


def losses_of(model: keras.Model, optimizer: Any, job: Job, lane: Lane, data: Data) -> Any:
    """Train one lane: its validation loss after each epoch."""

    def loss(weights: Any, frozen: Any, x: Any, y: Any, training: bool) -> Any:
        predicted, frozen = model.stateless_call(weights, frozen, x, training=training)
        return jnp.mean((predicted - y) ** 2), frozen

    def step(carry: Any, batch: Any) -> Any:
        weights, frozen, state = carry
        (_, frozen), gradients = jax.value_and_grad(loss, has_aux=True)(
            weights, frozen, data.x[batch], data.y[batch], True
        )
        norm = jnp.sqrt(sum(jnp.sum(g**2) for g in gradients))
        gradients = [g * jnp.minimum(1.0, lane["clip"] / norm) for g in gradients]
        weights, state = optimizer.stateless_apply(state, gradients, weights)
        return (weights, frozen, state), None

    def epoch(carry: Any, key: Any) -> Any:
        order = jax.random.permutation(key, len(data.x)).reshape(-1, job.space.batch_size)
        carry, _ = jax.lax.scan(step, carry, order)
        return carry, loss(carry[0], carry[1], data.x_validation, data.y_validation, False)[0]

    keys = jax.random.split(jax.random.wrap_key_data(lane["key"]), job.epochs)
    return jax.lax.scan(epoch, (lane["weights"], lane["frozen"], lane["optimizer"]), keys)[1]


def main() -> None:
    arguments = contender_parser().parse_args()
    job, data = job_of(arguments), load_data(arguments.data)
    cell, units = job.structure
    keras.utils.set_random_seed(job.seed)
    model = build_network(data.x.shape[1:], cell, units, 1, LaneDropout())
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    devices = jax.local_devices()
    lanes = make_lanes(model, optimizer, job, -(-job.trials // len(devices)) * len(devices))

    def share(lanes: Lane, data: Data) -> Any:
        return jax.lax.map(lambda lane: losses_of(model, optimizer, job, lane, data), lanes)

    by_lane, everywhere = jax.sharding.PartitionSpec("lanes"), jax.sharding.PartitionSpec()
    mesh = jax.sharding.Mesh(np.array(devices), ("lanes",))
    train = jax.shard_map(
        share, mesh=mesh, in_specs=(by_lane, everywhere), out_specs=by_lane, check_vma=False
    )
    losses = np.asarray(jax.jit(train)(lanes, data))[: job.trials]
    print_outcome(data.score(np.nanmin(losses), job), len(losses), device())


if __name__ == "__main__":
    main()
