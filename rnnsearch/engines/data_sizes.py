"""Whether data may be held whole where models are trained, as they are in one call an epoch."""

from __future__ import annotations

from typing import Any

import keras

__all__ = ["too_large"]

_COPIES = 4
"""Of data: the user's own, what is made or sent of it, what trains on it, and room for the rest."""


def too_large(data: Any, memory: int | None) -> str:
    """Why `model.fit` is to take data batch by batch, out of a file that is mapped; empty if not.

    Args:
        data: Arrays, in any structure.
        memory: Bytes there are; None if nobody knows.
    """
    size = sum(int(getattr(leaf, "nbytes", 0)) for leaf in keras.tree.flatten(data))
    if memory is None or size * _COPIES <= memory:
        return ""
    return f"the data takes {size / 1e9:.3g} GB, more than a quarter of the memory"
