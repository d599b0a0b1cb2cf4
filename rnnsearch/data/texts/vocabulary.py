"""The tokens that a network knows: those of the training part, numbered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rnnsearch.data.collecting import Problems

if TYPE_CHECKING:
    from rnnsearch.spec.sources import TokensSource

__all__ = ["END", "PADDING", "UNKNOWN", "Vocabulary", "find_vocabulary"]

PADDING = 0
"""The id of a step that is no token."""

UNKNOWN = "<unk>"
"""What stands for every token that training has not shown, or too seldom."""

END = "<end>"
"""The token that ends a text which a network writes."""


@dataclass(frozen=True)
class Vocabulary:
    """Tokens and their ids: 0 is padding, known tokens are 1 to V, V + 1 is any other.

    Attributes:
        known: V tokens, the most frequent first.
        unseen: Those of them that a fold's training part does not show: they keep their ids,
            but its network reads and writes the unknown token in their place.
    """

    known: tuple[str, ...]
    unseen: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, texts: Iterable[Sequence[str]], most: int | None = None, min_count: int = 1
    ) -> Vocabulary:
        """The tokens of the training part.

        Args:
            texts: Its sequences, cut into tokens.
            most: How many tokens may be known; None for all.
            min_count: How often a token must occur to be known.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text)
        for symbol in (UNKNOWN, END):  # in the text itself they mean the same
            counts.pop(symbol, None)
        frequent = sorted((-count, token) for token, count in counts.items() if count >= min_count)
        return cls(tuple(token for _, token in frequent[:most]))

    @cached_property
    def _index(self) -> dict[str, int]:
        pairs = enumerate(self.known, start=1)
        return {token: position for position, token in pairs if token not in self.unseen}

    @property
    def unseen_ids(self) -> tuple[int, ...]:
        """Ids of what is unseen."""
        pairs = enumerate(self.known, start=1)
        return tuple(position for position, token in pairs if token in self.unseen)

    @property
    def unknown(self) -> int:
        """The id of every token that is not known."""
        return len(self.known) + 1

    @property
    def size(self) -> int:
        """Ids in all, padding included."""
        return len(self.known) + 2

    @property
    def symbols(self) -> tuple[str, ...]:
        """What the ids from 1 on stand for."""
        return (*self.known, UNKNOWN)

    def knowing(self, ids: np.ndarray, min_count: int) -> Vocabulary:
        """The same for a training part of these ids: what it shows too seldom is unseen."""
        counts = np.bincount(ids.ravel(), minlength=self.size)[1 : len(self.known) + 1]
        pairs = zip(self.known, counts.tolist(), strict=True)
        return replace(self, unseen=frozenset(token for token, n in pairs if n < min_count))

    def hidden(self, ids: np.ndarray) -> np.ndarray:
        """Ids with the unknown token's in place of those that are unseen; others as they are."""
        if not self.unseen:
            return ids
        strange = np.array([token in self.unseen for token in self.known])
        known = np.pad(strange, (1, max(0, int(ids.max(initial=0)) - len(strange))))
        return np.where(known[ids], self.unknown, ids).astype(ids.dtype)

    def shown(self) -> list[str]:
        """The known tokens as text for people, spaces and line ends in quotes."""
        return [t if t.isprintable() and t.strip() else repr(t) for t in self.known]

    def ids(self, tokens: Sequence[str]) -> np.ndarray:
        """Tokens to ids (T,) int32."""
        index, other = self._index, self.unknown
        return np.array([index.get(token, other) for token in tokens], dtype=np.int32)

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """Ids to tokens; padding is left out."""
        return [self.symbols[position - 1] for position in ids if position != PADDING]


def find_vocabulary(
    source: TokensSource, texts: Sequence[Sequence[str]], problems: Problems
) -> Vocabulary:
    """The tokens of the training part that are to be known."""
    vocabulary = Vocabulary.of(texts, source.max_vocabulary, source.min_count)
    if not vocabulary.known:
        received, advice = str(source.min_count), "lower it"
        problems.add("data.min_count", "must leave a token in training", received, advice)
    return vocabulary
