"""One lane's epoch as a pure function of arrays: what is compiled, written for a single lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.engines._base import Program
from rnnsearch.engines.compiling import make_loss, make_optimizer
from rnnsearch.models.build import build
from rnnsearch.models.gated import GatedLayers
from rnnsearch.tasks import METRICS

__all__ = ["Data", "LaneState", "Network", "device_data", "epoch_function", "metric_names"]

Array = Any

_EVALUATION_BATCH = 512


class LaneState(NamedTuple):
    """All that varies between lanes; every array has a leading K axis outside this module.

    Attributes:
        trainable, frozen, optimizer: Values of the variables of the model and the optimizer;
            numeric parameters are among `frozen`, the learning rate among `optimizer`.
        best: Trainable weights at the best epoch.
        best_score: The objective there, sign changed where more is better; inf at first.
        clip_norm, weight_decay: Numeric parameters that are no variable of Keras.
        alive: Whether the lane holds a run.
    """

    trainable: list[Array]
    frozen: list[Array]
    optimizer: list[Array]
    best: list[Array]
    best_score: Array
    clip_norm: Array
    weight_decay: Array
    alive: Array


class Split(NamedTuple):
    """A part of the data: x (N, …), y (N, …), weight (N,) or (N, T) of 0 and 1."""

    x: Array
    y: Array
    weight: Array


class Data(NamedTuple):
    """What every lane reads: the parts, and the way back to the target's own units."""

    train: Split
    validation: Split
    scale: Array
    offset: Array


class Network:
    """The Keras model and optimizer of a program, with gated layers."""

    def __init__(self, program: Program) -> None:
        layers = GatedLayers(
            truncates=program.truncates,
            drops=program.drops,
            drops_recurrent=program.drops_recurrent,
        )
        self.model = build(program.architecture, layers)
        self.optimizer = make_optimizer(program)
        self.optimizer.build(self.model.trainable_variables)
        self.loss = make_loss(program.loss)

    @property
    def learning_rate_index(self) -> int:
        """Where the learning rate stands among the optimizer's variables."""
        names = [v.path.rsplit("/", 1)[-1] for v in self.optimizer.variables]
        return names.index("learning_rate")


def metric_names(program: Program) -> tuple[str, ...]:
    """Names of the values that an epoch returns, in order."""
    return ("loss", "val_loss", *(f"val_{name}" for name in program.metrics))


def _split(part: Part, multiple: int = 1) -> Split:
    """A part with its weights written out, padded to a multiple with sequences of no weight."""
    count = -len(part) % multiple

    def padded(array: np.ndarray) -> np.ndarray:
        return np.concatenate([array, np.zeros((count, *array.shape[1:]), array.dtype)])

    return Split(padded(part.x), padded(part.y), padded(part.weights))


def device_data(dataset: Dataset) -> Data:
    """The data that an epoch function reads, still on the host."""
    size = evaluation_batch(len(dataset.validation))
    scaling = dataset.target.scaling
    return Data(
        train=_split(dataset.train),
        validation=_split(dataset.validation, size),
        scale=np.asarray(scaling.scale, np.float32),
        offset=np.asarray(scaling.offset, np.float32),
    )


def evaluation_batch(sequences: int) -> int:
    """Sequences evaluated at once: as few equal batches of at most 512 as there can be."""
    batches = -(-sequences // _EVALUATION_BATCH)
    return -(-sequences // batches)


def epoch_function(
    program: Program, network: Network
) -> Callable[[LaneState, Array, Data], tuple[LaneState, Array]]:
    """The function that trains one lane for one epoch and evaluates it.

    Returns:
        A function of the lane's state, the order of the training sequences (S, B), where -1
        fills the last batch, and the data. It returns the new state and the values named by
        `metric_names`, (M,).
    """
    step = _step_function(program, network)
    evaluate = _evaluation_function(program, network)
    objective = metric_names(program).index(program.objective)
    sign = -1.0 if program.maximize else 1.0

    def epoch(state: LaneState, order: Array, data: Data) -> tuple[LaneState, Array]:
        def body(carry: Any, indices: Array) -> tuple[Any, None]:
            return step(carry, indices, state, data.train), None

        zero = jnp.zeros(())
        carry = (state.trainable, state.frozen, state.optimizer, zero)
        (trainable, frozen, optimizer, total), _ = jax.lax.scan(body, carry, order)
        count = jnp.sum(order >= 0).astype(jnp.float32)
        values = jnp.stack([total / count, *evaluate(trainable, frozen, data)])
        score = sign * values[objective]
        better = (score < state.best_score) | jnp.isnan(state.best_score)
        best = [jnp.where(better, w, b) for w, b in zip(trainable, state.best, strict=True)]
        new = state._replace(
            trainable=trainable,
            frozen=frozen,
            optimizer=optimizer,
            best=best,
            best_score=jnp.where(better, score, state.best_score),
        )
        return new, values

    def epoch_if_alive(state: LaneState, order: Array, data: Data) -> tuple[LaneState, Array]:
        def skip(state: LaneState) -> tuple[LaneState, Array]:
            return state, jnp.full((len(metric_names(program)),), jnp.nan)

        result: tuple[LaneState, Array] = jax.lax.cond(
            state.alive, lambda s: epoch(s, order, data), skip, state
        )
        return result

    return epoch_if_alive


def _step_function(program: Program, network: Network) -> Callable[..., Any]:
    model, optimizer = network.model, network.optimizer
    learning_rate = network.learning_rate_index

    def loss_of(trainable: Any, frozen: Any, batch: Split) -> Any:
        predicted, frozen = model.stateless_call(trainable, frozen, batch.x, training=True)
        return network.loss(batch.y, predicted, batch.weight), frozen

    def step(carry: Any, indices: Array, state: LaneState, train: Split) -> Any:
        trainable, frozen, variables, total = carry
        real = (indices >= 0).astype(jnp.float32)
        batch = Split(*(jnp.take(a, jnp.maximum(indices, 0), axis=0) for a in train))
        weight = batch.weight * real.reshape(-1, *(1,) * (batch.weight.ndim - 1))
        batch = batch._replace(weight=weight)
        (loss, frozen), gradients = jax.value_and_grad(loss_of, has_aux=True)(
            trainable, frozen, batch
        )
        if program.clip_mode is not None:
            gradients = _clip(gradients, state.clip_norm, program.clip_mode)
        if program.decays:
            shrink = 1.0 - variables[learning_rate] * state.weight_decay
            trainable = [w * shrink for w in trainable]
        trainable, variables = optimizer.stateless_apply(variables, gradients, trainable)
        return trainable, frozen, variables, total + loss * jnp.sum(real)

    return step


def _clip(gradients: list[Array], bound: Array, mode: str) -> list[Array]:
    """Gradients within the bound, as Keras's clipnorm, global_clipnorm and clipvalue.

    The norm of all gradients is that of Pascanu, Mikolov & Bengio (2013).
    """
    if mode == "value":
        return [jnp.clip(g, -bound, bound) for g in gradients]
    squares = jnp.stack([jnp.sum(jnp.square(g)) for g in gradients])
    if mode == "global_norm":
        squares = jnp.broadcast_to(jnp.sum(squares), squares.shape)
    tiny = np.finfo(np.float32).tiny
    return [
        g * jnp.minimum(1.0, bound / jnp.sqrt(jnp.maximum(square, tiny)))
        for g, square in zip(gradients, squares, strict=True)
    ]


def _evaluation_function(program: Program, network: Network) -> Callable[..., list[Array]]:
    classes = program.loss == "cross_entropy"

    def evaluate(trainable: Any, frozen: Any, data: Data) -> list[Array]:
        part = data.validation
        size = evaluation_batch(len(part.x))
        batches = part.x.reshape(-1, size, *part.x.shape[1:])

        def predict(x: Array) -> Array:
            return network.model.stateless_call(trainable, frozen, x, training=False)[0]

        predicted = jax.lax.map(predict, batches) if len(batches) > 1 else predict(batches[0])[None]
        predicted = predicted.reshape(-1, *predicted.shape[2:])
        loss = network.loss(part.y, predicted, part.weight)
        truth = part.y
        if not classes:
            truth = truth * data.scale + data.offset
            predicted = predicted * data.scale + data.offset
        values = [METRICS[name].function(truth, predicted, part.weight) for name in program.metrics]
        return [loss, *(jnp.asarray(value, jnp.float32) for value in values)]

    return evaluate
