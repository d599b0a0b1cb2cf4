"""A .keras file with the preparation inside."""

from __future__ import annotations

from pathlib import Path
from typing import final

from rnnsearch.exports._base import Format, Network

__all__ = ["KerasFormat"]


@final
class KerasFormat(Format):
    """Keras's own format; any backend reads it."""

    name = "keras"
    about = "one .keras file, for any Keras backend"
    needs = "keras and a backend"
    reads_layers = True
    use = """\
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras

MODEL = keras.saving.load_model(HERE / "model.keras")


def predict(inputs):
    return MODEL.predict(inputs if len(inputs) > 1 else next(iter(inputs.values())), verbose=0)
"""

    def write(self, network: Network, folder: Path) -> None:
        """``model.keras``."""
        network.model.save(folder / "model.keras")
