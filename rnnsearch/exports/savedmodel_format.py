"""A TensorFlow SavedModel, which TensorFlow alone runs."""

from __future__ import annotations

from pathlib import Path
from typing import final

from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.backend_process import write_savedmodel

__all__ = ["SavedModelFormat"]


@final
class SavedModelFormat(Format):
    """For TensorFlow Serving and whatever else reads a SavedModel."""

    name = "savedmodel"
    about = "a SavedModel folder, for TensorFlow and TensorFlow Serving"
    needs = "tensorflow"
    use = """\
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow

MODEL = tensorflow.saved_model.load(str(HERE / "model"))


def predict(inputs):
    return MODEL.serve(inputs if len(inputs) > 1 else next(iter(inputs.values()))).numpy()
"""

    def write(self, network: Network, folder: Path) -> None:
        """The folder ``model``."""
        write_savedmodel(network.model, folder / "model", "savedmodel")
