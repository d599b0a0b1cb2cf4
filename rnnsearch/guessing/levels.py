"""Whether sequences are told apart better where each is scaled by itself.

Two methods that take no time say so, a nearest neighbour and a ridge regression, on some hundred
training sequences that are left out one by one: once with one scaling for all, once with each
sequence's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnsearch.data.scaling import each_scaled, fit_steps
from rnnsearch.data.sequences.masks import fill_gaps, real_steps
from rnnsearch.guessing._base import Setting

__all__ = ["compare_scalings", "scaling_setting"]

_MOST = 300
"""Sequences that are looked at."""
_FEWEST, _SHORTEST = 20, 4
"""Fewer sequences say nothing, and few steps have no level of their own."""
_POINTS = 64
"""Steps that each sequence is brought to."""
_MOST_NUMBERS = 20_000
"""Numbers of a sequence after that; pictures of many pixels are left as they are."""
_SURE = 2.0
"""Standard errors of the difference by which the own scaling must be better."""
_PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


@dataclass(frozen=True)
class Compared:
    """What was found.

    Attributes:
        shared, own: Errors of the better method with one scaling for all, and with each
            sequence's own: the share that is wrong, or the squared error in units of the
            target's variance.
        better: Whether the own scaling is clearly better.
    """

    shared: float
    own: float
    better: bool


def scaling_setting(
    x: np.ndarray, y: np.ndarray, lengths: np.ndarray | None, classes: bool
) -> Setting | None:
    """`scaling`, with what was found; None where too little could be looked at.

    Args:
        x: (N, T, F) or (N, T), the training sequences.
        y: (N,) classes, or (N,) or (N, O) numbers.
        lengths: (N,) real steps; None where all are.
        classes: Which of them.
    """
    found = compare_scalings(x, y, lengths, classes)
    if found is None:
        return None

    def amount(error: float) -> str:
        """An error as text."""
        return f"{1 - error:.0%} right" if classes else f"{error:.2g} of the variance left"

    count = min(len(x), _MOST)
    how = f"({count} training sequences, left out one by one, by a neighbour or a ridge)"
    texts = amount(found.own), amount(found.shared)
    if found.better:
        why = f"each by its own mean and deviation: {texts[0]}, {texts[1]} with one scaling {how}"
        return Setting("scaling", "per_sequence", why)
    if _follow_a_curve(x, lengths):
        why = "all sequences follow nearly the same curve, and a network would see little but that"
        return Setting("scaling", "per_step", f"each step less its mean: {why}")
    why = f"one for all: {texts[1]}, {texts[0]} with each sequence's own (per_sequence) {how}"
    return Setting("scaling", "standard", why)


def _follow_a_curve(x: np.ndarray, lengths: np.ndarray | None) -> bool:
    """Whether each feature does, of sequences of one length."""
    values = x[..., None] if x.ndim == 2 else x
    if lengths is not None and (np.asarray(lengths) != values.shape[1]).any():
        return False
    offset = fit_steps(values.astype(np.float64), always=False).offset
    return offset.ndim == 2 and bool((np.ptp(offset, axis=0) > 0).all())


def compare_scalings(
    x: np.ndarray, y: np.ndarray, lengths: np.ndarray | None, classes: bool
) -> Compared | None:
    """Both scalings on some of the sequences; arguments as `scaling_setting`."""
    if x.ndim == 2:
        x = x[..., None]
    count, steps, features = x.shape
    if count < _FEWEST or steps < _SHORTEST or min(steps, _POINTS) * features > _MOST_NUMBERS:
        return None
    some = np.sort(np.random.default_rng(0).permutation(count)[:_MOST])
    real = np.full(len(some), steps) if lengths is None else np.asarray(lengths)[some]
    if not ((real >= 1) & (real <= steps)).all():  # which whoever reads the file will refuse
        return None
    values = np.where(real_steps(real, steps, False)[..., None], x[some], np.nan)
    values = fill_gaps(values.astype(np.float64), real)
    targets = _targets(y[some], classes)
    if targets is None:
        return None
    spread = np.nanstd(values, axis=(0, 1))
    together = (values - np.nanmean(values, axis=(0, 1))) / np.where(spread > 0, spread, 1)
    from threadpoolctl import threadpool_limits  # which scikit-learn is built on

    with threadpool_limits(1):  # of so few products, where threads cost more than they save
        errors = [
            _errors(_evened(each, real), targets, classes)
            for each in (together, each_scaled(values))
        ]
    gain = errors[0] - errors[1]
    sure = _SURE * gain.std() / np.sqrt(len(gain))
    shared, own = (float(each.mean()) for each in errors)
    return Compared(shared, own, bool(gain.mean() > sure))


def _targets(y: np.ndarray, classes: bool) -> np.ndarray | None:
    """(N, C) 0 or 1, or (N, O) numbers of variance 1; None where they don't vary or have gaps."""
    if classes:
        labels, codes = np.unique(y, return_inverse=True)
        return None if len(labels) < 2 else np.eye(len(labels))[codes.reshape(-1)]
    numbers = np.asarray(y, np.float64).reshape(len(y), -1)
    spread = numbers.std(axis=0)
    if not np.isfinite(numbers).all() or not (spread > 0).all():
        return None
    return np.asarray((numbers - numbers.mean(axis=0)) / spread)


def _evened(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(N, P·F): each sequence at so many places between its first and its last step."""
    points = min(values.shape[1], _POINTS)
    rows = np.zeros((len(values), points, values.shape[2]))
    for row, sequence, length in zip(rows, values, lengths, strict=True):
        at = np.linspace(0, length - 1, points)
        before = np.floor(at).astype(int)
        after, part = np.minimum(before + 1, length - 1), (at - before)[:, None]
        row[:] = sequence[before] * (1 - part) + sequence[after] * part
    return np.nan_to_num(rows).reshape(len(rows), -1)


def _errors(x: np.ndarray, targets: np.ndarray, classes: bool) -> np.ndarray:
    """(N,) error of each sequence that is left out, by the better of both methods."""
    found = [_judge(_neighbours(x, targets, 1 if classes else 3), targets, classes)]
    found += [_judge(each, targets, classes) for each in _ridges(x, targets)]
    return min(found, key=lambda errors: float(errors.mean()))


def _judge(predicted: np.ndarray, targets: np.ndarray, classes: bool) -> np.ndarray:
    if classes:
        return np.asarray(predicted.argmax(axis=1) != targets.argmax(axis=1), np.float64)
    return np.asarray(((predicted - targets) ** 2).mean(axis=1))


def _neighbours(x: np.ndarray, targets: np.ndarray, count: int) -> np.ndarray:
    """(N, C) mean target of the nearest others."""
    squares = (x**2).sum(axis=1)
    distance = squares[:, None] + squares - 2 * x @ x.T
    np.fill_diagonal(distance, np.inf)
    return np.asarray(targets[np.argsort(distance, axis=1)[:, :count]].mean(axis=1))


def _ridges(x: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
    """(N, C) what ridge regressions of several penalties predict for each, fitted without it.

    By their residuals (Allen, 1974): those of the whole fit, over 1 - leverage.
    """
    x = x - x.mean(axis=0)
    products = x @ x.T
    scale = max(float(np.trace(products)) / len(x), 1e-12)
    sizes, vectors = np.linalg.eigh(products)
    mean = targets.mean(axis=0)
    found = []
    for penalty in _PENALTIES:
        kept = np.maximum(sizes, 0) / (np.maximum(sizes, 0) + penalty * scale)
        hat = (vectors * kept) @ vectors.T + 1 / len(x)
        fitted = hat @ (targets - mean) + mean
        leverage = np.minimum(np.diag(hat), 1 - 1e-6)[:, None]
        found.append(targets - (targets - fitted) / (1 - leverage))
    return found
