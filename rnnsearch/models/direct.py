"""All steps of a forecast at once, from what an encoder has read: no decoder runs over them.

The direct strategy for several steps (Ben Taieb et al., 2012), with one layer for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from rnnsearch.models.blank import Apply

__all__ = ["all_steps"]

Tensor = Any


def all_steps(
    encoded: Tensor, ahead: Tensor, width: int, layer: Callable[..., Any], apply: Apply
) -> Tensor:
    """The outputs of all steps, (B, T, width).

    Args:
        encoded: What the encoder has read in the end, (B, H).
        ahead: What is known of each step, (B, T, A).
        width: Outputs a step.
        layer: Makes the layer of a name.
        apply: Calls it.
    """
    steps = ahead.shape[1]
    known = layer("known_ahead", keras.layers.Flatten)(ahead)
    joined = layer("read_and_known", keras.layers.Concatenate)([encoded, known])
    dense = layer("output", keras.layers.Dense, units=steps * width)
    return layer("steps", keras.layers.Reshape, target_shape=(steps, width))(apply(dense, joined))
