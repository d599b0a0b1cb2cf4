"""Logistic regression of several classes on features that depend on each other.

Lagged and overlapping windows make features that are nearly the same, on which scikit-learn's
`LogisticRegression` needs hundreds of passes over all rows. Here it is the same regression (C times
the sum of cross-entropies and half the squared weights, made small), in coordinates in which its
second derivative is nearly the identity at the start: by the eigenvectors of xᵀx or xxᵀ, whichever
is smaller. So a few passes do, and those of one penalty begin where those of the last ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Logistic", "logistic_fits"]

_PASSES = 300
_CHANGE = 1e-8
"""Relative change of what is made small below which it counts as found."""
_SLOPE = 3e-5
"""Largest slope of the mean that counts as none, in coordinates of unit curvature."""
_RANK = 1e-10
"""Share of the largest eigenvalue below which a direction counts as none."""


@dataclass(frozen=True)
class Logistic:
    """A fitted regression.

    Attributes:
        weights: (D, C).
        bias: (C,); -inf for classes that were not shown.
    """

    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """(M, C) from features (M, D)."""
        return _softmax(x @ self.weights + self.bias)


def logistic_fits(
    x: np.ndarray, y: np.ndarray, classes: int, costs: Sequence[float]
) -> Iterator[Logistic]:
    """A regression for each of the costs.

    Args:
        x: (M, D).
        y: (M,) whole numbers.
        classes: C; not all need be in y.
        costs: Inverse penalties, scikit-learn's ``C``, in rising order.
    """
    shown, y = np.unique(y, return_inverse=True)
    mean = x.mean(axis=0, dtype=float)
    basis, curvature = _basis(x - mean)
    z = np.asarray((x - mean) @ basis, np.float32)
    shares = np.bincount(y) / len(y)
    found = np.zeros((len(curvature), len(shown)))
    bias = np.log(shares)
    # Of two classes scikit-learn has one vector of weights, which two opposite halves are here.
    twice = 2 if len(shown) == 2 else 1
    for cost in costs:
        found, bias = _minimum(z, y, curvature, shares, twice / cost, found, bias)
        weights = np.zeros((x.shape[1], classes))
        weights[:, shown] = basis @ found
        whole = np.full(classes, -np.inf)
        whole[shown] = bias - mean @ weights[:, shown]
        yield Logistic(weights, whole)


def _basis(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal directions (D, R) that centred x (M, D) varies in, and by how much (R,)."""
    wide = x.shape[1] > x.shape[0]
    values, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
    keep = values > _RANK * max(values[-1], 0.0)
    values, vectors = values[keep], vectors[:, keep]
    return (x.T @ vectors / np.sqrt(values) if wide else vectors), values


def _minimum(
    z: np.ndarray,
    y: np.ndarray,
    curvature: np.ndarray,
    shares: np.ndarray,
    penalty: float,
    weights: np.ndarray,
    bias: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (R, C) and bias (C,) that make the penalized cross-entropy small.

    Args:
        z: (M, R) features, uncorrelated.
        y: (M,) classes, each of which occurs.
        curvature: (R,) of zᵀz.
        shares: (C,) of the classes.
        penalty: Of half the squared weights.
        weights, bias: Where to begin.
    """
    from scipy.optimize import minimize

    rows, rank, classes = len(y), len(curvature), len(shares)
    spread = shares * (1 - shares)
    spread = np.where(spread > 0, spread, 1.0)  # of one class alone
    scale = np.concatenate(
        [np.sqrt(curvature[:, None] * spread + penalty), np.sqrt(rows * spread)[None]]
    )
    truth = np.zeros((rows, classes))
    truth[np.arange(rows), y] = 1

    def value(flat: np.ndarray) -> tuple[float, np.ndarray]:
        both = flat.reshape(rank + 1, classes) / scale
        likely = _softmax(z @ both[:-1].astype(np.float32) + both[-1])
        loss = -np.log(np.maximum(likely[np.arange(rows), y], 1e-300)).sum()
        loss += penalty / 2 * np.square(both[:-1]).sum()
        off = likely - truth
        steep = (off.T.astype(np.float32) @ z).T + penalty * both[:-1]
        slope = np.concatenate([steep, off.sum(axis=0)[None]]) / scale
        return loss / rows, slope.ravel() / rows

    start = (np.concatenate([weights, bias[None]]) * scale).ravel()
    options = {"maxiter": _PASSES, "ftol": _CHANGE, "gtol": _SLOPE / np.sqrt(rows)}
    best = minimize(value, start, jac=True, method="L-BFGS-B", options=options).x
    both = best.reshape(rank + 1, classes) / scale
    return both[:-1], both[-1]


def _softmax(logits: np.ndarray) -> np.ndarray:
    likely = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=-1, keepdims=True))
