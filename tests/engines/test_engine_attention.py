"""Attention on real sentences: a network whose units saturate says the most frequent word for ever."""

from pathlib import Path

import keras
import numpy as np
import pytest

from rnnsearch.data import read
from rnnsearch.models import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.spec import load
from rnnsearch.tasks import TASKS

SPEC = Path(__file__).parents[2] / "search_spaces" / "verses_en_es.yaml"
SEQUENCES, BATCH = 320, 16
"""Forty updates in two epochs: what saturates has done so after twenty."""


@pytest.fixture(scope="module")
def dataset():
    spec = load(SPEC).spec
    return read(spec.data, spec.task).dataset()


def test_more_is_learned_than_which_word_is_frequent(dataset):
    keras.utils.set_random_seed(0)
    head = TASKS["sequence_to_sequence"].head(dataset)
    model = build_standard(Architecture("GRU", (64,), True, False, head, 32, "luong"))
    model.compile(
        keras.optimizers.Adam(8e-3),
        loss="sparse_categorical_crossentropy",
        weighted_metrics=["accuracy"],
    )
    x = {name: np.asarray(array[:SEQUENCES]) for name, array in dataset.train.x.items()}
    y, weights = dataset.train.y[:SEQUENCES], dataset.train.weights[:SEQUENCES]
    history = model.fit(x, y, sample_weight=weights, batch_size=BATCH, epochs=2, verbose=0).history
    counts = np.bincount(y[weights > 0])
    assert history["accuracy"][-1] > 1.5 * counts.max() / counts.sum()
