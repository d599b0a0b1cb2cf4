"""Folds of separate sequences, in place of a validation part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnsearch.data.folds import usual_folds

__all__ = ["with_folds"]


def with_folds(split: Mapping[str, Any], sequences: int) -> tuple[dict[str, Any], str]:
    """A split with folds in place of the share for validation, where there are to be some.

    Args:
        split: The keys of the section.
        sequences: Those outside the test part.

    Returns:
        The keys, and what to say of the folds; as they were, and nothing, where the data names
        the validation part or one is enough.
    """
    usual = usual_folds(sequences)
    if usual is None or "validation" not in split:
        return dict(split), ""
    folds, repeats = usual
    many = f"{folds} folds × {repeats} repeats" if repeats > 1 else f"{folds} folds"
    kept = {key: value for key, value in split.items() if key != "validation"}
    said = f"; auto is {many} for about {sequences} sequences outside the test part"
    return {**kept, "folds": "auto"}, said
