"""What importing Keras leaves in a user's process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnnsearch.api.asking.backend import import_keras
from rnnsearch.errors import MissingExtra


@pytest.mark.parametrize(("before", "after"), [(None, "3"), ("0", "0")])
def test_tensorflow_keeps_its_start_up_lines_to_itself_unless_asked(
    before: str | None, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever Keras imports it, which may be long after this import."""
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "")  # put back at the end
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    if before is not None:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", before)
    import_keras("jax")
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == after


@pytest.mark.parametrize(
    ("variable", "backend", "asked"),
    [
        ("no_such_backend", "jax", "the variable KERAS_BACKEND"),
        (None, "no_such_backend", "the search's run.backend"),
    ],
)
def test_a_backend_that_is_not_installed(
    variable: str | None, backend: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if variable is not None:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    with pytest.raises(MissingExtra) as caught:
        import_keras(backend)
    assert str(caught.value) == (
        f"{asked}: no_such_backend needs the library no_such_backend, which is not installed; "
        "run: pip install 'rnnsearch[no_such_backend]'"
    )
    assert os.environ.get("KERAS_BACKEND") == variable


def test_a_process_for_one_model_does_without_tensorflow(tmp_path: Path) -> None:
    """Keras would import it to load a model; everything else can be imported later."""
    code = f"""
import sys
from rnnsearch.api.asking.backend import import_keras
import_keras("jax", alone=True)
import keras
model = keras.Sequential([keras.Input((3, 1)), keras.layers.GRU(2)])
model.save({str(tmp_path / "m.keras")!r})
keras.saving.load_model({str(tmp_path / "m.keras")!r}).predict(keras.ops.zeros((1, 3, 1)), verbose=0)
assert sys.modules["tensorflow"] is None
import pandas
"""
    environment = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
