"""LiteRT files (once TensorFlow Lite), of operators that the runtime has by itself."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import final

from rnnsearch.data.extras import import_extra
from rnnsearch.exports._base import Format, Network
from rnnsearch.exports.backend_process import on_tensorflow

__all__ = ["LiteRtFormat"]

_SCRIPT = """\
import sys

import keras
import tensorflow as tf

kept, file, aside, output, kind = sys.argv[1:]


def add_bias(value, bias, data_format="NHWC", name=None):
    # Keras asks for it wherever two shapes are those of channels; with channels in front the
    # converter mistakes three axes for four.
    behind = [1] * (len(value.shape) - 2) if data_format == "NCHW" else []
    return tf.add(value, tf.reshape(bias, [-1, *behind]))


tf.nn.bias_add = add_bias
model = keras.saving.load_model(kept)
for layer in model._flatten_layers():
    if hasattr(layer, "unroll"):
        layer.unroll = True  # LiteRT has no lists of tensors, as loops would need
# Weights as constants: LiteRT can't read variables in a branch.
weights = [
    [tf.constant(one.numpy()) for one in group]
    for group in (model.trainable_variables, model.non_trainable_variables)
]


class Served(tf.Module):
    def serve(self, **given):
        inputs = given if len(given) > 1 else next(iter(given.values()))
        return {output: model.stateless_call(*weights, inputs, training=False)[0]}


served = Served()
specs = {one.name: tf.TensorSpec(one.shape, one.dtype, name=one.name) for one in model.inputs}
concrete = tf.function(served.serve).get_concrete_function(**specs)
tf.saved_model.save(served, aside, signatures={"serve": concrete})
converter = tf.lite.TFLiteConverter.from_saved_model(aside, signature_keys=["serve"])
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
if kind != "float32":
    converter.optimizations = [tf.lite.Optimize.DEFAULT]  # by itself: matrices in 8 bits
if kind == "float16":
    converter.target_spec.supported_types = [tf.float16]
with open(file, "wb") as put:
    put.write(converter.convert())
"""


@final
class LiteRtFormat(Format):
    """For phones and small devices; every step of a window is a part of the graph."""

    needs = "ai-edge-litert"
    use = """\
from ai_edge_litert.interpreter import Interpreter

MODEL = Interpreter(str(HERE / "model.tflite"))
SERVE = MODEL.get_signature_runner("serve")


def predict(inputs):
    return next(iter(SERVE(**inputs).values()))
"""

    def __init__(self, name: str, weights: str, loses: float = 0.0) -> None:
        """One of the ways to keep weights.

        Args:
            name: The format's.
            weights: ``float32``, ``float16``; or ``int8``, of matrices of 1024 numbers or more.
            loses: As of a `Format`.
        """
        self.name, self._weights, self.loses = name, weights, loses
        self.about = f"one .tflite file, for LiteRT (once TensorFlow Lite), weights in {weights}"

    def write(self, network: Network, folder: Path) -> None:
        """``model.tflite``, by TensorFlow's converter in a process of its own."""
        asked = f"--format {self.name}"
        import_extra("ai_edge_litert", "ai-edge-litert", "litert", asked)  # the check's
        with TemporaryDirectory() as aside:
            given = [str(folder / "model.tflite"), aside, network.signature.output, self._weights]
            on_tensorflow(network.model, _SCRIPT, given, asked)
