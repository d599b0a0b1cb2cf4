"""The judge: its loss is the one that engines train."""

from __future__ import annotations

import numpy as np
import pytest

from rnnsearch.data import Part
from rnnsearch.engines.compiling import make_loss
from rnnsearch.execution.judging import _loss

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
