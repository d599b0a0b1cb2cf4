"""How a text is cut into tokens, and put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["TokenKind", "Tokenizer"]

TokenKind = Literal["characters", "words", "spaces"]

_WORD = re.compile(r"\n|\w+(?:['’]\w+)*|[^\w\s]")
"""A word with the apostrophes inside it, one mark of punctuation, or the end of a line."""

_TIGHT = frozenset(".,;:!?)]}…”\n")
"""Marks that no space precedes."""
_OPENING = frozenset("([{¿¡„\n")
"""Marks that no space follows."""
_QUOTE, _LOW, _HIGH = '"', "„", "“"
"""A mark that opens and closes in turns; and one that opens, but for where a low one has."""


@dataclass(frozen=True)
class Tokenizer:
    """Cuts a text into tokens.

    Attributes:
        kind: `characters`: every character. `words`: runs of letters and digits with the
            apostrophes inside them, and each mark of punctuation and end of line apart; white
            space is lost. `spaces`: whatever stands between white space.
        lower_case: Whether capitals are made small first.
    """

    kind: TokenKind
    lower_case: bool = False

    @property
    def pattern(self) -> str:
        """The regular expression all of whose finds are the tokens."""
        patterns = {"characters": r"(?s).", "words": _WORD.pattern, "spaces": r"\S+"}
        return patterns[self.kind]

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        if self.lower_case:
            text = text.lower()
        if self.kind == "characters":
            return list(text)
        return _WORD.findall(text) if self.kind == "words" else text.split()

    def join(self, tokens: list[str]) -> str:
        """A text whose tokens are these; for characters, the text itself."""
        if self.kind == "characters":
            return "".join(tokens)
        if self.kind == "spaces":
            return " ".join(tokens)
        parts: list[str] = []
        quoted = low = False
        after = True  # whether no space follows what is written already
        for token in tokens:
            closes = (token == _QUOTE and quoted) or (token == _HIGH and low)
            parts += [token] if after or closes or token in _TIGHT else [" ", token]
            after = token in _OPENING or (token in (_QUOTE, _HIGH) and not closes)
            quoted ^= token == _QUOTE
            low = (low or token == _LOW) and not closes
            quoted, low = (quoted, low) if token != "\n" else (False, False)
        return "".join(parts)
