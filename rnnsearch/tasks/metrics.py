"""Metrics in the target's own units.

Each function works on NumPy arrays and, unchanged, on arrays traced by a compiler: it uses
operators, array methods and what the array's own namespace has, and takes no decision that
depends on values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnnsearch.vocabulary import METRICS

__all__ = [
    "FUNCTIONS",
    "Facts",
    "MetricFunction",
    "median_of",
    "metric_value",
    "metric_values",
    "output_metrics",
    "outputs_of",
    "value_range",
]


class Facts(NamedTuple):
    """What metrics are told beside truth and prediction.

    Attributes:
        naive_error: (O,) `rnnsearch.data.Target.naive_error`; None where there is none.
        quantiles: Those that are predicted, in order; empty where values are.
        outputs: (O,) names of what is predicted, where each has a metric of its own.
        deviation: (O,) `rnnsearch.data.Target.deviation`; None where there is none.
    """

    naive_error: Any = None
    quantiles: tuple[float, ...] = ()
    outputs: tuple[str, ...] = ()
    deviation: Any = None


_NOTHING = Facts()


MetricFunction = Callable[[Any, Any, Any, Facts], Any]
"""``(y_true, y_pred, weight, facts) -> scalar``.

y_true: numbers (N, O) or (N, T, O), or int classes (N,) or (N, T). y_pred: numbers alike; quantiles
with an axis Q before that of outputs; or class probabilities with a last axis of classes. weight:
(N,) or (N, T), 1 where an entry counts and 0 where not. If none counts the score is 0.
"""


def _over(total: Any, count: Any) -> Any:
    """total / count, and 0 where the count is 0."""
    return total / (count + (count == 0))


def _mean(errors: Any, weight: Any) -> Any:
    """Mean of (…, O) over all counted entries and outputs."""
    return _over((errors * weight[..., None]).sum(), weight.sum() * errors.shape[-1])


def _rmse(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Root of the mean squared error over all counted entries and outputs."""
    return _mean((y_true - y_pred) ** 2, weight) ** 0.5


def _mae(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Mean absolute error over all counted entries and outputs."""
    return _mean(abs(y_true - y_pred), weight)


def _mape(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Mean of the absolute error as a share of the true value's size.

    A true value of 0 counts as the smallest number above it, as in scikit-learn.
    """
    tiny = float(np.finfo(np.float64).eps)
    size = abs(y_true)
    return _mean(abs(y_true - y_pred) / (size + (size < tiny) * (tiny - size)), weight)


def _smape(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Mean of the absolute error as a share of the mean size of true and predicted value.

    From 0 to 2. Where both are 0 the error is.
    """
    sizes = abs(y_true) + abs(y_pred)
    return _mean(_over(2 * abs(y_true - y_pred), sizes), weight)


def _mase(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Mean absolute error in units of the naive forecast's (Hyndman & Koehler, 2006).

    The naive error is that of the training part, for each output; the mean is over outputs.
    """
    return _mean(abs(y_true - y_pred) / facts.naive_error, weight)


def _nrmse(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Root mean squared error in standard deviations of the training part, mean over outputs.

    Each output weighs the same, whatever its unit.
    """
    outputs = y_true.shape[-1]
    counts = weight.reshape(-1, 1)
    squares = ((y_true - y_pred) ** 2).reshape(-1, outputs) * counts
    return (_over(squares.sum(0), counts.sum()) ** 0.5 / facts.deviation).mean()


def _pinball(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Mean pinball loss over all quantiles, counted entries and outputs."""
    levels = np.array(facts.quantiles)[:, None]
    errors = y_true[..., None, :] - y_pred
    losses = errors * (levels - (errors < 0))
    return _mean(losses.mean(-2), weight)


def _coverage(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Share of true values from the lowest to the highest quantile, both included."""
    inside = (y_true >= y_pred[..., 0, :]) & (y_true <= y_pred[..., -1, :])
    return _mean(inside * 1.0, weight)


def _r2(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
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


def _accuracy(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Share of counted entries whose most probable class is right."""
    return _over(((y_pred.argmax(-1) == y_true) * weight).sum(), weight.sum())


def _f1_macro(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """F1 of each class, averaged over the classes that occur in y_true."""
    count = y_pred.shape[-1]
    classes = np.arange(count)
    counts = weight.reshape(-1, 1)
    true = (y_true.reshape(-1, 1) == classes) * counts
    pred = (y_pred.reshape(-1, count).argmax(-1)[:, None] == classes) * counts
    occurs = true.sum(0) > 0
    f1 = _over(2 * (true * pred).sum(0), true.sum(0) + pred.sum(0))
    return _over((f1 * occurs).sum(), occurs.sum())


def _log_loss(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Mean negative logarithm of the probability of what was true.

    Probabilities are clipped as scikit-learn clips a network's, which are float32.
    """
    xp = y_pred.__array_namespace__()
    tiny = float(np.finfo(np.float32).eps)
    chosen = (y_pred * (y_true[..., None] == np.arange(y_pred.shape[-1]))).sum(-1)
    return _over(-(xp.log(chosen.clip(tiny, 1 - tiny)) * weight).sum(), weight.sum())


def _perplexity(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Of how many equally likely tokens each one is as hard to guess as."""
    return np.e ** _log_loss(y_true, y_pred, weight, facts)


def _bits(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Bits a token: the logarithm of the perplexity to the base of 2."""
    return _log_loss(y_true, y_pred, weight, facts) / float(np.log(2))


def _roc_auc(y_true: Any, y_pred: Any, weight: Any, facts: Facts) -> Any:
    """Area under the receiver operating characteristic.

    Of two classes that of the second; of more the mean over each class against the rest, of
    those that some counted entries have and others have not. NaN where there is no such class.
    """
    xp = y_pred.__array_namespace__()
    count = y_pred.shape[-1]
    counts = weight.reshape(-1)
    classes = np.arange(1, count) if count == 2 else np.arange(count)
    scores = y_pred.reshape(-1, count)[:, classes].T
    true = (y_true.reshape(-1) == classes[:, None]) * counts
    areas, pairs = xp.vectorize(_area, signature="(n),(n),(n)->(),()")(scores, true, counts - true)
    judged = pairs > 0
    return xp.where(judged.any(), _over((areas * judged).sum(), judged.sum()), np.nan)


def _area(scores: Any, positive: Any, negative: Any) -> tuple[Any, Any]:
    """Share of pairs that are in order, ties as half (Mann & Whitney, 1947), and all pairs.

    Args:
        scores: (M,)
        positive: (M,) weight as one of the class.
        negative: (M,) weight as one of the rest.
    """
    xp = scores.__array_namespace__()
    order = scores.argsort()
    ranked = scores[order]
    below = xp.concatenate([negative[:1] * 0, negative[order].cumsum()])
    lower, upper = (below[ranked.searchsorted(scores, side=side)] for side in ("left", "right"))
    pairs = positive.sum() * negative.sum()
    return _over((positive * (lower + upper)).sum() / 2, pairs), pairs


FUNCTIONS: dict[str, MetricFunction] = {
    "rmse": _rmse,
    "mae": _mae,
    "r2": _r2,
    "mape": _mape,
    "smape": _smape,
    "mase": _mase,
    "nrmse": _nrmse,
    "pinball": _pinball,
    "coverage": _coverage,
    "accuracy": _accuracy,
    "f1_macro": _f1_macro,
    "log_loss": _log_loss,
    "roc_auc": _roc_auc,
    "perplexity": _perplexity,
    "bits": _bits,
}
"""What computes each metric of the vocabulary."""


def value_range(name: str) -> tuple[float, float]:
    """The least and the most that ``val_<metric>`` can be; of a loss, and an error, from 0 on."""
    metric = METRICS.get(name.removeprefix("val_"))
    return (0.0, math.inf) if metric is None else (metric.least, metric.most)


_OF_ONE = "rmse_"
_MOST_OUTPUTS = 8
"""Outputs that each have a metric of their own, at most."""


def output_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Metrics of each of several outputs (O,): one over all hides those of small numbers."""
    if not 1 < len(names) <= _MOST_OUTPUTS:
        return ()
    return tuple(f"{_OF_ONE}{name}" for name in names)


def outputs_of(metrics: Sequence[str]) -> tuple[str, ...]:
    """The outputs that have metrics of their own among these, in order."""
    own = (name for name in metrics if name.startswith(_OF_ONE) and name not in METRICS)
    return tuple(name.removeprefix(_OF_ONE) for name in own)


def median_of(outputs: Any, quantiles: Sequence[float]) -> Any:
    """What is predicted where quantiles are put out, (…, Q, O): the median. Else the outputs."""
    return outputs[..., quantiles.index(0.5), :] if quantiles else outputs


def metric_value(name: str, y_true: Any, y_pred: Any, weight: Any, facts: Facts = _NOTHING) -> Any:
    """A metric of predictions, of arrays of any kind; of quantiles numbers judge the median.

    Also ``rmse_<output>``, of one of several outputs alone.
    """
    if name not in METRICS:
        name, of = "rmse", name.removeprefix(_OF_ONE)
        at = facts.outputs.index(of)
        y_true, y_pred = y_true[..., at : at + 1], y_pred[..., at : at + 1]
    if facts.quantiles and METRICS[name].kind == "numeric":
        y_pred = median_of(y_pred, facts.quantiles)
    return FUNCTIONS[name](y_true, y_pred, weight, facts)


def metric_values(
    names: Sequence[str],
    y_true: np.ndarray,
    y_pred: np.ndarray,
    weight: np.ndarray,
    facts: Facts = _NOTHING,
) -> dict[str, float]:
    """Several metrics of the same predictions, on NumPy arrays in double precision."""
    # What the truth is set against has 64 bits; so have then differences and sums.
    pred, counts = y_pred.astype(np.float64), weight.astype(np.float64)
    return {name: float(metric_value(name, y_true, pred, counts, facts)) for name in names}
