"""Rows of texts or columns that are unlike those that training showed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.problems import name_rows
from rnnsearch.data.unlike import far_outside, unlike_line

if TYPE_CHECKING:
    from rnnsearch.data.tokens.preparation import RowsPreparation
    from rnnsearch.data.tokens.rows import Rows

__all__ = ["unlike_texts"]

_MANY = 0.5
"""Share of the tokens of a file that must be unknown for it to be said."""


def unlike_texts(prepared: RowsPreparation, rows: Rows, path: str) -> tuple[str, ...]:
    """A line for each column of numbers far outside, or where most tokens are unknown."""
    if prepared.vectors is not None:
        vectors = prepared.vectors
        names = [name for name in vectors.names if name not in vectors.categories]
        found = []
        for name, span, values in zip(names, vectors.seen, rows.numbers.T, strict=False):
            far, furthest = far_outside(values, span)
            if far.any():
                what, where = f"inputs of '{name}'", name_rows(rows.rows[far])
                found.append(unlike_line(what, span, furthest, where, path))
        return tuple(found)
    if prepared.reading is None:
        return ()
    ids = prepared.reading.read(rows.sequence)
    unknown = (ids == prepared.reading.vocabulary.unknown) & (ids > 0)
    share = unknown.sum() / max(1, (ids > 0).sum())
    if share <= _MANY:
        return ()
    worst = rows.rows[np.flatnonzero(unknown.any(axis=1))]
    return (
        f"{share:.0%} of the tokens were never shown in training, in {name_rows(worst)} of {path}; "
        "are the texts of another language, alphabet or case?",
    )
