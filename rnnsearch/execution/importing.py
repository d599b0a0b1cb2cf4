"""Importing Keras in a process of our own, without the libraries that no work there needs.

They would take three quarters of the time, and TensorFlow prints lines at its start.
"""

from __future__ import annotations

import importlib
import os
import sys

__all__ = ["SPARED", "import_keras_alone"]

SPARED = ("charset_normalizer", "matplotlib", "pandas", "requests", "sklearn")
"""What Keras, or a library under it, imports where it is installed and training does without."""


def import_keras_alone() -> None:
    """Import the backend that ``KERAS_BACKEND`` names, and Keras with nothing else.

    TensorFlow, which Keras would import later to load a model or to copy its layers, can't be
    imported afterwards unless it is the backend; all others can. So this is not for a process that
    a user's code goes on in.
    """
    backend = os.environ["KERAS_BACKEND"]
    importlib.import_module(backend)
    if backend != "tensorflow":
        sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]
    spared = [name for name in SPARED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(spared))  # type: ignore[arg-type]
    try:
        importlib.import_module("keras")
    finally:
        for name in spared:
            del sys.modules[name]
