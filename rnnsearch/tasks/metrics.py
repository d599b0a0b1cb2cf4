"""Metrics in the target's own units.

Each function works on NumPy arrays and, unchanged, on arrays traced by a compiler: it uses
operators and array methods only, and takes no decision that depends on values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = ["METRICS", "Metric", "metric_values"]


@dataclass(frozen=True)
class Metric:
    """A score of predictions.

    Attributes:
        name: As in ``val_<name>``.
        direction: Whether small or large is good.
        kind: Of targets it is for.
        function: ``(y_true, y_pred, weight) -> scalar``. y_true: numbers (N, O) or
            (N, T, O), or int classes (N,) or (N, T). y_pred: numbers alike, or class
            probabilities with a last axis of classes. weight: (N,) or (N, T), 1 where an
            entry counts and 0 where not. If none counts the score is 0.
    """

    name: str
    direction: Literal["minimize", "maximize"]
    kind: Literal["numeric", "class"]
    function: Callable[[Any, Any, Any], Any]


def _over(total: Any, count: Any) -> Any:
    """total / count, and 0 where the count is 0."""
    return total / (count + (count == 0))


def _rmse(y_true: Any, y_pred: Any, weight: Any) -> Any:
    """Root of the mean squared error over all counted entries and outputs."""
    squares = (y_true - y_pred) ** 2 * weight[..., None]
    return _over(squares.sum(), weight.sum() * y_true.shape[-1]) ** 0.5


def _mae(y_true: Any, y_pred: Any, weight: Any) -> Any:
    """Mean absolute error over all counted entries and outputs."""
    errors = abs(y_true - y_pred) * weight[..., None]
    return _over(errors.sum(), weight.sum() * y_true.shape[-1])


def _r2(y_true: Any, y_pred: Any, weight: Any) -> Any:
    """Share of variance explained, for each output over all its counted entries; their mean.

    Steps are entries like any other: the variance is that around one mean for all steps.
    Of an output that does not vary the share is 1 if predicted exactly, else 0.
    """
    outputs = y_true.shape[-1]
    counts = weight.reshape(-1, 1)
    true, pred = y_true.reshape(-1, outputs), y_pred.reshape(-1, outputs)
    mean = _over((true * counts).sum(0), counts.sum())
    total = ((true - mean) ** 2 * counts).sum(0)
    rest = ((true - pred) ** 2 * counts).sum(0)
    flat = total == 0
    return ((1 - rest / (total + flat)) * (total > 0) + flat * (rest == 0)).mean()


def _accuracy(y_true: Any, y_pred: Any, weight: Any) -> Any:
    """Share of counted entries whose most probable class is right."""
    return _over(((y_pred.argmax(-1) == y_true) * weight).sum(), weight.sum())


def _f1_macro(y_true: Any, y_pred: Any, weight: Any) -> Any:
    """F1 of each class, averaged over the classes that occur in y_true."""
    count = y_pred.shape[-1]
    classes = np.arange(count)
    counts = weight.reshape(-1, 1)
    true = (y_true.reshape(-1, 1) == classes) * counts
    pred = (y_pred.reshape(-1, count).argmax(-1)[:, None] == classes) * counts
    occurs = true.sum(0) > 0
    f1 = _over(2 * (true * pred).sum(0), true.sum(0) + pred.sum(0))
    return _over((f1 * occurs).sum(), occurs.sum())


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("rmse", "minimize", "numeric", _rmse),
        Metric("mae", "minimize", "numeric", _mae),
        Metric("r2", "maximize", "numeric", _r2),
        Metric("accuracy", "maximize", "class", _accuracy),
        Metric("f1_macro", "maximize", "class", _f1_macro),
    )
}
"""Every metric by its name."""


def metric_values(
    names: Sequence[str], y_true: np.ndarray, y_pred: np.ndarray, weight: np.ndarray
) -> dict[str, float]:
    """Several metrics of the same predictions, on NumPy arrays in double precision."""
    kinds = {METRICS[name].kind for name in names}
    true = y_true.astype(np.float64) if "numeric" in kinds else y_true
    pred, counts = y_pred.astype(np.float64), weight.astype(np.float64)
    return {name: float(METRICS[name].function(true, pred, counts)) for name in names}
