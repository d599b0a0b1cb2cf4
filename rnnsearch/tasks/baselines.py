"""What the simplest methods predict, fitted on the training part.

They are what a network must beat. Naive forecasts come with the data; the others are the
mean (or the majority class) and a linear model on the features that a model without memory
is given, its penalty chosen by the validation part.
"""

from __future__ import annotations

import warnings

import numpy as np

from rnnsearch.data import Dataset, Part
from rnnsearch.tasks._base import Task

__all__ = ["predictions"]

_ALPHAS = (1e-3, 1e-1, 1.0, 10.0, 100.0, 1000.0)
_COSTS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
_MOST_ROWS = 50_000
"""Rows a linear model is fitted on at most: evenly spaced ones of those there are."""


def predictions(task: Task, dataset: Dataset, part: Part) -> dict[str, np.ndarray]:
    """Predictions for `part` of every baseline that the data allow.

    ``last_value`` and ``seasonal_naive`` where the source has them: where the past does not
    reach back far enough for a seasonal forecast the last value is used, and where there is
    none either, the mean or the majority class. ``mean`` of each output (and, for
    one_to_many, each step) over the training part; or ``majority``, the class frequencies
    there. ``linear``: ridge or logistic regression.

    Returns:
        Name → predictions in the target's own units, shaped as y; or class probabilities
        with a last axis of classes.
    """
    numeric = dataset.target.kind == "numeric"
    constant = _constant(task, dataset, part)
    if numeric:
        constant = dataset.target.scaling.invert(constant)
    found: dict[str, np.ndarray] = {}
    filled = constant
    for name, forecast in part.naive.items():
        if numeric:
            filled = np.where(np.isnan(forecast), filled, forecast)
        else:
            one_hot = np.eye(dataset.target.width)[np.maximum(forecast, 0)]
            filled = np.where((forecast < 0)[..., None], filled, one_hot)
        found[name] = filled
        filled = found.get("last_value", filled)
    found["mean" if numeric else "majority"] = constant
    linear = _linear(task, dataset, part)
    found["linear"] = dataset.target.scaling.invert(linear) if numeric else linear
    return found


def _constant(task: Task, dataset: Dataset, part: Part) -> np.ndarray:
    """Training mean (scaled) or class frequencies, for every entry of `part`.

    One for each step of one_to_many, whose steps are the same in every sequence.
    """
    train, target = dataset.train, dataset.target
    numeric = target.kind == "numeric"
    counts = train.weights > 0
    values = train.y.astype(np.float64) if numeric else np.eye(target.width)[train.y]
    axes = (0,) if task.name == "one_to_many" else tuple(range(counts.ndim))
    weights = counts[..., None].astype(np.float64)
    total = np.maximum(weights.sum(axis=axes), 1)
    mean = (values * weights).sum(axis=axes) / total
    shape = part.y.shape if numeric else (*part.y.shape, target.width)
    return np.broadcast_to(mean, shape).copy()


def _linear(task: Task, dataset: Dataset, part: Part) -> np.ndarray:
    """Predictions of the linear model with the penalty that does best on validation.

    Where features and targets both have steps, rows are steps; a one_to_many target is one
    row with an output for each step.
    """
    if dataset.target.kind == "class":
        return _logistic(task, dataset, part)
    from sklearn.linear_model import Ridge

    train, validation = dataset.train, dataset.validation
    stepped = train.y.ndim == 3 and task.name != "one_to_many"
    x, y, _ = _rows(task, train, stepped, True)
    xv, yv, counts = _rows(task, validation, stepped, True)
    best, least = Ridge(), np.inf
    for alpha in _ALPHAS:
        model = Ridge(alpha=alpha).fit(_thin(x), _thin(y))
        errors = (_outputs(model, xv, yv) - yv) ** 2 * counts
        if errors.sum() < least:
            best, least = model, errors.sum()
    xp, yp, _ = _rows(task, part, stepped, False)
    return _outputs(best, xp, yp).reshape(part.y.shape)


def _outputs(model: object, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The model's predictions for x (M, D), shaped as y (M, outputs)."""
    return np.asarray(model.predict(x), dtype=np.float64).reshape(y.shape)  # type: ignore[attr-defined]


def _rows(
    task: Task, part: Part, stepped: bool, counted: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (M, D), targets (M, outputs) and weights alike, a row a step or a sequence.

    Args:
        task: Says what the features are.
        part: Where from.
        stepped: Whether rows are steps.
        counted: Whether to leave out rows that do not count.
    """
    features = task.memoryless_features(part.x)
    counts = part.weights > 0
    if stepped:
        features = features.reshape(-1, features.shape[-1])
        y, counts = part.y.reshape(-1, part.y.shape[-1]), counts.reshape(-1)
        keep = counts if counted else np.ones_like(counts)
        return features[keep], y[keep], np.ones((int(keep.sum()), 1))
    weights = np.broadcast_to(counts[..., None], part.y.shape)
    return features, part.y.reshape(len(part.y), -1), weights.reshape(len(part.y), -1)


def _thin(rows: np.ndarray) -> np.ndarray:
    """At most `_MOST_ROWS` of the rows, evenly spaced."""
    if len(rows) <= _MOST_ROWS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _MOST_ROWS).astype(np.int64)]


def _logistic(task: Task, dataset: Dataset, part: Part) -> np.ndarray:
    """Class probabilities of a logistic regression, one for all steps."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    classes = dataset.target.width
    x, y, counts = _class_rows(task, dataset.train)
    xv, yv, counts_v = _class_rows(task, dataset.validation)
    best, least = None, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for cost in _COSTS:
            model = LogisticRegression(C=cost, max_iter=300)
            model.fit(_thin(x[counts]), _thin(y[counts]))
            chances = _probabilities(model, xv, classes)[np.arange(len(yv)), yv]
            loss = -(np.log(np.maximum(chances, 1e-12)) * counts_v).sum()
            if loss < least:
                best, least = model, loss
    assert best is not None
    xp, _, _ = _class_rows(task, part)
    return _probabilities(best, xp, classes).reshape(*part.y.shape, classes)


def _class_rows(task: Task, part: Part) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (M, D), classes (M,) and whether each counts (M,).

    Where a vector has a sequence of classes, the step's number joins the features, one-hot.
    """
    features = task.memoryless_features(part.x)
    if part.y.ndim == 2 and features.ndim == 2:
        count, steps = part.y.shape
        step = np.broadcast_to(np.eye(steps, dtype=np.float32), (count, steps, steps))
        repeated = np.broadcast_to(features[:, None], (count, steps, features.shape[1]))
        features = np.concatenate([repeated, step], axis=2)
    return features.reshape(part.y.size, -1), part.y.ravel(), part.weights.ravel() > 0


def _probabilities(model: object, x: np.ndarray, classes: int) -> np.ndarray:
    """(M, C) probabilities; classes that the model was not shown have none."""
    found = np.zeros((len(x), classes))
    if len(x):
        found[:, model.classes_] = model.predict_proba(x)  # type: ignore[attr-defined]
    return found
