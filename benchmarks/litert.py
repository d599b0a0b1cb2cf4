"""Which recurrent cells LiteRT converts and quantises, how small they become and how far off.

    python benchmarks/litert.py

Networks of 64 units with random weights, 12 steps of four numbers, a hundred sequences; the
difference is in deviations of what the network gives. `litert`, `litert_float16` and `litert_int8`
are the formats of `export`; the other two have activations in integers, too.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

CELLS = ("SimpleRNN", "LSTM", "GRU")
WAYS = ("litert", "litert_float16", "litert_int8", "int8 throughout", "int8, activations int16")
SAMPLES = 50
"""Sequences that the range of an activation is read off."""


def network(cell: str, both: bool) -> keras.Model:
    """One recurrent layer, unrolled, as LiteRT has no loops."""
    layer = getattr(keras.layers, cell)(64, unroll=True)
    inputs = keras.Input((12, 4), name="rows")
    hidden = (keras.layers.Bidirectional(layer) if both else layer)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


def converted(model: keras.Model, way: str, rows: np.ndarray) -> bytes:
    """The file's content."""
    groups = (model.trainable_variables, model.non_trainable_variables)
    weights = [[tf.constant(one.numpy()) for one in group] for group in groups]
    module = tf.Module()
    module.serve = tf.function(
        lambda rows: {"y": model.stateless_call(*weights, rows, training=False)[0]},
        input_signature=[tf.TensorSpec((None, 12, 4), tf.float32, name="rows")],
    )
    operators = tf.lite.OpsSet
    with tempfile.TemporaryDirectory() as aside:
        tf.saved_model.save(module, aside, signatures={"serve": module.serve})
        converter = tf.lite.TFLiteConverter.from_saved_model(aside, signature_keys=["serve"])
        converter.target_spec.supported_ops = [operators.TFLITE_BUILTINS]
        if way != "litert":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if way == "litert_float16":
            converter.target_spec.supported_types = [tf.float16]
        if way.startswith("int8"):
            converter.representative_dataset = lambda: (
                ("serve", {"rows": rows[at : at + 1]}) for at in range(SAMPLES)
            )
            converter.target_spec.supported_ops = [
                operators.TFLITE_BUILTINS_INT8
                if way == "int8 throughout"
                else operators.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
            ]
        content: bytes = converter.convert()
    return content


def outputs(content: bytes, rows: np.ndarray) -> Any:
    """By LiteRT's own runtime, a sequence at a time."""
    serve = Interpreter(model_content=content).get_signature_runner("serve")
    found = [serve(rows=rows[at : at + 1])["y"] for at in range(len(rows))]
    return np.concatenate(found)


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    rows = np.random.default_rng(0).normal(size=(100, 12, 4)).astype("float32")
    for cell in CELLS:
        for both in (False, True):
            model = network(cell, both)
            expected = model.predict(rows, verbose=0)
            for way in WAYS:
                content = converted(model, way, rows)
                off = abs(outputs(content, rows) - expected).max() / expected.std()
                name = f"{cell}, both ways" if both else cell
                print(f"{name:20} {way:24} {len(content) // 1024:4} kB  {off:.2g}", flush=True)
