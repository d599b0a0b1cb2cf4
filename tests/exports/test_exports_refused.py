"""What can't be exported, and what is no folder for it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from rnnsearch.errors import InvalidInput, MissingExtra, StudyError
from rnnsearch.exports import FORMATS, compared, find_format, run_alone, write_folder
from rnnsearch.exports.backend_process import on_tensorflow, run_script
from rnnsearch.exports.operators import translated
from rnnsearch.exports.raw import form_of


def test_an_unknown_format() -> None:
    with pytest.raises(InvalidInput, match="--format: must be a known format; received pickle; ch"):
        find_format("pickle")


def test_a_network_that_writes_a_text() -> None:
    writer: Any = SimpleNamespace(writing=object())
    with pytest.raises(InvalidInput, match="received one that writes a text"):
        form_of(writer)


def test_a_format_whose_converter_is_not_installed() -> None:
    must = "--format litert needs the library no_flow, which is not installed; run: pip install"
    with pytest.raises(MissingExtra, match=rf"{must} 'rnnsearch\[no_flow\]'"):
        run_script("import no_flow", [], "--format litert", "no_flow")


def test_a_converter_that_this_process_does_not_see_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`predict` and `export` keep TensorFlow out of sight, as it takes seconds to import."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    on_tensorflow(model, "import tensorflow", [], "--format litert")


def test_a_layer_without_a_translation() -> None:
    given = keras.Input((4, 3))
    model = keras.Model(given, keras.layers.GroupNormalization(1, name="norm")(given))
    with pytest.raises(
        InvalidInput, match=r"received the layer norm \(GroupNormalization\); use --form"
    ):
        translated(model, ["predicted"], "--format onnx")


@pytest.mark.parametrize(
    ("layer", "received"),
    [
        (keras.layers.SimpleRNN(2, activation="relu", name="cells"), "activation relu"),
        (keras.layers.GRU(2, recurrent_activation="tanh", name="cells"), "recurrent_activation t"),
        (keras.layers.GRU(2, reset_after=False, name="cells"), "reset_after False"),
        (keras.layers.LSTM(2, use_bias=False, name="cells"), "use_bias False"),
        (keras.layers.LSTM(2, go_backwards=True, name="cells"), "go_backwards True"),
        (keras.layers.Dense(2, activation="gelu", name="cells"), "the activation gelu"),
    ],
)
def test_a_layer_that_its_operator_would_compute_as_another(layer: Any, received: str) -> None:
    given = keras.Input((4, 3))
    model = keras.Model(given, layer(given))
    with pytest.raises(InvalidInput, match=f"received the layer cells with {received}"):
        translated(model, ["predicted"], "--format onnx")


def test_a_folder_of_something_else(study: Any, tmp_path: Path) -> None:
    network = study("tags").network
    (tmp_path / "letters.txt").write_text("dear all")
    with pytest.raises(InvalidInput, match="--output: must be a folder that is not there yet"):
        write_folder(FORMATS["python"], network, tmp_path, "", None, None)
    assert [one.name for one in tmp_path.iterdir()] == ["letters.txt"]


def test_an_export_is_replaced_as_a_whole(study: Any, tmp_path: Path) -> None:
    network, folder = study("tags").network, tmp_path / "here"
    for _ in range(2):
        write_folder(FORMATS["python"], network, folder, "", None, None)
        (folder / "more.txt").touch()
    write_folder(FORMATS["python"], network, folder, "", None, None)
    assert not (folder / "more.txt").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["here"]


def test_an_export_that_fails_says_why(study: Any, tmp_path: Path) -> None:
    one = study("tags")
    folder = tmp_path / "here"
    write_folder(FORMATS["python"], one.network, folder, "", one.examples.inputs, one.expected)
    (folder / "model.py").write_text("import rnnsearch\n")
    with pytest.raises(StudyError, match="Received: ModuleNotFoundError: import of rnnsearch"):
        run_alone(folder)


def test_what_differs_is_not_equal() -> None:
    expected = np.array([[1.0, 200.0], [2.0, 300.0]])
    scale = np.array([1.0, 100.0])
    assert compared(expected + np.array([0, 5e-4]), expected, scale, None, 0.0).equal
    off = compared(expected + np.array([0, 5e-3]), expected, scale, None, 0.0)
    assert not off.equal
    assert off.worst == pytest.approx(5e-5)
    assert compared(expected + np.array([0, 5e-3]), expected, scale, None, 100.0).equal
    assert not compared(expected + np.nan, expected, scale, None, 0.0).equal
    assert not compared(expected[:1], expected, scale, None, 0.0).equal
