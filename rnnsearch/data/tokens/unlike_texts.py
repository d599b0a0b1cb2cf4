"""Rows of texts or columns that are unlike those that training showed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnsearch.data.collecting import name_rows
from rnnsearch.data.spans import Span, far_outside, unlike_line
from rnnsearch.data.texts.coding import Coding
from rnnsearch.data.tokens.token_rows import Rows

__all__ = ["unlike_columns", "unlike_texts", "unlike_tokens"]

_MANY = 0.5
"""Share of the tokens of a file that must be unknown for it to be said."""


def unlike_columns(
    names: Sequence[str], seen: Sequence[Span], rows: Rows, path: str
) -> tuple[str, ...]:
    """A line for each column of numbers far outside what training showed.

    Args:
        names: Of the columns of numbers.
        seen: Their spans in training.
        rows: New ones.
        path: Where these stand.
    """
    found = []
    for name, span, values in zip(names, seen, rows.numbers.T, strict=False):
        far, furthest = far_outside(values, span)
        if far.any():
            what, where = f"inputs of '{name}'", name_rows(rows.rows[far])
            found.append(unlike_line(what, span, furthest, where, path))
    return tuple(found)


def unlike_texts(reading: Coding, rows: Rows, path: str) -> tuple[str, ...]:
    """A line where most tokens are unknown."""
    ids = reading.read(rows.sequence)
    unknown = (ids == reading.vocabulary.unknown) & (ids > 0)
    share = unknown.sum() / max(1, (ids > 0).sum())
    worst = rows.rows[np.flatnonzero(unknown.any(axis=1))]
    return unlike_tokens(float(share), f"{name_rows(worst)} of {path}" if len(worst) else path)


def unlike_tokens(share: float, where: str) -> tuple[str, ...]:
    """A line where most tokens are unknown: so large a share of those that stand there."""
    if share <= _MANY:
        return ()
    return (
        f"{share:.0%} of the tokens were never shown in training, in {where}; are the texts of "
        "another language, alphabet or case?",
    )
