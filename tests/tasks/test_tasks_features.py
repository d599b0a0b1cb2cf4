"""What a model without memory is given, and what is reported of each kind of target."""

from __future__ import annotations

import numpy as np

from rnnsearch.data import MASK_VALUE, Scaling, Target
from rnnsearch.tasks import TASKS, Loss


def test_causal_lags() -> None:
    x = np.arange(2 * 40, dtype=np.float32).reshape(1, 40, 2)
    x[0, 0] = MASK_VALUE
    found = TASKS["many_to_many"].memoryless_features(x).reshape(40, 32, 2)
    np.testing.assert_array_equal(found[:, 0], np.where(x[0] < 0, 0, x[0]))
    np.testing.assert_array_equal(found[39, 31], x[0, 8])
    np.testing.assert_array_equal(found[3, 3:], 0)  # padding, and before the window
    changed = x.copy()
    changed[0, 20:] += 1
    later = TASKS["many_to_many"].memoryless_features(changed).reshape(40, 32, 2)
    np.testing.assert_array_equal(found[:20], later[:20])


def test_a_window_is_flattened_and_its_padding_is_zero() -> None:
    x = np.array([[[1, 2], [3, 4]], [[MASK_VALUE] * 2, [5, 6]]], np.float32)
    found = TASKS["many_to_one"].memoryless_features(x)
    np.testing.assert_array_equal(found, [[1, 2, 3, 4], [0, 0, 5, 6]])


def test_metrics_and_losses_by_kind() -> None:
    same = Scaling(np.zeros(1), np.ones(1))
    task = TASKS["many_to_one"]
    for kind, classes, loss, first in (
        ("numeric", (), "mse", "rmse"),
        ("class", ("a", "b"), "cross_entropy", "accuracy"),
    ):
        target = Target(kind, ("y",), classes, same)  # type: ignore[arg-type]
        assert task.loss(target) == Loss(loss)  # type: ignore[arg-type]
        assert task.metrics(target)[0] == first
