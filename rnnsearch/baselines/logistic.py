"""Logistic regression on what a model without memory is given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines._inner import best_cost, fitting, in_row_space, is_large, solver_for
from rnnsearch.baselines._rows import (
    AT_ONCE,
    MOST_INNER_ROWS,
    Features,
    class_rows,
    features_of,
    has_features,
    most_rows,
    thin,
)
from rnnsearch.baselines.graphs import LinearGraph, input_steps, output_shape, reads
from rnnsearch.baselines.unseen import chances, softmax_weights, unseen_logit
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.data.inputs import Sequences
from rnnsearch.tasks import Task

__all__ = ["Logistic"]

_COSTS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
"""Inverse penalties, of features whose mean variance is 1. Where sequences are all but the same
curve, as spectra are, features of scaled sequences vary by a fiftieth of that, and each of these
penalties was too large to learn anything."""

_STEPS = {"newton-cg": 300, "lbfgs": 100}
"""Of a fit, by its solver: more of many rows change nothing (1,800 recordings of ten words, in
single precision: log loss 0.363 after 100 and after 300, in half a second and in three)."""


@final
class Logistic(Baseline):
    """A linear map from features to classes, its penalty chosen inside the training part."""

    name = "linear"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Classes from numbers."""
        return dataset.target.kind == "class" and has_features(task, dataset)

    def fit(self, task: Task, dataset: Dataset) -> FittedLogistic:
        """The logistic regression with the penalty that does best out of fold."""
        return _fitted(task, dataset, None)

    def fit_like(self, task: Task, dataset: Dataset, like: Fitted) -> FittedLogistic:
        """The same, of large data with the penalty of another division."""
        assert isinstance(like, FittedLogistic)
        return _fitted(task, dataset, like.model.C)


def _fitted(task: Task, dataset: Dataset, known: float | None) -> FittedLogistic:
    """With an inverse penalty that is known, if the data is large, or the best."""
    from sklearn.linear_model import LogisticRegression

    features = features_of(task)
    x, y, counts = class_rows(features, dataset.train)
    most = most_rows(x)
    rows, labels = np.asarray(thin(x[counts], most)), thin(y[counts], most)
    mean = rows.mean(axis=0, dtype=np.float64).astype(rows.dtype)
    centred = rows - mean
    size = float(np.linalg.norm(centred)) / math.sqrt(max(1, centred.size)) or 1.0
    centred /= size
    short, widen = in_row_space(centred)
    cost = known
    if cost is None or not is_large(short):
        some, few = (thin(each, MOST_INNER_ROWS) for each in (short, labels))
        cost, _ = best_cost(some, few, _COSTS, dataset.dealt and dataset.train.y.ndim == 1)
    solver = solver_for(short)
    if solver == "lbfgs":
        short = short.astype(np.float32)
    with fitting(short):
        model = LogisticRegression(C=cost, solver=solver, max_iter=_STEPS[solver])
        model.fit(short, labels)
    model.coef_, model.n_features_in_ = widen(model.coef_) / size, rows.shape[1]
    model.intercept_ = model.intercept_ - model.coef_ @ mean
    unseen = unseen_logit(model, rows, dataset.target.width)
    return FittedLogistic(dataset.target, features, model, unseen)


@dataclass(frozen=True)
class FittedLogistic(Fitted):
    """A logistic regression, one for all steps.

    Attributes:
        target: What is predicted.
        features: What it is given of a part.
        model: Scikit-learn's, fitted.
        unseen: The logit of each class that it was not shown.
    """

    target: Target
    features: Features
    model: Any
    unseen: float

    def predict(self, part: Part) -> np.ndarray:
        """Class probabilities, y's axes and one of classes."""
        x, _, _ = class_rows(self.features, part)
        return self.probabilities(x).reshape(*part.y.shape, self.target.width)

    def outputs(self, part: Part) -> np.ndarray:
        """The chances themselves: a network puts out the same."""
        return self.predict(part)

    def as_graph(self, dataset: Dataset) -> LinearGraph:
        """The map itself; where a vector has a sequence of classes, that of each step."""
        shape, steps = output_shape(dataset), input_steps(dataset)
        read = reads(dataset.train.x, len(shape) > 1)
        kernel, bias = softmax_weights(self.model, self.target.width, self.unseen)
        if read == "vector" and len(shape) > 1:
            # The last rows are those of the step's number.
            bias = (kernel[-shape[0] :] + bias).ravel()
            kernel = np.tile(kernel[: -shape[0]], shape[0])
        return LinearGraph(read, kernel, bias, shape, "softmax", steps, dataset.masked)

    def probabilities(self, x: Sequences) -> np.ndarray:
        """(M, C) from features (M, D)."""
        found = np.zeros((len(x), self.target.width))
        for start in range(0, len(x), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            rows = np.asarray(x[some])
            found[some] = chances(self.model, rows, self.target.width, self.unseen)
        return found
