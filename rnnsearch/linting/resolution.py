"""How large a difference the validation data can tell: what is smaller is a tie, whoever wins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnnsearch.baselines import suitable
from rnnsearch.data import Dataset, Part
from rnnsearch.linting._base import Planned, Remark
from rnnsearch.tasks import TASKS

__all__ = ["Resolution", "resolution", "too_small"]

_SURE = 1.96
"""Standard errors to each side that hold the true value 19 times in 20."""

_DISAGREE = 0.1
"""Share of sequences on which two classifiers of a search differ, in the sums that follow; they are
right of about the same share."""

_CORRELATE = 0.5
"""Of the squared errors of two networks; where they correlate more, less can be told apart."""

_COARSE = {"class": 0.05, "numeric": 0.1}
"""Share of the sequences, or of the error: what is no smaller is worth telling."""

_QUICK = ("last_value", "seasonal_naive", "mean")

_UNLIKE = 0.05
"""Correlation of neighbours so far apart that what lies beyond is noise."""

_ROWS, _COLUMNS = 2000, 64
"""Of a linear fit, at most."""


@dataclass(frozen=True)
class Resolution:
    """What can be told apart.

    Attributes:
        smallest: Difference, as a share: of sequences that are right, or of the error of a simple
            method.
        sequences: That judge, over all divisions; where they have steps in time, these.
        worth: Of independent ones: neighbours in time say less than as many separate ones.
        unit: What `smallest` is a share of.
    """

    smallest: float
    sequences: int
    worth: float
    unit: str

    def __str__(self) -> str:
        judged = f"{self.sequences:,} examples judge"
        if self.worth < 0.9 * self.sequences:
            judged += f", worth {self.worth:,.0f} independent ones"
        return f"differences of {100 * self.smallest:.2g} % {self.unit} or more: {judged}"


def resolution(planned: Planned) -> Resolution | None:
    """How large a difference between two networks can be told, 19 times in 20, about.

    Of classes: two networks that disagree on a tenth of the sequences (McNemar, 1947). Of numbers:
    by the squared errors of a naive prediction, whose standard error counts neighbours in time as
    far as they are alike (Sokal, 1997); those of two networks correlate by a half.

    Returns:
        None of one long text, of which every token judges, and where there is no naive prediction.
    """
    dataset = planned.first
    folds = planned.programs.regime.folds
    if dataset.stream is not None or dataset.target.tokens:
        return None
    count = len(dataset.validation)
    if count == 0:
        return None
    if dataset.target.kind == "class":
        judged = count * folds
        error = math.sqrt(_DISAGREE / judged)
        return Resolution(_SURE * error, judged, judged, "of the sequences")
    found = _squares(planned, dataset, dataset.validation)
    if found is None or not found[1].mean() > 0:
        return None
    name, squares = found
    worth = len(squares) / (_alike(squares) if planned.data.ordered else 1.0)
    error = squares.std() / math.sqrt(max(1.0, worth * folds)) * math.sqrt(2 * (1 - _CORRELATE))
    # Half: of the root of a mean of squares.
    smallest = float(_SURE * error / (2 * squares.mean()))
    return Resolution(smallest, len(squares) * folds, worth * folds, f"of the error of {name}")


def _squares(planned: Planned, dataset: Dataset, part: Part) -> tuple[str, np.ndarray] | None:
    """The best of some simple methods, and its squared errors.

    (N,) one a sequence, or where these follow each other in time, one a step that is judged.
    """
    task = TASKS[planned.spec.task]
    truth = dataset.target.own_units(part.y, part.anchor)
    scale = dataset.target.deviation if dataset.target.deviation is not None else 1.0
    weights = part.weights
    known = {
        method.name: method.fit(task, dataset).predict(part)
        for method in suitable(task, dataset)
        if method.name in _QUICK
    }
    line = _line(dataset)
    found: list[tuple[str, np.ndarray]] = []
    for name, predicted in [*known.items(), *([] if line is None else [("a linear fit", line)])]:
        errors = ((predicted - truth) / scale) ** 2
        each = errors.mean(axis=-1)
        if each.ndim > 1 and planned.data.ordered:
            each = each[weights > 0]
        elif each.ndim > 1:
            each = (each * weights).sum(axis=1) / np.maximum(1e-12, weights.sum(axis=1))
        if np.isfinite(each).all():
            found.append((name, each))
    return min(found, key=lambda one: float(one[1].mean()), default=None)


def _line(dataset: Dataset) -> np.ndarray | None:
    """Least squares on the last steps of some sequences; None where an output has steps."""
    train, judged = dataset.train, dataset.validation
    if isinstance(train.x, dict) or train.y.ndim != 2 or dataset.masked or len(train) < 8:
        return None
    some = np.linspace(0, len(train) - 1, min(len(train), _ROWS)).astype(int)

    def columns(x: np.ndarray) -> np.ndarray:
        """(N, columns) the last numbers of each sequence, and a 1."""
        flat = x.reshape(len(x), -1)[:, -_COLUMNS:].astype(np.float64)
        return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)

    design = columns(np.asarray(train.sequences[some]))
    normal = design.T @ design + len(design) * 1e-3 * np.eye(design.shape[1])
    weights = np.linalg.solve(normal, design.T @ train.y[some])
    return dataset.target.own_units(columns(judged.array) @ weights, judged.anchor)


def _alike(values: np.ndarray) -> float:
    """The integrated autocorrelation time: so many neighbours say what one would, 1 at least."""
    distance = values - values.mean()
    size = 1 << (2 * len(values)).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(distance, size)) ** 2, size)[: len(values) // 2]
    if not products.size or products[0] <= 0:
        return 1.0
    correlations = products[1:] / products[0]
    ends = np.flatnonzero(correlations <= _UNLIKE)
    return float(1 + 2 * correlations[: ends[0] if ends.size else None].sum())


def too_small(planned: Planned, found: Resolution) -> Iterator[Remark]:
    """A validation part that can't tell differences that would matter."""
    if found.smallest <= _COARSE[planned.first.target.kind]:
        return
    several = planned.programs.regime.folds > 1
    yield Remark(
        "doubt",
        "data.split",
        f"only {found}; smaller ones will be ties",
        "give more data" if several else "use split: {folds: 5}, or give more data",
    )
