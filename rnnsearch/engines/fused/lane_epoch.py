"""One lane's epoch as a pure function of arrays: what is compiled, written for a single lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.data import unscaled
from rnnsearch.engines._base import Program
from rnnsearch.engines.fused.data_reading import (
    Data,
    Split,
    ValidationParts,
    cut,
    evaluation_batch,
)
from rnnsearch.engines.fused.diagnosis import MEASURED, measure, nothing_measured, over_updates
from rnnsearch.engines.fused.flat_network import Network
from rnnsearch.engines.fused.gradients import gradient_function
from rnnsearch.engines.fused.optimizers import RULES
from rnnsearch.engines.keras_losses import make_loss
from rnnsearch.engines.schedules import cosine_share
from rnnsearch.tasks import Facts, Loss, arranged, metric_value, outputs_of

__all__ = ["LaneState", "epoch_function", "metric_names"]

Array = Any


class LaneState(NamedTuple):
    """All that varies between lanes; every array has a leading K axis outside this module.

    Few and large arrays: each is a call of a kernel at every step of an epoch.

    Attributes:
        weights: (P,) all trainable weights, one after the other.
        slots: (P,) arrays that the optimizer keeps.
        steps: Updates so far.
        generators: States of the generators of dropout masks.
        average: (P,) of the weights after each update; empty where nothing is averaged.
        best: (P,) weights at the best epoch.
        best_score: The objective there, sign changed where more is better; inf at first.
        numbers: The run's numeric parameters, by name.
        fold: Which part of the data the run reads.
        alive: Whether the lane holds a run.
    """

    weights: Array
    slots: tuple[Array, ...]
    steps: Array
    generators: tuple[Array, ...]
    average: tuple[Array, ...]
    best: Array
    best_score: Array
    numbers: dict[str, Array]
    fold: Array
    alive: Array


def metric_names(program: Program) -> tuple[str, ...]:
    """Names of the values that an epoch returns, in order."""
    measured = MEASURED if program.diagnoses else ()
    return ("loss", "val_loss", *(f"val_{name}" for name in program.metrics), *measured)


def epoch_function(
    program: Program, networks: Sequence[Network], uneven: bool, epochs: int = 1
) -> Callable[[LaneState, Array, Data], tuple[LaneState, Array]]:
    """The function that trains one lane for one epoch, or several, and evaluates it after it.

    Args:
        program: What is trained.
        networks: Its model, at each length that batches are cut to; the longest last.
        uneven: Whether lanes may have batches without any sequence, because their fold has
            fewer than another.
        epochs: E, how many are trained.

    Returns:
        A function of the lane's state, the order of the training sequences (E·S, B), where -1
        fills the last batch of an epoch, and the data. It returns the new state and the values
        named by `metric_names`, (M,), those of the last epoch.
    """
    train = _training_function(program, networks, uneven)
    evaluate = _evaluation_function(program, networks[-1])
    objective = metric_names(program).index(program.objective)
    sign = -1.0 if program.maximize else 1.0

    def epoch(state: LaneState, order: Array, data: Data) -> tuple[LaneState, Array]:
        """Train over all batches, evaluate, and keep the weights if they are the best so far."""
        if epochs == 1:
            trained, (loss, measured) = train(state, order, data)
        else:
            trained, (losses, measured) = jax.lax.scan(
                lambda state, order: train(state, order, data),
                state,
                order.reshape(epochs, -1, order.shape[1]),
            )
            loss = losses[-1]
        (judged,) = trained.average or (trained.weights,)
        updates = over_updates(measured, trained.weights) if program.diagnoses else ()
        values = jnp.stack([loss, *evaluate(trained, judged, data), *updates])
        score = sign * values[objective]
        better = (score < state.best_score) | jnp.isnan(state.best_score)
        new = trained._replace(
            best=jnp.where(better, judged, state.best),
            best_score=jnp.where(better, score, state.best_score),
        )
        return new, values

    def epoch_if_alive(state: LaneState, order: Array, data: Data) -> tuple[LaneState, Array]:
        """The epoch of a lane that holds a run; another lane stays as it is, with NaN."""

        def skip(state: LaneState) -> tuple[LaneState, Array]:
            """A lane without a run stays as it is."""
            return state, jnp.full((len(metric_names(program)),), jnp.nan)

        result: tuple[LaneState, Array] = jax.lax.cond(
            state.alive, lambda s: epoch(s, order, data), skip, state
        )
        return result

    return epoch_if_alive


def _training_function(
    program: Program, networks: Sequence[Network], uneven: bool
) -> Callable[[LaneState, Array, Data], tuple[LaneState, Any]]:
    step, network = _step_function(program, networks), networks[-1]

    def train(state: LaneState, order: Array, data: Data) -> tuple[LaneState, Any]:
        """One epoch's updates; their mean loss, and what was measured of them."""

        def body(carry: Any, indices: Array) -> tuple[Any, Any]:
            """One update; none where a batch is nothing but filling."""
            result: tuple[Any, Any]
            if not uneven:
                result = step(carry, indices, state.numbers, data)
                return result
            result = jax.lax.cond(
                jnp.any(indices >= 0),
                lambda c: step(c, indices, state.numbers, data),
                lambda c: (c, nothing_measured(program)),
                carry,
            )
            return result

        hidden, none = network.no_hidden(order.shape[1]), jnp.zeros(())
        learned = (state.weights, state.slots, state.steps, state.generators, state.average)
        carry = (*learned, hidden, none)
        carry, measured = jax.lax.scan(body, carry, order)
        weights, slots, steps, generators, average, _, total = carry
        count = jnp.sum(order >= 0).astype(jnp.float32)
        trained = state._replace(
            weights=weights, slots=slots, steps=steps, generators=generators, average=average
        )
        return trained, (total / count, measured)

    return train


def _step_function(program: Program, networks: Sequence[Network]) -> Callable[..., Any]:
    rule, network = RULES[program.optimizer], networks[-1]
    differentiate = gradient_function(program, networks)

    def step(carry: Any, indices: Array, numbers: dict[str, Array], data: Data) -> Any:
        """One update of the weights, by the batch of these sequences; what is measured of it."""
        weights, slots, steps, generators, average, hidden, total = carry
        real = (indices >= 0).astype(jnp.float32)
        chosen = jnp.maximum(indices, 0)
        x, y, weight = jax.tree.map(lambda a: jnp.take(a, chosen, axis=0), data.train)
        x = cut(data.tables, x)
        weight = weight * real.reshape(-1, *(1,) * (weight.ndim - 1))

        (loss, (generators, hidden)), gradients = differentiate(
            network.unflatten(weights), numbers, generators, hidden, Split(x, y, weight)
        )
        raw, before = gradients, weights
        if program.clip_mode is not None:
            gradients = _clip(gradients, numbers["clip_norm"], program.clip_mode)
        gradient = network.flatten(gradients)
        steps = steps + 1
        numbers = _at(steps, numbers) if program.schedules else numbers
        if program.decays:
            weights = weights * (1.0 - numbers["learning_rate"] * numbers["weight_decay"])
        weights, slots = rule.update(gradient, weights, slots, steps, numbers)
        if program.averages:
            # As in Keras, the first update is where the average starts from.
            kept = jnp.where(steps == 1, 0.0, numbers["averaging"])
            average = (kept * average[0] + (1 - kept) * weights,)
        total = total + loss * jnp.sum(real)
        measured = measure(program, raw, numbers, weights - before)
        return (weights, slots, steps, generators, average, hidden, total), measured

    return step


def _at(step: Array, numbers: dict[str, Array]) -> dict[str, Array]:
    """The numbers with the learning rate of an update, counted from 1."""
    share = cosine_share(step, numbers["updates"], numbers["warm_up"])
    share = jnp.where(numbers["schedule"] > 0, share, 1.0)
    return {**numbers, "learning_rate": numbers["learning_rate"] * share}


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


def _evaluation_function(
    program: Program, network: Network
) -> Callable[[LaneState, Array, Data], list[Array]]:
    """The function that judges weights (P,) on the validation part of a lane's fold."""
    loss, put_out = make_loss(program.loss), _output_function(network)
    rows = program.architecture.head.stream

    def evaluate(state: LaneState, weights: Array, data: Data) -> list[Array]:
        """Loss and metrics, in this order."""
        part: ValidationParts = jax.tree.map(lambda array: array[state.fold], data.validation)
        if rows is not None:
            part = _whole_steps(part, rows)
        size = evaluation_batch(len(part.y)) if rows is None else rows
        predicted = put_out(state, weights, part.x, data.tables, size)
        validation_loss = loss(part.y, predicted, part.loss_weight)
        truth = part.y
        if not program.loss.of_classes:
            truth, predicted = _own_units(part, predicted, program.loss)
        outputs = outputs_of(program.metrics)
        facts = Facts(part.naive_error, program.loss.quantiles, outputs, part.deviation)
        values = [
            metric_value(name, truth, predicted, part.weight, facts) for name in program.metrics
        ]
        return [validation_loss, *(jnp.asarray(value, jnp.float32) for value in values)]

    return evaluate


def _output_function(network: Network) -> Callable[..., Array]:
    def put_out(state: LaneState, weights: Array, x: Any, tables: Any, size: int) -> Array:
        """What the network puts out of x, so many sequences at once; states are handed on."""
        arrays, hidden = network.unflatten(weights), network.no_hidden(size)

        def predict(hidden: Any, x: Any) -> tuple[Any, Array]:
            """What one batch comes to, and the states that it leaves."""
            predicted, _, hidden = network.predict(
                arrays, state.numbers, state.generators, cut(tables, x), hidden, training=False
            )
            return hidden, predicted

        batches = jax.tree.map(lambda a: a.reshape(-1, size, *a.shape[1:]), x)
        if len(jax.tree.leaves(batches)[0]) == 1:
            return predict(hidden, x)[1]
        _, predicted = jax.lax.scan(predict, hidden, batches)
        return predicted.reshape(-1, *predicted.shape[2:])

    return put_out


def _whole_steps(part: ValidationParts, rows: int) -> ValidationParts:
    """Of a stream, what comes before the last window that not all of its rows have."""
    whole = len(part.y) // rows * rows
    return part._replace(
        x=part.x[:whole],
        y=part.y[:whole],
        weight=part.weight[:whole],
        loss_weight=part.loss_weight[:whole],
    )


def _own_units(part: ValidationParts, predicted: Array, loss: Loss) -> tuple[Array, Array]:
    """Targets and what is predicted of them, in the target's own units."""
    way, anchor = (part.scale, part.offset, part.log), part.anchor
    truth = unscaled(part.y, *way, anchor)
    if loss.quantiles and anchor is not None:
        anchor = anchor[..., None, :]
    return truth, unscaled(arranged(predicted, loss), *way, anchor)
