"""A lane's state as a list of arrays on the host, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import jax
import numpy as np

from rnnsearch.engines.fused.lane_epoch import LaneState

__all__ = ["lane_arrays", "lane_state"]


def lane_arrays(states: LaneState, lanes: Iterable[int]) -> dict[int, list[np.ndarray]]:
    """The arrays of some of K lanes, by one transfer."""
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(jax.device_get(states))]
    return {lane: [np.array(leaf[lane]) for leaf in leaves] for lane in lanes}


def lane_state(blank: LaneState, arrays: Sequence[np.ndarray]) -> LaneState | None:
    """The lane that arrays were taken of; None where they are of another program's.

    Args:
        blank: Of one lane, (1, …).
        arrays: From `lane_arrays`.
    """
    leaves, structure = jax.tree.flatten(blank)
    if len(leaves) != len(arrays):
        return None
    restored = []
    for leaf, array in zip(leaves, arrays, strict=True):
        if array.dtype != leaf.dtype and array.dtype == np.uint8:
            array = array.view(leaf.dtype)
        if array.shape != leaf.shape[1:] or array.dtype != leaf.dtype:
            return None
        restored.append(array)
    state: LaneState = jax.tree.unflatten(structure, restored)
    return state
