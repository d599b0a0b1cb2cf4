"""Whether two processes have built the same model: by what Keras says of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

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
    parts = [said, weights, kinds, _constants(model)]
    text = json.dumps(parts, sort_keys=True, default=lambda part: type(part).__name__)
    return hashlib.sha256(_ADDRESS.sub("", text).encode()).hexdigest()


def _constants(model: keras.Model) -> list[Any]:
    """Arrays that layers of the user's hold beside their weights, which may be drawn at random."""
    return [
        [place, name, *_about(value)]
        for place, layer in enumerate(model._flatten_layers())
        if type(layer).__module__.partition(".")[0] != "keras"
        for name, value in sorted(vars(layer).items())
        if _is_array(value)
    ]


def _is_array(value: Any) -> bool:
    """Whether it is one, and no weight, which TensorFlow calls a tensor, too."""
    known = isinstance(value, np.ndarray) or keras.ops.is_tensor(value)
    return known and not isinstance(value, keras.Variable)


def _about(value: Any) -> list[str]:
    """What arrays have in common that two backends have computed, and others have not."""
    try:
        array = np.asarray(value)
    except Exception:  # of a ragged, a sparse, or one left over from a trace
        return [type(value).__name__]
    if array.dtype.kind not in "fiub":
        return [str(array.dtype)]
    flat = array.astype(np.float64).ravel()
    size = float(np.linalg.norm(flat))
    along = float(flat @ np.cos(np.arange(len(flat)))) / size if size else 0.0
    return [str(array.shape), f"{size:.3g}", f"{along:.3f}"]


def _plain(part: Any) -> Any:
    """Without names; a metric that counts says in which type, as a weight does."""
    if isinstance(part, Mapping):
        found = {str(key): _plain(value) for key, value in part.items() if key not in _NAMES}
        if isinstance(found.get("dtype"), str):
            found["dtype"] = _COUNTS.get(found["dtype"], found["dtype"])
        return found
    if isinstance(part, list | tuple):
        return [_plain(value) for value in part]
    return part
