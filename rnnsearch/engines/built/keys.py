"""Which models share a program: those whose descriptions are equal but for their numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import keras
import numpy as np

from rnnsearch.engines.built.traced import Number, find_numbers, replaced
from rnnsearch.engines.fingerprints import fingerprint
from rnnsearch.engines.no_tensorflow import without_tensorflow

__all__ = ["describe", "is_foreign"]

_PLACEHOLDER = 0.4375
"""What every number is while the model describes itself."""

_OF_NO_EFFECT = ("_initializer",)
"""Ends of keys of a description that say nothing about training: weights are given anyway."""

_CONTAINERS = ("tuple", "list", "dict", "set", "slice", "ellipsis", "__tuple__", "__bytes__")


def describe(model: keras.Model) -> tuple[str, list[Number]]:
    """A model as a text in which its numbers don't stand, and these.

    Two models of Keras's own parts are trained by the same program if their texts are equal. Of a
    user's own parts (`is_foreign`) a text says too little.
    """
    numbers = find_numbers(model)
    with replaced(numbers, lambda place, number: _PLACEHOLDER), without_tensorflow():
        document = keras.saving.serialize_keras_object(model)
        computed = _computed_with(model)
    optimizer = document.get("compile_config", {}).get("optimizer")
    if isinstance(optimizer, Mapping) and isinstance(optimizer.get("config"), dict):
        rate = optimizer["config"].get("learning_rate")
        if isinstance(rate, float):
            optimizer["config"]["learning_rate"] = _PLACEHOLDER
    kinds = [number.kind for number in numbers]
    beside = [kinds, _variables(model), _constants(model), computed, keras.config.epsilon()]
    text = json.dumps([_stripped(document), *beside], sort_keys=True, default=str)
    return text, numbers


def _variables(model: keras.Model) -> list[Any]:
    """Shapes, types, which weights learn and which decay: a description leaves some of it out."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    return [
        [
            list(v.shape),
            str(v.dtype),
            bool(v.trainable),
            v.trainable and optimizer._use_weight_decay(v),
        ]
        for v in (*model.trainable_variables, *model.non_trainable_variables)
    ]


def _computed_with(model: keras.Model) -> list[Any]:
    """What functions of losses and metrics are given: `Huber` doesn't say its `delta`, for one."""
    compiled = model._compile_metrics
    metrics = [compiled._user_metrics, compiled._user_weighted_metrics] if compiled else []
    parts = keras.tree.flatten([model.loss, metrics])
    return [[type(part).__name__, getattr(part, "_fn_kwargs", None)] for part in parts]


def _constants(model: keras.Model) -> list[Any]:
    """What layers hold of arrays that aren't weights: a `Normalization` its mean, once adapted."""
    return [
        [place, name, fingerprint(np.asarray(value))]
        for place, layer in enumerate(model._flatten_layers())
        for name, value in sorted(vars(layer).items())
        if isinstance(value, np.ndarray | jax.Array) and not isinstance(value, jax.core.Tracer)
    ]


def _stripped(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {
            key: _stripped(value)
            for key, value in part.items()
            if not str(key).endswith(_OF_NO_EFFECT)
        }
    if isinstance(part, list | tuple):
        return [_stripped(value) for value in part]
    return part


def is_foreign(model: keras.Model) -> bool:
    """Whether a part of the model isn't Keras's own, so that its description may say too little."""
    if not isinstance(model, keras.Sequential) and type(model).__name__ != "Functional":
        return True
    if type(model).__module__.partition(".")[0] != "keras":
        return True
    try:
        with without_tensorflow():
            document = keras.saving.serialize_keras_object(model)
    except Exception:  # whatever a part of a user's raises when it is to describe itself
        return True
    return _has_foreign(document)


def _has_foreign(part: Any) -> bool:
    if isinstance(part, Mapping):
        return _is_foreign_class(part) or any(map(_has_foreign, part.values()))
    if isinstance(part, Sequence) and not isinstance(part, str):
        return any(map(_has_foreign, part))
    # A registered object of a user's is named package>name.
    return isinstance(part, str) and ">" in part


def _is_foreign_class(part: Mapping[str, Any]) -> bool:
    name = part.get("class_name")
    if name is None or name in _CONTAINERS:
        return False
    if name in ("function", "Lambda", "__lambda__", "__numpy__"):
        return True
    module = str(part.get("module") or "keras")
    return module.partition(".")[0] != "keras"
