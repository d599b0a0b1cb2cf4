"""Columns that a calendar of holidays and promotions knows beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.collecting import name_some
from rnnsearch.guessing.columns import Column
from rnnsearch.guessing.name_words import words_in

__all__ = ["is_flag", "known_note"]

_KNOWN = frozenset(
    (
        *("holiday", "holidays", "promo", "promotion", "promotions", "onpromotion", "weekend"),
        *("workday", "workingday", "businessday", "schoolday", "open", "closed"),
        *("feiertag", "ferien", "wochenende", "aktion", "férié", "promoción", "feriado", "festivo"),
    )
)


def is_flag(column: Column) -> bool:
    """Whether it says yes or no of a day, as a calendar of holidays does."""
    different = np.unique(column.values[~column.gaps])
    return len(different) <= 2 and bool(words_in(column.name) & _KNOWN)


def known_note(columns: Sequence[Column], target: Column) -> list[str]:
    """What to say of those that may be known when a forecast is made."""
    named = [each for each in columns if each is not target and words_in(each.name) & _KNOWN]
    names = [each.name for each in named if each.kind == "label" or is_flag(each)]
    if not names:
        return []
    quoted, them = name_some(f"'{name}'" for name in names), "it" if len(names) == 1 else "them"
    return [
        f"{quoted} may be known when a forecast is made: if so, take {them} out of data.inputs, "
        f"and set data.known: [{', '.join(names)}]"
    ]
