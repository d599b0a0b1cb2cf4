"""What classes are judged by."""

from __future__ import annotations

from collections.abc import Iterable

from rnnsearch.guessing._base import Setting

__all__ = ["class_objective"]


def class_objective(counts: Iterable[int]) -> Setting:
    """Accuracy, or where a class has less than half its even share a score that sees it."""
    members = list(counts)
    if min(members) * len(members) * 2 < sum(members):
        why = "classes are unequal in number, and accuracy would not miss the rare ones"
        return Setting("objective", "val_f1_macro", why)
    return Setting("objective", "val_accuracy", "share of right answers")
