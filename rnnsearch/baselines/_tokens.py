"""Sparse features of tokens."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from rnnsearch.baselines.graphs import Activation, RunsGraph
from rnnsearch.baselines.witten_bell import contexts
from rnnsearch.data.inputs import Inputs

__all__ = ["HASHES", "RUN", "Counts", "Lags", "Places", "TokenFeatures", "runs_of"]

_LAGS = 3
"""Tokens, the present one first, that say the class of a step."""

RUN = 4
"""Tokens of a run, at most."""

HASHES: tuple[tuple[int, int], tuple[int, int]] = ((509, 4_194_301), (113, 16_777_213))
"""Factor and size of each: a size times its factor leaves room for a token's id within 31 bits."""

_PLACES = (1_021, 4_093, 16_381, 65_521)
"""Sizes of a table: primes. Of more runs than the largest has places frequent ones are known."""

_ROOM = 4
"""Times as many places as there are runs, up to that: then hardly one in ten has none."""

_STEPS_AT_ONCE = 500_000
"""Steps of which runs are made at a time: some 100 MB."""

_MOST = 16
"""As often a run counts: more often says little more."""


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
        """(N, T·V) which token is at which step."""
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
        """(N·T, L·V) which tokens are before each step, L of them."""
        return self._places.of(contexts(np.asarray(x), _LAGS).reshape(-1, _LAGS))


class Counts:
    """How often each run of 1 to 4 tokens occurs, logarithmic, rare ones weighing more.

    A run has its place in a table by a hash, and another hash tells it from others of that place:
    a network can look it up as well. Of runs that training does not show nothing is known, nor of
    one whose place a more frequent one has.

    Args:
        x: (N, T) ids of tokens.
        least: Times that a run occurs which is a feature, if any occurs so often.

    Attributes:
        most: A run counts no more often than so.
        marks: (P + 1,) at each place the second hash of the run that has it, or -1.
        columns: (P + 1,) at each place the feature, or -1.
        rarity: (D,) what each feature weighs: 1 of what every sequence has, more of others.
    """

    def __init__(self, x: np.ndarray, least: int = 1) -> None:
        shown, counts = _different_runs(x)
        if (counts >= least).any():
            shown, counts = shown[counts >= least], counts[counts >= least]
        places = next((n for n in _PLACES if n >= _ROOM * len(shown)), _PLACES[-1])
        shown = shown[np.argsort(-counts, kind="stable")]
        taken, first = np.unique(shown[:, 0] % places, return_index=True)
        self.most = min(_MOST, x.shape[1])
        self.marks = np.full(places + 1, -1)
        self.marks[taken] = shown[first, 1]
        self.columns = np.full(places + 1, -1)
        self.columns[taken] = np.arange(len(taken))
        having = np.bincount(self._counted(x).indices, minlength=len(taken))
        self.rarity = np.log((1 + len(x)) / (1 + having)) + 1

    def of(self, x: Inputs) -> Any:
        """(N, D), rows of length 1, or 0."""
        from sklearn.preprocessing import normalize

        found = self._counted(np.asarray(x))
        found.data = (1 + np.log(np.minimum(found.data, self.most))) * self.rarity[found.indices]
        return normalize(found, copy=False)

    def as_graph(self, kernel: np.ndarray, bias: np.ndarray, activation: Activation) -> RunsGraph:
        """A linear map of these features, (D, O) and (O,), as a network computes it."""
        known = self.columns >= 0
        rarity, rows = np.zeros(len(known)), np.zeros((len(known), kernel.shape[1]))
        rarity[known] = self.rarity[self.columns[known]]
        rows[known] = kernel[self.columns[known]]
        return RunsGraph(RUN, HASHES, self.marks, self.most, rarity, rows, bias, activation)

    def _counted(self, x: np.ndarray) -> Any:
        """How often each sequence has each run that is known: (N, D), sparse."""
        from scipy.sparse import csr_matrix, vstack

        found = []
        for some in _few_at_once(x):
            runs = runs_of(some)
            places = runs[:, :, 0] % (len(self.marks) - 1)
            rows, at = np.nonzero((runs[:, :, 0] >= 0) & (self.marks[places] == runs[:, :, 1]))
            entries = (np.ones(len(rows)), (rows, self.columns[places[rows, at]]))
            found.append(csr_matrix(entries, shape=(len(some), int(self.columns.max()) + 1)))
        return vstack(found, format="csr")


def _few_at_once(x: np.ndarray) -> list[np.ndarray]:
    """Sequences (N, T) in pieces, as what is made of each step takes memory; one at least."""
    rows = max(1, _STEPS_AT_ONCE // max(1, x.shape[1]))
    return [x[start : start + rows] for start in range(0, len(x), rows)] or [x]


def _different_runs(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The hashes (M, 2) of all runs of some sequences, in order, and how often each occurs (M,)."""
    size, keys = HASHES[1][1], []
    for some in _few_at_once(x):
        runs = runs_of(some)
        keys.append((runs[:, :, 0] * size + runs[:, :, 1])[runs[:, :, 0] >= 0])
    different, counts = np.unique(np.concatenate(keys), return_counts=True)
    return np.stack(np.divmod(different, size), axis=-1), counts


def runs_of(x: np.ndarray) -> np.ndarray:
    """Two hashes of each run of 1 to 4 tokens that ends at each step.

    Neither exceeds what 31 bits hold, also on the way, so that any backend computes the same; the
    second is exact in single precision.

    Args:
        x: (N, T) ids of tokens, 0 where there is none.

    Returns:
        (N, 4T, 2), from 0; -1 where there is no such run.
    """
    whole, found = np.ones(x.shape, bool), []
    hashes = [np.zeros(x.shape, np.int64) for _ in HASHES]
    for length in range(1, RUN + 1):
        token = np.pad(x, ((0, 0), (length - 1, 0)))[:, : x.shape[1]]
        whole = whole & (token > 0)
        hashes = [
            (number * factor + token + length) % size
            for number, (factor, size) in zip(hashes, HASHES, strict=True)
        ]
        found.append(np.where(whole[..., None], np.stack(hashes, axis=-1), -1))
    return np.concatenate(found, axis=1)
