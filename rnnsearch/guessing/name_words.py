"""The words that a column's name is made of."""

from __future__ import annotations

import re

__all__ = ["word_count", "words_in"]

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")
"""However they are put together: ``school_holiday``, ``SchoolHoliday``."""


def words_in(name: str) -> set[str]:
    """In small letters, each once."""
    return {word.casefold() for word in _WORD.findall(name)}


def word_count(name: str) -> int:
    """How many there are: the fewer, the plainer is what the column holds."""
    return len(_WORD.findall(name))
