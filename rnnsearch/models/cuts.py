"""Where backpropagation through time is cut."""

from __future__ import annotations

from typing import Any

from keras import ops

__all__ = ["cuts_between"]

Tensor = Any


def cuts_between(unroll_length: Any, steps: int, *, backward: bool) -> Tensor | None:
    """(T,) whether the gradient is cut between a step and the one that was run before it.

    It is not cut before the first step, where an encoder's states may come in.

    Args:
        unroll_length: Steps between cuts, counted from the end; None where nothing is cut.
        steps: T.
        backward: Whether the sequence is read from its end.
    """
    if unroll_length is None:
        return None
    steps_run = ops.arange(steps, dtype="float32")
    left = steps - steps_run - (1.0 if backward else 0.0)
    between = ops.equal(ops.mod(left, ops.maximum(unroll_length, 1.0)), 0.0)
    return between if backward else ops.logical_and(between, steps_run > 0)
