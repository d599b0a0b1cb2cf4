"""Sparse features of tokens."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from rnnsearch.baselines.witten_bell import contexts
from rnnsearch.data.inputs import Inputs

__all__ = ["Counts", "Lags", "Places", "TokenFeatures"]

_LAGS = 3
"""Tokens, the present one first, that say the class of a step."""


class TokenFeatures(Protocol):
    """Sparse features (M, D) of tokens (N, T), for each sequence or step."""

    def of(self, x: Inputs) -> Any:
        """Those of some sequences."""


class Places:
    """Which token stands at each step, one-hot."""

    def __init__(self, x: np.ndarray) -> None:
        from sklearn.preprocessing import OneHotEncoder

        self._encoder = OneHotEncoder(handle_unknown="ignore", dtype=np.float32).fit(x)

    def of(self, x: Inputs) -> Any:
        """(N, T·V)."""
        return self._encoder.transform(np.asarray(x))

    def by_place(self, kernel: np.ndarray, vocabulary: int) -> np.ndarray:
        """Rows of a kernel (T·V, O) as (T, ids, O): those of each token at each step, or zeros."""
        shown = self._encoder.categories_
        found = np.zeros((len(shown), vocabulary, kernel.shape[1]))
        starts = np.cumsum([0, *map(len, shown)])
        for step, tokens in enumerate(shown):
            found[step, tokens] = kernel[starts[step] : starts[step + 1]]
        return found


class Lags:
    """Which tokens stand at a step and just before it, one-hot."""

    def __init__(self, x: np.ndarray) -> None:
        self._places = Places(contexts(x, _LAGS).reshape(-1, _LAGS))

    def of(self, x: Inputs) -> Any:
        """(N·T, L·V)."""
        return self._places.of(contexts(np.asarray(x), _LAGS).reshape(-1, _LAGS))


class Counts:
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
