"""Tables as databases, Markdown and terminals draw them: lines of dashes, bars at the sides."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["without_drawing"]

_RULE = re.compile(r"[\s|+:\-=─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪╭╮╰╯╟╢╫╓╖╙╜]+")
_DASHES = re.compile(r"-{3}|={3}|─{3}|━{3}|═{3}|:-+|-+:")
"""What a line that parts others has, at least."""
_BARS = re.compile(r"[│┃║]")
_AMONG = 4
"""Lines from the first among which a drawn table has one of dashes."""


def without_drawing(lines: Sequence[str]) -> list[str] | None:
    """The lines with bars between cells only, those of dashes empty; None of other tables.

    psql, MySQL, Markdown, reStructuredText, and boxes of lines::

        +----+-------+
        | ts | value |
        +----+-------+
    """
    filled = [line for line in lines if line.strip()]
    if not any(map(_is_rule, filled[:_AMONG])) or len(filled) <= _AMONG:
        return None
    found = ["" if _is_rule(line) else _BARS.sub("|", line) for line in lines]
    rows = [line.strip() for line in found if "|" in line]
    if rows and all(row[0] == row[-1] == "|" and len(row) > 1 for row in rows):
        found = [line.strip()[1:-1] if "|" in line else line for line in found]
    return found


def _is_rule(line: str) -> bool:
    """Whether a line has no cells, and parts those that do."""
    return _RULE.fullmatch(line) is not None and _DASHES.search(line) is not None
