"""The judge: its loss is the one that engines train."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from rnnsearch.data import Part
from rnnsearch.engines.losses import make_loss
from rnnsearch.execution.judging import _loss, _predict

RNG = np.random.default_rng(0)


def part(y: np.ndarray, weight: np.ndarray | None) -> Part:
    return Part(x=np.zeros((len(y), 1), np.float32), y=y, weight=weight)


@pytest.mark.parametrize("steps", [(), (4,)], ids=["sequence", "step"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["mse", "cross_entropy"])
def test_the_loss_is_that_of_training(name: str, weighted: bool, steps: tuple[int, ...]) -> None:
    shape = (6, *steps)
    weight = RNG.integers(0, 2, shape).astype(np.float32) if weighted else None
    if name == "mse":
        y = RNG.normal(size=(*shape, 3)).astype(np.float32)
        predicted = RNG.normal(size=(*shape, 3)).astype(np.float32)
    else:
        y = RNG.integers(0, 3, shape).astype(np.int32)
        predicted = RNG.dirichlet([1, 1, 1], shape).astype(np.float32)
        predicted[0] = np.eye(3)[1]  # certain, and wrong where y is not 1
    given = part(y, weight)
    expected = make_loss(name)(y, predicted, given.weights)
    assert _loss(name, given, predicted) == pytest.approx(float(expected), rel=1e-5)


def test_a_part_in_which_nothing_counts_has_no_loss() -> None:
    given = part(np.zeros((2, 1), np.float32), np.zeros(2, np.float32))
    assert _loss("mse", given, np.ones((2, 1), np.float32)) == 0


@pytest.mark.parametrize("count", [1, 5, 512, 1025])
def test_predictions_are_in_batches_of_one_size(
    count: int, monkeypatch: pytest.MonkeyPatch
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
    np.testing.assert_allclose(_predict(model, x), x @ kernel + bias, atol=1e-5)
    ((given, size),) = calls
    assert given % size == 0 and size <= 512 and given - count < size
