"""Conversions that only Keras on another backend makes, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rnnsearch.errors import MissingExtra, StudyError
from rnnsearch.exports.own_code import copy_modules, importing, own_classes

if TYPE_CHECKING:
    import keras

__all__ = ["on_backend", "on_tensorflow", "run_script", "write_savedmodel"]

_SCRIPT = """\
import sys
import keras

keras.saving.load_model(sys.argv[1]).export(sys.argv[2], format="tf_saved_model", verbose=False)
"""

_SPARING = """\
import sys

spared = ["matplotlib", "pandas", "sklearn"]
sys.modules.update(dict.fromkeys(spared))
import keras

for one in spared:
    del sys.modules[one]
"""
"""Imports Keras without what it imports where that is installed, which takes a second or two."""


def write_savedmodel(model: keras.Model, folder: Path, form: str) -> None:
    """A SavedModel, by Keras on TensorFlow in a process of its own.

    Args:
        model: Of Keras's own layers.
        folder: Where to.
        form: What the user asked for.

    Raises:
        StudyError: It could not be written.
    """
    on_tensorflow(model, _SCRIPT, [str(folder)], f"--format {form}")


def on_tensorflow(model: keras.Model, script: str, given: Sequence[str], asked: str) -> None:
    """Run a script with Keras on TensorFlow, whose first argument is the model's file.

    Raises:
        StudyError: It failed.
    """
    on_backend("tensorflow", model, script, given, asked)


def on_backend(
    backend: str, model: keras.Model, script: str, given: Sequence[str], asked: str
) -> None:
    """The same with Keras on any backend.

    Raises:
        StudyError: It failed.
        MissingExtra: The backend is not installed.
    """
    with TemporaryDirectory() as aside:
        kept, own = Path(aside) / "model.keras", own_classes(model)
        model.save(kept)
        copy_modules(own, Path(aside))
        script = f"import sys\n{importing(own, repr(aside))}{script}" if own else script
        run_script(_SPARING + script, [str(kept), *given], asked, backend)


def run_script(script: str, given: Sequence[str], asked: str, backend: str = "tensorflow") -> None:
    """Run a script in a process of its own, where Keras is on a backend.

    Raises:
        StudyError: It failed.
        MissingExtra: The backend is not installed.
    """
    settings = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, *given],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Only the process can say: this one may keep the backend out of its sight.
        if f"No module named '{backend}'" in done.stderr:
            raise MissingExtra(backend, backend, asked)
        lines = done.stderr.strip().splitlines()
        said = [line for line in lines if "Error" in line or "error:" in line] or lines
        why = said[-1].strip()[:300] if said else f"exit status {done.returncode}"
        raise StudyError(
            f"Expected a network that can be converted for {asked}. Received: {why}; "
            "use --format keras or onnx"
        )
