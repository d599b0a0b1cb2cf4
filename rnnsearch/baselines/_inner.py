"""Penalties chosen inside the training part, so that scores on any other part are honest.

A penalty that was chosen on the validation part has seen what it is judged by there.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from rnnsearch.data import Dataset

__all__ = [
    "best_cost",
    "blocks",
    "fitting",
    "in_row_space",
    "is_large",
    "is_ordered",
    "solver_for",
    "stratified",
    "threads_for",
]

_FOLDS, _FEWER_FOLDS, _MANY = 5, 3, 2_000
"""Folds, and how many are enough from so many rows on."""

_ORIGINS, _AHEAD = (0.5, 0.6, 0.7), 0.3
"""Rolling origins as shares of the rows, and how far each looks ahead: as far as a search looks
with its validation and test part. Looking but one tenth ahead chose penalties under which a trend
ran away (half-hourly load from the calendar: a test rmse of 6900 for 1675)."""

_LARGE = 2_000_000
"""Numbers from which on threads are worth it, one division is enough to choose a penalty by (6,000
rows of 4,000, ten classes: 5 s for 15), and what was chosen on one fold is good enough for all."""

_CHOOSING = {
    "newton-cg": {"max_iter": 300},
    "lbfgs": {"max_iter": 60},
    "sag": {"max_iter": 10, "random_state": 0},
}
"""How fits go that only choose a penalty, hasty where they go by first derivatives: the same one is
chosen in half to a third of the time (6,600 rows of 1,152 numbers, six classes: 32 processor
seconds for 69; 1,800 rows of 1,800, ten classes: 14 for 44)."""

_SMALL = 1_000_000
"""Numbers up to which few steps by second derivatives take less time than many by first ones."""

_LEAST = 1e-12
"""Of a probability, in a logarithm."""

_LEARNS = 0.1
"""An inverse penalty under which something is learned, of features that vary by 1."""

_MOST_SQUARED = 3_000
"""Rows whose products with each other are worth their time."""

Widen = Callable[[np.ndarray], np.ndarray]

Division = tuple[np.ndarray, np.ndarray]
"""Row numbers to fit on, and to judge by."""


def is_ordered(dataset: Dataset) -> bool:
    """Whether sequences stand in the order of time: those of a table, which have a past."""
    return bool(dataset.train.naive)


def blocks(rows: int, ordered: bool, dealt: bool = False) -> list[Division]:
    """Divisions of so many rows: rolling origins where they stand in time, else k folds.

    Folds are blocks of rows, as the steps of one sequence follow each other; none where there
    are fewer rows than folds.

    Args:
        rows: How many there are.
        ordered: Whether they stand in time.
        dealt: Whether folds are dealt rows at random.
    """
    every = np.random.default_rng(0).permutation(rows) if dealt else np.arange(rows)
    if rows < _FOLDS:
        return []
    if ordered:
        starts = [round(share * rows) for share in _ORIGINS]
        return [(every[:start], every[start : start + round(_AHEAD * rows)]) for start in starts]
    return [(np.setdiff1d(every, fold), fold) for fold in np.array_split(every, _folds(rows))]


def _folds(rows: int) -> int:
    return _FOLDS if rows <= _MANY else _FEWER_FOLDS


def stratified(labels: np.ndarray, dealt: bool = False) -> list[Division]:
    """k folds with a share of each class; none of one class.

    Args:
        labels: (M,) classes.
        dealt: Whether folds are dealt rows at random, or have neighbours as far as that goes.
    """
    from sklearn.model_selection import StratifiedKFold

    counts = np.unique(labels, return_counts=True)[1]
    folds = min(_folds(len(labels)), int(counts.max(initial=0)))
    if len(counts) < 2 or folds < 2:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes with fewer members than folds
        divide = StratifiedKFold(folds, shuffle=dealt, random_state=0 if dealt else None)
        found = list(divide.split(np.zeros(len(labels)), labels))
    return [(fit, judge) for fit, judge in found if len(np.unique(labels[fit])) > 1]


def best_cost(
    x: Any, labels: np.ndarray, costs: Sequence[float], dealt: bool = False
) -> tuple[float, float]:
    """The inverse penalty of a logistic regression with the least log loss out of fold.

    Args:
        x: (M, D), sparse or not.
        labels: (M,) classes.
        costs: From the least on. Two in a row that do worse end it: the less of a penalty, the
            closer the training rows are fitted, and the longer that takes. Not among the least,
            under which next to nothing is learned and chance decides.
        dealt: As of `stratified`.

    Returns:
        The cost and its mean loss; the middle one where nothing can be held out.
    """
    from sklearn.linear_model import LogisticRegression

    solver = solver_for(x)
    folds = stratified(labels, dealt)[: 1 if is_large(x) else None]
    how: dict[str, Any] = _CHOOSING[solver]
    if solver != "newton-cg":
        x = x.astype(np.float32)
    models = [LogisticRegression(solver=solver, warm_start=True, **how) for _ in folds]
    best, least, worse = costs[len(costs) // 2], np.inf, 0
    for cost in costs if folds else ():
        loss = 0.0
        with fitting(x):
            for model, (fit, judge) in zip(models, folds, strict=True):
                model.set_params(C=cost).fit(x[fit], labels[fit])
                loss += _log_loss(model, x[judge], labels[judge])
        if loss < least:
            best, least, worse = cost, loss, 0
        else:
            worse += 1
        if worse >= 2 and cost >= _LEARNS:
            break
    return best, least / sum(len(judge) for _, judge in folds) if folds else 0.0


def solver_for(x: Any) -> str:
    """Scikit-learn's solver: each the fastest by far for such rows.

    By second derivatives where x is small; row by row (Schmidt et al., 2017) where many are sparse,
    as what others keep of past steps is then larger than x (10,700 names, 11,900 features, 18
    classes: log loss 0.564 after 0.2 s, 0.563 after 2.0 s of lbfgs).
    """
    if isinstance(x, np.ndarray):
        return "newton-cg" if x.size <= _SMALL else "lbfgs"
    return "sag" if x.shape[0] > _MANY else "lbfgs"


def is_large(x: Any) -> bool:
    """Whether to choose something by these rows (M, D) takes long."""
    return isinstance(x, np.ndarray) and x.size > _LARGE


def in_row_space(x: Any) -> tuple[Any, Widen]:
    """Rows with fewer numbers for which a linear model with a squared penalty is the same.

    Its weights are a sum of the rows (Kimeldorf & Wahba, 1970), so that of more features than rows
    only their shares in the space of the rows matter.

    Args:
        x: (M, D), sparse or not; of many rows it stays as it is.

    Returns:
        (M, R) rows, and what makes weights (O, R) of these those of x (O, D).
    """
    if x.shape[1] <= x.shape[0] or x.shape[0] > _MOST_SQUARED:
        return x, np.asarray
    # By the products of rows with each other: of 1,800 rows of 9,040 numbers in a tenth of the
    # time that a singular value decomposition takes.
    x = x.astype(np.float64)
    products = x @ x.T
    squares, basis = np.linalg.eigh(products if isinstance(x, np.ndarray) else products.toarray())
    kept = squares > squares[-1] * np.finfo(np.float64).eps * x.shape[0]
    sizes, basis = np.sqrt(squares[kept]), basis[:, kept]
    return basis * sizes, lambda weights: np.asarray(((weights / sizes) @ basis.T) @ x)


@contextmanager
def threads_for(x: Any) -> Iterator[None]:
    """Around linear algebra: few rows are left to one thread.

    On two busy cores, threads that wait for each other made fits of 60 rows take 10 to 30 times as
    long, and now and then one of a few milliseconds some seconds. So are sparse ones, whose
    products have no use for more: the others only wait (26 processor seconds for 13).

    Args:
        x: (M, D), what is fitted.
    """
    from threadpoolctl import threadpool_info, threadpool_limits  # which scikit-learn is built on

    # Libraries that were imported since someone set a limit know nothing of it.
    allowed = min((pool["num_threads"] for pool in threadpool_info()), default=1)
    with threadpool_limits(allowed if is_large(x) else 1):
        yield


@contextmanager
def fitting(x: Any) -> Iterator[None]:
    """Around fits of scikit-learn's models: they may take more iterations than they are given.

    Args:
        x: (M, D), what they are fitted on.
    """
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(), threads_for(x):
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Classes that a line parts: newton-cg ends where no step makes the loss smaller.
        warnings.filterwarnings("ignore", "(?i)(the )?line search")
        yield


def _log_loss(model: Any, x: Any, labels: np.ndarray) -> float:
    """The sum over rows; a class that was not there to learn from has no probability."""
    chances = np.zeros((len(labels), int(max(labels.max(), model.classes_.max())) + 1))
    chances[:, model.classes_] = model.predict_proba(x)
    return float(-np.log(np.maximum(chances[np.arange(len(labels)), labels], _LEAST)).sum())
