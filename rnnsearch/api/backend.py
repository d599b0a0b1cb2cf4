"""Importing Keras where a user's process needs a model."""

from __future__ import annotations

import os
import sys

from rnnsearch.execution.importing import leave_out_tensorflow

__all__ = ["import_keras"]


def import_keras(backend: str, *, alone: bool = False) -> None:
    """Import Keras with this backend, unless the process has imported it or chosen one.

    The backend is not left in the environment, so that nothing chosen here reaches another search.
    That TensorFlow is to keep its start-up lines to itself is: on every backend Keras may import it
    later, when a model is loaded or its layers are copied.

    Args:
        backend: Its name.
        alone: Whether the process is there for nothing else, so that Keras on another backend
            need not find TensorFlow.
    """
    if alone:
        leave_out_tensorflow(os.environ.get("KERAS_BACKEND", backend))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" in sys.modules:
        return
    chosen = "KERAS_BACKEND" in os.environ
    os.environ.setdefault("KERAS_BACKEND", backend)
    try:
        import keras  # noqa: F401
    finally:
        if not chosen:
            os.environ.pop("KERAS_BACKEND", None)
