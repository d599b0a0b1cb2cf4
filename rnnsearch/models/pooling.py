"""Many steps to one: the mean or the maximum of a layer's outputs, without those of padding.

Of `keras.ops`, so that a saved model needs nothing of ours. Keras's own layers do not serve here:
`GlobalMaxPooling1D` takes no notice of a mask, and `GlobalAveragePooling1D` makes NaN of a
sequence that is padding throughout, as the rows that fill a batch may be.

Where `layer_norm` is asked for, the outputs of all steps are normalised first; dropout comes after.
"""

from __future__ import annotations

from typing import Any

from keras import ops

__all__ = ["pooled"]

Tensor = Any

_LOWEST = -1e30


def pooled(x: Tensor, kind: str, known: Tensor | None) -> Tensor:
    """Outputs of all steps (B, T, H) to (B, H); zeros of a sequence without any real step.

    Args:
        x: The outputs.
        kind: ``mean`` or ``max``.
        known: (B, T) bool, False at padding; None where there is none.
    """
    if known is None:
        return ops.mean(x, axis=1) if kind == "mean" else ops.max(x, axis=1)
    real = ops.expand_dims(known, -1)
    if kind == "mean":
        count = ops.maximum(ops.sum(ops.cast(real, "float32"), axis=1), 1.0)
        return ops.sum(ops.where(real, x, 0.0), axis=1) / count
    highest = ops.max(ops.where(real, x, _LOWEST), axis=1)
    return ops.where(ops.any(real, axis=1), highest, 0.0)
