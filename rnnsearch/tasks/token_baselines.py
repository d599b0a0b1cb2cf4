"""Baselines where tokens are read or written: n-grams, linear models on them, the nearest example.

Each has what must be chosen (length of the context, features, penalty) chosen by the validation
part.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np

from rnnsearch.data import Dataset, Part, Target
from rnnsearch.data.inputs import Inputs
from rnnsearch.tasks.baselines import Baselines
from rnnsearch.tasks.ngrams import WittenBell, contexts

__all__ = ["TokenBaselines", "fit_tokens", "model_names"]

_LONGEST = 6
"""Tokens of context that n-grams have at most."""

_LAGS = 3
"""Tokens, the present one first, that say the class of a step."""

_COSTS = (1e-2, 1e-1, 1.0, 10.0)
_ALPHAS = (1e-1, 1.0, 10.0, 100.0)


class _Model(Protocol):
    """A fitted baseline."""

    def predict(self, part: Part) -> np.ndarray:
        """Scaled numbers shaped as y, or class probabilities with a last axis of classes."""


@dataclass(frozen=True)
class TokenBaselines(Baselines):
    """The simple methods for tokens.

    Attributes:
        target: What is predicted.
        constant: Scaled training mean (O,), or class frequencies (C,).
        models: Name → the others.
    """

    target: Target
    constant: np.ndarray
    models: Mapping[str, _Model]

    def predict(self, part: Part) -> dict[str, np.ndarray]:
        """``mean`` or ``majority``, and those of `model_names`."""
        numeric = self.target.kind == "numeric"
        shape = part.y.shape if numeric else (*part.y.shape, self.target.width)
        found = {"mean" if numeric else "majority": np.broadcast_to(self.constant, shape)}
        found |= {name: model.predict(part) for name, model in self.models.items()}
        if numeric:
            return {name: self.target.scaling.invert(values) for name, values in found.items()}
        return found


def model_names(dataset: Dataset) -> list[str]:
    """The baselines that there are, besides the constant one."""
    x = dataset.train.x
    if isinstance(x, dict):
        return ["n_gram", "nearest"] if dataset.source_vocabulary else ["n_gram"]
    return ["n_gram"] if dataset.stream else ["linear"]


def fit_tokens(dataset: Dataset) -> TokenBaselines:
    """Fit every baseline on the training part."""
    fits = {"n_gram": _fit_ngrams, "nearest": _Nearest.of, "linear": _fit_linear}
    models = {name: cast("_Model", fits[name](dataset)) for name in model_names(dataset)}
    return TokenBaselines(dataset.target, _constant(dataset), models)


def _constant(dataset: Dataset) -> np.ndarray:
    """Training mean (scaled) or class frequencies, of what counts."""
    train, target = dataset.train, dataset.target
    if target.kind == "numeric":
        return np.asarray(train.y.mean(axis=0))
    counts = np.bincount(train.y[train.weights > 0], minlength=target.width)
    return np.asarray(counts / counts.sum())


# Language models


@dataclass(frozen=True)
class _NGrams:
    """N-grams with the context that does best on validation.

    Attributes:
        model: Fitted.
        length: Tokens of context.
        rows: B of a stream, else None.
    """

    model: WittenBell
    length: int
    rows: int | None

    def predict(self, part: Part) -> np.ndarray:
        """(N, T, C) float32; where nothing counts all classes are equally likely."""
        before, where = _before(part, self.rows)
        found = self.model.probabilities(before, self.length)
        classes = found.shape[1]
        every = np.full((*part.y.shape, classes), 1 / classes, np.float32)
        every[where] = found
        return every


def _fit_ngrams(dataset: Dataset) -> _NGrams:
    before, where = _before(dataset.train, dataset.stream)
    model = WittenBell(before, dataset.train.y[where], dataset.target.width)
    before, where = _before(dataset.validation, dataset.stream)
    chances = model.chances(before, dataset.validation.y[where])
    return _NGrams(model, int(np.log(chances).mean(axis=1).argmax()), dataset.stream)


def _before(part: Part, rows: int | None) -> tuple[np.ndarray, Any]:
    """Contexts (M, L) of the steps that count, and where these are in y.

    The rows of a stream follow each other in the text, so that all of it is one sequence.
    """
    ids = np.asarray(part.x["previous"] if isinstance(part.x, dict) else part.x)
    if rows is None:
        where = np.nonzero(part.weights > 0)
        return contexts(ids, _LONGEST)[where], where
    count, steps = ids.shape
    order = np.arange(count * steps).reshape(-1, rows, steps).transpose(1, 0, 2).ravel()
    order = order[part.weights.ravel()[order] > 0]
    before = contexts(ids.ravel()[order][None], _LONGEST)[0]
    row, step = np.divmod(order, steps)
    return before, (row, step)


# Linear models


@dataclass(frozen=True)
class _Linear:
    """A linear model on features of tokens.

    Attributes:
        features: Makes them.
        model: Scikit-learn's, fitted.
        classes: C; 0 where numbers are predicted.
    """

    features: _Features
    model: Any
    classes: int

    def predict(self, part: Part) -> np.ndarray:
        """Scaled numbers (N, 1), or probabilities with y's axes and one of classes."""
        x = self.features.of(part.x)
        if not self.classes:
            return np.asarray(self.model.predict(x)).reshape(part.y.shape)
        found = np.zeros((x.shape[0], self.classes))
        found[:, self.model.classes_] = self.model.predict_proba(x)
        return found.reshape(*part.y.shape, self.classes)


class _Features(Protocol):
    """Sparse features (M, D) of tokens (N, T), for each sequence or step."""

    def of(self, x: Inputs) -> Any:
        """Those of some sequences."""


class _Places:
    """Which token stands at each step, one-hot."""

    def __init__(self, x: np.ndarray) -> None:
        from sklearn.preprocessing import OneHotEncoder

        self._encoder = OneHotEncoder(handle_unknown="ignore", dtype=np.float32).fit(x)

    def of(self, x: Inputs) -> Any:
        """(N, T·V)."""
        return self._encoder.transform(np.asarray(x))


class _Lags:
    """Which tokens stand at a step and just before it, one-hot."""

    def __init__(self, x: np.ndarray) -> None:
        self._places = _Places(contexts(x, _LAGS).reshape(-1, _LAGS))

    def of(self, x: Inputs) -> Any:
        """(N·T, L·V)."""
        return self._places.of(contexts(np.asarray(x), _LAGS).reshape(-1, _LAGS))


class _Counts:
    """How often each run of 1 to 4 tokens occurs, logarithmic, rare ones weighing more."""

    def __init__(self, x: np.ndarray) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), lowercase=False, sublinear_tf=True
        )
        self._vectorizer.fit(_as_texts(x))

    def of(self, x: Inputs) -> Any:
        """(N, D)."""
        return self._vectorizer.transform(_as_texts(np.asarray(x)))


def _as_texts(x: np.ndarray) -> list[str]:
    """Each sequence as a text with one character a token, whatever a token is; no padding.

    The characters are those of planes without white space, which would be joined.
    """
    return ["".join(chr(0x10000 + token) for token in row if token) for row in x.tolist()]


def _fit_linear(dataset: Dataset) -> _Linear:
    """The features and the penalty that do best on validation."""
    train, numeric = dataset.train, dataset.target.kind == "numeric"
    counts = train.weights > 0
    best, least = None, np.inf
    for features in _candidates(dataset):
        x = features.of(train.x)[np.flatnonzero(counts)]
        for model in _fits(x, train.y[counts], numeric):
            fitted = _Linear(features, model, 0 if numeric else dataset.target.width)
            loss = _loss(fitted.predict(dataset.validation), dataset.validation, numeric)
            if best is None or loss < least:
                best, least = fitted, loss
    assert best is not None
    return best


def _candidates(dataset: Dataset) -> list[_Features]:
    """Ways to make features of the input: of a step, or of a sequence."""
    x = np.asarray(dataset.train.x)
    if dataset.train.y.ndim == 2 and dataset.target.kind == "class":
        return [_Lags(x)]
    return [_Places(x), _Counts(x)]


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


def _loss(predicted: np.ndarray, part: Part, numeric: bool) -> float:
    """Mean square, or cross-entropy, over what counts."""
    counts = part.weights > 0
    if numeric:
        return float(np.square(predicted - part.y)[counts].mean())
    chances = np.take_along_axis(predicted, part.y[..., None], axis=-1)[..., 0]
    return float(-np.log(np.maximum(chances, 1e-12))[counts].mean())


# Pairs


@dataclass(frozen=True)
class _Nearest:
    """The target of the training sequence that shares most with the one to be translated.

    Attributes:
        counts: Makes features whose products are cosines.
        known: Those of the training part.
        y: (N, T) its targets; what does not count is the last class, the end.
        classes: C.
    """

    counts: _Counts
    known: Any
    y: np.ndarray
    classes: int

    @classmethod
    def of(cls, dataset: Dataset) -> _Nearest:
        """Of the training part."""
        train, classes = dataset.train, dataset.target.width
        source = cast("dict[str, np.ndarray]", train.x)["source"]
        counts = _Counts(source)
        y = np.where(train.weights > 0, train.y, classes - 1)
        return cls(counts, counts.of(source), y, classes)

    def predict(self, part: Part) -> np.ndarray:
        """(N, T, C) float32, certain of what it says."""
        source = cast("dict[str, np.ndarray]", part.x)["source"]
        alike = self.counts.of(source) @ self.known.T
        nearest = np.asarray(alike.argmax(axis=1)).ravel()
        found = np.zeros((*part.y.shape, self.classes), np.float32)
        np.put_along_axis(found, self.y[nearest][..., None], 1, axis=-1)
        return found
