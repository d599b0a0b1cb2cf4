"""The judge: its loss is the one that engines train."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from rnnsearch.engines.keras_losses import make_loss
from rnnsearch.execution.evaluating import predict_evenly
from rnnsearch.tasks import Loss, mean_loss

RNG = np.random.default_rng(0)


LOSSES = [
    Loss("mse"),
    Loss("mae"),
    Loss("huber", delta=0.7),
    Loss("quantile", quantiles=(0.1, 0.5, 0.9)),
    Loss("cross_entropy"),
]


@pytest.mark.parametrize("steps", [(), (4,)], ids=["sequence", "step"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])
def test_the_loss_is_that_of_training(loss: Loss, weighted: bool, steps: tuple[int, ...]) -> None:
    shape = (6, *steps)
    weight = RNG.random(shape).astype(np.float32).round(1) if weighted else np.ones(shape)
    if loss.name != "cross_entropy":
        y = RNG.normal(size=(*shape, 3)).astype(np.float32)
        outputs = 3 * max(1, len(loss.quantiles))
        predicted = RNG.normal(size=(*shape, outputs)).astype(np.float32)
    else:
        y = RNG.integers(0, 3, shape).astype(np.int32)
        predicted = RNG.dirichlet([1, 1, 1], shape).astype(np.float32)
        predicted[0] = np.eye(3)[1]  # certain, and wrong where y is not 1
    expected = make_loss(loss)(y, predicted, weight)
    found = mean_loss(loss, y, predicted, weight, keras.config.epsilon())
    assert found == pytest.approx(float(expected), rel=1e-5)


def test_a_part_in_which_nothing_counts_has_no_loss() -> None:
    y = np.zeros((2, 1), np.float32)
    assert mean_loss(Loss("mse"), y, y + 1, np.zeros(2, np.float32)) == 0


@pytest.mark.parametrize(("count", "most"), [(1, 512), (5, 2), (512, 512), (1025, 512)])
def test_predictions_are_in_batches_of_one_size(
    count: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = RNG.normal(size=(count, 2)).astype(np.float32)
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    predict, calls = model.predict, []

    def noted(x: np.ndarray, *, batch_size: int, verbose: int) -> np.ndarray:
        calls.append((len(x), batch_size))
        return predict(x, batch_size=batch_size, verbose=verbose)

    monkeypatch.setattr(model, "predict", noted)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(predict_evenly(model, x, most), x @ kernel + bias, atol=1e-5)
    ((given, size),) = calls
    assert given % size == 0 and size <= most and given - count < size
