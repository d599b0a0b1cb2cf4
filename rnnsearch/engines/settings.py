"""What a callback may set on a model before its first batch, beside its variables."""

from __future__ import annotations

from typing import Any, final

import keras

__all__ = ["Settings"]

_PLAIN = (bool, int, float, str, type(None))


@final
class Settings:
    """Plain attributes and functions of a model's layers, regularizers, optimizer and losses.

    Args:
        model: Compiled.
    """

    def __init__(self, model: keras.Model) -> None:
        self._parts = _parts(model)
        self._held = [_public(part) for part in self._parts]

    def is_now(self, model: keras.Model) -> bool:
        """Whether the model still has them."""
        parts = _parts(model)
        same = len(parts) == len(self._parts) and all(map(_is, parts, self._parts))
        return same and [_public(part) for part in parts] == self._held

    def give(self) -> None:
        """Give the parts what they had."""
        for part, held in zip(self._parts, self._held, strict=True):
            now = _public(part)
            for name, value in held.items():
                if now.get(name) != value:
                    setattr(part, name, value)


def _parts(model: keras.Model) -> list[Any]:
    layers = list(model._flatten_layers())
    regularizers = [
        value
        for layer in layers
        for value in vars(layer).values()
        if isinstance(value, keras.Regularizer)
    ]
    optimizer = model.optimizer
    return [
        *layers,
        *regularizers,
        *(part for part in (optimizer, getattr(optimizer, "inner_optimizer", None)) if part),
        *keras.tree.flatten(model.loss),
    ]


def _public(part: Any) -> dict[str, Any]:
    held = getattr(part, "__dict__", {})
    found = {
        name: value
        for name, value in held.items()
        if not name.startswith("_") and (isinstance(value, _PLAIN) or callable(value))
    }
    if isinstance(part, keras.layers.Layer):
        found["trainable"] = part.trainable
    return found


def _is(one: Any, other: Any) -> bool:
    """Whether two parts are one; of a loss by its name Keras has copies."""
    return one is other or (isinstance(one, str) and one == other)
