"""Networks with layers of the user's own, or with layers that our searches do not build."""

from __future__ import annotations

import importlib
import runpy
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from rnnsearch.errors import InvalidInput
from rnnsearch.exports import FORMATS, Network, run_alone, write_folder
from rnnsearch.exports.operators import translated
from rnnsearch.exports.raw import Signature
from rnnsearch.exports.streaming.carried import WholeWindow, carried

layers = keras.layers
OWN = '''
import keras
class Twice(keras.Layer):
    def call(self, x):
        return 2 * x
class Dense(keras.layers.Dense):
    """Has the name of Keras's, and does something else."""
    def call(self, x):
        return 2 * super().call(x)
'''


def network(*parts: Any) -> keras.Model:
    """A functional model with a Sequential inside, as one of own networks has."""
    given = keras.Input((9, 3), name="rows")
    model = keras.Model(given, keras.Sequential(list(parts))(given))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.5, one.shape) for one in model.get_weights()])
    return model


def exported(model: keras.Model, form: str, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Raw inputs and what the model says of them, with the folder written."""
    x = np.random.default_rng(1).normal(size=(5, 9, 3)).astype("float32")
    expected = model.predict(x, verbose=0)
    signature = Signature((), "predicted", (), ())
    given: Any = Network(model, signature, lambda: None)  # type: ignore[arg-type,return-value]
    write_folder(FORMATS[form], given, folder, "", {"rows": x}, expected)
    return x, expected


@pytest.mark.parametrize(
    "parts",
    [
        (layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"), layers.LSTM(3)),
        (layers.Conv1D(4, 3, padding="same", use_bias=False), layers.SpatialDropout1D(0.2)),
        (layers.Conv1D(4, 4, padding="same", dilation_rate=2),),
        (layers.Conv1D(4, 3, strides=2), layers.GaussianNoise(0.1), layers.GRU(3)),
        (layers.Conv1D(4, 2, strides=3, padding="causal"), layers.LayerNormalization()),
        (keras.Sequential([layers.Dense(4, "tanh", use_bias=False)]), layers.SimpleRNN(2)),
    ],
    ids=["dilated", "same", "same of even length", "strides", "causal strides", "nested"],
)
def test_a_sequential_and_any_convolution(parts: Any, tmp_path: Path) -> None:
    x, expected = exported(network(*parts), "python", tmp_path / "out")
    found = runpy.run_path(str(tmp_path / "out" / "model.py"))["predict"](x)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "received"),
    [
        (layers.Conv1D(3, 3, padding="same", strides=2, name="own"), "padding same and strides"),
        (layers.Conv1D(3, 3, groups=3, name="own"), "groups"),
        (layers.LayerNormalization(scale=False, name="own"), "scale False"),
        (layers.LayerNormalization(axis=1, name="own"), r"axis \[1\]"),
    ],
)
def test_what_would_be_computed_as_something_else(layer: Any, received: str) -> None:
    with pytest.raises(InvalidInput, match=f"received the layer own with {received}"):
        translated(network(layer), ["predicted"], "--format onnx")


def test_layers_of_a_users_own_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_parts.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    parts = importlib.import_module("own_parts")
    model = network(parts.Twice(), parts.Dense(2, name="own"))
    _, expected = exported(model, "keras", tmp_path / "out")
    assert (tmp_path / "out" / "own_parts.py").read_text() == OWN
    np.testing.assert_allclose(run_alone(tmp_path / "out"), expected, rtol=1e-6)
    with pytest.raises(InvalidInput, match=r"received the layer \w+ \(Twice\); use --format keras"):
        translated(model, ["predicted"], "--format onnx")
    with pytest.raises(InvalidInput, match=r"received the layer own \(Dense\); use --format keras"):
        translated(network(parts.Dense(2, name="own")), ["predicted"], "--format onnx")


def test_a_stream_goes_through_a_sequential() -> None:
    step = carried(network(layers.Dense(2), layers.GRU(3)))
    assert sorted(step.output) == ["next_state_1", "output"]
    with pytest.raises(WholeWindow, match=r"\(Conv1D\)"):
        carried(network(layers.Conv1D(2, 2), layers.GRU(3)))
