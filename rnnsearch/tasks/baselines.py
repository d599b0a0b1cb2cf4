"""What the simplest methods predict, fitted on the training part.

They are what a network must beat. Naive forecasts come with the data; the others are the
mean (or the majority class) and a linear model on the features that a model without memory
is given, its penalty chosen by the validation part.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from rnnsearch.data import Dataset, Part, Target
from rnnsearch.data.inputs import Sequences, take
from rnnsearch.tasks._base import Task

__all__ = ["Baselines", "SimpleBaselines", "fit"]

_ALPHAS = (1e-3, 1e-1, 1.0, 10.0, 100.0, 1000.0)
_COSTS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
_MOST_ROWS = 50_000
"""Rows a linear model is fitted on at most: evenly spaced ones of those there are."""

_MOST_PATTERNS = 8
"""Of gaps, in which a linear model is fitted to every row it can be."""


_AT_ONCE = 8192
"""Rows that a linear model predicts at a time."""


_Features = Callable[[Part], Sequences]
"""What a model without memory is given of a part, (N, D) or (N, T, D)."""


class _Linear(Protocol):
    """A fitted linear model."""

    def predict(self, part: Part) -> np.ndarray:
        """Scaled numbers shaped as y, or class probabilities with a last axis of classes."""


class Baselines(ABC):
    """Simple methods, fitted."""

    @abstractmethod
    def predict(self, part: Part) -> dict[str, np.ndarray]:
        """Predictions for `part` of every baseline that the data allow.

        Returns:
            Name → predictions in the target's own units, shaped as y; or class
            probabilities with a last axis of classes.
        """


@dataclass(frozen=True)
class SimpleBaselines(Baselines):
    """The simple methods for inputs that are numbers.

    Attributes:
        target: What is predicted.
        constant: Training mean (O,) in own units or class frequencies (C,); (T, …) for one_to_many,
            whose steps are the same in every sequence.
        linear: Ridge or logistic regression; None where no model without memory can be.
    """

    target: Target
    constant: np.ndarray
    linear: _Linear | None

    def predict(self, part: Part) -> dict[str, np.ndarray]:
        """Predictions for `part` of every baseline that the data allow.

        ``last_value`` and ``seasonal_naive`` where the source has them: where the past does
        not reach back far enough for a seasonal forecast the last value is used, and where
        there is none either, the mean or the majority class. ``mean`` of each output (and,
        for one_to_many, each step) over the training part; or ``majority``, the class
        frequencies there. ``linear``: ridge or logistic regression.

        Returns:
            Name → predictions in the target's own units, shaped as y; or class
            probabilities with a last axis of classes.
        """
        numeric = self.target.kind == "numeric"
        shape = part.y.shape if numeric else (*part.y.shape, self.target.width)
        constant = np.broadcast_to(self.constant, shape).copy()
        found: dict[str, np.ndarray] = {}
        filled = constant
        for name, forecast in part.naive.items():
            if numeric:
                filled = np.where(np.isnan(forecast), filled, forecast)
            else:
                one_hot = np.eye(self.target.width)[np.maximum(forecast, 0)]
                filled = np.where((forecast < 0)[..., None], filled, one_hot)
            found[name] = filled
            filled = found.get("last_value", filled)
        found["mean" if numeric else "majority"] = constant
        if self.linear is None:
            return found
        linear = self.linear.predict(part)
        found["linear"] = self.target.own_units(linear, part.anchor)
        return found


def fit(task: Task, dataset: Dataset) -> Baselines:
    """Fit every baseline on the training part, penalties on the validation part."""
    if dataset.vocabulary is not None:
        # Where tokens are read; scikit-learn is imported for these only.
        from rnnsearch.tasks.token_baselines import fit_tokens

        return fit_tokens(dataset)
    features = partial(_features, task, dataset.vocabulary)
    linear: _Linear | None = None
    if task.memoryless_features(take(dataset.train.x, slice(1)), dataset.vocabulary) is not None:
        fit_linear = _fit_logistic if dataset.target.kind == "class" else _fit_ridge
        linear = fit_linear(features, dataset, task.at_once)
    return SimpleBaselines(dataset.target, _constant(task, dataset), linear)


def _features(task: Task, vocabulary: int | None, part: Part) -> Sequences:
    """What a model without memory is given of a part."""
    found = task.memoryless_features(part.x, vocabulary)
    assert found is not None
    return found


def _constant(task: Task, dataset: Dataset) -> np.ndarray:
    """Training mean or class frequencies, of what counts; see `Baselines.constant`."""
    train, target = dataset.train, dataset.target
    counts = train.weights > 0
    numeric = target.kind == "numeric"
    own = target.own_units(train.y, train.anchor)
    values = own.astype(np.float64) if numeric else np.eye(target.width)[own]
    axes = (0,) if task.at_once else tuple(range(counts.ndim))
    weights = counts[..., None].astype(np.float64)
    total = np.maximum(weights.sum(axis=axes), 1)
    return np.asarray((values * weights).sum(axis=axes) / total)


@dataclass(frozen=True)
class _Ridge:
    """A linear map from features to scaled numbers.

    Attributes:
        features: What it is given of a part.
        weights: (D, outputs); of one_to_many an output for each step and column of y.
        bias: (outputs,).
        stepped: Whether features are those of a step.
    """

    features: _Features
    weights: np.ndarray
    bias: np.ndarray
    stepped: bool

    def predict(self, part: Part) -> np.ndarray:
        """Scaled numbers shaped as y."""
        x, _, _ = _rows(self.features, part, self.stepped, counted=False)
        return np.asarray(_product(x, self.weights) + self.bias).reshape(part.y.shape)


def _fit_ridge(features: _Features, dataset: Dataset, whole: bool) -> _Ridge:
    """The ridge regression with the penalty that does best on validation.

    Where features and targets both have steps, rows are steps; a one_to_many target is one
    row with an output for each step.
    """
    stepped = dataset.train.y.ndim == 3 and not whole
    read, *rest = _rows(features, dataset.train, stepped, counted=True)
    x, y, counts = np.asarray(_thin(read)), *map(_thin, rest)
    xv, yv, counts_v = _rows(features, dataset.validation, stepped, counted=True)
    fits = _ridge_fits(x, y, counts)
    best, least = None, np.inf
    for alpha in _ALPHAS:
        weights, bias = np.zeros((x.shape[1], y.shape[1])), np.zeros(y.shape[1])
        for outputs, fit in fits:
            weights[:, outputs], bias[outputs] = fit.solution(alpha)
        loss = ((_product(xv, weights) + bias - yv) ** 2 * counts_v).sum()
        if best is None or loss < least:
            best, least = _Ridge(features, weights, bias, stepped), loss
    assert best is not None
    return best


def _ridge_fits(
    x: np.ndarray, y: np.ndarray, counts: np.ndarray
) -> list[tuple[np.ndarray, _Decomposed]]:
    """Outputs that count in the same rows, and those rows decomposed; none where no row counts.

    Where gaps differ a lot, and most rows have none, the others are left out: each pattern of gaps
    needs a decomposition of its own.
    """
    whole = (counts > 0).all(axis=1)
    if 2 * whole.sum() >= len(x) and len(np.unique(counts > 0, axis=1).T) > _MOST_PATTERNS:
        x, y, counts = x[whole], y[whole], counts[whole]
    if counts.all():
        patterns, of = np.ones((len(x), 1), bool), np.zeros(y.shape[1], np.int64)
    else:
        patterns, of = np.unique(counts > 0, axis=1, return_inverse=True)
    fits = []
    for index, rows in enumerate(patterns.T):
        if rows.any():
            outputs = np.flatnonzero(of.ravel() == index)
            fits.append((outputs, _Decomposed(x[rows], y[rows][:, outputs])))
    return fits


class _Decomposed:
    """Least squares from x (M, D) to y (M, outputs), for any penalty.

    Ridge regression (Hoerl & Kennard, 1970), by the eigenvectors of the smaller of xᵀx and xxᵀ.
    In NumPy, as importing scikit-learn takes a second in which nothing trains.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        self._x_mean, self._y_mean = x.mean(axis=0, dtype=float), y.mean(axis=0, dtype=float)
        x, y = x - self._x_mean, y - self._y_mean
        wide = x.shape[1] > x.shape[0]
        values, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
        self._values = np.maximum(values, 0.0)
        self._left = x.T @ vectors if wide else vectors
        self._right = vectors.T @ (y if wide else x.T @ y)

    def solution(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Weights (D, outputs) and bias (outputs,) at a penalty above 0."""
        weights = self._left @ (self._right / (self._values + alpha)[:, None])
        return weights, self._y_mean - self._x_mean @ weights


def _rows(
    features_of: _Features, part: Part, stepped: bool, *, counted: bool
) -> tuple[Sequences, np.ndarray, np.ndarray]:
    """Features (M, D), targets (M, outputs) and weights alike, a row a step or a sequence.

    Args:
        features_of: What the features are.
        part: Where from.
        stepped: Whether rows are steps.
        counted: Whether to leave out steps that do not count.
    """
    features = features_of(part)
    counts = np.broadcast_to((part.weights > 0)[..., None], part.y.shape)
    if not stepped:
        return features, part.y.reshape(len(part.y), -1), counts.reshape(len(part.y), -1)
    arrays = (np.asarray(features), part.y, counts)
    x, y, weights = (a.reshape(-1, a.shape[-1]) for a in arrays)
    keep = weights[:, 0] if counted else np.ones(len(y), bool)
    return x[keep], y[keep], weights[keep]


def _product(rows: Sequences, weights: np.ndarray) -> np.ndarray:
    """(M, D) times (D, outputs), some rows at a time: windows are cut for it."""
    parts = [rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE)]
    return np.concatenate([np.asarray(some) @ weights for some in parts or [rows]])


def _thin(rows: Any) -> Any:
    """At most `_MOST_ROWS` of the rows, evenly spaced."""
    if len(rows) <= _MOST_ROWS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _MOST_ROWS).astype(np.int64)]


@dataclass(frozen=True)
class _Logistic:
    """A logistic regression, one for all steps.

    Attributes:
        features: What it is given of a part.
        model: Scikit-learn's, fitted.
        classes: Of the target; those that the model was not shown have no probability.
    """

    features: _Features
    model: object
    classes: int

    def predict(self, part: Part) -> np.ndarray:
        """Class probabilities, y's axes and one of classes."""
        x, _, _ = _class_rows(self.features, part)
        return self.probabilities(x).reshape(*part.y.shape, self.classes)

    def probabilities(self, x: Sequences) -> np.ndarray:
        """(M, C) from features (M, D)."""
        found = np.zeros((len(x), self.classes))
        for start in range(0, len(x), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            chances = self.model.predict_proba(np.asarray(x[some]))  # type: ignore[attr-defined]
            found[some, self.model.classes_] = chances  # type: ignore[attr-defined]
        return found


def _fit_logistic(features: _Features, dataset: Dataset, whole: bool) -> _Logistic:
    """The logistic regression with the penalty that does best on validation."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    x, y, counts = _class_rows(features, dataset.train)
    xv, yv, counts_v = _class_rows(features, dataset.validation)
    thin, labels = np.asarray(_thin(x[counts])), _thin(y[counts])
    best, least, worse = None, np.inf, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for cost in _COSTS:
            model = LogisticRegression(C=cost, max_iter=300)
            model.fit(thin, labels)
            fitted = _Logistic(features, model, dataset.target.width)
            chances = fitted.probabilities(xv)[np.arange(len(yv)), yv]
            loss = -(np.log(np.maximum(chances, 1e-12)) * counts_v).sum()
            if best is None or loss < least:
                best, least, worse = fitted, loss, 0
            else:
                worse += 1
            if worse == 2:
                break  # the less of a penalty, the closer the training part is fitted, and slower
    assert best is not None
    return best


def _class_rows(features_of: _Features, part: Part) -> tuple[Sequences, np.ndarray, np.ndarray]:
    """Features (M, D), classes (M,) and whether each counts (M,).

    Where a vector has a sequence of classes, the step's number joins the features, one-hot.
    """
    features = features_of(part)
    if part.y.ndim == 1:
        return features, part.y, part.weights > 0
    features = np.asarray(features)
    if features.ndim == 2:
        count, steps = part.y.shape
        step = np.broadcast_to(np.eye(steps, dtype=np.float32), (count, steps, steps))
        repeated = np.broadcast_to(features[:, None], (count, steps, features.shape[1]))
        features = np.concatenate([repeated, step], axis=2)
    return features.reshape(part.y.size, -1), part.y.ravel(), part.weights.ravel() > 0
