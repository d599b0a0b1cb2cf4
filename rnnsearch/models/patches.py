"""Several consecutive steps read as one, with their changes beside them.

A recurrent network reads a sequence in fewer steps when each is a patch of several: it is faster,
and a gradient has a shorter way (so Nie et al., 2023, for transformers). Of `keras.ops`, so that a
saved model needs nothing of ours and its input stays (T, F), whatever the patch.
"""

from __future__ import annotations

from typing import Any

from keras import ops

from rnnsearch.data import MASK_VALUE

__all__ = ["patched"]

Tensor = Any


def patched(
    x: Tensor, patch: int, known: Tensor | None, *, changes: bool
) -> tuple[Tensor, Tensor | None]:
    """Steps (B, T, F) to patches (B, ⌈T/p⌉, p·F), the last one whole; with changes p·2F.

    A patch is padding only if all of its steps are, and then holds `MASK_VALUE`. Padding beside
    real steps in a patch is 0, as what fills the first patch up: of standardised inputs the mean,
    so that it tells the network nothing, and its changes are 0, too.

    Args:
        x: The steps.
        patch: p.
        known: (B, T) bool, False at padding; None where there is none.
        changes: Whether each step has its differences from the step before beside it, 0 at the
            first real step.

    Returns:
        The patches, and (B, ⌈T/p⌉) which of them are no padding; None where none is.
    """
    if known is not None:
        x = ops.where(ops.expand_dims(known, -1), x, 0.0)
    if changes:
        x = ops.concatenate([x, _changes(x, known)], axis=-1)
    steps, features = x.shape[1:]
    count = -(-steps // patch)
    missing = count * patch - steps
    filled = ops.pad(x, ((0, 0), (missing, 0), (0, 0)))
    patches = ops.reshape(filled, (-1, count, patch * features))
    if known is None:
        return patches, None
    of_patches = ops.reshape(ops.pad(known, ((0, 0), (missing, 0))), (-1, count, patch))
    real = ops.any(of_patches, axis=-1)
    return ops.where(ops.expand_dims(real, -1), patches, MASK_VALUE), real


def _changes(x: Tensor, known: Tensor | None) -> Tensor:
    """Differences (B, T, F) from the step before; 0 where there is none."""
    before = ((0, 0), (1, 0), (0, 0))
    differences = ops.pad(x[:, 1:] - x[:, :-1], before)
    if known is None:
        return differences
    both = ops.logical_and(known[:, 1:], known[:, :-1])
    return ops.where(ops.expand_dims(ops.pad(both, before[:2]), -1), differences, 0.0)
