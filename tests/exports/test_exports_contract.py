"""Every format predicts what `predict` does, for every kind of data and network."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest

from rnnsearch.exports import FORMATS, compared, run_alone, write_folder
from rnnsearch.exports.onnx_format import OnnxFormat
from rnnsearch.exports.openvino_format import computed_right
from rnnsearch.exports.operators import Node, Operators
from rnnsearch.exports.python_format import PythonFormat


@pytest.mark.parametrize("name", ["change since last", "several steps", "words"])
def test_the_preparation_is_inside(study, name: str) -> None:
    """Of all cases it is what the operators below were made from."""
    case = study(name)
    inputs = case.examples.inputs
    given = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    case.assert_equal(case.network.model.predict(given, verbose=0))


def test_onnx_predicts_the_same(case, tmp_path: Path) -> None:
    OnnxFormat().write(case.network, tmp_path)
    session = onnxruntime.InferenceSession(
        tmp_path / "model.onnx", providers=["CPUExecutionProvider"]
    )
    assert [each.name for each in session.get_outputs()] == [case.network.signature.output]
    case.assert_equal(session.run(None, case.examples.inputs)[0])


def test_numpy_alone_predicts_the_same(case, tmp_path: Path) -> None:
    assert len(case.expected) and np.std(case.expected) > 0
    PythonFormat().write(case.network, tmp_path)
    module = runpy.run_path(str(tmp_path / "model.py"))
    assert {key for key, value in module.items() if type(value) is type(np)} == {"np"}
    case.assert_equal(module["predict"](**case.examples.inputs))


def test_what_was_saved_and_loaded_is_written_too(study, tmp_path: Path) -> None:
    """Keras loads what was a tuple of slices as a list."""
    case = study("change since last")
    case.network.model.save(tmp_path / "saved.keras")
    loaded = keras.saving.load_model(tmp_path / "saved.keras")
    OnnxFormat().write(replace(case.network, model=loaded), tmp_path)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    case.assert_equal(session.run(None, case.examples.inputs)[0])


@pytest.mark.parametrize("form", [each for each in FORMATS if not FORMATS[each].loses])
def test_it_runs_where_this_package_can_not_be_imported(study, form: str, tmp_path: Path) -> None:
    if form == "torch":
        pytest.importorskip("torch", reason="no torch is installed")
    # OpenVINO minds padding by another way than the one for what has none.
    case = study("words" if form == "openvino" else "next value")
    assert form != "openvino" or (case.examples.inputs["sequence"] == 0).any()
    folder = tmp_path / "export"
    write_folder(
        FORMATS[form], case.network, folder, "# card\n", case.examples.inputs, case.expected
    )
    assert {"signature.json", "model_card.md", "use.py", "examples.npz"} <= {
        each.name for each in folder.iterdir()
    }
    case.assert_equal(run_alone(folder), FORMATS[form])


@pytest.mark.parametrize("form", ["onnx", "streaming"])
def test_no_sequence_is_refused_where_onnxruntime_would_end_the_process(
    study, form: str, tmp_path: Path
) -> None:
    case = study("next value")
    write_folder(FORMATS[form], case.network, tmp_path / "out", "# card\n", None, None)
    module = runpy.run_path(str(tmp_path / "out" / "use.py"))
    rows = {name: array[:0] for name, array in case.examples.inputs.items()}
    with pytest.raises(ValueError, match=r"or more\. Received: none"):
        module["predict"](rows)


def test_an_export_without_examples_says_so(study, tmp_path: Path) -> None:
    case = study("next value")
    write_folder(FORMATS["onnx"], case.network, tmp_path / "out", "# card\n", None, None)
    with pytest.raises(SystemExit, match=r"examples\.npz beside this file\. Received: none"):
        runpy.run_path(str(tmp_path / "out" / "use.py"), run_name="__main__")


@pytest.mark.parametrize(("bits", "share"), [("float16", 0.85), ("int8", 0.65)])
def test_weights_in_fewer_bits_are_smaller_and_off_by_what_is_said(
    study, bits: str, share: float, tmp_path: Path
) -> None:
    """Of a network large enough for it: smaller than its weights by themselves in 32 bits."""
    inputs = keras.Input((6, 3), name="rows")
    hidden = keras.layers.LSTM(64)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    network, form = replace(study("next value").network, model=model), FORMATS[f"litert_{bits}"]
    rows = np.random.default_rng(0).normal(size=(40, 6, 3)).astype("float32")
    expected, folder = model.predict(rows, verbose=0), tmp_path / "export"
    write_folder(form, network, folder, "# card\n", {"rows": rows}, expected)
    found = compared(run_alone(folder), expected, expected.std(axis=0), None, 1.0, form.loses)
    assert found.equal and found.worst > 1e-4
    assert (folder / "model.tflite").stat().st_size < share * 4 * model.count_params()


def test_onnx_is_given_to_openvino_where_it_computes_it_right() -> None:
    """Not what reads backwards, minds padding or stands beside others: that it has wrong."""

    def recurrent(direction: str = "forward", lengths: str = "") -> Node:
        return Node("GRU", ("x", "w", "r", "b", lengths, ""), ("y",), {"direction": direction})

    assert computed_right(Operators(nodes=[Node("Add", ("a", "b"), ("c",), {}), recurrent()]))
    for nodes in ([recurrent("reverse")], [recurrent(lengths="n")], [recurrent(), recurrent()]):
        assert not computed_right(Operators(nodes=nodes))
