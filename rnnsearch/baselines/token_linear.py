"""Linear models on the tokens of a sequence, or of a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines._inner import Widen, best_cost, blocks, fitting, in_row_space
from rnnsearch.baselines._rows import MOST_INNER_ROWS, thin
from rnnsearch.baselines._tokens import Counts, Lags, Places, TokenFeatures
from rnnsearch.baselines.graphs import Activation, LookupGraph, RunsGraph, output_shape
from rnnsearch.baselines.unseen import chances, softmax_weights, unseen_logit
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["TokenLinear"]

_COSTS = (1e-2, 1e-1, 1.0, 10.0)
_ALPHAS = (1e-1, 1.0, 10.0, 100.0)

_MOST_PLACES = 500_000
"""Features of which token stands where, up to which these are tried: of long texts they are
millions, and where in a text a word stands says little."""


@final
class TokenLinear(Baseline):
    """Ridge or logistic regression; features and penalty are chosen inside the training part."""

    name = "linear"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where tokens are read, and none written."""
        if dataset.vocabulary is None or dataset.stream:
            return False
        return not isinstance(dataset.train.x, dict)

    def fit(self, task: Task, dataset: Dataset) -> FittedTokenLinear:
        """The features and the penalty that do best out of fold."""
        train, numeric = dataset.train, dataset.target.kind == "numeric"
        counts = np.flatnonzero(train.weights.ravel() > 0)
        y = train.y[counts] if numeric else train.y.ravel()[counts]
        choose, grid = (_best_alpha, _ALPHAS) if numeric else (best_cost, _COSTS)
        found: list[tuple[float, float, TokenFeatures, Any, Any, Widen]] = []
        for features in _candidates(dataset):
            x = features.of(train.x)[counts]
            short, widen = in_row_space(x)
            some, few = (thin(rows, MOST_INNER_ROWS) for rows in (short, y))
            penalty, loss = choose(some, few, grid)
            found.append((loss, penalty, features, x, short, widen))
        _, penalty, features, x, short, widen = min(found, key=lambda each: each[0])
        model = _fit(short, y, numeric, penalty)
        model.coef_ = widen(np.atleast_2d(model.coef_))
        model.n_features_in_ = x.shape[1]
        unseen = 0.0 if numeric else unseen_logit(model, x, dataset.target.width)
        return FittedTokenLinear(dataset.target, features, model, unseen)


@dataclass(frozen=True)
class FittedTokenLinear(Fitted):
    """A linear model on features of tokens.

    Attributes:
        target: What is predicted.
        features: Makes them.
        model: Scikit-learn's, fitted.
        unseen: Of classes, the logit of each that it was not shown.
    """

    target: Target
    features: TokenFeatures
    model: Any
    unseen: float

    def predict(self, part: Part) -> np.ndarray:
        """The map's outputs, in the target's own units."""
        return self.target.own_units(self.outputs(part), part.anchor)

    def outputs(self, part: Part) -> np.ndarray:
        """Scaled numbers (N, 1), or probabilities with y's axes and one of classes."""
        x = self.features.of(part.x)
        if self.target.kind == "numeric":
            return np.asarray(self.model.predict(x)).reshape(part.y.shape)
        found = chances(self.model, x, self.target.width, self.unseen)
        return found.reshape(*part.y.shape, self.target.width)

    def as_graph(self, dataset: Dataset) -> LookupGraph | RunsGraph | None:
        """The lookup of each token at its place, or of each run; None of outputs at each step."""
        if isinstance(self.features, Lags) or len(output_shape(dataset)) > 1:
            return None
        assert dataset.vocabulary is not None
        numeric = self.target.kind == "numeric"
        kernel, bias = self.model.coef_, self.model.intercept_
        if not numeric:
            kernel, bias = softmax_weights(self.model, self.target.width, self.unseen)
        kernel, bias = kernel.reshape(-1, self.target.width), np.ravel(bias)
        activation: Activation = "linear" if numeric else "softmax"
        if isinstance(self.features, Counts):
            return self.features.as_graph(kernel, bias, activation)
        assert isinstance(self.features, Places)
        tables = self.features.by_place(kernel, dataset.vocabulary)
        return LookupGraph(tables, bias, activation)


def _candidates(dataset: Dataset) -> list[TokenFeatures]:
    """Ways to make features of the input: of a step, or of a sequence."""
    x = np.asarray(dataset.train.x)
    if dataset.train.y.ndim == 2 and dataset.target.kind == "class":
        return [Lags(x)]
    if x.shape[1] * (dataset.vocabulary or 0) > _MOST_PLACES:
        return [Counts(x)]
    return [Places(x), Counts(x)]


def _fit(x: Any, y: np.ndarray, numeric: bool, penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    model = Ridge(alpha=penalty) if numeric else LogisticRegression(C=penalty, max_iter=300)
    with fitting(x):
        return model.fit(x, y)


def _best_alpha(x: Any, y: np.ndarray, alphas: Sequence[float]) -> tuple[float, float]:
    """The penalty of a ridge regression with the least squared error out of fold, and that."""
    folds = blocks(x.shape[0], ordered=False)
    losses = dict.fromkeys(alphas, 0.0)
    for alpha in alphas:
        for fit, judge in folds:
            predicted = _fit(x[fit], y[fit], True, alpha).predict(x[judge])
            losses[alpha] += float(np.square(predicted.reshape(y[judge].shape) - y[judge]).sum())
    best = min(losses, key=lambda alpha: losses[alpha])
    return best, losses[best]
