"""Importing Keras in a process of our own, without the libraries that no work there needs.

They would take three quarters of the time, and TensorFlow prints lines at its start.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from types import ModuleType

__all__ = ["SPARED", "import_keras_alone"]

SPARED = ("charset_normalizer", "matplotlib", "pandas", "requests", "sklearn")
"""What Keras, or a library under it, imports where it is installed and training does without."""


_ATTENTION = "jax.experimental.pallas.ops.tpu.splash_attention"
"""Attention for TPUs, which Keras imports on any device, and a compiler with it."""


def _without_attention() -> ModuleType:
    """What Keras imports of it, as names that nobody calls."""
    module = ModuleType(_ATTENTION)
    vars(module).update(splash_attention_kernel=None, splash_attention_mask=None)
    return module


def _find_devices(jax: ModuleType) -> None:
    """Have JAX look for its devices; whoever needs them meets the error that there may be."""
    with contextlib.suppress(RuntimeError):
        jax.devices()


def import_keras_alone(*, find_devices: bool = False) -> None:
    """Import the backend that ``KERAS_BACKEND`` names, and Keras with nothing else.

    TensorFlow, which Keras would import later to load a model or to copy its layers, can't be
    imported afterwards unless it is the backend; all others can. So this is not for a process that
    a user's code goes on in.

    Args:
        find_devices: Have JAX look for its devices meanwhile.
    """
    backend = os.environ["KERAS_BACKEND"]
    imported = importlib.import_module(backend)
    if backend == "jax" and find_devices:
        # An accelerator takes up to two seconds to be found, most of them outside Python.
        threading.Thread(target=_find_devices, args=(imported,), daemon=True).start()
    if backend != "tensorflow":
        sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]
    spared = [name for name in SPARED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(spared))  # type: ignore[arg-type]
    if _ATTENTION not in sys.modules and backend == "jax":
        spared.append(_ATTENTION)
        sys.modules[_ATTENTION] = _without_attention()
    try:
        importlib.import_module("keras")
    finally:
        for name in spared:
            del sys.modules[name]
