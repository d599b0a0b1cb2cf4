"""How much each member of an ensemble counts: weights from outputs out of fold.

Members are networks and baselines alike; what is mixed is what they put out (`Fitted.outputs`), for
rows on which none of them was fitted. All losses are convex in the outputs, so a mixture has at
most the mean loss of its members.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnnsearch.tasks import Loss
from rnnsearch.tasks.losses import entry_losses, entry_slopes

__all__ = ["greedy", "mixed", "mixture_weights"]

_SHRINKAGES = (1.0, 0.75, 0.5, 0.25, 0.1, 0.0)
_UNKNOWN_SHRINKAGE = 0.5
"""Where there are no folds to choose it by: half way to equal shares."""

_STEPS, _SMALL = 500, 1e-9
_LEAST = 1e-7
"""Of a probability: what Keras clips it to."""
_ALIVE = 1e-12
"""The least share in a search, from which a member can come back."""

_Slope = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""Shares (k,) to the loss of the mixture and its derivative (k,)."""


def mixed(outputs: Sequence[np.ndarray], shares: np.ndarray) -> np.ndarray:
    """The mean of outputs (M, …), weighted by shares (k,) that sum to one."""
    return np.asarray(sum(share * each for share, each in zip(shares, outputs, strict=True)))


def mixture_weights(
    outputs: Sequence[np.ndarray],
    y: np.ndarray,
    weights: np.ndarray,
    loss: Loss,
    *,
    folds: np.ndarray | None = None,
    shrink: float | None = None,
    within: float = 10.0,
) -> np.ndarray:
    """Shares of the members: not negative, summing to one, drawn towards equal ones.

    The shares with the least loss (stacking, Wolpert, 1992, as Breiman, 1996, bounds it) are fitted
    to chance where members are many or alike; equal ones are hard to beat (Stock & Watson, 2004).
    So each share is ``(1 - shrink) best + shrink / k``, of the k members that are worth it: a
    hundredth of one whose errors are huge fits chance, too.

    Args:
        outputs: k times (M, …), as models put them out: scaled numbers, their quantiles side by
            side, or class probabilities; each for rows it was not fitted on.
        y: As in `Part.y`, (M, …).
        weights: What each entry weighs, (M,) or (M, T), as `rnnsearch.tasks.loss_weights` says.
        loss: What is to be small.
        folds: (M,) which rows were held out together.
        shrink: From 0 to 1; None for what does best on each fold where shares are fitted on the
            others, and a half where there are not two folds.
        within: How many times the least loss of a member another one's may be; of more it has no
            share.

    Returns:
        (k,)
    """
    slope = _Entries(outputs, y, weights, loss, None).slope()
    alone = np.array([slope(one)[0] for one in np.eye(len(outputs))])
    worth = np.flatnonzero(alone <= within * alone.min()).tolist()
    entries = _Entries([outputs[number] for number in worth], y, weights, loss, folds)
    equal = np.full(len(worth), 1 / len(worth))
    if shrink is None:
        shrink = _best_shrinkage(entries, equal)
    found = np.zeros(len(outputs))
    found[worth] = (1 - shrink) * _best_shares(entries.slope(), equal) + shrink * equal
    return found


def greedy(
    outputs: Sequence[np.ndarray],
    y: np.ndarray,
    weights: np.ndarray,
    loss: Loss,
    rounds: int = 50,
) -> np.ndarray:
    """Shares by forward selection with replacement (Caruana et al., 2004), from the best member on.

    In each round that member joins, once more perhaps, whose joining leaves the least loss; of all
    rounds the best counts, the first of equal ones.

    Args:
        outputs, y, weights, loss: As in `mixture_weights`.
        rounds: Members at most, counted as often as they joined.

    Returns:
        (k,) how often each joined, as a share.
    """
    slope = _Entries(outputs, y, weights, loss, None).slope()
    members = np.eye(len(outputs))
    joined = np.zeros(len(outputs))
    best, least = joined, np.inf
    for count in range(1, rounds + 1):
        losses = [slope((joined + one) / count)[0] for one in members]
        chosen = int(np.argmin(losses))
        joined = joined + members[chosen]
        if losses[chosen] < least - _SMALL * abs(losses[chosen]):
            best, least = joined / count, losses[chosen]
    return best


class _Entries:
    """What counts of some members' outputs, in the form that a loss of mixtures is quick in.

    Attributes:
        folds: The different folds.
    """

    def __init__(
        self,
        outputs: Sequence[np.ndarray],
        y: np.ndarray,
        weights: np.ndarray,
        loss: Loss,
        folds: np.ndarray | None,
    ) -> None:
        counts = weights > 0
        self._loss = loss
        self._y, self._weights = y[counts], weights[counts].astype(float)
        self._of = np.zeros(len(self._y), int)
        if folds is not None:
            across = (len(y),) + (1,) * (weights.ndim - 1)
            self._of = np.broadcast_to(np.reshape(folds, across), weights.shape)[counts]
        self.folds = np.unique(self._of)
        self._members = np.stack([self._needed(each[counts]) for each in outputs], axis=-1)

    def _needed(self, outputs: np.ndarray) -> np.ndarray:
        """(E, W) of a member's outputs: of classes but the chance of the right one."""
        if not self._loss.of_classes:
            return outputs.astype(float)
        chosen = np.take_along_axis(outputs, self._y[:, None], axis=-1)
        return np.asarray(np.maximum(chosen.astype(float), _LEAST))

    def slope(self, among: np.ndarray | None = None) -> _Slope:
        """The loss of mixtures on all folds, or on those `among` which it is to be."""
        rows = np.ones(len(self._of), bool) if among is None else np.isin(self._of, among)
        y, members = self._y[rows], self._members[rows]
        weights = self._weights[rows] / max(self._weights[rows].sum(), np.finfo(float).tiny)
        if self._loss.name == "mse":
            errors = members - y[..., None]
            scaled = errors * (weights / y.shape[-1])[:, None, None]
            gram = np.tensordot(scaled, errors, axes=([0, 1], [0, 1]))
            return lambda shares: (float(shares @ gram @ shares), 2 * gram @ shares)

        def found(shares: np.ndarray) -> tuple[float, np.ndarray]:
            """Of the mixture of these rows."""
            mixture = members @ shares
            slopes = entry_slopes(self._loss, y, mixture)
            if self._loss.of_classes:
                value = -np.log(mixture[:, 0])
            else:
                value = entry_losses(self._loss, y, mixture)
            of_each = np.tensordot(slopes * weights[:, None], members, axes=([0, 1], [0, 1]))
            return float(weights @ value), of_each

        return found


def _best_shrinkage(entries: _Entries, equal: np.ndarray) -> float:
    """What does best on each fold where shares are fitted on the others; of equal ones the most."""
    if len(entries.folds) < 2:
        return _UNKNOWN_SHRINKAGE
    losses = np.zeros(len(_SHRINKAGES))
    for fold in entries.folds:
        shares = _best_shares(entries.slope(entries.folds[entries.folds != fold]), equal)
        held_out = entries.slope(np.array([fold]))
        losses += [held_out((1 - s) * shares + s * equal)[0] for s in _SHRINKAGES]
    losses = losses / losses.min() if losses.min() > 0 else losses
    return _SHRINKAGES[int(np.flatnonzero(losses <= losses.min() + _SMALL)[0])]


def _best_shares(slope: _Slope, equal: np.ndarray) -> np.ndarray:
    """The shares with the least loss, from equal ones on; identical members have equal ones.

    By exponentiated gradients (Kivinen & Warmuth, 1997), each step as long as it goes down. Where
    a loss has edges that may end early: then the best members share, if that is better.
    """
    shares = _descend(slope, equal)
    alone = np.array([slope(one)[0] for one in np.eye(len(equal))])
    best = alone <= alone.min() + _SMALL * abs(alone.min())
    others = best / best.sum()
    return min((shares, equal, others), key=lambda found: slope(found)[0])


def _descend(slope: _Slope, start: np.ndarray) -> np.ndarray:
    """Downhill from some shares until no step goes further down."""
    shares, (value, gradient) = start, slope(start)
    rate = 1 / (np.ptp(gradient) + np.finfo(float).tiny)
    still = 0
    for _ in range(_STEPS):
        exponent = -rate * (gradient - gradient.min())
        tried = np.maximum(shares * np.exp(exponent), _ALIVE)
        tried /= tried.sum()
        found, there = slope(tried)
        if found >= value:
            rate /= 2
            still += 1
        else:
            still = still + 1 if value - found < _SMALL * abs(value) else 0
            shares, value, gradient = tried, found, there
            rate *= 1.5
        if still == 30:
            break
    return shares
