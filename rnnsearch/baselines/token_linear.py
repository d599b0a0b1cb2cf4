"""Linear models on the tokens of a sequence, or of a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines._inner import Widen, best_cost, blocks, fitting, in_row_space, solver_for
from rnnsearch.baselines._rows import thin
from rnnsearch.baselines._tokens import Counts, Lags, Places, TokenFeatures
from rnnsearch.baselines.graphs import Activation, LookupGraph, RunsGraph, output_shape
from rnnsearch.baselines.unseen import chances, softmax_weights, unseen_logit
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["TokenLinear"]

_COSTS = (1e-2, 1e-1, 1.0, 10.0)
_ALPHAS = (1e-1, 1.0, 10.0, 100.0)

_COST = 10.0
"""By which features of classes are compared, for rows of length 1: longer ones need less."""

_MOST_ROWS = 5_000
"""By which features and penalty are chosen: 10,000 of 10,700 names in 18 languages choose the
same."""

_STEPS = {"newton-cg": 100, "lbfgs": 100, "sag": 20}
"""Of a logistic regression, by its solver: more learn rows by heart. Single precision halves its
time."""

_LEAST = 2
"""Times that a run of tokens occurs, to be a feature: what one sequence alone has tells it from
others and nothing of their class (names: log loss 0.588 for 0.593, out of half the features)."""

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
        features, x, short, widen = _best_features(dataset, counts, y)
        some, few = (thin(rows, _MOST_ROWS) for rows in (short, y))
        choose, grid = (_best_alpha, _ALPHAS) if numeric else (best_cost, _COSTS)
        penalty, _ = choose(some, few, grid)
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


def _best_features(
    dataset: Dataset, counts: np.ndarray, y: np.ndarray
) -> tuple[TokenFeatures, Any, Any, Widen]:
    """The features that do best out of fold; of the rows that count, as made and `in_row_space`.

    Args:
        dataset: What is learned from.
        counts: Row numbers of those.
        y: Their targets.
    """
    made = []
    for features in _candidates(dataset):
        x = features.of(dataset.train.x)[counts]
        made.append((features, x, *in_row_space(x)))
    if len(made) == 1:
        return made[0]

    def loss(x: Any, short: Any) -> float:
        some, few = (thin(rows, _MOST_ROWS) for rows in (short, y))
        if dataset.target.kind == "numeric":
            return _best_alpha(some, few, _ALPHAS)[1]
        length = max(1e-9, x.multiply(x).sum() / x.shape[0])
        return best_cost(some, few, (_COST / length,))[1]

    return min(made, key=lambda each: loss(each[1], each[2]))


def _candidates(dataset: Dataset) -> list[TokenFeatures]:
    """Ways to make features of the input: of a step, or of a sequence."""
    x = np.asarray(dataset.train.x)
    if dataset.train.y.ndim == 2 and dataset.target.kind == "class":
        return [Lags(x)]
    if x.shape[1] * (dataset.vocabulary or 0) > _MOST_PLACES:
        return [Counts(x, _LEAST)]
    return [Places(x), Counts(x, _LEAST)]


def _fit(x: Any, y: np.ndarray, numeric: bool, penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    with fitting(x):
        if numeric:
            return Ridge(alpha=penalty).fit(x, y)
        solver = solver_for(x)
        model = LogisticRegression(
            C=penalty, solver=solver, max_iter=_STEPS[solver], random_state=0
        )
        return model.fit(x.astype(np.float32), y)


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
