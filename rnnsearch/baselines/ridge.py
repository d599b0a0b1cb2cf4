"""Ridge regression on what a model without memory is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines._inner import blocks, is_large, is_ordered, threads_for
from rnnsearch.baselines._rows import (
    MOST_INNER_ROWS,
    Features,
    features_of,
    has_features,
    most_rows,
    number_rows,
    product,
    thin,
)
from rnnsearch.baselines.graphs import LinearGraph, input_steps, output_shape, reads
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["Ridge"]

_PENALTIES = 10.0 ** np.arange(4, -5.1, -0.5)
"""In units of the features' mean sum of squares, from the greatest."""

_MOST_PATTERNS = 8
"""Of gaps, in which a linear model is fitted to every row it can be."""


@final
class Ridge(Baseline):
    """A linear map from features to scaled numbers, its penalty chosen inside the training part."""

    name = "linear"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Numbers from numbers."""
        return dataset.target.kind == "numeric" and has_features(task, dataset)

    def fit(self, task: Task, dataset: Dataset) -> FittedRidge:
        """The ridge regression with the penalty that does best on rolling origins, or out of fold.

        Where features and targets both have steps, rows are steps; a one_to_many target is one
        row with an output for each step.
        """
        return _fitted(task, dataset, None)

    def fit_like(self, task: Task, dataset: Dataset, like: Fitted) -> FittedRidge:
        """The same, of large data with the penalty of another division."""
        assert isinstance(like, FittedRidge)
        return _fitted(task, dataset, like.penalty)


def _fitted(task: Task, dataset: Dataset, known: float | None) -> FittedRidge:
    """With a penalty that is known, if the data is large, or the best."""
    features = features_of(task)
    stepped = dataset.train.y.ndim == 3 and not task.at_once
    read, *rest = number_rows(features, dataset.train, stepped, counted=True)
    most = most_rows(read)
    x, y, counts = np.asarray(thin(read, most)), *(thin(each, most) for each in rest)
    with threads_for(x):
        penalty = known
        if penalty is None or not is_large(x):
            dealt = dataset.dealt and dataset.train.y.ndim == 2
            penalty = _best_penalty(x, y, counts, is_ordered(dataset), dealt)
        weights, bias = _Fits.of(x, y, counts).solution(penalty, only=True)
    return FittedRidge(dataset.target, features, weights, bias, stepped, penalty)


@dataclass(frozen=True)
class FittedRidge(Fitted):
    """A linear map from features to scaled numbers.

    Attributes:
        target: What is predicted.
        features: What it is given of a part.
        weights: (D, outputs); of one_to_many an output for each step and column of y.
        bias: (outputs,).
        stepped: Whether features are those of a step.
        penalty: In units of the features' mean sum of squares.
    """

    target: Target
    features: Features
    weights: np.ndarray
    bias: np.ndarray
    stepped: bool
    penalty: float

    def predict(self, part: Part) -> np.ndarray:
        """The map's outputs, in the target's own units."""
        return self.target.own_units(self.outputs(part), part.anchor)

    def outputs(self, part: Part) -> np.ndarray:
        """Scaled numbers shaped as y."""
        x, _, _ = number_rows(self.features, part, self.stepped, counted=False)
        return np.asarray(product(x, self.weights) + self.bias).reshape(part.y.shape)

    def as_graph(self, dataset: Dataset) -> LinearGraph:
        """The map, of what a network of the dataset reads."""
        shape, steps = output_shape(dataset), input_steps(dataset)
        read = reads(dataset.train.x, len(shape) > 1)
        return LinearGraph(read, self.weights, self.bias, shape, "linear", steps, dataset.masked)


def _best_penalty(
    x: np.ndarray, y: np.ndarray, counts: np.ndarray, ordered: bool, dealt: bool = False
) -> float:
    """The penalty with the least squared error on rows that it is not fitted on.

    Of equal ones the greatest; 1 where there are too few rows to hold any out. Where gaps differ a
    lot the outputs that count most often speak for all.
    """
    x, y, counts = (thin(rows, MOST_INNER_ROWS) for rows in (x, y, counts))
    if len(np.unique(counts > 0, axis=1).T) > _MOST_PATTERNS:
        often = np.argsort(-counts.sum(axis=0), kind="stable")[: 3 * _MOST_PATTERNS]
        y, counts = y[:, often], counts[:, often]
    divisions = blocks(len(x), ordered, dealt)
    losses = np.zeros(len(_PENALTIES))
    for fit, judge in divisions:
        fits = _Fits.of(x[fit], y[fit], counts[fit])
        for number, penalty in enumerate(_PENALTIES):
            weights, bias = fits.solution(penalty)
            losses[number] += ((x[judge] @ weights + bias - y[judge]) ** 2 * counts[judge]).sum()
    return float(_PENALTIES[losses.argmin()]) if divisions else 1.0


@dataclass(frozen=True)
class _Fits:
    """Least squares of outputs that do not all count in the same rows.

    Attributes:
        shape: (D, outputs).
        parts: Outputs that count in the same rows, and those rows decomposed.
    """

    shape: tuple[int, int]
    parts: list[tuple[np.ndarray, _Decomposed]]

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, counts: np.ndarray) -> _Fits:
        """Decompose rows (M, D), (M, outputs), and which of these count."""
        return cls((x.shape[1], y.shape[1]), _decomposed(x, y, counts))

    def solution(self, penalty: float, *, only: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Weights (D, outputs) and bias (outputs,), zeros where no row counts.

        Args:
            penalty: In units of the features' mean sum of squares.
            only: Whether it is the only one that is asked for.
        """
        weights, bias = np.zeros(self.shape), np.zeros(self.shape[1])
        for outputs, fit in self.parts:
            solution = fit.only_solution if only else fit.solution
            weights[:, outputs], bias[outputs] = solution(penalty * fit.size)
        return weights, bias


def _decomposed(
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

    Attributes:
        size: The mean over features of their sum of squares around their means; 1 where no
            feature varies.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        self._x_mean, self._y_mean = x.mean(axis=0, dtype=float), y.mean(axis=0, dtype=float)
        x, y = x - self._x_mean, y - self._y_mean
        wide = x.shape[1] > x.shape[0]
        self._products = x @ x.T if wide else x.T @ x
        self._rows = x if wide else None
        self._right = y if wide else x.T @ y
        self.size = float(np.trace(self._products)) / x.shape[1] or 1.0

    def solution(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Weights (D, outputs) and bias (outputs,) at one penalty of many above 0."""
        values, vectors, right = self._parts
        return self._of(vectors @ (right / (values + alpha)[:, None]))

    def only_solution(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """The same where there is one penalty: in a tenth of the time."""
        penalised = self._products + alpha * np.eye(len(self._products))
        return self._of(np.linalg.solve(penalised, self._right))

    @cached_property
    def _parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        values, vectors = np.linalg.eigh(self._products)
        return np.maximum(values, 0.0), vectors, vectors.T @ self._right

    def _of(self, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From weights of features, or of rows."""
        weights = found if self._rows is None else self._rows.T @ found
        return weights, self._y_mean - self._x_mean @ weights
