"""How a decoder may join what it attends to: three ways, on the verses in English and Spanish.

    python benchmarks/attention.py

The same encoder (a GRU that reads both ways, its outputs averaged), decoder and dot product, in
plain Keras; only what is made of the context and the decoder's output differs. What it prints:
benchmarks/README.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A script finds its own folder only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks.machine import print_machine
from benchmarks.tables import table
from rnnsearch.data import read
from rnnsearch.spec import load

_SPEC = Path(__file__).resolve().parents[1] / "search_spaces" / "verses_en_es.yaml"
_UNITS, _EMBEDDING, _SEQUENCES, _EPOCHS = 128, 64, 3200, 3

Join = Callable[[Any, Any], Any]


def _dense(context: Any, output: Any) -> Any:
    """Luong, Pham & Manning (2015)."""
    joined = keras.layers.Concatenate()([context, output])
    return keras.layers.Dense(_UNITS, activation="tanh", name="joined")(joined)


def _beside(context: Any, output: Any) -> Any:
    return keras.layers.Concatenate(name="joined")([context, output])


def _normalised(context: Any, output: Any) -> Any:
    total = keras.layers.Add()([context, output])
    return keras.layers.LayerNormalization(name="joined")(total)


WAYS: dict[str, Join | None] = {
    "no attention": None,
    "dense layer with tanh": _dense,
    "side by side": _beside,
    "kept: sum, normalised": _normalised,
}


def main() -> None:
    spec = load(_SPEC).spec
    dataset = read(spec.data, spec.task).dataset()
    train = dataset.train
    assert isinstance(train.x, dict) and dataset.vocabulary and dataset.source_vocabulary
    x = {name: np.asarray(array[:_SEQUENCES]) for name, array in train.x.items()}
    y, weights = train.y[:_SEQUENCES], train.weights[:_SEQUENCES]
    rows = []
    for name, join in WAYS.items():
        keras.utils.set_random_seed(0)
        model = _model(join, x, dataset.source_vocabulary, dataset.vocabulary, dataset.target.width)
        model.compile(
            keras.optimizers.Adam(2e-3),
            loss="sparse_categorical_crossentropy",
            weighted_metrics=["accuracy"],
        )
        history = model.fit(x, y, sample_weight=weights, batch_size=32, epochs=_EPOCHS, verbose=0)
        rows.append([name, *(f"{value:.3f}" for value in history.history["accuracy"])])
    print_machine()
    header = ["way", *(f"epoch {number}" for number in range(1, _EPOCHS + 1))]
    print(table(header, rows, texts=("way",)))


def _model(
    join: Join | None, x: dict[str, np.ndarray], reads: int, writes: int, classes: int
) -> keras.Model:
    source = keras.Input(x["source"].shape[1:], dtype="int32", name="source")
    previous = keras.Input(x["previous"].shape[1:], dtype="int32", name="previous")
    read = keras.layers.Embedding(reads, _EMBEDDING, mask_zero=True)(source)
    gru = keras.layers.GRU(_UNITS, return_sequences=True, return_state=True)
    encoded, forwards, backwards = keras.layers.Bidirectional(gru, merge_mode="ave")(read)
    state = keras.layers.Average()([forwards, backwards])
    written = keras.layers.Embedding(writes, _EMBEDDING)(previous)
    output = keras.layers.GRU(_UNITS, return_sequences=True)(written, initial_state=state)
    if join is not None:
        context = keras.layers.Attention()([output, encoded])
        output = join(context, output)
    output = keras.layers.Dense(classes, activation="softmax")(output)
    return keras.Model({"source": source, "previous": previous}, output)


if __name__ == "__main__":
    main()
