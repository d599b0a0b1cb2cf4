"""Text of files that others made, written so that it shows and is not obeyed.

The name of a column may hold what moves a terminal's cursor, sets its title or turns the direction
of a line; it is shown as Python writes it: ``\\x1b``.
"""

from __future__ import annotations

import unicodedata

__all__ = ["one_line", "visible"]

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that end a line, or that a terminal obeys and does not show."""

_OBEYED = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Those of them that no written language needs."""

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the order in which others are shown."""


def one_line(text: str) -> str:
    """A name or a value as part of a line."""
    if text.isprintable():
        return text
    return "".join(_escaped(one) if unicodedata.category(one) in _UNSEEN else one for one in text)


def visible(text: str) -> str:
    """A text whose lines stay lines, and words of any language words."""
    if text.isprintable():
        return text
    return "".join(
        _escaped(one)
        if one not in "\n\t" and (one in _TURNS or unicodedata.category(one) in _OBEYED)
        else one
        for one in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
