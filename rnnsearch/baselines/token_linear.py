"""Linear models on the tokens of a sequence, or of a step."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from rnnsearch.baselines._base import Baseline, Fitted
from rnnsearch.baselines._tokens import Counts, Lags, Places, TokenFeatures
from rnnsearch.data import Dataset, Part, Target
from rnnsearch.tasks import Task

__all__ = ["TokenLinear"]

_COSTS = (1e-2, 1e-1, 1.0, 10.0)
_ALPHAS = (1e-1, 1.0, 10.0, 100.0)


@final
class TokenLinear(Baseline):
    """Ridge or logistic regression; features and penalty are chosen by the validation part."""

    name = "linear"

    def suits(self, task: Task, dataset: Dataset) -> bool:
        """Where tokens are read, and none written."""
        if dataset.vocabulary is None or dataset.stream:
            return False
        return not isinstance(dataset.train.x, dict)

    def fit(self, task: Task, dataset: Dataset) -> FittedTokenLinear:
        """The features and the penalty that do best on validation."""
        train, numeric = dataset.train, dataset.target.kind == "numeric"
        counts = train.weights > 0
        best, least = None, np.inf
        for features in _candidates(dataset):
            x = features.of(train.x)[np.flatnonzero(counts)]
            for model in _fits(x, train.y[counts], numeric):
                fitted = FittedTokenLinear(dataset.target, features, model)
                loss = _loss(fitted.outputs(dataset.validation), dataset.validation, numeric)
                if best is None or loss < least:
                    best, least = fitted, loss
        assert best is not None
        return best


@dataclass(frozen=True)
class FittedTokenLinear(Fitted):
    """A linear model on features of tokens.

    Attributes:
        target: What is predicted.
        features: Makes them.
        model: Scikit-learn's, fitted.
    """

    target: Target
    features: TokenFeatures
    model: Any

    def predict(self, part: Part) -> np.ndarray:
        """In own units."""
        return self.target.own_units(self.outputs(part), part.anchor)

    def outputs(self, part: Part) -> np.ndarray:
        """Scaled numbers (N, 1), or probabilities with y's axes and one of classes."""
        x = self.features.of(part.x)
        if self.target.kind == "numeric":
            return np.asarray(self.model.predict(x)).reshape(part.y.shape)
        found = np.zeros((x.shape[0], self.target.width))
        found[:, self.model.classes_] = self.model.predict_proba(x)
        return found.reshape(*part.y.shape, self.target.width)


def _candidates(dataset: Dataset) -> list[TokenFeatures]:
    """Ways to make features of the input: of a step, or of a sequence."""
    x = np.asarray(dataset.train.x)
    if dataset.train.y.ndim == 2 and dataset.target.kind == "class":
        return [Lags(x)]
    return [Places(x), Counts(x)]


def _fits(x: Any, y: np.ndarray, numeric: bool) -> Iterable[Any]:
    """A model for each penalty."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    if numeric:
        for alpha in _ALPHAS:
            yield Ridge(alpha=alpha).fit(x, y)
        return
    for cost in _COSTS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            yield LogisticRegression(C=cost, max_iter=300).fit(x, y)


def _loss(outputs: np.ndarray, part: Part, numeric: bool) -> float:
    """Mean square, or cross-entropy, over what counts."""
    counts = part.weights > 0
    if numeric:
        return float(np.square(outputs - part.y)[counts].mean())
    chances = np.take_along_axis(outputs, part.y[..., None], axis=-1)[..., 0]
    return float(-np.log(np.maximum(chances, 1e-12))[counts].mean())
