"""Chances of classes that training has not shown: small, and not nothing.

A division's training part may lack a class that is judged by. Whoever says that it can't be is
infinitely wrong once it is; after n rows of C classes each class that was not among them is given
1 / (n + C), as the rule of succession has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["chances", "class_shares", "softmax_weights", "unseen_logit"]

_LEAST = 1e-12
"""Of a probability: one that is too small for a float is no certainty."""


def class_shares(y: np.ndarray, classes: int) -> np.ndarray:
    """(C,) how often each class is among these (M,)."""
    counts = np.bincount(y, minlength=classes)
    found, missing = counts / max(1, len(y)), counts == 0
    if not missing.any() or not len(y):
        return np.asarray(found if len(y) else np.full(classes, 1 / classes))
    each = 1 / (len(y) + classes)
    return np.where(missing, each, found * (1 - missing.sum() * each))


def unseen_logit(model: Any, x: Any, classes: int) -> float:
    """The logit of each class that a logistic regression was not shown, among those it gives.

    Args:
        model: Scikit-learn's, fitted.
        x: (M, D) what it was fitted on.
        classes: C of the target.
    """
    missing = classes - len(model.classes_)
    usual = float(np.mean(_log_sum(_logits(model, x))))
    return usual - float(np.log(max(1, x.shape[0] + classes - missing)))


def chances(model: Any, x: Any, classes: int, unseen: float) -> np.ndarray:
    """(M, C) what a logistic regression gives each class.

    Args:
        model: Scikit-learn's, fitted.
        x: (M, D).
        classes: C of the target.
        unseen: From `unseen_logit`.
    """
    found = np.zeros((x.shape[0], classes))
    found[:, model.classes_] = np.maximum(model.predict_proba(x), _LEAST)
    missing = np.setdiff1d(np.arange(classes), model.classes_)
    if len(missing):
        known = _log_sum(_logits(model, x))
        total = np.logaddexp(known, unseen + np.log(len(missing)))
        found *= np.exp(known - total)[:, None]
        found[:, missing] = np.maximum(np.exp(unseen - total), _LEAST)[:, None]
    return found


def softmax_weights(model: Any, classes: int, unseen: float) -> tuple[np.ndarray, np.ndarray]:
    """Kernel (D, C) and bias (C,) whose softmax is `chances`."""
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # one row says how much likelier the second is
        coefficients = np.concatenate([np.zeros_like(coefficients), coefficients])
        intercepts = np.concatenate([np.zeros_like(intercepts), intercepts])
    kernel = np.zeros((coefficients.shape[1], classes))
    bias = np.full(classes, unseen)
    kernel[:, model.classes_], bias[model.classes_] = coefficients.T, intercepts
    return kernel, bias


def _logits(model: Any, x: Any) -> np.ndarray:
    """(M, classes shown), of two classes too, of which scikit-learn gives one column."""
    found = model.decision_function(x)
    return np.stack([np.zeros_like(found), found], axis=1) if found.ndim == 1 else found


def _log_sum(logits: np.ndarray) -> np.ndarray:
    """(M,) the logarithm of the sum of their exponentials."""
    return np.asarray(np.logaddexp.reduce(logits, axis=1))
