"""Whether two processes have built the same model: by what Keras says of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import keras

from rnnsearch.engines.no_tensorflow import without_tensorflow

__all__ = ["apply_settings", "description", "settings"]

_SETTINGS = ("floatx", "epsilon", "image_data_format")
_NAMES = ("name", "registered_name", "module", "build_config", "shared_object_id", "input_layers",
          "output_layers", "keras_history", "jit_compile", "code")  # fmt: skip
"""What differs though the models don't: numbers in names, a backend's choices, where code lives."""

_COUNTS = {"int64": "int32", "uint64": "uint32"}
"""What JAX has in place of them: `Normalization` counts what it has seen."""

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def settings() -> dict[str, Any]:
    """What is set in this process and decides what is built."""
    found = {name: getattr(keras.config, name)() for name in _SETTINGS}
    return {**found, "dtype_policy": keras.dtype_policies.serialize(keras.config.dtype_policy())}


def apply_settings(given: Mapping[str, Any]) -> None:
    """Set what another process has."""
    for name in _SETTINGS:
        getattr(keras.config, f"set_{name}")(given[name])
    keras.config.set_dtype_policy(keras.dtype_policies.deserialize(given["dtype_policy"]))


def description(model: keras.Model) -> str:
    """A digest of a model's layers, loss, metrics and optimizer, with their numbers.

    A part that can't say what it is, such as a layer without a `get_config`, counts by its weights.
    """
    weights = [
        [list(one.shape), _COUNTS.get(str(one.dtype), str(one.dtype)), bool(one.trainable)]
        for one in model.weights
    ]
    kinds = [type(layer).__name__ for layer in model._flatten_layers()]
    with without_tensorflow():
        try:
            said = _plain(keras.saving.serialize_keras_object(model))
        except Exception:  # whatever a part of a user's raises when it is to describe itself
            said = _plain(keras.saving.serialize_keras_object(model.optimizer))
    text = json.dumps(
        [said, weights, kinds], sort_keys=True, default=lambda part: type(part).__name__
    )
    return hashlib.sha256(_ADDRESS.sub("", text).encode()).hexdigest()


def _plain(part: Any) -> Any:
    """Without names."""
    if isinstance(part, Mapping):
        return {str(key): _plain(value) for key, value in part.items() if key not in _NAMES}
    if isinstance(part, list | tuple):
        return [_plain(value) for value in part]
    return part
