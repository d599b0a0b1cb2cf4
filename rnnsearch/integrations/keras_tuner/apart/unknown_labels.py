"""Labels and tokens that are out of range: a script's backend may refuse them, and JAX goes on.

Of a label that no output is for, JAX adds nothing to the loss; TensorFlow raises, or has NaN.
Of a token that an `Embedding` has no row for, JAX has NaN; TensorFlow raises, or takes another row.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from keras.src import backend

__all__ = ["no_number_for_unknown_labels", "why_no_number"]


@contextlib.contextmanager
def no_number_for_unknown_labels() -> Iterator[None]:
    """In the block Keras's sparse cross-entropy of a label out of range is traced as NaN."""
    usual = backend.nn.sparse_categorical_crossentropy

    def strict(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
        """As Keras's."""
        loss = usual(target, output, from_logits=from_logits, axis=axis)
        labels = keras.ops.reshape(keras.ops.cast(target, "int32"), keras.ops.shape(loss))
        known = keras.ops.logical_and(labels >= 0, labels < output.shape[axis])
        return keras.ops.where(known, loss, math.nan)

    backend.nn.sparse_categorical_crossentropy = strict
    try:
        yield
    finally:
        backend.nn.sparse_categorical_crossentropy = usual


def why_no_number(history: Mapping[str, Sequence[float]]) -> str | None:
    """Why the script's own backend is to train a model: its first epoch has no loss.

    Args:
        history: Metrics' values by epoch.
    """
    for name in ("loss", "val_loss"):
        if name in history and math.isnan(history[name][0]):
            return f"{name} is not a number after the first epoch: a label or token may be unknown"
    return None
