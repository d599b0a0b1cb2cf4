"""Importing Keras where a user's process needs a model."""

from __future__ import annotations

import os
import sys

__all__ = ["import_keras"]


def import_keras(backend: str) -> None:
    """Import Keras with this backend, unless the process has imported it or chosen one.

    The environment is left as it was, so that nothing chosen here reaches another search.
    """
    if "keras" in sys.modules:
        return
    wanted = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    added = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(added)
    try:
        import keras  # noqa: F401
    finally:
        for name in added:
            os.environ.pop(name, None)
