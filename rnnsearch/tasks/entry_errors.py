"""What each entry of a part adds to a score, so that two methods can be compared in pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnnsearch.data import Part, Target
from rnnsearch.tasks.losses import Loss, own_units
from rnnsearch.tasks.metrics import median_of

__all__ = ["entry_errors"]

_Errors = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _squared(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return np.asarray(((truth - predicted) ** 2).mean(axis=-1))


def _absolute(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(truth - predicted).mean(axis=-1))


def _wrong(truth: np.ndarray, chances: np.ndarray) -> np.ndarray:
    return np.asarray(truth != chances.argmax(axis=-1), float)


def _logarithm(truth: np.ndarray, chances: np.ndarray) -> np.ndarray:
    chosen = np.take_along_axis(chances, truth[..., None].astype(int), axis=-1)[..., 0]
    return np.asarray(-np.log(np.maximum(chosen, np.finfo(np.float32).eps)))


def _pinball(truth: np.ndarray, levels: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
    errors = truth[..., None, :] - levels
    below = np.array(quantiles)[:, None] - (errors < 0)
    return np.asarray((errors * below).mean(axis=(-2, -1)))


_OF: dict[str, _Errors] = {
    "rmse": _squared,
    "r2": _squared,
    "mae": _absolute,
    "mase": _absolute,
    "accuracy": _wrong,
    "f1_macro": _wrong,
    "log_loss": _logarithm,
    "perplexity": _logarithm,
    "bits": _logarithm,
}
"""Metric → the error whose mean it goes with."""

_OF_LOSSES = {"mse": "rmse", "mae": "mae", "cross_entropy": "log_loss"}


def entry_errors(
    outputs: np.ndarray, part: Part, target: Target, loss: Loss, metric: str
) -> np.ndarray | None:
    """The error of each entry.

    Args:
        outputs, part, target, loss: As in `judge`.
        metric: What methods are ranked by, ``loss`` or one of `METRICS`.

    Returns:
        (N,) or (N, T), NaN where an entry does not count; None where a metric is no mean of errors.
    """
    # In the target's own units: losses of two methods may be scaled by different training parts.
    error = _OF.get(_OF_LOSSES.get(loss.name, "") if metric == "loss" else metric)
    truth = np.asarray(target.own_units(part.y, part.anchor))
    predicted = np.asarray(own_units(outputs, target, loss, part.anchor))
    if loss.quantiles and (metric == "pinball" or metric == "loss"):
        entries = _pinball(truth, predicted, loss.quantiles)
    elif error is not None:
        entries = error(truth, median_of(predicted, loss.quantiles))
    else:
        return None
    return np.where(part.weights > 0, entries, np.nan)
