"""How the learning rate goes over the updates of a run: the same in every engine.

A short linear warm-up, then half a cosine (Loshchilov & Hutter, 2017) that ends with the run.

Up in the first twentieth of all updates, 100 at most, then down to a hundredth; ``constant`` leaves
it as it is. With `averaging` what is evaluated and kept is the moving average of the weights, as
Keras's ``use_ema`` makes it. Both are numbers of a lane, and cost a run that does not ask for them
nothing.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from rnnsearch.engines._base import Run

__all__ = ["cosine_schedule", "cosine_share", "updates_of", "warm_up_of"]

_PART = 20
"""The warm-up is one update in so many."""

_LONGEST = 100
"""Updates of the warm-up, at most."""

_LAST = 0.01
"""Share of the learning rate at the last update."""


def updates_of(run: Run, sequences: int, batch: int) -> int:
    """Updates of a run that trains all its epochs on so many sequences."""
    return run.epochs * -(-sequences // batch)


def warm_up_of(updates: int) -> int:
    """Updates until the learning rate is what the run says: reached at the last of them."""
    return max(1, min(updates // _PART, _LONGEST))


def cosine_schedule(rate: float, updates: int) -> keras.optimizers.schedules.CosineDecay:
    """The schedule of a run for a Keras optimizer, whose first step is 0."""
    warm_up = warm_up_of(updates)
    warming = {"warmup_target": rate, "warmup_steps": warm_up - 1} if warm_up > 1 else {}
    decay_steps = max(1, updates - warm_up)
    return keras.optimizers.schedules.CosineDecay(rate / warm_up, decay_steps, _LAST, **warming)


def cosine_share(update: Any, updates: Any, warm_up: Any) -> Any:
    """What `cosine_schedule` multiplies the learning rate with at an update, counted from 1."""
    done = ops.clip((update - warm_up) / ops.maximum(updates - warm_up, 1.0), 0.0, 1.0)
    decayed = _LAST + (1 - _LAST) * 0.5 * (1.0 + ops.cos(done * math.pi))
    return ops.minimum(update / ops.maximum(warm_up, 1.0), decayed)
