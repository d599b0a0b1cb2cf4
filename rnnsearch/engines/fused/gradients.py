"""The loss of a batch and its gradient, over as many steps as the batch needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from rnnsearch.engines._base import Program
from rnnsearch.engines.fused.data_reading import Split
from rnnsearch.engines.fused.flat_network import Network
from rnnsearch.engines.keras_losses import make_training_loss
from rnnsearch.engines.ragged import is_real

__all__ = ["gradient_function"]

Array = Any


def gradient_function(program: Program, networks: Sequence[Network]) -> Callable[..., Any]:
    """The function that differentiates the loss of a batch.

    Args:
        program: What is trained.
        networks: Its model at each length that a batch may be cut to, the longest last. Steps
            before are padding in all of the batch's sequences, and masked.

    Returns:
        A function of weights, one array a variable; the run's numbers; generators; hidden
        states; and the batch. It returns the loss with the new generators and hidden states,
        and the gradients.
    """
    of_length = [_at_one_length(program, network) for network in networks]
    if len(of_length) == 1:
        return of_length[0]
    lengths = np.array([network.steps for network in networks], np.int32)

    def at_least_length(*arguments: Any) -> Any:
        """Over no more steps than the longest of the batch has."""
        *_, batch = arguments
        index = jnp.searchsorted(lengths, _steps_needed(batch.x))
        return jax.lax.switch(index, of_length, *arguments)

    return at_least_length


def _at_one_length(program: Program, network: Network) -> Callable[..., Any]:
    def differentiate(
        weights: list[Array],
        numbers: dict[str, Array],
        generators: tuple[Array, ...],
        hidden: dict[str, Array],
        batch: Split,
    ) -> Any:
        """See `gradient_function`."""
        x, y, weight = _last(batch, network.steps, program)

        def loss_of(weights: list[Array]) -> Any:
            """The loss of a batch, and what else the network came to."""
            predicted, *after = network.predict(
                weights, numbers, generators, x, hidden, training=True
            )
            loss = make_training_loss(program, numbers.get("label_smoothing"))
            return loss(y, predicted, weight), tuple(after)

        return jax.value_and_grad(loss_of, has_aux=True)(weights)

    return differentiate


def _last(batch: Split, steps: int, program: Program) -> Split:
    """The last steps of a batch; of what is learned, too, where each step has an output."""
    head = program.architecture.head
    if head.steps == steps:
        return batch
    x, y, weight = batch
    if head.sequences:
        y, weight = y[:, -steps:], weight[:, -steps:]
    return Split(x[:, -steps:], y, weight)


def _steps_needed(x: Array) -> Array:
    """Steps from the first that is no padding in all of (B, T, F) or (B, T)."""
    return x.shape[1] - jnp.argmax(jnp.any(is_real(x), axis=0))
