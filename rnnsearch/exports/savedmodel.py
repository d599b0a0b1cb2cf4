"""A TensorFlow SavedModel, which TensorFlow alone runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import final

from rnnsearch.errors import StudyError
from rnnsearch.exports._base import Format, Network

__all__ = ["SavedModelFormat"]

_SCRIPT = """\
import sys
import keras

keras.saving.load_model(sys.argv[1]).export(sys.argv[2], format="tf_saved_model", verbose=False)
"""


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
        """The folder ``model``, by Keras on TensorFlow in a process of its own."""
        aside = folder / "aside.keras"
        network.model.save(aside)
        settings = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(
            [sys.executable, "-I", "-c", _SCRIPT, str(aside), str(folder / "model")],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        aside.unlink()
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            said = lines[-1] if lines else f"exit status {done.returncode}"
            raise StudyError(
                f"Expected Keras on TensorFlow to write a SavedModel. Received: {said}; "
                "use --format keras or onnx"
            )
