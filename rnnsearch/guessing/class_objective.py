"""What classes are judged by."""

from __future__ import annotations

from collections.abc import Iterable

from rnnsearch.guessing._base import Setting

__all__ = ["class_objective"]


def class_objective(counts: Iterable[int]) -> Setting:
    """The loss, or where a class has less than half its even share a score that sees it.

    Args:
        counts: Examples of each class.
    """
    members = list(counts)
    if min(members) * len(members) * 2 < sum(members):
        why = "classes are unequal in number, and accuracy would not miss the rare ones"
        return Setting("objective", "val_f1_macro", why)
    why = "log loss: tells apart what is right equally often; accuracy stands beside it"
    return Setting("objective", "val_loss", why)
