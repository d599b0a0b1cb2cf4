"""Cross-entropies as a script's own backend computes them, in a program of JAX's.

Keras on TensorFlow takes the logits of what a softmax or sigmoid gave, whichever of the two the
loss is for; on JAX it takes probabilities, of which it clips those near 0 and 1, gradients and all.

Of a label that no output is for, JAX adds nothing to the loss; TensorFlow raises, or has NaN.
Of a token that an `Embedding` has no row for, JAX has NaN; TensorFlow raises, or takes another row.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import keras
from keras import ops
from keras.src import backend

__all__ = ["cross_entropies_of", "why_no_number"]


@contextlib.contextmanager
def cross_entropies_of(name: str) -> Iterator[None]:
    """In the block Keras's losses are traced as on another backend.

    Args:
        name: Of the backend; of another than TensorFlow a label out of range is NaN, and no more.
    """
    kind = _OnTensorFlow if name == "tensorflow" else _Strict
    functions = kind(backend.nn)
    changed = [one for one in dir(functions) if not one.startswith("_")]
    usual = {one: getattr(backend.nn, one) for one in changed}
    try:
        for one in changed:
            setattr(backend.nn, one, getattr(functions, one))
        yield
    finally:
        for one, function in usual.items():
            setattr(backend.nn, one, function)


class _Strict:
    """Functions of JAX's, but for labels out of range.

    Args:
        usual: Where JAX's are.
    """

    def __init__(self, usual: Any) -> None:
        self._sparse = usual.sparse_categorical_crossentropy

    def sparse_categorical_crossentropy(
        self, target: Any, output: Any, from_logits: bool = False, axis: int = -1
    ) -> Any:
        """As Keras's; NaN where no output is for a label."""
        loss = self._sparse(target, output, from_logits=from_logits, axis=axis)
        labels = ops.reshape(ops.cast(target, "int32"), ops.shape(loss))
        known = ops.logical_and(labels >= 0, labels < output.shape[axis])
        return ops.where(known, loss, math.nan)


class _OnTensorFlow(_Strict):
    """What Keras has of them on TensorFlow.

    Args:
        usual: Where JAX's are.
    """

    def __init__(self, usual: Any) -> None:
        super().__init__(usual)
        self._softmax, self._sigmoid = usual.softmax, usual.sigmoid
        self._categorical = usual.categorical_crossentropy
        self._binary = usual.binary_crossentropy
        self._noted: dict[int, tuple[Any, Any]] = {}

    def softmax(self, x: Any, axis: int | None = -1) -> Any:
        """As JAX's; what it was made of is known."""
        return self._note(self._softmax(x, axis=axis), x)

    def sigmoid(self, x: Any) -> Any:
        """As `softmax`."""
        return self._note(self._sigmoid(x), x)

    def categorical_crossentropy(
        self, target: Any, output: Any, from_logits: bool = False, axis: int = -1
    ) -> Any:
        """Of logits: with the gradient of TensorFlow's, which takes labels to add up to 1."""
        output, from_logits = self._logits(output, from_logits)
        loss = self._categorical(target, output, from_logits=from_logits, axis=axis)
        if not from_logits:
            return loss
        gradient = jax.lax.stop_gradient(self._softmax(output, axis=axis) - target)
        along = ops.sum(gradient * output, axis=axis)
        return jax.lax.stop_gradient(loss) + (along - jax.lax.stop_gradient(along))

    def sparse_categorical_crossentropy(
        self, target: Any, output: Any, from_logits: bool = False, axis: int = -1
    ) -> Any:
        """Of logits, which are those of clipped probabilities where there are no others."""
        output, from_logits = self._logits(output, from_logits)
        if not from_logits:
            least = keras.config.epsilon()
            output = ops.log(ops.clip(output, least, 1 - least))
        return super().sparse_categorical_crossentropy(target, output, True, axis)

    def binary_crossentropy(self, target: Any, output: Any, from_logits: bool = False) -> Any:
        """Of logits, if there are any."""
        output, from_logits = self._logits(output, from_logits)
        return self._binary(target, output, from_logits=from_logits)

    def _note(self, output: Any, logits: Any) -> Any:
        # The output is kept so that nothing else gets its identity.
        self._noted[id(output)] = output, logits
        return output

    def _logits(self, output: Any, from_logits: bool) -> tuple[Any, bool]:
        """What an output was made of, if a softmax or sigmoid gave it, and whether these are it."""
        if id(output) in self._noted:
            return self._noted[id(output)][1], True
        return output, from_logits


def why_no_number(history: Mapping[str, Sequence[float]]) -> str | None:
    """Why the script's own backend is to train a model: its first epoch has no loss.

    Args:
        history: Metrics' values by epoch.
    """
    for name in ("loss", "val_loss"):
        if name in history and math.isnan(history[name][0]):
            return f"{name} is not a number after the first epoch: a label or token may be unknown"
    return None
