"""A forecast of all steps at once is one layer on what was read and on what is known of each step."""

from __future__ import annotations

import keras
import numpy as np

from rnnsearch.models import Architecture
from rnnsearch.models.build import build_standard
from rnnsearch.tasks import Head, SourceInput

STEPS, AHEAD, WIDTH, UNITS = 3, 2, 2, 4


def test_it_is_a_dense_layer_on_both() -> None:
    source = SourceInput(5, 1, None, False)
    head = Head(STEPS, AHEAD, None, False, WIDTH, "linear", False, source=source)
    model = build_standard(Architecture("GRU", (UNITS,), False, False, head, decoder="direct"))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    read = rng.normal(size=(6, 5, 1)).astype(np.float32)
    ahead = rng.normal(size=(6, STEPS, AHEAD)).astype(np.float32)

    (recurrent,) = [one for one in model.layers if isinstance(one, keras.layers.RNN)]
    dense = model.get_layer("output")
    last, _ = recurrent(read)
    rows = np.concatenate([np.asarray(last), ahead.reshape(6, -1)], axis=1)
    expected = (rows @ np.asarray(dense.kernel) + np.asarray(dense.bias)).reshape(6, STEPS, WIDTH)
    found = model.predict({"source": read, "ahead": ahead}, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
