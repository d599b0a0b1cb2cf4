"""X of `fit` and `predict`: tables, arrays of three axes, lists of unequal sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from rnnsearch.api.asking.given import as_sequences

if TYPE_CHECKING:
    from rnnsearch.integrations.scikit_learn._base import Recurrent

__all__ = ["checked", "checked_pair"]


def checked_pair(estimator: Recurrent, x: Any, y: Any, *, numbers: bool) -> tuple[Any, Any]:
    """X and y of `fit`, with `n_features_in_` noted.

    Args:
        estimator: Whose.
        x: (N, T) or (N, T, F), or N sequences of (T,) or (T, F).
        y: (N,) of classes; (N,) or (N, O) of numbers.
        numbers: Whether y is numbers.

    Returns:
        X as floats, (N, T) or (N, T, F), NaN where a sequence has ended; and y.

    Raises:
        ValueError: They can't be searched on.
    """
    if _is_table(x):
        options: dict[str, Any] = {"multi_output": True, "y_numeric": True} if numbers else {}
        rules = {**_RULES, **options, "ensure_min_samples": 2}
        table, target = validate_data(estimator, x, y, **rules)
        return table, target
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target "
            "y is None."
        )
    found = _checked_sequences(x, ensure_min_samples=2)
    estimator.n_features_in_ = found.shape[2]
    if numbers:
        y = check_array(y, ensure_2d=False, dtype=np.float64)
    else:
        y = column_or_1d(y, warn=True)
    check_consistent_length(found, y)
    return found, y


def checked(estimator: Recurrent, x: Any) -> np.ndarray:
    """X of `predict`: as `checked_pair` gives it.

    Raises:
        ValueError: It is not like that of `fit`.
    """
    if _is_table(x):
        return np.asarray(validate_data(estimator, x, reset=False, **_RULES))
    found = _checked_sequences(x)
    if found.shape[2] != estimator.n_features_in_:
        raise ValueError(
            f"X has {found.shape[2]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input."
        )
    return found


_RULES: dict[str, Any] = {"dtype": np.float64, "ensure_all_finite": "allow-nan"}
"""NaN ends a sequence, or is a gap."""


def _is_table(x: Any) -> bool:
    """Whether X is rows of as many numbers each, or nothing that could be sequences."""
    if isinstance(x, list | tuple) or (isinstance(x, np.ndarray) and x.dtype == object):
        axes = {np.ndim(row) if not isinstance(row, list) else _axes(row) for row in x}
        if axes == {2}:
            return False
        return axes != {1} or len({len(row) for row in x}) == 1
    return getattr(x, "ndim", 2) < 3


def _axes(row: list[Any]) -> int:
    return 1 + (len(row) > 0 and isinstance(row[0], list | tuple | np.ndarray))


def _checked_sequences(x: Any, **rules: int) -> np.ndarray:
    """(N, T, F) floats."""
    found = check_array(as_sequences(x), allow_nd=True, **_RULES, **rules)
    if found.ndim != 3:
        raise ValueError(
            f"Found array with dim {found.ndim}. Expected (N, T) or (N, T, F), or a list of "
            "sequences of (T,) or (T, F)."
        )
    return np.asarray(found)
