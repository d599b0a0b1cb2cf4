"""What a Keras process trains on."""

from __future__ import annotations

import keras

__all__ = ["device"]


def device() -> str:
    """``gpu`` where the backend sees one, else ``cpu``."""
    names = [name.lower() for name in keras.distribution.list_devices()]
    return "cpu" if all(name.startswith("cpu") for name in names) else "gpu"
