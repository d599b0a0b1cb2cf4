"""What the backend, a tuner's class, callbacks and an argument say of how a search goes."""

from __future__ import annotations

from typing import Any

import keras

__all__ = ["TOGETHER", "listed", "on_jax", "overrides", "takes_gpu", "who_fits"]

TOGETHER = (
    keras.callbacks.EarlyStopping,
    keras.callbacks.ReduceLROnPlateau,
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.History,
)
"""Callbacks that know of one model only, so that threads may call those of several models."""


def on_jax() -> bool:
    """Whether lanes can be trained in this process."""
    return bool(keras.backend.backend() == "jax")


def takes_gpu() -> bool:
    """Whether TensorFlow, if it is the backend, sees a GPU: it takes all of its memory."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow

    return bool(tensorflow.config.list_physical_devices("GPU"))


def who_fits() -> str:
    """The package that `Model.fit` is of: ``keras``, unless one that logs put its own in its place.

    So does `mlflow.autolog()`; whoever trains otherwise is not seen by it.
    """
    found = getattr(keras.Model.fit, "__globals__", {})
    return str(found.get("__name__", "another")).partition(".")[0]


def overrides(tuner: Any, *names: str) -> bool:
    """Whether a user's subclass has one of these methods of its own."""
    homes = (getattr(type(tuner), name).__module__.partition(".")[0] for name in names)
    return any(home not in ("rnnsearch", "keras_tuner") for home in homes)


def listed(callbacks: Any) -> list[Any]:
    """Callbacks as `fit` takes them: none, one or several."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
